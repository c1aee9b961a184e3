"""Fetch Twilio's own API description from the npm registry, once, and check that it is the one we know."""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

PACKAGE = "@twilio/cli-core@8.3.2"
INTEGRITY = "qRTAZS15i/nseKHu2zZIb1BD78WFRVOWM65iC9JqjZdNpz5KQaiEI1klsLcWDi1pwXH9JG6pbFXJrIiYRJw/dw=="
MEMBER = "package/src/services/twilio-api/twilio_api_v2010.json"
TOOLS = Path(__file__).parents[3] / ".tools"
ARCHIVE = TOOLS / "twilio-cli-core-8.3.2.tgz"
HOW = "python tests/adapters/sms/twilio_spec.py  (needs npm; fetches 0.7 MB into .tools/)"


class SpecMissing(AssertionError):
    """The description is not here, or is another one."""


def load() -> dict[str, Any]:
    """Return the description. Raises: SpecMissing, saying what to run."""
    if not ARCHIVE.exists():
        raise SpecMissing(f"Twilio's API description is missing; run: {HOW}")
    if base64.b64encode(hashlib.sha512(ARCHIVE.read_bytes()).digest()).decode() != INTEGRITY:
        raise SpecMissing(f"{ARCHIVE} is not {PACKAGE}; delete it and run: {HOW}")
    with tarfile.open(ARCHIVE) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None
        spec: dict[str, Any] = json.load(member)
        return spec


def main() -> int:
    """Fetch the package's archive without installing it."""
    TOOLS.mkdir(exist_ok=True)
    if not ARCHIVE.exists():
        subprocess.run(  # noqa: S603 - a fixed command
            ["npm", "pack", "--silent", "--pack-destination", str(TOOLS), PACKAGE],  # noqa: S607 - the PATH's npm
            check=True,
            stdout=subprocess.DEVNULL,
        )
    load()
    return 0


if __name__ == "__main__":
    sys.exit(main())
