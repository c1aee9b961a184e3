"""The reports as tables: the same columns on the page, in the file and for programs."""

from quickpay.domain.reports import PaymentSums, SessionCounts
from quickpay.handlers.sheets import Cell, money, sheet
from quickpay.services.desk.reports import Line, Report

SESSION_HEAD = (
    "Sessions",
    "Paid",
    "Quick Pay: paid",
    "Quick Pay: tried, not paid",
    "Quick Pay: not tried",
    "MFA: paid",
    "MFA: tried, not paid",
    "MFA: not tried",
)
PAYMENT_HEAD = (
    "Payments",
    "Succeeded",
    "Taken",
    "Given back",
    "Kept",
    "Declined",
    "Not ended",
    "Not ended, amount",
)


def session_numbers(one: SessionCounts) -> tuple[int, ...]:
    """Lay the counts out under `SESSION_HEAD`."""
    return (
        one.all,
        one.paid,
        one.quickpay_paid,
        one.quickpay_failed,
        one.quickpay_none,
        one.mfa_paid,
        one.mfa_failed,
        one.mfa_none,
    )


def session_sheet(report: Report[SessionCounts], *, totals_only: bool) -> bytes:
    """Write the Session Usage report as CSV."""
    rows: list[tuple[Cell, ...]] = [_row(line, session_numbers(line.sums)) for line in report.lines]
    total: tuple[Cell, ...] = ("Total", "", *session_numbers(report.whole))
    return sheet((report.by.value, "name", *SESSION_HEAD), [total] if totals_only else [*rows, total])


def payment_sheet(report: Report[PaymentSums], *, totals_only: bool) -> bytes:
    """Write the Payments report as CSV; sums in dollars."""
    rows: list[tuple[Cell, ...]] = [_row(line, _payment_cells(line.sums)) for line in report.lines]
    total: tuple[Cell, ...] = ("Total", "", *_payment_cells(report.whole))
    return sheet((report.by.value, "name", *PAYMENT_HEAD), [total] if totals_only else [*rows, total])


def _row(line: Line[SessionCounts] | Line[PaymentSums], cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return (line.key, line.name, *cells)


def _payment_cells(one: PaymentSums) -> tuple[Cell, ...]:
    return (
        one.payments,
        one.succeeded,
        money(one.taken),
        money(one.refunded),
        money(one.net),
        one.declined,
        one.open,
        money(one.open_amount),
    )
