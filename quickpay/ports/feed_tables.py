"""The port to what the PM system has not taken over yet: money received, with its age."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from quickpay.domain.money import NO_CENTS, Cents
from quickpay.domain.reach import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTakenOver:
    """One payment that succeeded and that the PM system has neither acknowledged nor named.

    `paid_at` is when Pay was pressed; the name is for staff, and goes nowhere else.
    """

    payment_id: str
    group_id: int
    group: str
    guarantor: str
    name: str = field(repr=False)
    amount: Cents
    receipt_number: int | None
    posted: bool
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many there are, what they amount to, and since when the oldest waits."""

    count: int = 0
    amount: Cents = NO_CENTS
    oldest: datetime | None = None


class Unacknowledged(Protocol):
    """Money received that is not the PM system's yet."""

    async def page(self, *, within: Reach, skip: int, most: int) -> list[NotTakenOver]:
        """The oldest first."""
        ...

    async def backlog(self, *, within: Reach) -> Backlog: ...
