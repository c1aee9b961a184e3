"""What a guarantor is found by: names and contacts written one way, whoever types them.

The revision that first filled the keys reads this too: a change here needs one that fills them anew.
"""

import unicodedata
from enum import StrEnum

# What stands inside a name and is left out as often as not; any other sign counts as typed (A62).
_APOSTROPHES = "'`\u2019\u2018\u00b4\u02bc"
_HYPHENS = "-\u2010\u2011\u2013"
_INSIDE = dict.fromkeys(map(ord, f"{_APOSTROPHES}{_HYPHENS}."))
_LETTERS = str.maketrans(
    {
        "\u00f8": "o",
        "\u0142": "l",
        "\u0111": "d",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u0131": "i",
    }
)
"""Letters that are not a plain one with an accent: they do not come apart by themselves."""
_BETWEEN = str.maketrans(dict.fromkeys(f"{_HYPHENS},;", " "))
_LONGEST = 60
"""Letters of a key: what is longer is found by its beginning; an index takes no key of any length."""


class KeyKind(StrEnum):
    """What a key is made of; names and numbers are found by their beginning, contacts whole."""

    NAME = "name"
    NUMBER = "number"
    EMAIL = "email"
    MOBILE = "mobile"


Key = tuple[KeyKind, str]


def keys_of(
    *, names: tuple[str | None, ...], number: str, email: str | None, mobile: str | None
) -> frozenset[Key]:
    """Give every key of one guarantor: each name's words, a double one whole and in its parts."""
    found: set[Key] = {(KeyKind.NUMBER, number_key(number))}
    for name in names:
        whole = typed_words(name or "")
        parts = typed_words((name or "").translate(_BETWEEN))
        found |= {(KeyKind.NAME, word) for word in (*whole, *parts)}
    if email:
        found.add((KeyKind.EMAIL, email_key(email)))
    if mobile:
        found.add((KeyKind.MOBILE, mobile))
    return frozenset(found)


def typed_words(text: str) -> tuple[str, ...]:
    """Give the words of a name as they are compared: no accents, no case, no apostrophes or hyphens."""
    spaced = text.replace(",", " ").replace(";", " ")
    return tuple(word for word in (_folded(one) for one in spaced.split()) if word)


def number_key(number: str) -> str:
    """Give an account number as it is compared: no case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", number).casefold().split())[:_LONGEST]


def email_key(email: str) -> str:
    """Give an email address as it is compared: no two mailboxes differ in their case alone."""
    return email.lower()


def _folded(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold()).casefold().translate(_LETTERS)
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_INSIDE)[:_LONGEST]
