"""The addresses of these pages."""

PAYMENTS = "/staff/payments"
BATCHES = "/staff/batches"


def payment_path(payment_id: str) -> str:
    """Give a payment's page."""
    return f"{PAYMENTS}/{payment_id}"


def batch_path(batch_id: int) -> str:
    """Give a reference batch's page."""
    return f"{BATCHES}/{batch_id}"
