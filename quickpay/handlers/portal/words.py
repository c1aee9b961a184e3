"""What the portal pages say: why there is no Pay Now, how a payment was made, what is a visit's state."""

from quickpay.domain.encounters import Line
from quickpay.domain.options import LookAndFeel, ShowProcedures
from quickpay.domain.payments import Method, Payment, card_name
from quickpay.domain.receipts import ReceiptStatus
from quickpay.domain.said import Said, say, say_in, together
from quickpay.handlers.words import ON_ITS_WAY
from quickpay.services.portal.account import VisitState
from quickpay.services.portal.receipts import ReceiptLine
from quickpay.services.portal.sums import PayNow

NO_PAY_NOW = {
    PayNow.NOTHING_OWED: say("You owe nothing right now."),
    PayNow.RECEIVED: say(
        "Your payment was received and is being added to your account. Nothing more to pay now."
    ),
    PayNow.ON_ITS_WAY: (together(say("A payment is on its way."), ON_ITS_WAY)),
    PayNow.LINK_USED: (
        say("This link has taken its one payment. To pay what is left, ask the office for a new link.")
    ),
    PayNow.UNAVAILABLE: (
        say("This office is not taking payments online at the moment. Please contact the office to pay.")
    ),
}

AMOUNT_DUE = say("Amount Due")
LAST_STATEMENT = say("Statement Balance")
CURRENT_BALANCE = say("Current Balance")
UNAPPLIED_FUNDS = say("Unapplied Funds")
WHAT_DUE = say("What is left to pay of your last statement.")
WHAT_DUE_NEVER = say("You have not been sent a statement yet.")
WHAT_STATEMENT = say("What your last statement said when it was sent.")
WHAT_CURRENT = say("Everything you owe now, new visits included.")
COLLECTIONS = say("Collections Balance")
WHAT_COLLECTIONS = say("With a collector, for your information only. It is not payable here.")
WHAT_UNAPPLIED = say("Received, and not put on a visit yet.")

_STATUSES = {
    ReceiptStatus.PAID: say("Paid"),
    ReceiptStatus.UNSUCCESSFUL: say("Unsuccessful"),
    ReceiptStatus.REFUNDED: say("Refunded"),
}
PAID_ONLINE = say("Online")
_METHODS = {
    "cash": say_in("paid with", "Cash"),
    "check": say_in("paid with", "Check"),
    "card": say("Card"),
    "credit card": say_in("paid with", "Credit card"),
    "debit card": say_in("paid with", "Debit card"),
    "money order": say_in("paid with", "Money order"),
}
_PLACES = {
    "mail": say_in("paid where", "Mail"),
    "office": say_in("paid where", "Office"),
    "online": PAID_ONLINE,
    "phone": say_in("paid where", "Phone"),
    "portal": say_in("paid where", "Portal"),
}
"""What PM systems call most of them; another word of theirs is shown as it is."""
PAID_BY_ANOTHER = say("Paid by somebody else")
_WALLETS = {Method.APPLE_PAY: "Apple Pay", Method.GOOGLE_PAY: "Google Pay"}

NOT_EXPORTED = say("Visits are not given as a file here")
NOT_EXPORTED_WORDS = say("This office does not offer that. Your visits stand on the Account page.")
OPEN_OR_PAID = {VisitState.OPEN: say("Visits with something to pay"), VisitState.PAID: say("Paid visits")}
EVERY_VISIT = say("All visits")

VISIT_STATES = {
    VisitState.ALL: say_in("visits", "All"),
    VisitState.OPEN: say_in("visits", "Open"),
    VisitState.PAID: say_in("visits", "Paid"),
}

NOT_AUTHORIZED = say("Please confirm that it is you")
MAY_PROVE = say("Your account opens after you type a code that we send to a contact the office has on file.")
MAY_NOT_PROVE = say("Your account cannot be opened from here. The office can tell you more about your bill.")


def paid_with(receipt: ReceiptLine) -> str:
    """Say what was paid with: the card of ours, else what the PM system calls it."""
    if receipt.payment is None:
        return _in_our_words(_METHODS, receipt.method)
    if receipt.by_somebody_else:
        return PAID_BY_ANOTHER
    return _card(receipt.payment)


def paid_where(receipt: ReceiptLine) -> str:
    """Say where it was paid."""
    return _in_our_words(_PLACES, receipt.source) if receipt.payment is None else PAID_ONLINE


def status_word(receipt: ReceiptLine) -> str:
    """Say how it ended: Paid or Unsuccessful, or the PM system's word where it has another."""
    return _capital(receipt.said) if receipt.status is None else _STATUSES[receipt.status]


def is_unsuccessful(receipt: ReceiptLine) -> bool:
    """Whether it took no money."""
    return receipt.status is ReceiptStatus.UNSUCCESSFUL


def procedure(line: Line, look: LookAndFeel) -> str | None:
    """Say what was done as far as the group shows it, always in the words meant for patients."""
    match look.show_procedures_in_visits:
        case ShowProcedures.NONE:
            return None
        case ShowProcedures.DESCRIPTION:
            return line.description or None
        case ShowProcedures.CODE_AND_DESCRIPTION:
            return " · ".join(part for part in (line.code, line.description) if part) or None


def _card(payment: Payment) -> str:
    wallet = _WALLETS.get(payment.method)
    card = card_name(payment.card_brand, payment.card_last4)
    return card if wallet is None else together(wallet, card, between=", ")


def _in_our_words(known: dict[str, Said], word: str) -> str:
    return known.get(word.lower().replace("_", " "), _capital(word))


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
