"""Hold the code to the rules no linter knows; each rule is shown something it must find."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.arch.house import PACKAGE, TESTS, Module, dotted, module, modules

Rule = Callable[[Module], Iterator[str]]

LONGEST = 275  # lines; "about 250", and what was cut for its own sake reads no better
LONGER = {
    "quickpay/adapters/store/schema.py": "every table, side by side, is what one looks for",
    "quickpay/app.py": "every service with its ports, side by side",
    "quickpay/handlers/api/routes.py": "every call of the API, side by side",
    "quickpay/ports/gateway.py": "all a gateway may be asked and may answer, side by side",
    "quickpay/ports/tables.py": "every table's port, side by side",
    "quickpay/settings.py": "every setting, side by side",
    "quickpay/services/proofs/verify.py": "the whole proof: count, judge, claim are read together",
    "quickpay/migrations/versions/0001_lay_the_tables.py": "a revision is never edited again",
}
READS_TIME = {
    "quickpay/adapters/clock.py": "the clock",
}
DRAWS_CARELESSLY = {
    "quickpay/adapters/store/engine/postgres.py": "spreads retries; no secret",
}
NOT_SECRET = {
    "body_hash": "what a program sent, held against what it sent before",
}
# It stands for other people's programs, with a clock and secrets of its own.
WORLD = "quickpay.sandbox"
NO_ROOM = {"utils", "util", "common", "helpers", "models", "core", "misc"}

_TIME_READERS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.date.today",
    "datetime.datetime.now", "datetime.datetime.utcnow", "time.time", "time.time_ns", "time.monotonic",
    "time.monotonic_ns", "time.perf_counter", "time.localtime", "time.gmtime",
}  # fmt: skip
_TIME_WORDS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime", "gmtime"}
_SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|REPLACE|MERGE|ATTACH|VACUUM|GRANT)\s", re.ASCII
)
_SECRET = re.compile(r"(^|_)(digest|signature|mac|hmac|hash|secret|password|token|pepper)s?$")
_REASONED = re.compile(
    r"# noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* - \S.*|# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  # \S.*"
)
_SILENCED = re.compile(r"# noqa: (?P<codes>[A-Z0-9, ]+)|# type: ignore\[(?P<kinds>[a-z, -]+)\]")


def only_the_clock_reads_the_time(source: Module) -> Iterator[str]:
    if source.place in READS_TIME or source.name.startswith(WORLD):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and dotted(node) in _TIME_READERS:
            yield source.at(node)
        if isinstance(node, ast.ImportFrom) and node.module == "time" and _names(node) & _TIME_WORDS:
            yield source.at(node)


def nothing_is_drawn_carelessly(source: Module) -> Iterator[str]:
    if source.place in DRAWS_CARELESSLY:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import) and "random" in _names(node):
            yield source.at(node)
        if isinstance(node, ast.ImportFrom) and node.module == "random" and _names(node) != {"SystemRandom"}:
            yield source.at(node)


def no_sql_is_glued(source: Module) -> Iterator[str]:
    for node in ast.walk(source.tree):
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), *rest]) if rest and _SQL.match(start):
                yield source.at(node)
            case ast.BinOp(left=ast.Constant(value=str(start)), op=ast.Add() | ast.Mod()) if _SQL.match(
                start
            ):
                yield source.at(node)


def no_secret_is_compared_by_its_letters(source: Module) -> Iterator[str]:
    if source.name.startswith(WORLD):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = (node.left, *node.comparators)
        if any(isinstance(side, ast.Constant) for side in sides):
            continue  # against "" or None: whether there is one, not which
        if any(_last_name(side) == "bindparam" for side in sides):
            continue  # in the database, which finds by an index
        names = {_last_name(side) for side in sides} - set(NOT_SECRET)
        if any(_SECRET.search(name) for name in names):
            yield source.at(node)


def nothing_unsigned_is_read(source: Module) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"loads_unsafe", "load_payload"}:
            yield source.at(node)


def no_stored_text_is_a_format(source: Module) -> Iterator[str]:
    if source.name.startswith(WORLD):
        return
    ours = {
        name.id
        for node in source.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.JoinedStr)
        for name in node.targets
        if isinstance(name, ast.Name)
    }
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="format")):
                continue
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="format")) if name in ours:
                continue
            case ast.Call(func=ast.Attribute(attr="format" | "format_map")):
                yield source.at(node)
            case ast.Call(func=ast.Name(id="eval" | "exec")):
                yield source.at(node)


def begins_with_what_it_is_for(source: Module) -> Iterator[str]:
    if not source.text.startswith('"""') or not ast.get_docstring(source.tree):
        yield source.place


def is_read_on_a_few_screens(source: Module) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > LONGEST and source.place not in LONGER:
        yield f"{source.place}: {lines} lines"


def exceptions_are_facts(source: Module) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
            yield source.at(node)


def a_match_has_no_back_door(source: Module) -> Iterator[str]:
    """A handler's match meets every outcome, as mypy sees; `case _` would hide a new one from it."""
    if not source.name.startswith("quickpay.handlers"):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Match):
            continue
        last = node.cases[-1]
        takes_all = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        refuses = isinstance(last.body[0], ast.Raise) or "assert_never(" in ast.unparse(last.body[0])
        if takes_all and last.guard is None and not refuses:
            yield source.at(node)


def what_is_silenced_has_its_reason(source: Module) -> Iterator[str]:
    explained: set[str] = set()
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type != tokenize.COMMENT:
            continue
        start = re.search(r"# (noqa|type: ignore)", token.string)
        if start is None:
            continue
        said = token.string[start.start() :]
        silenced = _SILENCED.match(said)
        codes = set(re.findall(r"[\w-]+", (silenced["codes"] or silenced["kinds"]) if silenced else ""))
        if _REASONED.match(said):
            explained |= codes
        elif not codes or codes - explained:  # said once in a file is enough
            yield f"{source.place}:{token.start[0]}"


# Each rule with a module that breaks it at the named line.
RULES: list[tuple[Rule, str, str]] = [
    (only_the_clock_reads_the_time, "x", "from datetime import datetime\nnow = datetime.now()\n"),
    (only_the_clock_reads_the_time, "x", "import time\nnow = time.monotonic\n"),
    (only_the_clock_reads_the_time, "x", "\nfrom time import time\n"),
    (nothing_is_drawn_carelessly, "x", "\nimport random\n"),
    (nothing_is_drawn_carelessly, "x", "\nfrom random import choice, SystemRandom\n"),
    (no_sql_is_glued, "x", "\nq = f'SELECT * FROM links WHERE id = {x}'\n"),
    (no_sql_is_glued, "x", "\nq = 'DELETE FROM ' + table\n"),
    (no_secret_is_compared_by_its_letters, "x", "\nok = row.code_digest == wanted\n"),
    (no_secret_is_compared_by_its_letters, "x", "\nok = sign(body) != headers.signature\n"),
    (no_secret_is_compared_by_its_letters, "x", "\nok = hmac.digest(k, b, 'sha256') == sent\n"),
    (nothing_unsigned_is_read, "x", "\nserializer.loads_unsafe(token)\n"),
    (no_stored_text_is_a_format, "x", "\ngroup.footer.format(name=name)\n"),
    (no_stored_text_is_a_format, "x", "\neval(template)\n"),
    (exceptions_are_facts, "x", "\nclass LinkError(Exception): ...\n"),
    (a_match_has_no_back_door, "quickpay.handlers.x", "\nmatch outcome:\n    case _:\n        pass\n"),
    (what_is_silenced_has_its_reason, "x", "\nx = 1  # no" + "qa\n"),
    (what_is_silenced_has_its_reason, "x", "\nx = 1  # no" + "qa: S105\n"),
    (what_is_silenced_has_its_reason, "x", "\nx = 1  # type: " + "ignore[assignment]\n"),
]
ALL: list[Rule] = [
    *dict.fromkeys(rule for rule, _, _ in RULES),
    begins_with_what_it_is_for,
    is_read_on_a_few_screens,
]


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    assert [place for source in modules() for place in rule(source)] == []


@pytest.mark.parametrize(("rule", "name", "text"), RULES)
def test_the_rule_finds_what_breaks_it(rule: Rule, name: str, text: str) -> None:
    (place,) = rule(module(name, text))
    assert place.endswith(":2")


def test_the_rules_of_whole_files_find_what_breaks_them() -> None:
    assert list(begins_with_what_it_is_for(module("x", "import os\n")))
    assert list(is_read_on_a_few_screens(module("x", '"""X."""\n' + "\n" * LONGEST)))


def test_what_the_rules_leave_alone() -> None:
    for rule, text in [
        (no_secret_is_compared_by_its_letters, "ok = secret != ''\n"),
        (no_secret_is_compared_by_its_letters, "q = keys.c.secret_hash == bindparam('secret_hash')\n"),
        (no_stored_text_is_a_format, "'{} of {}'.format(1, 2)\n"),
        (no_stored_text_is_a_format, "WORDS = '{} of {}'\nWORDS.format(1, 2)\n"),
        (nothing_is_drawn_carelessly, "from random import SystemRandom\n"),
        (a_match_has_no_back_door, "match x:\n    case _:\n        assert_never(x)\n"),
        (what_is_silenced_has_its_reason, "x = 1  # no" + "qa: S105 - invented\ny = 2  # no" + "qa: S105\n"),
    ]:
        assert list(rule(module("quickpay.handlers.x", text))) == []


def test_tests_say_why_they_silence_too() -> None:
    assert [place for one in modules(TESTS) for place in what_is_silenced_has_its_reason(one)] == []


def test_tests_begin_with_what_they_are_for() -> None:
    assert [place for one in modules(TESTS) for place in begins_with_what_it_is_for(one)] == []


def test_no_room_without_a_name() -> None:
    assert [path for path in PACKAGE.rglob("*") if path.stem in NO_ROOM] == []


def test_exceptions_to_the_rules_are_still_needed() -> None:
    places = {one.place: one for one in modules()}
    for place, reason in {**LONGER, **READS_TIME, **DRAWS_CARELESSLY}.items():
        assert reason
        assert Path(place).suffix == ".py"
        assert place in places, place
    assert all(places[place].text.count("\n") > LONGEST for place in LONGER)
    assert all("random" in places[place].text for place in DRAWS_CARELESSLY)


def _names(node: ast.Import | ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}


def _last_name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            return _last_name(func)
        case ast.Subscript(value=value):
            return _last_name(value)
    return ""
