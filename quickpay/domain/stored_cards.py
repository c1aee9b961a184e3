"""A card somebody stored: the gateway's token for it, and what may be shown to know it again."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

FORGET_GAPS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""When a gateway that did not drop a card is asked again, each from the one before; the last repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCard:
    """One card of one guarantor at one gateway; its id is that of the payment it was stored with.

    A removed one is nobody's any more; its token is kept only until the gateway has dropped it.
    """

    id: str
    group_id: int
    guarantor_id: int
    gateway: str
    token: str | None = field(repr=False)
    fingerprint: str | None = field(repr=False)
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    stored_at: datetime
    removed_at: datetime | None = None
    forget_tries: int = 0
    next_forget_at: datetime | None = None

    def is_good_on(self, day: date) -> bool:
        """Whether it has not expired; a card is good to the last day of its month."""
        if self.exp_month is None or self.exp_year is None:
            return True
        return (day.year, day.month) <= (self.exp_year, self.exp_month)

    def is_the_card(self, other: "StoredCard") -> bool:
        """Whether both are one card: by the gateway's fingerprint where it told one, else as it looks."""
        if self.gateway != other.gateway:
            return False
        if self.fingerprint is not None and other.fingerprint is not None:
            return self.fingerprint == other.fingerprint
        return self.looks == other.looks

    @property
    def looks(self) -> tuple[str, str, int | None, int | None]:
        """What may be shown of it."""
        return self.brand.lower(), self.last4, self.exp_month, self.exp_year


def forget_gap(tries: int) -> timedelta:
    """How long to wait after this many tries to have a card dropped."""
    return FORGET_GAPS[min(tries, len(FORGET_GAPS)) - 1]
