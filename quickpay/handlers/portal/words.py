"""What the portal pages say: why there is no Pay Now, how a payment was made, what is a visit's state."""

from quickpay.domain.encounters import Line
from quickpay.domain.options import LookAndFeel, ShowProcedures
from quickpay.domain.payments import Method, Payment, brand_name
from quickpay.domain.receipts import ReceiptStatus
from quickpay.services.portal_account import VisitState
from quickpay.services.portal_receipts import ReceiptLine
from quickpay.services.portal_sums import PayNow

NO_PAY_NOW = {
    PayNow.NOTHING_OWED: "You owe nothing right now.",
    PayNow.RECEIVED: "Your payment was received and is being added to your account. Nothing more to pay now.",
    PayNow.ON_ITS_WAY: (
        "A payment is on its way, and we are waiting for the bank's answer. Please do not pay again."
    ),
    PayNow.LINK_USED: (
        "This link has taken its one payment. To pay what is left, ask the office for a new link."
    ),
    PayNow.UNAVAILABLE: (
        "This office is not taking payments online at the moment. Please contact the office to pay."
    ),
}

AMOUNT_DUE = "Amount Due"
LAST_STATEMENT = "Statement Balance"
CURRENT_BALANCE = "Current Balance"
UNAPPLIED_FUNDS = "Unapplied Funds"
WHAT_DUE = "What is left to pay of your last statement."
WHAT_DUE_NEVER = "You have not been sent a statement yet."
WHAT_STATEMENT = "What your last statement said when it was sent."
WHAT_CURRENT = "Everything you owe now, new visits included."
COLLECTIONS = "Collections Balance"
WHAT_COLLECTIONS = "With a collector, for your information only. It is not payable here."
WHAT_UNAPPLIED = "Received, and not put on a visit yet."

PAID_ONLINE = "Online"
_WALLETS = {Method.APPLE_PAY: "Apple Pay", Method.GOOGLE_PAY: "Google Pay"}

NOT_EXPORTED = "Visits are not given as a file here"
NOT_EXPORTED_WORDS = "This office does not offer that. Your visits stand on the Account page."
OPEN_OR_PAID = {VisitState.OPEN: "visits with something to pay", VisitState.PAID: "paid visits"}
EVERY_VISIT = "all visits"

VISIT_STATES = {VisitState.ALL: "All", VisitState.OPEN: "Open", VisitState.PAID: "Paid"}

NOT_AUTHORIZED = "Please confirm that it is you"
MAY_PROVE = "Your account opens after you type a code that we send to a contact the office has on file."
MAY_NOT_PROVE = "Your account cannot be opened from here. The office can tell you more about your bill."


def paid_with(receipt: ReceiptLine) -> str:
    """Say what was paid with: the card of ours, else what the PM system calls it."""
    if receipt.payment is None:
        return _capital(receipt.method)
    return _card(receipt.payment)


def paid_where(receipt: ReceiptLine) -> str:
    """Say where it was paid."""
    return _capital(receipt.source) if receipt.payment is None else PAID_ONLINE


def status_word(receipt: ReceiptLine) -> str:
    """Say how it ended: Paid or Unsuccessful, or the PM system's word where it has another."""
    return _capital(receipt.said) if receipt.status is None else receipt.status.value


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
    card = "Card" if payment.card_brand is None else brand_name(payment.card_brand)
    if payment.card_last4 is not None:
        card = f"{card} ending in {payment.card_last4}"
    return card if wallet is None else f"{wallet}, {card}"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
