"""A refund: one order to give money of a payment back; its states and what may follow each."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from quickpay.domain.money import Cents

REASON_LONGEST = 200
AT_THE_GATEWAY = "gateway"
"""Who made a refund that was made at the gateway itself, not here."""


class RefundState(StrEnum):
    """Where a refund stands. Silence is `unknown`, and the gateway is asked again."""

    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"


REFUND_IN_FLIGHT = (RefundState.SUBMITTING, RefundState.UNKNOWN)


class WhyRefundRefused(StrEnum):
    """Why nothing was given back, in our words; the gateway's own word may stand instead."""

    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund as the row has it. Its id is the gateway's idempotency key and never changes.

    `number` says which of its payment's it is, from 1; `asked_at` when the gateway was last asked.
    """

    id: str
    payment_id: str
    number: int
    amount: Cents
    reason: str = field(repr=False)
    made_by: str
    state: RefundState
    transaction: str | None
    refused_because: str | None
    created_at: datetime
    deadline: datetime
    asks: int
    asked_at: datetime
    next_ask_at: datetime | None
    ended_at: datetime | None

    @property
    def in_flight(self) -> bool:
        """Whether nobody knows yet how it ends."""
        return self.state in REFUND_IN_FLIGHT


def reason_fault(reason: str) -> str | None:
    """Say what is wrong with a reason that was tidied, None where nothing is."""
    if not reason:
        return "Say why the money is given back."
    if len(reason) > REASON_LONGEST or not reason.isprintable():
        return f"Use {REASON_LONGEST} printable characters at most."
    return None
