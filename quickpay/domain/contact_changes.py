"""A contact that a patient changed and confirmed: since when it stands, and what the PM system says to it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class PmSays(StrEnum):
    """What the PM system's next word is, set beside her change."""

    SAME_AS_BEFORE = "same_as_before"
    """What it said before her change: it does not know of it, and hers stays in force."""
    SAME_AS_HERS = "same_as_hers"
    """It has taken her change over."""
    ANOTHER = "another"
    """It says something new, entered by staff: that is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChange:
    """One confirmed change; `method` is the word of the way codes go there."""

    challenge_id: str
    session_id: int
    guarantor_id: int
    method: str
    contact: str = field(repr=False)
    before: str | None = field(repr=False)
    pm_contact: str | None = field(repr=False)
    confirmed_at: datetime
    kept_at: datetime | None = None
    adopted_at: datetime | None = None
    ended_at: datetime | None = None

    def rests_until(self, rest: timedelta) -> datetime:
        """Give the moment from which codes may go there (R47)."""
        return self.confirmed_at + rest

    def judged(self, said: str | None) -> PmSays:
        """Set the PM system's word beside it; her own contact first, else it could not be taken over."""
        if same_contact(said, self.contact):
            return PmSays.SAME_AS_HERS
        return PmSays.SAME_AS_BEFORE if same_contact(said, self.pm_contact) else PmSays.ANOTHER


def same_contact(one: str | None, other: str | None) -> bool:
    """Tell whether two contacts lead to one place; mailboxes do not differ by letter case."""
    return (one or "").lower() == (other or "").lower()
