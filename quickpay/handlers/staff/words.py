"""What the staff's pages say: of roles, of times, and of a link's events, as sentences."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from quickpay.domain.staff import StaffRole
from quickpay.handlers.words import day
from quickpay.services.stay import Gone

ROLES = {
    StaffRole.VIEWER: "Viewer",
    StaffRole.FRONT_DESK: "Front desk",
    StaffRole.BILLING: "Billing",
    StaffRole.ADMIN: "Admin",
}
_EVERYBODY_MAY = ("Look at a link of your groups and see how it fared.",)
_MAY: dict[StaffRole, tuple[str, ...]] = {
    StaffRole.VIEWER: (),
    StaffRole.FRONT_DESK: (),
    StaffRole.BILLING: (),
    StaffRole.ADMIN: (),
}
_POPS_MANAGEMENT = "Add and modify groups, keep drafts and see each group's history, in POPS Management."

NOT_SIGNED_IN = "Name, password and code do not belong together. Check all three; a code works once."
LOCKED = "There were too many failures. Sign-in is closed for 30 minutes; an administrator can help."
GONE = {
    Gone.NEVER: "",
    Gone.EXPIRED: "You were signed out after a while without activity. Sign in to go on.",
    Gone.SIGNED_OUT: "You are signed out.",
}

_HOURS = 12
_EVENTS = {
    "link.created": "The link was made.",
    "link.seen": "Looked at {times} times and not opened; a mail scanner may have been among them.",
    "link.opened": "Opened: use {use} of {of}.",
    "link.receipt_opened": "Opened to see the receipt; this costs no use.",
    "link.refused": "Refused: {reason}.",
    "link.revoked": "Ended by staff.",
    "link.superseded": "Ended, as a newer link was made.",
    "challenge.made": "A code was asked for, by {method}.",
    "challenge.sent": "A code went out by {method}.",
    "challenge.undeliverable": "The code could not be delivered by {method}.",
    "challenge.failed": "A wrong code was typed; tries so far: {tries}.",
    "challenge.locked": "Too many wrong codes: this proof was locked.",
    "challenge.verified": "Proved who she is by the code.",
    "challenge.cancelled": "The code was taken back.",
    "session.logged_out": "Signed out.",
    "payment.submitted": "Pay was pressed; the gateway was asked.",
    "payment.succeeded": "Paid; receipt {receipt}.",
    "payment.declined": "Declined: {reason}.",
    "payment.unknown": "The bank has not answered; it is asked again.",
    "payment.review": "The gateway's answer does not fit: somebody must look.",
    "payment.acknowledged": "Taken over by the PM system.",
    "message.sent": "The message with the {kind} went out by {channel}.",
    "message.failed": "The message with the {kind} could not be sent.",
    "message.dropped": "The message with the {kind} was not sent any more.",
}
_UNSAID = {"sms": "text", "used_up": "it was used up", "expired": "it had expired", "paid": "it is paid"}


def may_do(role: StaffRole, *, pops_management: bool) -> tuple[str, ...]:
    """Say in sentences what a role may do; of what is hidden, nothing."""
    hidden = (_POPS_MANAGEMENT,) if pops_management and role is StaffRole.ADMIN else ()
    return _EVERYBODY_MAY + _MAY[role] + hidden


def moment(when: datetime, zone: ZoneInfo) -> str:
    """Write a moment where the installation is: `Sep 30, 2026, 2:05 pm`."""
    there = when.astimezone(zone)
    half = "am" if there.hour < _HOURS else "pm"
    return f"{day(there)}, {there.hour % _HOURS or _HOURS}:{there.minute:02} {half}"


def sentence(kind: str, detail: Mapping[str, str | int | None]) -> str:
    """Say one event of a link's timeline; one that has no words here is named."""
    words = _EVENTS.get(kind, kind.replace(".", ": ").replace("_", " ") + ".")
    for name, value in detail.items():
        said = _UNSAID.get(str(value), str(value).replace("_", " "))
        words = words.replace("{" + name + "}", said)
    return words if "{" not in words else words.partition("{")[0].rstrip(" ,;:") + "."
