"""A payment nobody can tell the end of: what the gateway says of it, and what a person decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.payments import HELD, REVIEW_AFTER, Payment, PaymentState

UNREADABLE = "unreadable"
"""What differs where the gateway's words make no sense: they say nothing of the money (X8)."""
ASKED_FOR_AFTER = timedelta(minutes=5)
"""From this age on a payment without an end is worth a look; before, it mostly ends by itself."""


class Said(StrEnum):
    """What the gateway last said when it was asked after a payment."""

    NOTHING = "nothing"
    NOT_FOUND = "not_found"
    CHARGED = "charged"
    DECLINED = "declined"
    DIFFERS = "differs"


class Decision(StrEnum):
    """How a person ends a payment that does not end by itself."""

    CHARGED = "charged"
    NOT_CHARGED = "not_charged"


class Because(StrEnum):
    """Why a person is sure of it; fixed words, as the audit keeps them."""

    SEEN_AT_GATEWAY = "seen_at_gateway"
    TOLD_BY_GATEWAY = "told_by_gateway"
    GIVEN_BACK = "given_back"
    NOT_ON_STATEMENT = "not_on_statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySaid:
    """The gateway's last word on a payment, as readably as it was said."""

    at: datetime
    said: Said
    differs: str | None = None
    transaction: str | None = None
    amount: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person decided, when and why."""

    decision: Decision
    at: datetime
    by: str
    because: Because


def may_be_decided(payment: Payment, now: datetime) -> bool:
    """Whether a person may end it: only in review, or unknown for a day (R79)."""
    if payment.state is PaymentState.REVIEW:
        return True
    return payment.state in HELD and now >= payment.created_at + REVIEW_AFTER
