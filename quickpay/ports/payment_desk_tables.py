"""The port to what the desk asks of payments and reference batches, and the two things it does to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from quickpay.domain.guarantors import Guarantor
from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, Payment, PaymentState
from quickpay.domain.reach import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which payments are asked for; None leaves all. Pressed from `since` until before `until`."""

    since: datetime | None = None
    until: datetime | None = None
    group_id: int | None = None
    number: str | None = None
    state: PaymentState | None = None
    method: Method | None = None
    origin: Origin | None = None
    batch_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTotals:
    """Sums of what was asked for; money is that of payments that took some."""

    payments: int
    taken: int
    amount: Cents
    refunded: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """One line of a payment's timeline."""

    at: datetime
    type: str
    actor: str
    detail: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBatch:
    """One reference batch with how many receipts it holds and what they come to."""

    id: int
    group_id: int
    date: date
    description: str
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    receipts: int
    paid: int
    amount: Cents
    refunded: Cents
    unapplied: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPayment:
    """One payment with whose it is."""

    payment: Payment
    guarantor: Guarantor = field(repr=False)


class PaymentDesk(Protocol):
    """Payments and batches within a reach of groups."""

    async def list_(
        self, wanted: Wanted, *, within: Reach, before: Payment | None, most: int
    ) -> list[ListedPayment]:
        """Return payments older than `before`, the newest first."""
        ...

    async def totals(self, wanted: Wanted, *, within: Reach) -> PaymentTotals: ...
    async def events(self, payment_id: str) -> list[PaymentEvent]:
        """A payment's timeline, oldest first."""
        ...

    async def in_pm(self, payment_id: str) -> bool:
        """Whether what the PM system says contains the payment: then its lines are not ours to post on."""
        ...

    async def put_on_lines(self, payment_id: str, amount: Cents, *, now: datetime) -> bool:
        """Take so much from what is on no line, with the payment's next change number.

        False: there is not so much, or the PM system contains the payment.
        """
        ...

    async def batches(
        self, *, within: Reach, before: int | None, open_only: bool, most: int
    ) -> list[ReferenceBatch]:
        """Return batches older than `before`, the newest first."""
        ...

    async def batch(self, batch_id: int) -> ReferenceBatch | None: ...
    async def close_batch(self, batch_id: int, *, by: str, now: datetime) -> bool:
        """Close an open one; the next receipt of its date opens another."""
        ...
