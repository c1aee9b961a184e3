"""The port to what the desk asks of the tables: find guarantors, and look over their links and payments."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import Link
from quickpay.domain.payments import Payment
from quickpay.domain.reach import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What somebody looks for, as keys: every word of a name, or a number's beginning, or a whole contact."""

    words: tuple[str, ...] = field(repr=False)
    number: str | None = field(repr=False)
    email: str | None = field(repr=False)
    mobile: str | None = field(repr=False)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.words and self.number is None and self.email is None and self.mobile is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMessage:
    """How the newest message to a contact ended."""

    delivered: bool
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One send batch of one group; `opened` and `paid` count links, not presses."""

    group_id: int
    batch: str
    first_made_at: datetime
    made: int
    opened: int
    paid: int
    active: int


class Desk(Protocol):
    """Reading for the desk; nothing here changes anything."""

    async def find(self, sought: Sought, *, within: Reach, skip: int, most: int) -> list[Guarantor]:
        """Guarantors that have all of what is sought: one whose number it is first, then by name."""
        ...

    async def live_links(self, guarantor_id: int, now: datetime) -> int:
        """How many links of a guarantor would open now."""
        ...

    async def active_links(self, *, group_id: int, guarantor_id: int | None, batch: str | None) -> int:
        """How many links ending all of these would end; those that ran out by time or use count too."""
        ...

    async def links_of(self, guarantor_id: int, *, skip: int, most: int) -> list[Link]:
        """A guarantor's links, the newest first."""
        ...

    async def uses_of(self, guarantor_id: int) -> int:
        """How many sessions were opened from all links of a guarantor."""
        ...

    async def payments_of(
        self, guarantor_id: int, *, skip: int, most: int
    ) -> list[tuple[Payment, str | None]]:
        """A guarantor's payments, the newest first, each with its link's id."""
        ...

    async def stops_of(self, guarantor_id: int) -> dict[str, datetime]:
        """Contacts, in lower case, to which nothing goes for this guarantor, and since when."""
        ...

    async def last_message(self, guarantor_id: int, contact: str) -> LastMessage | None:
        """How the newest message to this contact that has ended did end."""
        ...

    async def batches(
        self, *, within: Reach, since: datetime, now: datetime, skip: int, most: int
    ) -> list[BatchLine]:
        """Batches with a link made since then, the newest first."""
        ...

    async def batch(self, group_id: int, batch: str, now: datetime) -> BatchLine | None: ...
