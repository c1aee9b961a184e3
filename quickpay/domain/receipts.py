"""A receipt: the numbered record of a payment; a decline makes one of 0.00 with status Unsuccessful."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from quickpay.domain.money import Cents

BATCH_DESCRIPTION = "API Payments"
BATCH_USER = "POPS"


class ReceiptStatus(StrEnum):
    """How the payment ended, in the words on the receipt; a refund does not change what is kept."""

    PAID = "Paid"
    UNSUCCESSFUL = "Unsuccessful"
    REFUNDED = "Refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One receipt; `date` is the day in the installation's time zone, `batch_id` its reference batch."""

    number: int
    payment_id: str
    group_id: int
    guarantor_id: int
    batch_id: int
    date: date
    amount: Cents
    status: ReceiptStatus

    def status_after(self, refunded: Cents) -> ReceiptStatus:
        """Give the word for it once so much was given back: Refunded only when all of it was."""
        whole = self.status is ReceiptStatus.PAID and refunded >= self.amount
        return ReceiptStatus.REFUNDED if whole else self.status
