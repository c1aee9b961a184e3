"""What becomes of a text after it was handed over: its provider's reports, joined however they arrive."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

RANKS: Final = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "undelivered": 4,
    "failed": 4,
}
"""How far along each word of the provider is; a report counts only if it is further than the last (R60)."""

LAST_RANK: Final = 4
STOPPED_CODE: Final = "21610"
"""The provider's number for a recipient who told the carrier STOP (R61)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedText:
    """A text its provider took; `kind` is `code` or the kind of the message, one of the two ids says which.

    `number` is where it went, `handed_at` a moment before it went.
    """

    sid: str
    kind: str
    challenge_id: str | None
    outbox_id: int | None
    group_id: int
    guarantor_id: int
    link_serial: int | None
    session_id: int | None
    number: str = field(repr=False)
    handed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReport:
    """The furthest the provider told of a text; `error` is its number for what went wrong."""

    status: str
    error: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""
        return RANKS[self.status] == LAST_RANK

    @property
    def delivered(self) -> bool:
        """Whether the phone has it."""
        return self.status == "delivered"

    @property
    def failed(self) -> bool:
        """Whether the phone will never have it."""
        return self.ended and not self.delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFate:
    """One text as both sides have it; either may come first: a report can be quicker than our own writing."""

    handed: HandedText | None
    report: TextReport | None
