"""What must not wait until somebody happens to look: said in the log and on the staff's front page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AGAIN_AFTER = timedelta(hours=1)
"""An alarm that goes on is said again this often."""
SHOWN_FOR = timedelta(hours=24)


class AlarmKind(StrEnum):
    """What it is about."""

    PAYMENT_IN_REVIEW = "payment_in_review"
    PAYMENT_CONTRADICTED = "payment_contradicted"
    BOOKS_DIFFER = "books_differ"
    BOOKS_NOT_COMPARED = "books_not_compared"
    MANY_PAYMENTS = "many_payments"
    MANY_BAD_LINKS = "many_bad_links"


WHAT_TO_DO = {
    AlarmKind.PAYMENT_IN_REVIEW: "look at /staff/payments/unresolved; its amount is held until it is decided",
    AlarmKind.PAYMENT_CONTRADICTED: (
        "the gateway contradicts how a payment ended; look at /staff/payments/differences and at the gateway"
    ),
    AlarmKind.BOOKS_DIFFER: "the gateway's list and ours differ; look at /staff/payments/differences",
    AlarmKind.BOOKS_NOT_COMPARED: (
        "the gateway's list could not be read; it is tried hourly, `quickpay reconcile` tries at once"
    ),
    AlarmKind.MANY_PAYMENTS: (
        "more payments in an hour than a group should have; somebody may be testing cards: end the links in "
        "question and call the gateway's fraud desk, unless a send batch has just gone out"
    ),
    AlarmKind.MANY_BAD_LINKS: (
        "more links that are none were tried in a minute than people do; somebody may be guessing them: each "
        "address is shut out by itself, so look in the proxy's log whether the requests come from one network"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm; it counts each time it was raised again for the same subject."""

    id: int
    kind: AlarmKind
    subject: str
    group_id: int | None
    first_at: datetime
    last_at: datetime
    times: int
