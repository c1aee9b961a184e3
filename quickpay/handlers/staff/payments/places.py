"""The addresses of these pages, and the ways between them."""

from quickpay.handlers.staff.menu import MenuLine

PAYMENTS = "/staff/payments"
BATCHES = "/staff/batches"

_LINES = (
    ("Payments", PAYMENTS),
    ("Unresolved", f"{PAYMENTS}/unresolved"),
    ("Not acknowledged", f"{PAYMENTS}/unacknowledged"),
    ("Batches", BATCHES),
    ("Differences", f"{PAYMENTS}/differences"),
)


def ways_here(here: str) -> tuple[MenuLine, ...]:
    """List the ways between the pages of payments, as the page at `here` shows them."""
    return tuple(
        MenuLine(label=label, path=path, words="", here="page" if path == here else "")
        for label, path in _LINES
    )


def payment_path(payment_id: str) -> str:
    """Give a payment's page."""
    return f"{PAYMENTS}/{payment_id}"


def batch_path(batch_id: int) -> str:
    """Give a reference batch's page."""
    return f"{BATCHES}/{batch_id}"
