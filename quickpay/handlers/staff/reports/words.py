"""What reports say: of their lines, their columns and their pictures."""

from datetime import date

from quickpay.domain.money import format_usd
from quickpay.domain.payments import Method
from quickpay.domain.reports import By, PaymentSums, SessionCounts
from quickpay.domain.said import day
from quickpay.handlers.report_sheets import session_numbers
from quickpay.handlers.staff.guarantors.words import ORIGINS as ORIGIN_WORDS
from quickpay.handlers.staff.reports.chart import Bar
from quickpay.services.desk.reports import Line

BY = {
    By.DAY: "Day",
    By.WEEK: "Week",
    By.MONTH: "Month",
    By.GROUP: "Group",
    By.ORIGIN: "Origin",
    By.GUARANTOR: "Guarantor",
    By.METHOD: "Method",
    By.STATUS: "Status",
    By.BATCH: "Reference batch",
}
METHODS = {
    Method.CARD: "Card",
    Method.APPLE_PAY: "Apple Pay",
    Method.GOOGLE_PAY: "Google Pay",
    Method.STORED: "Stored card",
}
STATUS_WORDS = {
    "pending": "At the bank",
    "succeeded": "Succeeded",
    "declined": "Declined",
    "unknown": "Unknown",
    "review": "In review",
    "refunded": "Refunded",
}
_NAMES = (
    {origin.value: words for origin, words in ORIGIN_WORDS.items()}
    | {method.value: words for method, words in METHODS.items()}
    | STATUS_WORDS
)
SESSION_LEGEND = ("Quick Pay, paid", "Quick Pay, not paid", "MFA, paid", "MFA, not paid")
PAYMENT_LEGEND = ("Kept", "Given back", "Not ended")
SESSION_WORDS = (
    "One line counts sessions by the day they were opened. Looking at a receipt again and simulations by the "
    "staff are not counted; a session that began with a link and then passed a challenge counts once, as MFA."
)
PAYMENT_WORDS = (
    "One line adds up payments by the day Pay was pressed. Taken is what succeeded, kept what of it was not "
    "given back; not ended are payments whose outcome the bank has not said yet."
)
NOTHING = "Nothing fits: there is none in these days with these filters."
_LONGEST_MARK = 12


def name_of(key: str, name: str, by: By) -> str:
    """Name a line for people: a day as they write it, a word of ours in theirs."""
    match by:
        case By.DAY:
            return str(day(date.fromisoformat(key)))
        case By.WEEK:
            return f"Week of {day(date.fromisoformat(key))}"
        case By.MONTH:
            return f"{date.fromisoformat(key):%B %Y}"
        case By.ORIGIN | By.METHOD | By.STATUS:
            return _NAMES.get(key, key)
        case By.BATCH:
            return f"{key}: {name}" if key else "No batch yet"
        case By.GROUP | By.GUARANTOR:
            return name


def session_bar(line: Line[SessionCounts], by: By) -> Bar:
    """Draw a line of Session Usage."""
    one, name = line.sums, name_of(line.key, line.name, by)
    return Bar(
        mark=_mark(line.key, name, by),
        words=(
            f"{name}: {one.all:,} sessions; Quick Pay {one.quickpay_paid:,} of {one.quickpay:,} paid, "
            f"MFA {one.mfa_paid:,} of {one.mfa:,} paid"
        ),
        parts=(one.quickpay_paid, one.quickpay - one.quickpay_paid, one.mfa_paid, one.mfa - one.mfa_paid),
    )


def payment_bar(line: Line[PaymentSums], by: By) -> Bar:
    """Draw a line of the Payments report."""
    one, name = line.sums, name_of(line.key, line.name, by)
    return Bar(
        mark=_mark(line.key, name, by),
        words=(
            f"{name}: {format_usd(one.taken)} taken in {one.succeeded:,} payments, "
            f"{format_usd(one.refunded)} given back, {format_usd(one.open_amount)} not ended"
        ),
        parts=(one.net, one.refunded, one.open_amount),
    )


def _mark(key: str, name: str, by: By) -> str:
    if by in {By.DAY, By.WEEK}:
        at = date.fromisoformat(key)
        return f"{at:%b} {at.day}"
    if by is By.MONTH:
        return f"{date.fromisoformat(key):%b %y}"
    return name if len(name) <= _LONGEST_MARK else f"{name[: _LONGEST_MARK - 1]}…"


def session_cells(one: SessionCounts) -> tuple[str, ...]:
    """Write a line of Session Usage."""
    return tuple(f"{number:,}" for number in session_numbers(one))


def payment_cells(one: PaymentSums) -> tuple[str, ...]:
    """Write a line of the Payments report."""
    return (
        f"{one.payments:,}",
        f"{one.succeeded:,}",
        format_usd(one.taken),
        format_usd(one.refunded),
        format_usd(one.net),
        f"{one.declined:,}",
        f"{one.open:,}",
        format_usd(one.open_amount),
    )
