"""Words made in Python: written in English where they are made, said in a reader's language when shown."""

from collections.abc import Callable
from datetime import date
from typing import Protocol, Self

from quickpay.domain.money import format_usd

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Catalogue(Protocol):
    """The words of one language, and how it writes dates and sums."""

    def text(self, message: str) -> str: ...  # noqa: D102 - the name says it
    def text_in(self, context: str, message: str) -> str: ...  # noqa: D102
    def text_of(self, one: str, many: str, count: int) -> str: ...  # noqa: D102
    def day(self, when: date) -> str: ...  # noqa: D102
    def usd(self, cents: int) -> str: ...  # noqa: D102


class Said(str):
    """Words that know how to be said in every language; as a plain `str` they are their English.

    So what knows no language (a log, a test, a staff page) reads them as they are. Gluing them to other
    words by `+` or in an f-string leaves only the English: use `together` or a placeholder.
    """

    __slots__ = ("how",)
    how: Callable[[Catalogue], str]

    def __new__(cls, how: Callable[[Catalogue], str]) -> Self:  # noqa: D102 - the class says it
        one = super().__new__(cls, how(ENGLISH))
        one.how = how
        return one

    def __deepcopy__(self, memo: object) -> Self:
        return self


def say(message: str, **values: object) -> Said:
    """Say a message; each `%(name)s` in it stands for a value, which is said in the same language."""
    return Said(lambda words: _filled(words.text(message), values, words))


def say_in(context: str, message: str) -> Said:
    """Say a message whose words mean different things in different places."""
    return Said(lambda words: words.text_in(context, message))


def say_of(one: str, many: str, count: int) -> Said:
    """Say how many: `%(count)s` in either message is the number."""
    return Said(lambda words: _filled(words.text_of(one, many, count), {"count": count}, words))


def together(*parts: str, between: str = " ") -> Said:
    """Say one thing after the other."""
    return Said(lambda words: between.join(in_words_of(words, part) for part in parts))


def day(when: date) -> Said:
    """Say a date as a US patient reads it: `Sep 30, 2026`."""
    return Said(lambda words: words.day(when))


def usd(cents: int) -> Said:
    """Say a sum of dollars: `$1,234.50`."""
    return Said(lambda words: words.usd(cents))


def in_words_of(words: Catalogue, value: object) -> str:
    """Say a value in a language; what is no words of ours stays as it is."""
    return value.how(words) if isinstance(value, Said) else str(value)


def _filled(message: str, values: dict[str, object], words: Catalogue) -> str:
    if not values:
        return message
    return message % {name: in_words_of(words, value) for name, value in values.items()}


class _English:
    """What the words are written in."""

    def text(self, message: str) -> str:
        return message

    def text_in(self, context: str, message: str) -> str:
        del context
        return message

    def text_of(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many

    def day(self, when: date) -> str:
        return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}"

    def usd(self, cents: int) -> str:
        return format_usd(cents)


ENGLISH: Catalogue = _English()
