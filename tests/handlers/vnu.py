"""The Nu Html Checker (vnu): fetched once from the npm registry, held to its hash, asked in one process.

`python tests/handlers/vnu.py` fetches it into .tools (30 MB; needs npm, and later Java).
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

PACKAGE = "vnu-jar@26.9.27"
INTEGRITY = "TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJRNea0KA=="
MEMBER = "package/build/dist/vnu.jar"
TOOLS = Path(__file__).parents[2] / ".tools"
ARCHIVE = TOOLS / "vnu-jar-26.9.27.tgz"
HOW = "make vnu  (needs npm and Java; fetches 30 MB into .tools/)"
PATIENCE = 300


class CheckerMissing(AssertionError):
    """The checker or Java is not here, or the archive is another one."""


def findings(pages: Mapping[str, str]) -> list[str]:
    """Check pages by name, and say each error and warning with its page. Raises: CheckerMissing."""
    java = shutil.which("java")
    if java is None:
        raise CheckerMissing(f"there is no java; run: {HOW}")
    with tempfile.TemporaryDirectory() as place:
        files = {}
        for number, (name, page) in enumerate(pages.items()):
            file = Path(place, f"{number}.html")
            file.write_text(page, "utf-8")
            files[file.name] = name
        jar = Path(place, "vnu.jar")
        jar.write_bytes(_jar())
        told = subprocess.run(  # noqa: S603 - a fixed command on files of ours
            # One compiler tier and one thread: what lives for seconds starts soonest so.
            [java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m", "-jar", str(jar)]
            + ["--format", "json", "--stdout", "--exit-zero-always"]
            + [str(Path(place, file)) for file in files],
            check=True,
            stdout=subprocess.PIPE,
            timeout=PATIENCE,
        ).stdout
        return [_said(one, files) for one in json.loads(told)["messages"]]


def _said(message: dict[str, object], files: Mapping[str, str]) -> str:
    page = files[Path(urlsplit(str(message["url"])).path).name]
    extract = re.sub(r"\s+", " ", str(message.get("extract", "")))
    kind = message.get("subType", message["type"])
    return f"{page}: {kind}, line {message.get('lastLine', '?')}: {message['message']} {extract}"


def _jar() -> bytes:
    if not ARCHIVE.exists():
        raise CheckerMissing(f"the HTML checker is missing; run: {HOW}")
    if base64.b64encode(hashlib.sha512(ARCHIVE.read_bytes()).digest()).decode() != INTEGRITY:
        raise CheckerMissing(f"{ARCHIVE} is not {PACKAGE}; delete it and run: {HOW}")
    with tarfile.open(ARCHIVE) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None
        return member.read()


def main() -> int:
    """Fetch the package's archive without installing it."""
    TOOLS.mkdir(exist_ok=True)
    if not ARCHIVE.exists():
        subprocess.run(  # noqa: S603 - a fixed command
            ["npm", "pack", "--silent", "--pack-destination", str(TOOLS), PACKAGE],  # noqa: S607 - the PATH's npm
            check=True,
            stdout=subprocess.DEVNULL,
        )
    _jar()
    return 0


if __name__ == "__main__":
    sys.exit(main())
