"""What the pages of guarantors and links say: of states, balances, and of what ending a link does."""

from zoneinfo import ZoneInfo

from quickpay.domain.balances import Balances
from quickpay.domain.links import LinkState
from quickpay.domain.messages import Channel, Fate
from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Payment, PaymentState, Reason
from quickpay.handlers.staff.guarantors.views import Figure
from quickpay.handlers.words import moment
from quickpay.services.contacts.words import Resting
from quickpay.services.desk.receipts import To
from quickpay.services.guarantors.file import ContactState

NOTHING_TYPED = "Type a name, an account number, an email address or a mobile number."
OLD_SEARCH = "This search is not yours, or too old to be read. Type it once more."

ORIGINS = {
    Origin.SMS: "Text",
    Origin.EMAIL: "Email",
    Origin.STATEMENT: "Statement",
    Origin.OFFICE_QR: "Office QR code",
    Origin.PORTAL: "Portal",
    Origin.STAFF: "Staff",
    Origin.WEBSITE: "Website",
}
LINK_STATES = {
    LinkState.ACTIVE: "Active",
    LinkState.EXPIRED: "Expired",
    LinkState.USED_UP: "Used up",
    LinkState.REVOKED: "Ended by staff",
    LinkState.SUPERSEDED: "Replaced by a newer one",
    LinkState.PAID: "Paid",
    LinkState.SUSPENDED: "On hold",
}
CHANNELS = {Channel.EMAIL: "Email", Channel.SMS: "Mobile"}
LANGUAGES = {"en": "English", "es": "Spanish"}

CONTACT_STATES = {
    ContactState.GOOD: "",
    ContactState.OPTED_OUT: "Has opted out of texts: notices do not go there, codes do.",
    ContactState.CARRIER_STOP: (
        "Texts are blocked: its holder replied STOP. Neither notices nor codes go there."
    ),
    ContactState.NOT_THIS_PERSON: "Its holder said “I am not this person”: nothing goes there.",
    ContactState.UNDELIVERABLE: "The last message could not be delivered.",
}

_PAYMENT_STATES = {
    PaymentState.SUBMITTING: "At the bank",
    PaymentState.UNKNOWN: "Unknown: the bank has not answered",
    PaymentState.REVIEW: "In review",
    PaymentState.SUCCEEDED: "Paid",
    PaymentState.DECLINED: "Declined",
    PaymentState.REFUNDED: "Refunded",
}
_REASONS = {
    Reason.CARD_DECLINED: "the card was declined",
    Reason.INSUFFICIENT_FUNDS: "not enough funds",
    Reason.EXPIRED_CARD: "the card has expired",
    Reason.INCORRECT_CVC: "wrong security code",
    Reason.CARD_NOT_ACCEPTED: "this kind of card is not taken",
    Reason.CARD_COULD_NOT_BE_READ: "the card details could not be read",
    Reason.NOT_CONFIRMED: "her bank did not confirm that it was she",
    Reason.NOT_CHARGED: "it did not reach the bank",
}

ALLOW_TEXTS = (
    "Codes, links and notices may be texted to this number again, for everybody who has it on file.",
    "Do this only when its holder says that she replied START to one of our texts.",
    "If she did not, the carrier refuses the next text, and the number is stopped again.",
)
TEXTS_ALLOWED = "Texts may go to the mobile number again."

_AT_THE_BANK = "A payment that is already at the bank is completed and recorded."
END_ONE = (
    "It stops opening at once, for everybody who has it, and cannot be made good again.",
    "A new one can be sent instead.",
    _AT_THE_BANK,
)
END_MANY = (
    "They stop opening at once, for everybody who has them, and cannot be made good again.",
    "New ones can be sent instead.",
    _AT_THE_BANK,
)
RESTORE = (
    "It opens again as before, unless its time is over, and messages go to its contact again, codes too.",
    "Do this only when you know that the contact is the guarantor's after all.",
)


def changed_by_her(own: Resting, zone: ZoneInfo) -> tuple[str, ...]:
    """Say that the patient changed it, what the PM system says to it, and from when it gets codes."""
    change = own.change
    said = [f"{'Changed' if change.before else 'Added'} by the patient and confirmed by a code."]
    said.append(f"{moment(change.confirmed_at, zone)}.")
    if change.adopted_at is None:
        said.append("The PM system does not have it yet.")
    if own.until is not None:
        said.append(f"Gets codes from {moment(own.until, zone)}.")
    return tuple(said)


def links(number: int) -> str:
    """Count links in words."""
    return "1 link" if number == 1 else f"{number:,} links"


def payment_state(payment: Payment) -> str:
    """Say how a payment stands; of one that took no money, why."""
    said = _PAYMENT_STATES[payment.state]
    return said if payment.reason is None else f"{said}: {_REASONS[payment.reason]}"


def figures(owed: Balances) -> tuple[Figure, ...]:
    """Say each balance, and what it means."""
    none = Cents(0)
    rows = [
        Figure(
            label="Statement balance",
            amount=owed.statement_balance if owed.statement_balance is not None else none,
            words="What the last statement said; it does not change."
            if owed.statement_balance is not None
            else "There was no statement yet.",
        ),
        Figure(label="Amount due", amount=owed.amount_due, words="What remains of the last statement."),
        Figure(
            label="Current balance",
            amount=owed.current_balance,
            words="What remains of all visits, collections aside.",
        ),
        Figure(
            label="Unapplied funds",
            amount=owed.unapplied,
            words="Money received that is on no line yet; it lowers neither of the two above.",
        ),
        Figure(
            label="Held",
            amount=owed.held,
            words="On its way in payments that have not ended, or received here and not posted yet.",
        ),
        Figure(
            label="Payable",
            amount=owed.payable,
            words="Current balance less held: the most that can be paid now.",
        ),
    ]
    return tuple(rows)


FATES = {
    Fate.WAITING: "It is on its way to {address}.",
    Fate.SENT: "It was sent to {address}.",
    Fate.UNDELIVERABLE: "It could not be delivered to {address}.",
}
SEND_TO = {To.ON_FILE: "Email on file", To.BEFORE: "Where it went before"}
CHOOSE_ADDRESS = "Choose where to send the receipt."
RECEIPT_STOPPED = "Somebody at this address said that they are not this person: nothing goes there."
RECEIPT_OVERTAKEN = "It was just sent from another page. See how it fares before you send it again."
RECEIPT_TOO_OFTEN = "This receipt was sent several times already. Try again later."
RECEIPT_SENT = "The receipt is on its way."
NO_RECEIPTS_HERE = "This group sends no receipts by email."
TOOK_NO_MONEY = "No money was taken by this payment: its receipt is not sent."
NO_ADDRESS = "There is no email address on file, and the receipt went to none before."
ONLY_THE_PAYERS = (
    "Somebody else paid this and gave no email address. With their card on it, it goes to no other."
)

UNLOCK = (
    "Cards are taken again: those declined so far no longer count, for this guarantor and contact.",
    "Do this only when you know that it is the guarantor who tries; who tests stolen cards would go on.",
)
NOT_LOCKED = ("This link takes cards: there is nothing to unlock.",)
UNLOCKED = "This link takes cards again."
LOCKED = "Takes no cards: too many were declined"
