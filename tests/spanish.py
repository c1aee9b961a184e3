"""Whether a text is Spanish: which words in it are of our English and not of our Spanish."""

import re
from html.parser import HTMLParser

from quickpay.domain.languages import Language
from tests.arch.catalogue import messages, translations

OF_THE_PM = (
    *("Lakeside Clinic", "Office visit", "Follow-up visit", "Blood count", "Main Street"),
    *("office", "quickpay"),
)
"""What stands on pages and is nobody's translation: the PM system's own words."""
_LETTER = "a-záéíóúüñ"
_WORD = re.compile(rf"(?<![0-9{_LETTER}])[{_LETTER}]{{2,}}(?![0-9{_LETTER}])")  # no letters within a number
_READ_OUT = {
    *("aria-label", "alt", "title", "placeholder", "data-label", "data-words", "data-paying", "data-check"),
    *("data-missing", "data-many", "data-one", "data-extend", "data-done", "data-failed"),
}


class _Shown(HTMLParser):
    """What of a page is seen or read out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._unread = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in {"script", "style"}
        self.words += [value or "" for name, value in attrs if name in _READ_OUT]

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.words.append(data)


def _words(texts: list[str]) -> set[str]:
    return {
        word for text in texts for word in _WORD.findall(re.sub(r"<[^>]*>|%\([a-z_]+\)s", " ", text).lower())
    }


def _only_english() -> set[str]:
    kept = messages(translations(Language.ES))
    english = [text for one in kept for text in (one.id if isinstance(one.id, tuple) else (one.id,))]
    spanish = [
        text for one in kept for text in (one.string if isinstance(one.string, tuple) else (one.string,))
    ]
    return _words(english) - _words(spanish) - {"may"}  # as in 6 may 2024


ENGLISH = _only_english()
"""Words our English has and our Spanish has not."""


def left_over(page: str, *data: str) -> set[str]:
    """Find English words of ours in a page or a text, but for those in this data."""
    return (_words(_Shown(page).words) & ENGLISH) - _words(list(data))
