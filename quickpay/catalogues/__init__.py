"""The words of each language, read once from its file of translations; nothing here is about a request."""

import gettext
from datetime import date
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from quickpay.domain.languages import Language
from quickpay.domain.money import format_usd
from quickpay.domain.said import ENGLISH, Catalogue

_HERE = Path(__file__).parent
# Patients read their bills in the United States: its way to write sums, whatever the language.
_TERRITORY = "US"
_DATES_KEPT = 4096


def place_of(language: Language) -> Path:
    """Give the file a language's translations are in."""
    return _HERE / f"{language}.po"


@cache
def catalogue(language: Language) -> Catalogue:
    """Give the words of a language; English is what they are written in."""
    return ENGLISH if language is Language.EN else Translations(language)


class Translations:
    """`domain.said.Catalogue` from a file of translations; what has none would be said in English."""

    def __init__(self, language: Language) -> None:
        self._locale = Locale(language.value, _TERRITORY)
        with place_of(language).open("rb") as file:
            read = read_po(file, locale=language.value)
        compiled = BytesIO()
        write_mo(compiled, read)
        compiled.seek(0)
        self._words = gettext.GNUTranslations(compiled)
        self.text = self._words.gettext
        self.text_in = self._words.pgettext
        self.text_of = self._words.ngettext
        self.day = lru_cache(_DATES_KEPT)(self._day)

    def usd(self, cents: int) -> str:
        """Write a sum as it is written in the United States."""
        return format_usd(cents)

    def _day(self, when: date) -> str:
        return format_date(when, format="medium", locale=self._locale)
