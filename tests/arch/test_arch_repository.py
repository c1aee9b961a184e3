"""Hold every file of the repository: nothing left over, nothing of one machine, nothing secret."""

import re
from pathlib import Path

from tests.arch.house import ROOT, files

_LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
_SECRET = re.compile(
    r"-----BEGIN (?:RSA |EC )?PRIVATE KEY|\b[sr]k_live_\w+|\bwhsec_[A-Za-z0-9+/]{24,}|\bAKIA[A-Z0-9]{16}\b"
)
_SOMEBODYS_MACHINE = re.compile(r"(?<![\w.])/(?:home|Users)/\w+")
_CONFLICT = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)


def _texts() -> list[tuple[str, str]]:
    found = []
    for path in files():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue  # a picture
    return found


def _places(pattern: re.Pattern[str]) -> list[str]:
    return [f"{place}: {found[0]}" for place, text in _texts() if (found := pattern.search(text))]


def test_nothing_is_left_over() -> None:
    assert _places(_LEFT_OVER) == []
    assert _places(_CONFLICT) == []


def test_nothing_is_of_one_machine() -> None:
    here = [re.escape(str(path)) for path in (ROOT, Path.home()) if len(path.parts) > 1]
    assert (
        _places(
            re.compile("|".join([_SOMEBODYS_MACHINE.pattern, *(rf"{path}(?=[/\s'\"])" for path in here)]))
        )
        == []
    )


def test_nothing_is_secret() -> None:
    assert _places(_SECRET) == []


def test_people_are_invented() -> None:
    domains = re.compile(r"[\w.+-]+@(?:gmail|outlook|yahoo|hotmail|icloud)\.com")
    assert _places(domains) == []


def test_every_file_is_small() -> None:
    large = [f"{path.relative_to(ROOT)}" for path in files() if path.stat().st_size > 512 * 1024]
    assert large == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert _LEFT_OVER.search("# TO" + "DO: later")
    assert _SECRET.search("-----BEGIN " + "PRIVATE KEY-----")
    assert _SOMEBODYS_MACHINE.search("see /ho" + "me/alice/quickpay")
    assert _CONFLICT.search("<" * 7 + " HEAD")
