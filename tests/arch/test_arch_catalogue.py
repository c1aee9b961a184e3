"""Hold the translations: nothing missing or left over, the same placeholders, no English in a template."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

from quickpay.catalogues import catalogue, place_of
from quickpay.domain.languages import Language
from quickpay.domain.said import Said
from quickpay.mfa.gsm7 import letters_outside_gsm7
from quickpay.mfa.message import DEFAULT_EMAIL_BODY, DEFAULT_EMAIL_SUBJECT, DEFAULT_SMS, template_faults
from tests.arch.catalogue import SPOKEN, TEMPLATES, TRANSLATED, messages, refreshed, said, translations

_PLACEHOLDER = re.compile(r"%\([a-z_]+\)s|\{n\}|\$\{[^}]*\}|<[^>]*>")
_SMS = re.compile(r"sms\.txt$")
_SPOKEN_ATTRIBUTES = {"aria-label", "title", "alt", "placeholder", "data-label", "data-words", "data-paying"}
_WORD = re.compile(r"[A-Za-z]{2,}")
# A name is the same in every language, and so is an attribute that a macro writes.
_NAMES = {"QuickPay", "disabled"}
_MARKS = {"yes", "no", "quiet", "main", "name", "name logo"}
_TRANSLATING = {"_", "gettext", "ngettext", "pgettext", "asset"}


def _strings(one: Message) -> tuple[str, ...]:
    return one.string if isinstance(one.string, tuple) else (one.string,)


def _ids(one: Message) -> tuple[str, ...]:
    return one.id if isinstance(one.id, tuple) else (one.id,)


def _key(one: Message) -> tuple[str | None, tuple[str, ...]]:
    return one.context, _ids(one)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_file_has_what_is_said_and_nothing_else(language: Language) -> None:
    kept, found = translations(language), said()
    here, there = {_key(one) for one in messages(kept)}, {_key(one) for one in messages(found)}
    assert there - here == set(), "say `make format`, then translate these"
    assert here - there == set(), "nobody says these any more; say `make format`"
    assert not kept.obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_file_is_written_as_make_format_writes_it(language: Language) -> None:
    assert place_of(language).read_bytes() == refreshed(language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_everything_is_translated_and_nothing_is_a_guess(language: Language) -> None:
    kept = translations(language)
    assert [one.id for one in messages(kept) if one.fuzzy or not all(_strings(one))] == []
    for one in messages(kept):
        if isinstance(one.id, tuple):
            assert len(_strings(one)) == kept.num_plurals, one.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_and_tags_are_the_same_on_both_sides(language: Language) -> None:
    for one in messages(translations(language)):
        wanted = {frozenset(_PLACEHOLDER.findall(text)) for text in _ids(one)}
        for text in _strings(one):
            assert frozenset(_PLACEHOLDER.findall(text)) in wanted, one.id
            plain = _PLACEHOLDER.sub("", text)
            assert not re.search(r'[<>"&%]', plain), (one.id, "would break the page it stands in")
            original = _PLACEHOLDER.sub("", _ids(one)[0])
            assert text[:1].isspace() == _ids(one)[0][:1].isspace(), one.id
            assert plain.endswith("\n") == original.endswith("\n"), one.id


@pytest.mark.parametrize("language", Language)
def test_codes_are_right_in_every_language_and_fit_one_text(language: Language) -> None:
    words = catalogue(language)
    host = "bills.at-a-rather-long-name.example.com"
    for default, kind in (
        (DEFAULT_EMAIL_SUBJECT, "subject"),
        (DEFAULT_EMAIL_BODY, "email_body"),
        (DEFAULT_SMS, "sms"),
    ):
        assert isinstance(default, Said)
        assert template_faults(default.how(words), kind=kind, host=host) == ()  # type: ignore[arg-type]  # of the three


@pytest.mark.parametrize("language", TRANSLATED)
def test_texts_have_only_letters_every_phone_has(language: Language) -> None:
    texts = [one for one in messages(translations(language)) if any(map(_is_text, one.locations))]
    assert len(texts) >= 3
    for one in texts:
        assert letters_outside_gsm7("".join(_strings(one))) == (), one.id


def _is_text(location: tuple[str, int]) -> bool:
    return _SMS.search(location[0]) is not None


def _id(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", [path for path in SPOKEN if path.suffix == ".html"], ids=_id)
def test_no_template_has_words_that_are_not_translated(path: Path) -> None:
    assert list(_untranslated(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "<p>Hello there</p>",
        '<p aria-label="Your visit">{{ x }}</p>',
        '{{ m.field("code", "Your code") }}',
        '<p>{{ "paid" if x else "to pay" }}</p>',
        "<p>{% trans %}Hello{% endtrans %} there</p>",
    ],
)
def test_words_that_are_not_translated_are_found(text: str) -> None:
    assert list(_untranslated(text))


class _Reader(HTMLParser):
    """Reads what a template shows of itself; what says it is English (a simulation's words) may be."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._english: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._english:
            self._english.append(tag) if tag not in {"input", "img", "br", "link", "meta"} else None
            return
        if ("lang", "en") in attrs and tag != "html":
            self._english.append(tag)
            return
        self.found += [value or "" for name, value in attrs if name in _SPOKEN_ATTRIBUTES]

    def handle_endtag(self, tag: str) -> None:
        if self._english and self._english[-1] == tag:
            self._english.pop()

    def handle_data(self, data: str) -> None:
        if not self._english:
            self.found.append(data)


def _untranslated(text: str) -> Iterator[str]:
    """Name what is in no message: words between tags, in attributes that are read out, in expressions."""
    bare = re.sub(r"\{% trans\b.*?\{% endtrans %\}", "", text, flags=re.DOTALL)
    bare = re.sub(r"\{% block main_attributes %\}.*?\{% endblock %\}", "", bare)
    expressions = re.findall(r"\{\{.*?\}\}", bare, flags=re.DOTALL)
    shown = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", bare, flags=re.DOTALL)
    reader = _Reader()
    reader.feed(shown)
    for words in reader.found:
        yield from (word for word in _WORD.findall(words) if word not in _NAMES)
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    for expression in expressions:
        for output in environment.parse(expression).find_all(nodes.Output):
            for node in output.nodes:
                yield from _loose(node)


def _loose(node: nodes.Node) -> Iterator[str]:
    """Name the strings of an expression that look like words and are given to no translating function."""
    match node:
        case nodes.Call(node=nodes.Name(name=name)) if name in _TRANSLATING:
            return
        case nodes.Call(node=nodes.Getattr(attr="simulated") | nodes.Name(name="simulated")):
            return
        case nodes.Compare() | nodes.Test():
            return
        case nodes.Keyword(key="class"):
            return
        case nodes.CondExpr(expr1=first, expr2=second):
            branches = [one for one in (first, second) if one is not None]
            yield from (one.value for one in branches if isinstance(one, nodes.Const) and _is_word(one.value))
            yield from (found for one in branches for found in _loose(one))
        case nodes.Const(value=str(value)) if re.search(r"^[A-Z][a-z]|[a-z] [a-z]", value):
            yield value
        case _:
            yield from (found for child in node.iter_child_nodes() for found in _loose(child))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and re.match(r"[A-Za-z]", value) is not None and value not in _MARKS
