"""The menu of an authorized patient: the same lines on every page, the one she is on marked."""

from dataclasses import dataclass

from quickpay.domain.said import say


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLine:
    """One line: its word, where it leads, and whether this page is there."""

    word: str
    address: str
    here: bool


_LINES = (
    (say("Account"), "/account"),
    (say("Pay"), "/pay"),
    (say("Receipts"), "/receipts"),
    (say("Statements"), "/statements"),
)


def menu_at(here: str) -> tuple[MenuLine, ...]:
    """Give the lines with the one marked whose address is `/here`; leaving is the frame's own."""
    return tuple(MenuLine(word=word, address=address, here=address == f"/{here}") for word, address in _LINES)
