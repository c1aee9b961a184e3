"""What a person says of a payment's end, held against what the gateway says of it at that moment."""

from dataclasses import dataclass
from enum import StrEnum

from quickpay.domain.payments import Payment
from quickpay.domain.unresolved import Because, Decision
from quickpay.ports.gateway import (
    NO_CARD,
    Approved,
    Declined,
    Found,
    LookUp,
    Mismatch,
    NeedsAction,
    NoAnswer,
    NotFound,
)


class NotNow(StrEnum):
    """Why a person may not end a payment as she wants to."""

    TOO_EARLY = "too_early"
    IT_WAS_CHARGED = "it_was_charged"
    IT_WAS_DECLINED = "it_was_declined"
    NOT_FOUND = "not_found"
    OTHER_TRANSACTION = "other_transaction"
    OTHER_AMOUNT = "other_amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person says; `transaction` is the gateway's number of the charge, empty if there was none."""

    decision: Decision
    because: Because
    transaction: str = ""


def against(payment: Payment, verdict: Verdict, answer: LookUp) -> NotNow | None:
    """Say what of the gateway's answer stands against a person's word; its silence does not."""
    match answer:
        case NoAnswer():
            return None
        case NotFound():
            return NotNow.NOT_FOUND if verdict.decision is Decision.CHARGED else None
        case Found(outcome=outcome):
            return _against_outcome(payment, verdict, outcome)


def _against_outcome(
    payment: Payment, verdict: Verdict, outcome: Approved | Declined | Mismatch | NeedsAction
) -> NotNow | None:
    match outcome:
        case Declined():
            return NotNow.IT_WAS_DECLINED if verdict.decision is Decision.CHARGED else None
        case Approved():
            return _against_charge(verdict, outcome)
        case Mismatch():
            return _against_mismatch(payment, verdict, outcome)
        case NeedsAction():  # her bank may still let it through
            return NotNow.TOO_EARLY


def _against_charge(verdict: Verdict, outcome: Approved) -> NotNow | None:
    """It would have ended the payment by itself, so something of it is not what was asked for."""
    if verdict.decision is Decision.NOT_CHARGED:
        return None if outcome.refunded >= outcome.amount else NotNow.IT_WAS_CHARGED
    return NotNow.OTHER_AMOUNT if outcome.transaction == verdict.transaction else NotNow.OTHER_TRANSACTION


def _against_mismatch(payment: Payment, verdict: Verdict, outcome: Mismatch) -> NotNow | None:
    """What was given back of it cannot be seen here: for that a person's word counts."""
    if verdict.decision is Decision.NOT_CHARGED:
        return None if verdict.because is Because.GIVEN_BACK else NotNow.IT_WAS_CHARGED
    several = outcome.differs == ("order",) and outcome.amount == payment.amount
    if several:  # one of them is the payment; the other must be given back at the gateway
        return None
    return NotNow.OTHER_AMOUNT if outcome.transaction == verdict.transaction else NotNow.OTHER_TRANSACTION


def approved_by(payment: Payment, verdict: Verdict, answer: LookUp) -> Approved:
    """Stand for the success a person vouches for: what was asked, under the number she gave."""
    card = NO_CARD
    if isinstance(answer, Found) and isinstance(answer.outcome, Approved):
        card = answer.outcome.card
    return Approved(
        transaction=verdict.transaction,
        card=card,
        amount=payment.amount,
        currency="usd",
        reference=payment.id,
    )
