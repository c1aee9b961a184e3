"""Hold the templates: each parses, stands on the base, belongs to a page, and has no style of its own."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.arch.house import PACKAGE, modules

TEMPLATES = PACKAGE / "templates"
PAGES = sorted(
    path for path in TEMPLATES.rglob("*.html") if path.parent != TEMPLATES and "notes" not in path.parts
)
EVERY = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def _id(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def _parsed(path: Path) -> nodes.Template:
    return Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(path.read_text("utf-8"))


def test_there_are_pages() -> None:
    assert PAGES


@pytest.mark.parametrize("path", EVERY, ids=_id)
def test_it_parses(path: Path) -> None:
    assert _parsed(path).body


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_a_page_stands_on_the_base(path: Path) -> None:
    (base,) = _parsed(path).find_all(nodes.Extends)
    assert isinstance(base.template, nodes.Const)
    assert base.template.value in {"base.html", "staff_base.html"}


def test_every_template_belongs_to_a_page() -> None:
    named = {
        node.value
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".html")
    }
    assert {_id(path) for path in PAGES} <= named


@pytest.mark.parametrize("path", EVERY, ids=_id)
def test_nothing_is_marked_safe(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_a_page_brings_no_script_and_no_style_of_its_own(path: Path) -> None:
    assert not re.search(
        r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", path.read_text("utf-8")
    )


@pytest.mark.parametrize("path", PAGES, ids=_id)
def test_every_form_carries_its_token(path: Path) -> None:
    text = path.read_text("utf-8")
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        asks = 'method="get"' in form
        assert asks or 'method="post"' in form, form
        carries = ".token(" in form or 'name="csrf"' in form
        assert carries is not asks, form  # in an address, a token would be told on


def test_only_words_of_ours_are_translated_as_they_may_have_tags() -> None:
    asked = re.compile(r"\b(?:_|gettext|ngettext)\(\s*(?![\"'])[^)\s]")
    found = {
        f"{path.name}: {line.strip()}"
        for path in (PACKAGE / "templates").rglob("*.html")
        for line in path.read_text("utf-8").splitlines()
        if asked.search(line)
    }
    assert found == set()
    assert asked.search("{{ _(name) }}")
