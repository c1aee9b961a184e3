"""What somebody's name may look like in a text message: letters it can carry, and nothing that leads away."""

import re
import unicodedata

NAME_LONGEST = 30

_NOT_IN_TEXTS = re.compile(r"[^A-Za-z0-9àèéùìòÇØøÅåÆæßÉÄÖÑÜäöñü &'.\-]+")
_DOT_WITHIN = re.compile(r"\.(?=[^ ])")


def name_in_text(name: str) -> str:
    """Give the form of a name that a text carries; empty where no letter of it can be carried.

    At most 30 letters of the text alphabet, and nothing a phone would turn into a link (A46).
    """
    letters = "".join(_plain(letter) for letter in unicodedata.normalize("NFC", name))
    spaced = _DOT_WITHIN.sub(" ", _NOT_IN_TEXTS.sub(" ", letters))
    return " ".join(spaced.split())[:NAME_LONGEST].strip()


def _plain(letter: str) -> str:
    """Give the letter a text can carry for one it cannot: `ł` has none, `ō` becomes `o`."""
    if not _NOT_IN_TEXTS.fullmatch(letter):
        return letter
    if letter in "’‘`´":  # noqa: RUF001 - apostrophes as people type them
        return "'"
    return "".join(mark for mark in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(mark))
