"""Receipts in the database as a guarantor looks at them, each with the payment it records."""

from datetime import date

from sqlalchemy import bindparam, select

from quickpay.adapters.store.columns import words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import payments, receipts
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables.payment_rows import PAYMENT, payment_of
from quickpay.domain.money import Cents
from quickpay.domain.payments import Payment
from quickpay.domain.receipts import Receipt, ReceiptStatus

_STATUSES = words(ReceiptStatus)

_RECEIPT = (receipts.c.number, receipts.c.batch_id, receipts.c.date, receipts.c.amount, receipts.c.status)
_OF_GUARANTOR = Statement(
    select(*PAYMENT, *_RECEIPT)
    .join(payments, payments.c.id == receipts.c.payment_id)
    .where(receipts.c.guarantor_id == bindparam("guarantor"))
    .order_by(receipts.c.date.desc(), receipts.c.number.desc())
)


class Receipts:
    """`ports.receipt_tables.Receipts` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def of_guarantor(self, guarantor_id: int) -> list[tuple[Receipt, Payment]]:
        """Return every receipt with its payment, the newest first."""
        rows = await self._run.all(_OF_GUARANTOR, guarantor=guarantor_id)
        return [_of(row) for row in rows]


def _of(row: Row) -> tuple[Receipt, Payment]:
    payment = payment_of(row)
    number, batch_id, day, amount, status = row[-len(_RECEIPT) :]
    receipt = Receipt(
        number=number,
        payment_id=payment.id,
        group_id=payment.group_id,
        guarantor_id=payment.guarantor_id,
        batch_id=batch_id,
        date=date.fromisoformat(day),
        amount=Cents(amount),
        status=_STATUSES[status],
    )
    return receipt, payment
