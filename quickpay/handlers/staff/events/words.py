"""What these pages say: ages, how deliveries stand, and what a receiver did."""

from collections.abc import Mapping
from datetime import timedelta

from quickpay.domain.endpoints import DeliveryState, DisabledBy

STATES: Mapping[DeliveryState, str] = {
    DeliveryState.QUEUED: "Waits",
    DeliveryState.LEASED: "On its way",
    DeliveryState.DELIVERED: "Delivered",
    DeliveryState.DEAD: "Given up",
    DeliveryState.SKIPPED: "Not sent: the endpoint was at rest",
}
AT_REST: Mapping[DisabledBy, str] = {
    DisabledBy.API: "At rest, by the API",
    DisabledBy.STAFF: "At rest, by staff",
    DisabledBy.GONE: "At rest: the receiver answered that it wants no more (410)",
}
_TROUBLES = {
    "timeout": "It did not answer within 15 seconds.",
    "no host": "The host of its address is not known.",
    "private": "Its host leads into a private network; nothing is sent there.",
    "unreachable": "It could not be reached.",
    "untrusted": "Its certificate is not trusted.",
    "redirect": "It answered with a redirect; none is followed.",
    "address": "Its address may not be used.",
    "no secret": "Its secret cannot be opened: the signing key that sealed it is not in the settings. "
    "Make a new secret over the API.",
    "gone": "It answered that it wants no more (410).",
}
SINCE: Mapping[str, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "three_days": timedelta(days=3),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
SINCE_WORDS = (
    ("hour", "The last hour"),
    ("day", "The last 24 hours"),
    ("three_days", "The last 3 days"),
    ("week", "The last 7 days"),
    ("month", "The last 30 days: all that is kept"),
)
_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def age(span: timedelta) -> str:
    """Say a length of time in its largest whole unit."""
    for unit, word in _UNITS:
        if span >= unit:
            return counted(span // unit, word)
    return "less than a minute"


def counted(number: int, word: str) -> str:
    """Say how many of something."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def sent_again(events: int, *, resting: bool) -> str:
    """Say what a press to send again came to; an endpoint at rest is told of nothing before it is woken."""
    if events == 0:
        return "There was nothing to send again; what waits is sent anyway."
    when = "when it is woken" if resting else "again"
    return f"{counted(events, 'event')} will be sent {when}."


def trouble_of(trouble: str | None) -> str:
    """Say what went wrong; a status of HTTP by its number."""
    if trouble is None:
        return ""
    return _TROUBLES.get(trouble, f"It answered with {trouble.replace('status', 'HTTP status')}.")
