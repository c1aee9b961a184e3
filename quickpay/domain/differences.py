"""Our payments held against the gateway's list, both ways (R89)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.payments import HELD, Payment, PaymentState

EVERY = timedelta(hours=24)
OVERLAP = timedelta(days=2)
"""What was compared before is looked at again for so long: lists are late, and clocks and zones differ."""
EDGE = timedelta(hours=1)
"""Of ours, this much at both ends of a span is left to the run before and the run after."""
FRESH = timedelta(minutes=10)
"""What is younger may still be on its way here."""

CHARGED = (PaymentState.SUCCEEDED, PaymentState.REFUNDED)


class Kind(StrEnum):
    """How the two books may differ."""

    MISSING_THERE = "missing_there"
    MISSING_HERE = "missing_here"
    AMOUNT = "amount"
    REFUNDED = "refunded"
    CHARGED_TWICE = "charged_twice"


class Explained(StrEnum):
    """Why somebody of the staff ends a difference; fixed words, as the audit keeps them."""

    NOT_QUICKPAY = "not_quickpay"
    GIVEN_BACK = "given_back"
    ENTERED_IN_PM = "entered_in_pm"
    GATEWAY_WAS_WRONG = "gateway_was_wrong"
    A_TEST = "a_test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A charge of the gateway's list, as far as it is compared."""

    transaction: str
    reference: str | None
    amount: int
    currency: str
    refunded: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which the books differ; `subject` is the same in each run that sees it.

    `ours` and `theirs` are cents: of the charge, or of what was given back where `kind` says so.
    """

    kind: Kind
    subject: str
    payment_id: str | None
    group_id: int | None
    transaction: str | None
    ours: int | None
    theirs: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDifference:
    """A difference as it is kept, until it ends by itself or is explained."""

    id: int
    difference: Difference
    first_seen_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    reason: Explained | None


def span_of(now: datetime, *, until: datetime | None) -> tuple[datetime, datetime]:
    """Say what to compare after a run that came to `until`: from well before it to a little before now."""
    begun = now - EVERY if until is None else min(until, now)
    return begun - OVERLAP, now - FRESH


def compare(
    charges: Iterable[Theirs],
    payments: Iterable[Payment],
    named: Mapping[str, Payment],
    *,
    since: datetime,
    until: datetime,
) -> list[Difference]:
    """Compare a span's list with our payments made in it; `named` are those the list's references name.

    A payment that has not ended is asked after otherwise and is no difference.
    """
    by_reference: dict[str | None, list[Theirs]] = defaultdict(list)
    for charge in charges:
        by_reference[charge.reference].append(charge)
    found: list[Difference] = []
    for reference, told in by_reference.items():
        payment = named.get(reference or "")
        if payment is None:
            found += [_orphan(charge, None) for charge in told]
        elif payment.state not in HELD:
            found += _of_payment(payment, told)
    found += [
        Difference(
            kind=Kind.MISSING_THERE,
            subject=payment.id,
            payment_id=payment.id,
            group_id=payment.group_id,
            transaction=payment.transaction,
            ours=payment.amount,
            theirs=None,
            at=payment.created_at,
        )
        for payment in payments
        if payment.state in CHARGED
        and since + EDGE <= payment.created_at < until - EDGE
        and payment.id not in by_reference
    ]
    return found


def _of_payment(payment: Payment, told: list[Theirs]) -> list[Difference]:
    if payment.state not in CHARGED:
        return [_orphan(charge, payment) for charge in told]
    ours = next((charge for charge in told if charge.transaction == payment.transaction), told[0])
    found = [_told(Kind.CHARGED_TWICE, payment, charge) for charge in told if charge is not ours]
    if (ours.amount, ours.currency) != (payment.amount, payment.currency):
        found.append(_told(Kind.AMOUNT, payment, ours))
    if ours.refunded != payment.refunded:
        found.append(_told(Kind.REFUNDED, payment, ours))
    return found


def _orphan(charge: Theirs, payment: Payment | None) -> Difference:
    return missing_here(
        charge.transaction, payment, reference=charge.reference, amount=charge.amount, at=charge.at
    )


def missing_here(
    transaction: str | None,
    payment: Payment | None,
    *,
    reference: str | None,
    amount: int | None,
    at: datetime,
) -> Difference:
    """Say that the gateway took money we know nothing of, or hold a payment not charged for."""
    return Difference(
        kind=Kind.MISSING_HERE,
        subject=transaction or reference or "",
        payment_id=None if payment is None else payment.id,
        group_id=None if payment is None else payment.group_id,
        transaction=transaction,
        ours=None if payment is None else 0,
        theirs=amount,
        at=at,
    )


def _told(kind: Kind, payment: Payment, charge: Theirs) -> Difference:
    refunds = kind is Kind.REFUNDED
    return Difference(
        kind=kind,
        subject=charge.transaction if kind is Kind.CHARGED_TWICE else payment.id,
        payment_id=payment.id,
        group_id=payment.group_id,
        transaction=charge.transaction,
        ours=payment.refunded if refunds else payment.amount,
        theirs=charge.refunded if refunds else charge.amount,
        at=charge.at,
    )
