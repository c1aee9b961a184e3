"""The ledger in the database: postings, receipts and the day's reference batch."""

from datetime import date, datetime

from sqlalchemy import bindparam, select

from quickpay.adapters.store.columns import micros, total, words
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import batches, payments, postings, receipts
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.numbers import RECEIPT, next_number
from quickpay.adapters.store.tables.pm_words import IN_FIGURES, NOT_SETTLED
from quickpay.domain.encounters import ServiceId
from quickpay.domain.figures import NotSettled
from quickpay.domain.ledger import Posting
from quickpay.domain.money import Cents
from quickpay.domain.payments import HELD, PaymentState
from quickpay.domain.receipts import BATCH_DESCRIPTION, BATCH_USER, Receipt, ReceiptStatus

_STATUSES = words(ReceiptStatus)

_GUARANTORS = payments.c.guarantor_id == bindparam("guarantor")
_NOT_IN_PM = payments.c.settled_by_pm == 0

_DEDUCTED = Statement(
    select(postings.c.service_id, total(postings.c.amount))
    .join(payments, payments.c.id == postings.c.payment_id)
    .where(_GUARANTORS, _NOT_IN_PM, payments.c.state.in_((PaymentState.SUCCEEDED, PaymentState.REFUNDED)))
    .group_by(postings.c.service_id)
)
_ON_ITS_WAY = Statement(select(total(payments.c.amount)).where(_GUARANTORS, payments.c.state.in_(HELD)))
_UNAPPLIED = Statement(
    select(total(payments.c.unapplied)).where(
        _GUARANTORS, _NOT_IN_PM, payments.c.state == PaymentState.SUCCEEDED.value
    )
)
_POST = Statement(
    insert(postings).values(
        payment_id=bindparam("payment_id"),
        service_id=bindparam("service_id"),
        amount=bindparam("amount"),
        posted_at=bindparam("posted_at"),
    )
)
_POSTINGS = Statement(
    select(postings.c.service_id, postings.c.amount)
    .where(postings.c.payment_id == bindparam("payment"))
    .order_by(postings.c.id)
)
_BACK = -1
# An update that changes nothing, for its row lock: a batch cannot be closed under a receipt being written.
_BATCH = Statement(
    insert(batches)
    .values(
        group_id=bindparam("group_id"),
        date=bindparam("date"),
        description=BATCH_DESCRIPTION,
        opened_by=BATCH_USER,
        opened_at=bindparam("opened_at"),
    )
    .on_conflict_do_update(
        index_elements=[batches.c.group_id, batches.c.date],
        index_where=batches.c.closed_at.is_(None),
        set_={"description": batches.c.description},
    )
    .returning(batches.c.id)
)
_ADD_RECEIPT = Statement(
    insert(receipts).values({column.name: bindparam(column.name) for column in receipts.c})
)
_RECEIPT = Statement(select(receipts).where(receipts.c.number == bindparam("number")))


class Ledger:
    """`ports.tables.Ledger` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def deducted(self, guarantor_id: int) -> dict[str, Cents]:
        """What is posted by service id and not yet in what the PM system says."""
        rows = await self._run.all(_DEDUCTED, guarantor=guarantor_id)
        return {service_id: Cents(amount) for service_id, amount in rows}

    async def held(self, guarantor_id: int) -> Cents:
        """Money on its way, plus money received that is on no line yet."""
        return Cents(await self._sum(_ON_ITS_WAY, guarantor_id) + await self._sum(_UNAPPLIED, guarantor_id))

    async def unapplied(self, guarantor_id: int) -> Cents:
        """Money received that is on no line yet and not in what the PM system says."""
        return Cents(await self._sum(_UNAPPLIED, guarantor_id))

    async def post(self, payment_id: str, postings: tuple[Posting, ...], now: datetime) -> None:
        """Put received money on lines."""
        await self._add(payment_id, postings, now)

    async def take_back(self, payment_id: str, postings: tuple[Posting, ...], now: datetime) -> None:
        """Take money off lines again; the book keeps both."""
        await self._add(payment_id, postings, now, times=_BACK)

    async def _add(
        self, payment_id: str, postings: tuple[Posting, ...], now: datetime, *, times: int = 1
    ) -> None:
        at = micros(now)
        await self._run.many(
            _POST,
            [
                {
                    "payment_id": payment_id,
                    "service_id": posting.service_id,
                    "amount": posting.amount * times,
                    "posted_at": at,
                }
                for posting in postings
            ],
        )

    async def postings(self, payment_id: str) -> tuple[Posting, ...]:
        """Return where a payment's money is, less what was taken back, in the order it was last posted."""
        on: dict[str, int] = {}
        for line, amount in await self._run.all(_POSTINGS, payment=payment_id):
            before = on.pop(line, 0) if amount > 0 else on[line]
            on[line] = before + amount
        return tuple(
            Posting(service_id=ServiceId(line), amount=Cents(amount)) for line, amount in on.items() if amount
        )

    async def batch(self, group_id: int, day: date, now: datetime) -> int:
        """The day's open reference batch, opened if there is none."""
        row = await self._run.one(_BATCH, group_id=group_id, date=day.isoformat(), opened_at=micros(now))
        assert row is not None
        return int(row[0])

    async def add_receipt(self, receipt: Receipt) -> int:
        """Store a receipt under the next number, which is returned; the given number is ignored."""
        number = await next_number(self._run, RECEIPT)
        await self._run.count(
            _ADD_RECEIPT,
            number=number,
            payment_id=receipt.payment_id,
            group_id=receipt.group_id,
            guarantor_id=receipt.guarantor_id,
            batch_id=receipt.batch_id,
            date=receipt.date.isoformat(),
            amount=receipt.amount,
            status=receipt.status.value,
        )
        return number

    async def receipt(self, number: int) -> Receipt | None:
        """Return it."""
        row = await self._run.one(_RECEIPT, number=number)
        if row is None:
            return None
        number, payment_id, group_id, guarantor_id, batch_id, day, amount, status = row
        return Receipt(
            number=number,
            payment_id=payment_id,
            group_id=group_id,
            guarantor_id=guarantor_id,
            batch_id=batch_id,
            date=date.fromisoformat(day),
            amount=Cents(amount),
            status=_STATUSES[status],
        )

    async def not_settled(self, guarantor_id: int, *, receipt_numbers: tuple[str, ...]) -> list[NotSettled]:
        """What of his payments is still deducted, the oldest first; told: acknowledged or named here."""
        rows = await self._run.all(NOT_SETTLED, guarantor=guarantor_id)
        return [
            NotSettled(
                payment_id=id_,
                amount=Cents(amount - refunded),
                told=acknowledged is not None or str(receipt) in receipt_numbers,
                in_figures=in_figures == 1,
            )
            for id_, amount, refunded, receipt, acknowledged, in_figures in rows
        ]

    async def set_in_figures(self, payment_id: str, *, is_in: bool) -> None:
        """Note whether what the PM system said last has taken a payment in."""
        await self._run.count(IN_FIGURES, payment=payment_id, is_in=int(is_in))

    async def _sum(self, statement: Statement, guarantor_id: int) -> int:
        row = await self._run.one(statement, guarantor=guarantor_id)
        return 0 if row is None else int(row[0])
