"""Payments that wait for their payer's bank, in the database."""

from sqlalchemy import bindparam, delete, select

from quickpay.adapters.store.columns import micros, moment
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import bank_steps
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.bank_steps import BankStep

_OF = bank_steps.c.payment_id == bindparam("payment")
_ADD = Statement(
    insert(bank_steps)
    .values(
        payment_id=bindparam("payment"),
        page=bindparam("page"),
        word=bindparam("word"),
        begun_at=bindparam("begun_at"),
    )
    .on_conflict_do_nothing()
)
_GET = Statement(select(*bank_steps.c).where(_OF))
_END = Statement(delete(bank_steps).where(_OF))


class BankSteps:
    """`ports.bank_tables.BankSteps` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, step: BankStep) -> bool:
        """Keep it; False when there was one."""
        return (
            await self._run.count(
                _ADD, payment=step.payment_id, page=step.page, word=step.word, begun_at=micros(step.begun_at)
            )
            == 1
        )

    async def of_payment(self, payment_id: str) -> BankStep | None:
        """Return what the payment waits for."""
        row = await self._run.one(_GET, payment=payment_id)
        if row is None:
            return None
        return BankStep(payment_id=row[0], page=row[1], word=row[2], begun_at=moment(row[3]))

    async def end(self, payment_id: str) -> None:
        """Forget it."""
        await self._run.count(_END, payment=payment_id)
