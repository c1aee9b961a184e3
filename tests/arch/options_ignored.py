"""Show that each option's test fails when the option is ignored: `python -m tests.arch.options_ignored`.

Runs the test named in `options_obeyed` once as things are and once for each value the option could be stuck
at: its default, and for a choice each other value. A test that passes all the same is weak. Takes some
minutes; name options to run only theirs.
"""

import os
import subprocess
import sys
from dataclasses import MISSING, fields
from enum import Enum
from typing import Any, get_type_hints

from quickpay.domain.options import Options
from tests.arch.house import ROOT
from tests.arch.options_obeyed import OBEYED

_SECONDS = 60
_NAMELESS = "Some Other Practice"


def stuck_values(option: str) -> list[str]:
    """List what the option could be stuck at, as the plugin reads it; its default first."""
    panel, _, name = option.partition(".")
    kind: Any = get_type_hints(Options)[panel]
    [one] = [one for one in fields(kind) if one.name == name]
    default = _NAMELESS if one.default is MISSING else one.default
    if isinstance(default, bool):
        return [str(default), str(not default)]
    if isinstance(default, Enum):
        return [str(default.value), *(str(other.value) for other in type(default) if other is not default)]
    return [str(default)]


def passes(test: str, *, option: str = "", value: str = "") -> bool:
    """Run one test, with one option stuck if one is named."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider"]
    environment = dict(os.environ)
    if option:
        command += ["-p", "tests.arch.ignoring"]
        environment |= {"QUICKPAY_TESTS_IGNORE": option, "QUICKPAY_TESTS_IGNORE_VALUE": value}
    done = subprocess.run(  # noqa: S603 - our own tests, by the names in our own table
        [*command, test], cwd=ROOT, env=environment, capture_output=True, timeout=_SECONDS, check=False
    )
    said = done.stdout.decode()
    if done.returncode not in {0, 1} or "\nERROR " in said:  # the test itself neither passed nor failed
        raise RuntimeError(said[-2_000:] + done.stderr.decode()[-2_000:])
    return done.returncode == 0


def main(chosen: list[str]) -> int:
    """Print a line for each option and stuck value; 1 if any was not noticed."""
    weak = 0
    for option, test in OBEYED.items():
        if chosen and option not in chosen:
            continue
        if not passes(test):
            print(f"{option:50} FAILS AS IT IS  {test}")  # noqa: T201 - it is asked to
            weak += 1
            continue
        for value in stuck_values(option):
            survived = passes(test, option=option, value=value)
            weak += survived
            print(f"{option:50} {value:20} {'SURVIVED' if survived else 'killed'}", flush=True)  # noqa: T201
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
