"""Which test holds against which threat; `python -m tests.arch.threats` brings the page up to date."""

import ast
import re

from tests.arch.house import ROOT, TESTS, modules

PAGE = ROOT / "docs" / "threats.md"
NOT_YET = "*no test yet*"
_AT_MOST = 3  # tests named in a row; those chosen by hand come first
_ROW = re.compile(r"\| (?P<id>[RAXIF]\d+) \| (?P<words>[^|]+) \| (?P<tests>[^|]*) \|")
_IDS = re.compile(r"test((?:_[raxif]\d+)+)_")


def named(text: str) -> dict[str, list[str]]:
    """Give the tests each row names, none where it says so."""
    return {row["id"]: re.findall(r"`(test_\w+)`", row["tests"]) for row in _ROW.finditer(text)}


def every_test() -> dict[str, list[str]]:
    """List every test there is with the ids in its name."""
    found: dict[str, list[str]] = {}
    for one in modules(TESTS):
        for node in ast.walk(one.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                ids = _IDS.match(node.name)
                found[node.name] = ids[1].upper().strip("_").split("_") if ids else []
    return found


def refreshed(text: str) -> str:
    """Write the last column anew: what was chosen by hand and still exists, then what is named by the id."""
    tests = every_test()

    def row(old: re.Match[str]) -> str:
        kept = [name for name in re.findall(r"`(test_\w+)`", old["tests"]) if name in tests]
        more = [name for name, ids in sorted(tests.items()) if old["id"] in ids and name not in kept]
        shown = kept + more[: max(0, _AT_MOST - len(kept))]
        return f"| {old['id']} | {old['words']} | {', '.join(f'`{name}`' for name in shown) or NOT_YET} |"

    return _ROW.sub(row, text)


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
