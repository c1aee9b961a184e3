"""Hold the documents: links lead somewhere, they stay short, and what they name exists."""

import re
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from quickpay import cli
from quickpay.domain.messages import MessageKind
from quickpay.mfa.limits import DEFAULT_LIMITS
from tests.arch.house import PACKAGE, ROOT, files
from tests.arch.threats import PAGE, every_test, named, refreshed

PAGES = [path for path in files() if path.suffix == ".md"]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def _anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def _dead(path: Path, text: str) -> list[str]:
    dead = []
    for target in _LINK.findall(_CODE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = unquote(target).partition("#")
        file = (path.parent / place).resolve() if place else path
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            dead.append(target)
    return dead


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    assert _dead(path, path.read_text("utf-8")) == []


def test_a_dead_link_is_found() -> None:
    assert _dead(ROOT / "README.md", "[a](docs/nowhere.md) [b](#nothing) [c](docs/glossary.md)") == [
        "docs/nowhere.md",
        "#nothing",
    ]


def test_the_first_page_is_short() -> None:
    assert (ROOT / "README.md").read_text("utf-8").count("\n") < 100


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_a_short_page(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") < 40
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Situation", "Decision", "Consequences"]
    assert text.startswith(f"# {int(path.name[:4])}. ")


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_test_the_threats_name_exists() -> None:
    tests = every_test()
    assert [
        name for names in named(PAGE.read_text("utf-8")).values() for name in names if name not in tests
    ] == []


def test_every_id_a_test_is_named_by_has_its_row() -> None:
    rows = named(PAGE.read_text("utf-8"))
    assert [(name, id_) for name, ids in every_test().items() for id_ in ids if id_ not in rows] == []


def test_no_row_says_there_is_no_test_where_there_is_one() -> None:
    text = PAGE.read_text("utf-8")
    now = named(refreshed(text))
    stale = [id_ for id_, names in named(text).items() if not names and now[id_]]
    assert stale == [], "run `make format`, or `python -m tests.arch.threats`"


def _commands(group: click.Group, name: str) -> set[str]:
    found: set[str] = set()
    for word, one in group.commands.items():
        found |= _commands(one, f"{name} {word}") if isinstance(one, click.Group) else {f"{name} {word}"}
    return found


def test_operations_names_every_command_and_no_other() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    table = "\n".join(line for line in text.splitlines() if line.startswith("| `quickpay"))
    assert set(re.findall(r"`(quickpay [a-z -]+)`", table)) == _commands(cli.main, "quickpay")


def test_make_names_each_of_its_words() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    words = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert {"demo", "test", "serve", "check", "format", "lock"} <= words
    used = {word for path in PAGES for word in re.findall(r"`make ([a-z-]+)`", path.read_text("utf-8"))}
    assert used <= words


def test_the_map_names_what_there_is() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8") + (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    places = re.findall(r"`((?:domain|mfa|ports|services|adapters|handlers|sandbox)/[\w/]+\.py)`", text)
    assert places
    assert [place for place in places if not (PACKAGE / place).exists()] == []


def test_every_limit_stands_in_operations_with_its_number() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    said = dict(re.findall(r"^\| `(\w+)` \| ([0-9]+) ", text, re.MULTILINE))
    assert said == {limit.name: str(limit.most) for limit in DEFAULT_LIMITS.each()}


def test_every_kind_of_message_stands_in_messages() -> None:
    text = (ROOT / "docs/messages.md").read_text("utf-8")
    said = set(re.findall(r"^\| (\w+) \|", text, re.MULTILINE)) - {"kind"}
    assert said == {"code", *(kind.value for kind in MessageKind)}
    assert said == {path.name for path in (PACKAGE / "templates/notes").iterdir() if path.is_dir()}
