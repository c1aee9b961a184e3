"""docs/accessibility.md answers for every criterion of WCAG 2.2 A and AA, by tests that exist."""

import re

import pytest

from tests.arch.house import PACKAGE

ROOT = PACKAGE.parent
A = frozenset(
    {
        *("1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.3.1", "1.3.2", "1.3.3", "1.4.1", "1.4.2"),
        *("2.1.1", "2.1.2", "2.1.4", "2.2.1", "2.2.2", "2.3.1", "2.4.1", "2.4.2", "2.4.3", "2.4.4"),
        *("2.5.1", "2.5.2", "2.5.3", "2.5.4", "3.1.1", "3.2.1", "3.2.2", "3.2.6", "3.3.1", "3.3.2"),
        *("3.3.7", "4.1.2"),
    }
)
AA = frozenset(
    {
        *("1.2.4", "1.2.5", "1.3.4", "1.3.5", "1.4.3", "1.4.4", "1.4.5", "1.4.10", "1.4.11", "1.4.12"),
        *("1.4.13", "2.4.5", "2.4.6", "2.4.7", "2.4.11", "2.5.7", "2.5.8", "3.1.2", "3.2.3", "3.2.4"),
        *("3.3.3", "3.3.4", "3.3.8", "4.1.3"),
    }
)
RESULTS = {"supports", "partially", "not applicable"}
_ROW = re.compile(
    r"^\| ([0-9]\.[0-9]\.[0-9]+) [^|]+ \| (AA?) \| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE
)


def _wrong(report: str, tests: set[str]) -> list[str]:
    rows = _ROW.findall(report)
    levels = [(number, level) for number, level, *_ in rows]
    wanted = [*((one, "A") for one in A), *((one, "AA") for one in AA)]
    wrong = [f"{one}: missing or twice" for one in wanted if levels.count(one) != 1]
    wrong += [f"{one}: not one of them" for one in levels if one not in wanted]
    for number, _, result, how, remark in rows:
        if result not in RESULTS:
            wrong.append(f"{number}: {result}?")
        if result == "partially" and not remark.strip():
            wrong.append(f"{number}: says not in what it falls short")
        wrong += [f"{number}: no test {one}" for one in re.findall(r"`(test_\w+)`", how) if one not in tests]
    return wrong


def _tests() -> set[str]:
    named = re.compile(r"def (test_\w+)")
    return {
        one for file in (ROOT / "tests").rglob("test_*.py") for one in named.findall(file.read_text("utf-8"))
    }


def test_every_criterion_is_answered_for_by_tests_that_exist() -> None:
    assert len(A | AA) == len(A) + len(AA) == 55
    assert _wrong((ROOT / "docs/accessibility.md").read_text("utf-8"), _tests()) == []


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("| 1.4.10 Reflow | AA |", "| 1.4.10 Reflow | A |"),
        ("| 3.3.8 ", "| 4.1.1 "),
        ("`test_j1_by_keys_alone`", "`test_that_is_none`"),
        ("| partially |", "| mostly |"),
    ],
)
def test_what_is_not_so_is_found(found: str, instead: str) -> None:
    report = (ROOT / "docs/accessibility.md").read_text("utf-8")
    assert found in report
    assert _wrong(report.replace(found, instead), _tests()) != []
