"""What the staff's pages say: of roles, of times, and of a link's events, as sentences."""

from collections.abc import Mapping

from quickpay.domain.launches import LaunchMode
from quickpay.domain.money import format_usd
from quickpay.domain.staff import StaffRole
from quickpay.handlers.words import moment as moment
from quickpay.services.stay import Gone

ROLES = {
    StaffRole.VIEWER: "Viewer",
    StaffRole.FRONT_DESK: "Front desk",
    StaffRole.BILLING: "Billing",
    StaffRole.ADMIN: "Admin",
}
LAUNCH_MODES = {
    LaunchMode.QUICKPAY: "QuickPay, as somebody with a link sees it",
    LaunchMode.PORTAL: "the full portal, as after a proof",
}
_EVERYBODY_MAY = (
    "Find a guarantor of your groups, and see what is owed and paid.",
    "Look at a link of your groups and see how it fared.",
    "See reports of sessions and payments, and take them along as a file.",
    "See which payments the PM system has not acknowledged, and since when.",
)
_AT_THE_DESK_MAY = (
    "Send a guarantor a link, or put one on the screen or on a statement as a QR code.",
    "End links: one, a guarantor's, or a whole batch; restore one that is on hold.",
    "Let a link take cards again after too many were declined.",
    "Let a caller in who cannot get a code, after asking her for what is on file.",
    "See QuickPay as a patient of your groups sees it, without changing anything.",
    "Let texts go to a number again whose holder told the carrier STOP, and then START.",
    "See contacts whole and copy a link's address.",
)
_BILLING_MAY = (
    *_AT_THE_DESK_MAY,
    "Give a payment back, whole or in part; put on lines what is on none; close the days' batches.",
    "End a payment nobody can tell the end of, and explain differences to the gateway's list.",
)
_MAY: dict[StaffRole, tuple[str, ...]] = {
    StaffRole.VIEWER: (),
    StaffRole.FRONT_DESK: _AT_THE_DESK_MAY,
    StaffRole.BILLING: _BILLING_MAY,
    StaffRole.ADMIN: (
        *_BILLING_MAY,
        "End every link of a group.",
        "See how the webhooks fare, put them to rest, and send events again.",
    ),
}
_POPS_MANAGEMENT = (
    "Add and modify groups, keep drafts and see each group's history, in POPS Management.",
    "Write the messages links go out with.",
    "Make and revoke API keys, and keep the accounts of the staff.",
)

NOT_SIGNED_IN = "Name, password and code do not belong together. Check all three; a code works once."
LOCKED = "There were too many failures. Sign-in is closed for 30 minutes; an administrator can help."
GONE = {
    Gone.NEVER: "",
    Gone.EXPIRED: "You were signed out after a while without activity. Sign in to go on.",
    Gone.SIGNED_OUT: "You are signed out.",
}

TEXT_ERRORS = {
    "21610": "the carrier was told STOP",
    "30003": "the phone was off or out of reach",
    "30004": "the phone or its carrier blocks our texts",
    "30005": "there is no such number any more",
    "30006": "this number gets no texts, it may be a landline",
    "30007": "the carrier took it for spam",
    "30008": "the carrier did not say why",
}
"""What a carrier's numbers for failed texts mean; of others the number itself is said."""

_EVENTS = {
    "link.created": "The link was made{by}.",
    "link.created.sent": "The link was made{by}, and its {sent} waits to go out.",
    "link.shared": "The patient made it for somebody else, to pay {amount} and see nothing of the account.",
    "link.seen": "Looked at{times} and not opened, as mail scanners and previews do: ignored.",
    "link.opened": "Opened: use {use} of {of}.",
    "link.receipt_opened": "Opened to see the receipt; this costs no use.",
    "link.refused": "Not opened: {reason}.",
    "link.revoked": "Ended{by}.",
    "link.superseded": "Ended, as a newer link was made{by}.",
    "link.renewed": "A fresh link took its place, by the patient's press: {new}.",
    "link.not_me": "Somebody said “I am not this person”: on hold, and nothing more goes to its contact.",
    "link.restored": "Restored{by}: it is good again, and messages go to its contact.",
    "challenge.made": "A code was asked for, by {method}.",
    "challenge.sent": "A code went out by {method}.",
    "challenge.undeliverable": "The code could not be delivered by {method}: {outcome}.",
    "challenge.failed": "A wrong code was typed; tries so far: {tries}.",
    "challenge.locked": "Too many wrong codes: this proof was locked.",
    "challenge.verified": "Proved who she is by the code.",
    "challenge.cancelled": "The code was taken back.",
    "challenge.made.contact_change": "A code was asked for, by {method}, to confirm a new contact.",
    "challenge.verified.contact_change": "Confirmed a new contact by the code.",
    "challenge.locked.contact_change": "Too many wrong codes: the new contact was not taken.",
    "contact.changed": "Changed her own contact on file ({method}); the old one is told.",
    "rate.limited": "Refused for a while, as a limit was reached: {limit}.",
    "challenge.released": "Let in by the office: the caller was asked for {identifier}.",
    "release.refused": "A caller was not let in{by}: what she said for {identifier} did not fit.",
    "release.given": "The office gave a code by phone; the caller was asked for {identifier}.",
    "release.failed": "A wrong code of the office was typed; tries so far: {tries}.",
    "release.locked": "Too many wrong codes of the office: that code was ended.",
    "session.opened": "Signed in on the website.",
    "session.extended": "Asked for more time; times so far: {times}.",
    "session.logged_out": "Signed out.",
    "payment.submitted": "Pay was pressed for {amount}; the gateway was asked.",
    "payment.succeeded": "Paid {amount}; receipt {receipt}. {not_posted_because}",
    "payment.declined": "Declined: {reason}. Nothing was charged; receipt {receipt} says so.",
    "payment.unknown": "The bank has not answered for {amount}; it is asked again.",
    "payment.bank_asks": "The payer's bank wants to hear from her before it pays {amount}.",
    "payment.review": "Nobody can tell by itself how it ended ({differs}): somebody must look.",
    "payment.contradicted": "The gateway now says something else than how it ended: somebody must look.",
    "payment.refused": "No card was taken: {limit}.",
    "payment.resolved": "Decided{by}: {decision}; {because}.",
    "link.unlocked": "Cards are taken again{by}.",
    "card.stored": "The card was stored for the patient, at the gateway.",
    "card.not_kept": "The card that was to be stored is not kept: how it ended was not clear.",
    "card.removed": "Removed a stored card.",
    "card.forgotten": "The gateway has dropped a stored card that was removed; tries: {tries}.",
    "payment.refund_asked": "A refund of {amount} was asked for{by}.",
    "payment.refunded": "Given back: {amount}; so far {refunded} of it.",
    "payment.refund_refused": "The refund of {amount} was refused, nothing was given back: {reason}.",
    "payment.refund_unknown": "The bank has not answered to the refund of {amount}; it is asked again.",
    "payment.posted": "Put on lines{by}: {amount} of it.",
    "payment.acknowledged": "Taken over by the PM system{by}.",
    "staff.launch": "{who} asked to see what the patient sees.",
    "staff.launch_opened": "{who} opened the simulation.",
    "staff.launch_refused": "A press on Continue was refused: {reason}.",
    "staff.viewed": "{who} looked at {route}.",
    "staff.refused": "{who} pressed a button on {route}; it did nothing.",
    "receipt.sent_again": "Receipt {receipt} was asked for again{by}, to the address {to}.",
    "message.sent": "The message with the {kind} went out by {channel}.",
    "message.failed": "The message with the {kind} could not be delivered by {channel}: {reason}.",
    "message.delivered": "The text with the {kind} reached the phone.",
    "message.undelivered": "The text with the {kind} did not reach the phone: {error}.",
    "message.stopped": "The holder of the number replied STOP: nothing is texted there any more.",
    "message.restarted": "Texts may go to the number again{by}.",
    "challenge.delivered": "The text with the code reached the phone.",
    "challenge.undelivered": "The text with the code did not reach the phone: {error}.",
    "message.dropped": "The message with the {kind} was not sent any more: {reason}.",
}
_RENEWED_FROM = "It was made by the patient's press, as the link before had ended: {old}."
_UNSAID = {
    "age": "nothing was learned in a day",
    "sms": "text",
    "used_up": "it was used up",
    "expired": "it had expired",
    "paid": "it is paid",
    "revoked": "it was ended by staff",
    "superseded": "a newer one had taken its place",
    "suspended": "it is on hold",
    "locked": "notice of a locked proof",
    "contact_changed": "notice of a changed contact",
    "not_confirmed": "the bank did not confirm the payer",
    "not_charged": "it did not reach the bank",
    "insufficient_funds": "not enough funds",
    "not_reached": "the gateway could not be reached",
    "incorrect_cvc": "wrong security code",
    "stopped": "the carrier was told STOP",
    **TEXT_ERRORS,
    "auto_post_off": "Not posted: automatic posting is off.",
    "unapplied_funds": "Not posted: there were unapplied funds.",
    "renewals": "too many fresh links",
    "receipts": "too many receipts",
    "typed": "the patient typed",
    "charged": "it was charged",
    "seen_at_gateway": "as the gateway's own pages say",
    "told_by_gateway": "as the gateway's support says",
    "given_back": "it was given back at the gateway",
    "not_on_statement": "as the bank's statement says",
    "declines_link": "too many were declined through this link",
    "declines_600s": "too many were declined in a few minutes",
    "declines_guarantor_86400s": "too many of this guarantor's were declined in a day",
    "declines_contact_86400s": "too many were declined through links to this contact",
    "declines_address_3600s": "too many were declined from this network address",
    "payments_address_3600s": "too many payments were tried from this network address",
    "before": "it went to before",
    "on_file": "on file",
    "tries": "too many tries",
    "visit_date": "the date of a visit",
    "service_id": "a service id",
    "account_and_patient": "the account number and a patient",
}
_MADE_OTHERWISE = {"patient", "gateway", "outbox", "courier", "carrier", ""}
"""Actors whom a sentence need not name."""


def may_do(role: StaffRole, *, pops_management: bool) -> tuple[str, ...]:
    """Say in sentences what a role may do; of what is hidden, nothing."""
    hidden = _POPS_MANAGEMENT if pops_management and role is StaffRole.ADMIN else ()
    return _EVERYBODY_MAY + _MAY[role] + hidden


def sentence(kind: str, detail: Mapping[str, str | int | None], *, by: str = "") -> str:
    """Say one event of a link's timeline; `by` is who did it, left out where that is no news."""
    if kind == "link.created" and detail.get("sent"):
        kind = "link.created.sent"
    purpose = f"{kind}.{detail.get('purpose')}"
    kind = purpose if purpose in _EVENTS else kind
    words = _EVENTS.get(kind, kind.replace(".", ": ").replace("_", " ") + ".")
    if kind == "link.renewed" and "old" in detail:
        words = _RENEWED_FROM
    words = words.replace("{who}", str(detail.get("who") or by or "Somebody"))
    words = words.replace("{by}", "" if by in _MADE_OTHERWISE else f" by {by}")
    for name, value in detail.items():
        words = words.replace("{" + name + "}", _said(name, value))
    return (words if "{" not in words else words.partition("{")[0].rstrip(" ,;:(") + ".").strip()


def _said(name: str, value: str | int | None) -> str:
    if name in {"amount", "refunded"} and isinstance(value, int):
        return format_usd(value)
    if name == "times":
        return " once" if value == 1 else f" {value} times"
    if name == "not_posted_because" and value is None:
        return "Posted to the oldest lines first."
    text = "no reason was given" if value is None else str(value)
    for before in ("rejected: ", "uncertain: "):
        text = text.removeprefix(before)
    return _UNSAID.get(text, text if name in {"old", "new"} else text.replace("_", " "))
