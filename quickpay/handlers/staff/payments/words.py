"""What the pages of payments say: how one stands, why it is not posted, what a refund will do."""

from quickpay.domain.messages import Fate
from quickpay.domain.payments import Method, Payment, PaymentState, card_name
from quickpay.domain.refunds import Refund, RefundState
from quickpay.domain.sessions import Authentication
from quickpay.services.desk.posting import WhyNotPostable

STATES = {
    PaymentState.SUBMITTING: "At the bank",
    PaymentState.UNKNOWN: "Unknown",
    PaymentState.REVIEW: "In review",
    PaymentState.SUCCEEDED: "Paid",
    PaymentState.DECLINED: "Declined",
    PaymentState.REFUNDED: "Refunded",
}
METHODS = {
    Method.CARD: "Card",
    Method.APPLE_PAY: "Apple Pay",
    Method.GOOGLE_PAY: "Google Pay",
    Method.STORED: "Stored card",
}
AUTHENTICATIONS = {
    Authentication.QUICKPAY: "QuickPay, by the link alone",
    Authentication.MFA: "Proved by a code",
}
REFUND_STATES = {
    RefundState.SUBMITTING: "On its way",
    RefundState.UNKNOWN: "On its way: the gateway has not answered and is asked again",
    RefundState.DONE: "Given back",
    RefundState.REFUSED: "Refused, nothing was given back",
}
_REFUSALS = {
    "not_reached": "the gateway could not be reached",
    "no_such_charge": "the gateway does not know the charge",
    "refund_too_large": "the gateway has less left of this payment",
}
WHY_NOT_POSTED = {
    "auto_post_off": "Automatic posting is off for this group.",
    "unapplied_funds": "There were unapplied funds when it came: somebody must say what those were for.",
}
WHY_NOT_POSTABLE = {
    WhyNotPostable.NOTHING_UNAPPLIED: "Everything of this payment is on lines or was given back.",
    WhyNotPostable.IN_PM: "The PM system has this payment: it is posted there.",
    WhyNotPostable.NO_LINES: "There is no line with anything left to pay.",
}
NOT_ENDED = (
    "Nobody can tell yet whether it was charged. Its sum is held: the patient is not asked for it again."
)
NO_MONEY = "It took no money."
FATES = {
    Fate.WAITING: "On its way to {address}.",
    Fate.SENT: "Sent to {address}.",
    Fate.UNDELIVERABLE: "Could not be delivered to {address}.",
}

BAD_DATE = "Choose a day from the calendar, or leave it empty."
DAYS_TURNED = "The last day is before the first."
BAD_BATCH = "Type a batch's number, or leave it empty."
NO_GROUP = "There is no such group."
CHOOSE_ONE = "Choose one of these, or all."
TOO_LONG = "This is too long."

REFUND_NOTHING = "There is nothing to give back: it took no money, or all of it was given back."
REFUND_RUNNING = "A refund of this payment is on its way. Wait until it has ended."
MEANWHILE = "Somebody changed this payment meanwhile. See how it stands now before you go on."
POSTED = "Put on lines."
NOT_SO_MUCH = "Together this is more than is unapplied."
LINE_TOO_MUCH = "More than remains on this line."
NO_AMOUNT = "Type an amount at one line at least."

CLOSE = (
    "Its receipts and sums stay as they are.",
    "The next receipt of this date opens another batch.",
    "A closed batch cannot be opened again.",
)
CLOSED = "This batch is closed."


def paid_with(payment: Payment) -> str:
    """Name the way and the card."""
    if payment.card_last4 is None and payment.card_brand is None:
        return METHODS[payment.method]
    card = card_name(payment.card_brand, payment.card_last4)
    return card if payment.method is Method.CARD else f"{METHODS[payment.method]}, {card}"


def refund_state(refund: Refund) -> str:
    """Say how a refund stands, and why where it was refused."""
    said = REFUND_STATES[refund.state]
    if refund.refused_because is None:
        return said
    why = _REFUSALS.get(refund.refused_because, refund.refused_because.replace("_", " "))
    return f"{said}: {why}"
