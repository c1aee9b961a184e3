"""The languages QuickPay speaks to patients, and which of them somebody wants."""

from enum import StrEnum
from functools import lru_cache

_MOST_WANTED = 20
"""Ranges of an Accept-Language that are read; nobody speaks more, and nobody is to make us read more."""


class Language(StrEnum):
    """One language, by the tag a page says it in; the first is what the words are written in."""

    EN = "en"
    ES = "es"

    @property
    def own_name(self) -> str:
        """What it is called by those who speak it."""
        return _OWN_NAMES[self]


_OWN_NAMES = {Language.EN: "English", Language.ES: "Español"}


def language_of(tag: str) -> Language | None:
    """Find the language of a tag like `es`, `es-MX` or `es_US`; None for one we do not speak."""
    spoken = tag.strip().replace("_", "-").partition("-")[0].lower()
    return next((one for one in Language if one.value == spoken), None)


@lru_cache(maxsize=256)
def language_wanted(accepted: str) -> Language | None:
    """Find the language an Accept-Language header wants most; None where it names none of ours."""
    best: tuple[float, Language] | None = None
    for part in accepted.split(",", _MOST_WANTED)[:_MOST_WANTED]:
        tag, _, rest = part.partition(";")
        language, weight = language_of(tag), _weight(rest)
        if language is not None and weight > 0 and (best is None or weight > best[0]):
            best = weight, language
    return best[1] if best else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    whole, _, rest = value.strip().partition(".")
    plain = whole in {"0", "1"} and (not rest or (rest.isascii() and rest.isdecimal()))
    return float(value) if name.strip() == "q" and plain else 0.0
