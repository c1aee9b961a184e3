"""The port to what the PM system has not taken over yet: money received and given back, with its age."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from quickpay.domain.money import NO_CENTS, Cents
from quickpay.domain.reach import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTakenOver:
    """One payment of which the PM system has neither acknowledged nor named the success, or a refund since.

    `received` is nothing where only refunds are left to hear of. `since` is when Pay was pressed, or else
    when the payment last changed; the name is for staff, and goes nowhere else.
    """

    payment_id: str
    group_id: int
    group: str
    guarantor: str
    name: str = field(repr=False)
    received: Cents
    given_back: Cents
    receipt_number: int | None
    posted: bool
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many there are, what they amount to both ways, and since when the oldest waits."""

    count: int = 0
    amount: Cents = NO_CENTS
    given_back: Cents = NO_CENTS
    oldest: datetime | None = None


class Unacknowledged(Protocol):
    """Money received or given back that is not in the PM system yet."""

    async def page(self, *, within: Reach, skip: int, most: int) -> list[NotTakenOver]:
        """The oldest first."""
        ...

    async def backlog(self, *, within: Reach) -> Backlog: ...
