"""Every template of a page is met by a walk that `make accessibility` and `make sheet` look at."""

import ast
import re

from tests.arch.house import TESTS, modules
from tests.journeys.met import kept, page_templates

TOURS = re.compile(r"journeys/(staff_)?tour(_\w+)?\.py$")


def _pattern(name: ast.expr) -> str:
    """Say which names an expression can give: what stands in it, with anything where a value does."""
    match name:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=values):
            return "".join(_pattern(one) for one in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _pattern(left) + _pattern(right)
        case _:
            return ".*"


def _visits() -> list[str]:
    """Find what the walks call the pages they show, as patterns."""
    return [
        _pattern(node.args[1])
        for module in modules(TESTS)
        if TOURS.search(module.place)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "visit"
    ]


def _wrong(templates: set[str], met: dict[str, set[str]], visits: list[str]) -> list[str]:
    names = {one for each in met.values() for one in each}
    return [
        *(f"{one}: no walk meets it" for one in sorted(templates - met.keys())),
        *(f"{one}: there is no such template" for one in sorted(met.keys() - templates)),
        *(f"{one}: no walk shows it" for one in sorted(names) if not _fits(one, visits)),
        *(f"{one}: not in met.txt" for one in visits if not any(re.fullmatch(one, name) for name in names)),
    ]


def _fits(name: str, visits: list[str]) -> bool:
    return any(re.fullmatch(one, name) for one in visits)


def test_a_walk_meets_every_page() -> None:
    found = _wrong(page_templates(), kept(), _visits())
    assert not found, "\n".join((*found, "`make accessibility ARGS=met` walks them all and writes met.txt"))


def test_what_is_not_so_is_found() -> None:
    templates, met, visits = page_templates(), kept(), _visits()
    assert len(templates) > 80
    assert _wrong(templates | {"patient/new.html"}, met, visits) == ["patient/new.html: no walk meets it"]
    gone = templates - {"patient/share.html"}
    assert _wrong(gone, met, visits) == ["patient/share.html: there is no such template"]
    unvisited = [one for one in visits if one != re.escape("shared-over")]
    assert _wrong(templates, met, unvisited) == ["shared-over: no walk shows it"]
    assert _wrong(templates, met, [*visits, "a\\-page"]) == ["a\\-page: not in met.txt"]
