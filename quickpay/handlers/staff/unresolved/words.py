"""What these pages say: ages, the gateway's word, decisions, differences; and what the front page says."""

from datetime import timedelta

from quickpay.domain.differences import Difference, Explained, Kind
from quickpay.domain.money import format_usd
from quickpay.domain.payments import PaymentState
from quickpay.domain.unresolved import UNREADABLE, Because, Decision, GatewaySaid, Said
from quickpay.handlers.staff.views import Waiting
from quickpay.services.desk.differences import Waiting as Found
from quickpay.services.desk.verdicts import NotNow

UNRESOLVED = "/staff/payments/unresolved"
DIFFERENCES = "/staff/payments/differences"

STATES = {
    PaymentState.SUBMITTING: "At the bank",
    PaymentState.UNKNOWN: "Unknown",
    PaymentState.REVIEW: "In review",
    PaymentState.SUCCEEDED: "Paid",
    PaymentState.DECLINED: "Declined",
    PaymentState.REFUNDED: "Refunded",
}
DECISIONS = {
    Decision.CHARGED: ("It was charged", "It counts as paid: receipt, posting, and the PM system is told."),
    Decision.NOT_CHARGED: ("It was not charged", "It counts as declined, and the guarantor can pay anew."),
}
BECAUSE = {
    Because.SEEN_AT_GATEWAY: "I looked at the gateway's own pages",
    Because.TOLD_BY_GATEWAY: "The gateway's support told us",
    Because.NOT_ON_STATEMENT: "The bank's statement says so",
    Because.GIVEN_BACK: "It was charged and given back at the gateway",
}
CHOOSE_DECISION = "Choose whether it was charged."
CHOOSE_BECAUSE = "Choose how you know."
ENTER_TRANSACTION = "Enter the gateway's number of the charge: letters, digits, - and _ only."
NOT_NOW = {
    NotNow.TOO_EARLY: "It is asked after by itself for a day; only then may somebody decide.",
    NotNow.IT_WAS_CHARGED: (
        "The gateway says that it was charged. If it is not to count, give it back at the gateway first."
    ),
    NotNow.IT_WAS_DECLINED: "The gateway says that it was declined. Say that it was not charged.",
    NotNow.NOT_FOUND: (
        "The gateway says that it knows no charge of this payment. Say that it was not charged, or have the "
        "gateway's support find the charge first."
    ),
    NotNow.OTHER_TRANSACTION: "The gateway has another number for the charge of this payment. Check it.",
    NotNow.OTHER_AMOUNT: (
        "The gateway's charge is not what was asked for. Give it back at the gateway, then say that it was "
        "not charged."
    ),
}
BY_ITSELF = "It has ended meanwhile, as the gateway said."
BY_YOU = "It has ended as you decided."
DIFFERS = {
    "amount": "the gateway has another amount",
    "currency": "the gateway has another currency",
    "reference": "the gateway has it as another payment",
    "refunded": "money was given back at the gateway",
    "order": "the gateway has another order, or several charges, under its number",
    "age": "nothing was learned in a day",
    UNREADABLE: "the words of its answer, which make no sense",
}
EXPLAINED = {
    Explained.NOT_QUICKPAY: "The charge is not QuickPay's: another program or terminal made it",
    Explained.GIVEN_BACK: "The money was given back at the gateway",
    Explained.ENTERED_IN_PM: "It was put right in the PM system",
    Explained.GATEWAY_WAS_WRONG: "The gateway's list was wrong, they say so",
    Explained.A_TEST: "It was a test",
}
CHOOSE_REASON = "Choose the reason."
NONE = "none"
NOT_COMPARED = "The gateway's list could not be read"
_KINDS = {
    Kind.MISSING_THERE: "Paid here, not in the gateway's list",
    Kind.MISSING_HERE: "In the gateway's list, not paid here",
    Kind.AMOUNT: "Another amount at the gateway",
    Kind.REFUNDED: "Another refund at the gateway",
    Kind.CHARGED_TWICE: "Charged twice",
}
_TODO = {
    Kind.MISSING_THERE: "Look for the charge at the gateway. If there is none, no money came.",
    Kind.MISSING_HERE: "Money was taken that is on no account here. Find out whose it is, or give it back.",
    Kind.AMOUNT: "Ask the gateway; what was taken must be what the receipt says.",
    Kind.REFUNDED: "Somebody gave money back past QuickPay, or a refund did not arrive.",
    Kind.CHARGED_TWICE: "Give the second charge back at the gateway.",
}


def age(span: timedelta) -> str:
    """Say how old something is, in the largest unit that is whole."""
    minutes = int(span.total_seconds() // 60)
    for size, one in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            many = minutes // size
            return f"{many} {one}{'' if many == 1 else 's'}"
    return "just now"


def gateway_said(said: GatewaySaid | None) -> str:
    """Say the gateway's word as a sentence."""
    if said is None:
        return "It was not asked yet."
    named = f" as {said.transaction}" if said.transaction else ""
    match said.said:
        case Said.NOTHING:
            return "It did not answer."
        case Said.NOT_FOUND:
            return "It knows no charge of this payment."
        case Said.DECLINED:
            return f"It declined the card{named}."
        case Said.CHARGED:
            return f"It charged {_money(said)}{named}."
        case Said.DIFFERS:
            return f"It has a charge of {_money(said)}{named} that does not fit."


def differs(said: GatewaySaid | None) -> str:
    """Say what of it does not fit."""
    if said is None or not said.differs:
        return ""
    return ", ".join(DIFFERS.get(one, one) for one in said.differs.split(", "))


def _money(said: GatewaySaid) -> str:
    if said.amount is None:
        return "an amount it did not say"
    if said.currency in {None, "usd"}:
        return format_usd(said.amount)
    return f"{said.amount / 100:.2f} {said.currency}"


def kind(difference: Difference) -> tuple[str, str]:
    """Say what differs, and what to do."""
    if difference.kind is Kind.MISSING_HERE and difference.payment_id is not None:
        return "Declined here, charged at the gateway", _TODO[difference.kind]
    return _KINDS[difference.kind], _TODO[difference.kind]


def cents(amount: int | None) -> str:
    """Write a sum, or that there is none."""
    return NONE if amount is None else format_usd(amount)


def waiting(found: Found) -> tuple[Waiting, ...]:
    """Say what waits for somebody's hand, each as a way to the list behind the number."""
    said = []
    if found.unresolved:
        many = "payment has" if found.unresolved == 1 else "payments have"
        oldest = "" if found.oldest is None else f", the oldest for {age(found.oldest)}"
        said.append(Waiting(words=f"{found.unresolved} {many} no end yet{oldest}", path=UNRESOLVED))
    if found.differences:
        many = "difference" if found.differences == 1 else "differences"
        said.append(Waiting(words=f"{found.differences} {many} to the gateway's list", path=DIFFERENCES))
    if found.not_compared:
        said.append(Waiting(words=NOT_COMPARED, path=DIFFERENCES))
    said += [
        Waiting(
            words=(
                f"More than 30 payments were tried in an hour at {group}. If no batch has just gone out, "
                "somebody may be testing cards: call the gateway's fraud desk and whoever runs QuickPay, and "
                "end the links"
            ),
            path="/staff/links/batches",
        )
        for group, _ in found.many_payments
    ]
    return tuple(said)
