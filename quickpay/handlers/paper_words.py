"""What papers say, beside what they have from their pages."""

from quickpay.domain.money import Cents
from quickpay.domain.said import say, usd

SIMULATED = "Simulation: made by staff to see what the patient sees"
"""English: staff read it, whatever the patient reads."""

GUARANTOR = say("Guarantor")
ACCOUNT = say("Account number")
TOTAL = say("Total")

DATE = say("Date")
SERVICE_ID = say("Service ID")
SERVICE = say("Service")
BILLED = say("Billed")
ADJUSTED = say("Adjusted")
INSURANCE_PAID = say("Insurance paid")
INSURANCE_PENDING = say("Insurance pending")
YOU_PAID = say("You paid")
REMAINING = say("Remaining")
IN_COLLECTIONS = say("in collections, not payable here")

SENT = say("Sent")
DUE_DATE = say("Due date")
STATEMENT_BALANCE = say("Statement Balance")
COLLECTIONS_LINE = say("In collections, not payable here")
REMAINING_NOW = say("Remaining now")
LINES_NOW = say("What it was for, as it stands now")

PAYMENT_DATE = say("Payment date")
TRANSACTION = say("Transaction #")
PAID_WITH = say("Paid with")
WHERE = say("Where")
AMOUNT_PAID = say("Amount paid")
STATUS = say("Status")
GIVEN_BACK = say("Given back")
UNAPPLIED = say("Unapplied Funds")
NOT_CHARGED = say("Your card was not charged.")
NOT_POSTED = say("It was received and is not posted to your account yet.")
ELSEWHERE = say(
    "This payment was not made here, so which visits it went to is not listed. The office can tell you."
)
VISIT_DETAIL = say("Visit detail")
VISIT = say("Visit")
PAID_BY_THIS = say("Paid by this")

VISITS = say("Visits")
MADE_ON = say("As of")
SHOWN = say("Shown")
NO_VISITS = say("No visit fits this choice.")
ALL_TOLD = say("All visits shown")


def statement(number: str) -> str:
    """Name a statement."""
    return say("Statement %(number)s", number=number)


def receipt(number: str) -> str:
    """Name a receipt."""
    return say("Receipt %(number)s", number=number)


def paid(amount: Cents) -> str:
    """Say what is left of a statement that is paid."""
    return say("%(amount)s (Paid)", amount=usd(amount))


def no_longer(numbers: tuple[str, ...]) -> str:
    """Say which lines a statement has no more."""
    return say("Also on this statement, and no longer listed: %(lines)s.", lines=", ".join(numbers))


def pending_of(label: str) -> str:
    """Name the part of a sum that insurance may still pay."""
    return say("%(label)s, insurance pending", label=label)
