"""Somebody whose pages are in Spanish: a walk told in English finds on them what is said there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from playwright.async_api import Browser, FrameLocator, Locator, Page

from quickpay.domain.languages import Language
from quickpay.sandbox.words import LABELS
from tests.arch.catalogue import messages, translations
from tests.household import Household
from tests.journeys.person import Person, somebody

_CATALOGUE = {
    one.id: str(one.string) for one in messages(translations(Language.ES)) if isinstance(one.id, str)
} | {words: LABELS["es"][key] for key, words in LABELS["en"].items()}
_PLACEHOLDER = re.compile(r"%\([a-z_]+\)s")


def spanish(english: str) -> str:
    """Say what the page says instead; a name is what it is."""
    return _CATALOGUE.get(english, english)


def _pattern(english: re.Pattern[str]) -> re.Pattern[str]:
    """Say it of the beginning of a message: of `^Pay`, whatever `Pay` and `Pay %(amount)s` are."""
    begins = english.pattern.removeprefix("^").replace(r"\$", "$").partition("$")[0].strip()
    fitting = [es for en, es in _CATALOGUE.items() if en == begins or en.startswith(begins + " ")]
    assert fitting, english.pattern
    return re.compile("|".join("^" + re.escape(_PLACEHOLDER.split(es)[0]) for es in fitting))


def _said(name: str | re.Pattern[str]) -> str | re.Pattern[str]:
    return spanish(name) if isinstance(name, str) else _pattern(name)


class _Spoken:
    """A page or a frame asked in English."""

    def __init__(self, inner: Page | FrameLocator) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def get_by_role(self, role: Any, *, name: str | re.Pattern[str] = "", **more: Any) -> Locator:
        """Find by role, and by name where one is told."""
        return self._inner.get_by_role(role, **({"name": _said(name)} if name else {}), **more)

    def get_by_label(self, label: str, **more: Any) -> Locator:
        """Find a field."""
        return self._inner.get_by_label(spanish(label), **more)

    def get_by_text(self, words: str, **more: Any) -> Locator:
        """Find words."""
        return self._inner.get_by_text(spanish(words), **more)

    def frame_locator(self, selector: str) -> FrameLocator:
        """Find a frame by its title."""
        told = re.sub("'([^']*)'", lambda found: f"'{spanish(found[1])}'", selector)
        return cast("FrameLocator", _Spoken(self._inner.frame_locator(told)))


class Reader(Person):
    """Somebody who chose Spanish."""

    def __init__(self, person: Person) -> None:
        page = cast("Page", _Spoken(person.page))
        super().__init__(page=page, house=person.house, watched=person.watched)

    async def at(self, heading: str) -> None:
        """Hold that this is the page, by its heading in English."""
        await super().at(spanish(heading))


@asynccontextmanager
async def reader(browser: Browser, house: Household, language: Language) -> AsyncIterator[Person]:
    """Give a person with a fresh profile who has chosen a language."""
    async with somebody(browser, house) as person:
        chosen = {"name": "qpl", "value": language.value, "url": house.base_url}
        await person.page.context.add_cookies([chosen])  # type: ignore[list-item]  # as its own type has it
        yield Reader(person) if language is Language.ES else person
