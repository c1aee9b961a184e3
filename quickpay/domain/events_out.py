"""The events told to other programs: which act becomes which, and when a delivery is tried again."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class EventOut(StrEnum):
    """What a receiver may ask to be told of."""

    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_DECLINED = "payment.declined"
    PAYMENT_REFUNDED = "payment.refunded"
    PAYMENT_POSTED = "payment.posted"
    PAYMENT_UNKNOWN = "payment.unknown"
    PAYMENT_REVIEW = "payment.review"
    LINK_OPENED = "link.opened"
    LINK_REVOKED = "link.revoked"
    LINK_SUSPENDED = "link.suspended"
    CONTACT_CHANGED = "contact.changed"


EVERY_EVENT = tuple(event.value for event in EventOut)

ANNOUNCED: Mapping[str, EventOut] = MappingProxyType(
    {
        "payment.succeeded": EventOut.PAYMENT_SUCCEEDED,
        "payment.declined": EventOut.PAYMENT_DECLINED,
        "payment.refunded": EventOut.PAYMENT_REFUNDED,
        "payment.posted": EventOut.PAYMENT_POSTED,
        "payment.unknown": EventOut.PAYMENT_UNKNOWN,
        "payment.review": EventOut.PAYMENT_REVIEW,
        "payment.contradicted": EventOut.PAYMENT_REVIEW,
        "link.opened": EventOut.LINK_OPENED,
        "link.revoked": EventOut.LINK_REVOKED,
        "link.superseded": EventOut.LINK_REVOKED,
        "link.not_me": EventOut.LINK_SUSPENDED,
        "contact.changed": EventOut.CONTACT_CHANGED,
    }
)
"""By the audit's word: whoever writes such a line tells the receivers too, in the same unit."""

TOLD_OF: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "link.opened": frozenset({"use", "of"}),
        "contact.changed": frozenset({"method"}),
    }
)
"""What of the audit's own detail goes out, by its word; of all other acts none of it does."""

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long to wait after each failure, as Standard Webhooks advises: about three days in all."""

MOST_TRIES = len(PAUSES) + 1
LONGEST_PAYLOAD = 20_000
"""Bytes; Standard Webhooks asks for less than 20 kB."""

_ID = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")


def is_endpoint_id(text: str) -> bool:
    """Tell whether text can name an endpoint: what fits an address without being escaped."""
    return _ID.fullmatch(text) is not None


def pause_after(attempts: int) -> timedelta | None:
    """Say how long to wait after so many tries that failed; None: no more."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
