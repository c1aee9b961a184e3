"""Refunds in the database: each ends once, and no more is given back than was paid."""

from datetime import datetime

from sqlalchemy import bindparam, case, select, update

from quickpay.adapters.store.columns import maybe_micros, maybe_moment, micros, moment, number, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import payments, refunds
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.numbers import CHANGE, next_number
from quickpay.domain.money import Cents
from quickpay.domain.refunds import REFUND_IN_FLIGHT, Refund, RefundState

_STATES = words(RefundState)
_IN_FLIGHT = refunds.c.state.in_(REFUND_IN_FLIGHT)
_THIS = (refunds.c.id == bindparam("refund"), _IN_FLIGHT)
_OF_PAYMENT = payments.c.id == bindparam("payment")

_ADD = Statement(insert(refunds).values({column.name: bindparam(column.name) for column in refunds.c}))
_GET = Statement(select(refunds).where(refunds.c.id == bindparam("refund")))
_ALL = Statement(
    select(refunds).where(refunds.c.payment_id == bindparam("payment")).order_by(refunds.c.number)
)
_RESERVE = Statement(
    update(payments)
    .where(
        _OF_PAYMENT,
        payments.c.state == "succeeded",
        payments.c.refunding == 0,
        payments.c.refunded + number("cents") <= payments.c.amount,
    )
    .values(refunding=number("cents"))
)
_LET_GO = Statement(update(payments).where(_OF_PAYMENT).values(refunding=0))
_given_back = payments.c.refunded + number("cents")
_GIVE_BACK = Statement(
    update(payments)
    .where(
        _OF_PAYMENT,
        payments.c.state == "succeeded",
        payments.c.refunding >= number("reserved"),
        payments.c.unapplied >= number("loose"),
        _given_back + payments.c.refunding - number("reserved") <= payments.c.amount,
    )
    .values(
        refunded=_given_back,
        refunding=payments.c.refunding - number("reserved"),
        unapplied=payments.c.unapplied - number("loose"),
        state=case((_given_back == payments.c.amount, "refunded"), else_=payments.c.state),
        changed_at=bindparam("now"),
        change_number=bindparam("change"),
    )
)
_DUE = Statement(
    select(refunds)
    .where(_IN_FLIGHT, refunds.c.next_ask_at <= bindparam("now"))
    .order_by(refunds.c.next_ask_at)
    .limit(number("most"))
)
_CLAIM = Statement(
    update(refunds)
    .where(*_THIS, refunds.c.next_ask_at <= bindparam("now"))
    .values(next_ask_at=bindparam("next_at"), asks=refunds.c.asks + 1)
)
_ASKED = Statement(update(refunds).where(*_THIS).values(asked_at=bindparam("at")))
_TO_UNKNOWN = Statement(
    update(refunds)
    .where(refunds.c.id == bindparam("refund"), refunds.c.state == "submitting")
    .values(state="unknown", next_ask_at=bindparam("next_at"))
)
_END = Statement(
    update(refunds)
    .where(*_THIS)
    .values(
        state=bindparam("new_state"),
        transaction=bindparam("new_transaction"),
        refused_because=bindparam("why"),
        next_ask_at=None,
        ended_at=bindparam("now"),
    )
)


class Refunds:
    """`ports.refund_tables.Refunds` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, refund: Refund) -> None:
        """Store it."""
        await self._run.count(
            _ADD,
            id=refund.id,
            payment_id=refund.payment_id,
            number=refund.number,
            amount=refund.amount,
            reason=refund.reason,
            made_by=refund.made_by,
            state=refund.state.value,
            transaction=refund.transaction,
            refused_because=refund.refused_because,
            created_at=micros(refund.created_at),
            deadline=micros(refund.deadline),
            asks=refund.asks,
            asked_at=micros(refund.asked_at),
            next_ask_at=maybe_micros(refund.next_ask_at),
            ended_at=maybe_micros(refund.ended_at),
        )

    async def get(self, refund_id: str) -> Refund | None:
        """Return it."""
        row = await self._run.one(_GET, refund=refund_id)
        return None if row is None else _of(row)

    async def of_payment(self, payment_id: str) -> list[Refund]:
        """Return every refund of a payment, in the order they were made."""
        return [_of(row) for row in await self._run.all(_ALL, payment=payment_id)]

    async def reserve(self, payment_id: str, amount: Cents) -> bool:
        """Set so much aside, if that much is left and nothing is set aside: one statement, no race."""
        return await self._run.count(_RESERVE, payment=payment_id, cents=amount) == 1

    async def let_go(self, payment_id: str) -> None:
        """Set nothing aside any more."""
        await self._run.count(_LET_GO, payment=payment_id)

    async def give_back(
        self, payment_id: str, amount: Cents, *, reserved: Cents, unapplied: Cents, now: datetime
    ) -> bool:
        """Count an amount as given back, with the payment's next change number."""
        changed = await self._run.count(
            _GIVE_BACK,
            payment=payment_id,
            cents=amount,
            reserved=reserved,
            loose=unapplied,
            now=micros(now),
            change=await next_number(self._run, CHANGE),
        )
        return changed == 1

    async def due(self, now: datetime, *, most: int) -> list[Refund]:
        """Return refunds whose outcome is to be asked for now, the longest due first."""
        return [_of(row) for row in await self._run.all(_DUE, now=micros(now), most=most)]

    async def claim(self, refund_id: str, *, next_ask_at: datetime, now: datetime) -> bool:
        """Take the next asking for oneself, if it is due and nobody took it."""
        claimed = await self._run.count(
            _CLAIM, refund=refund_id, next_at=micros(next_ask_at), now=micros(now)
        )
        return claimed == 1

    async def asked(self, refund_id: str, *, at: datetime) -> None:
        """Note that the gateway is about to be asked once more."""
        await self._run.count(_ASKED, refund=refund_id, at=micros(at))

    async def to_unknown(self, refund_id: str, *, next_ask_at: datetime) -> bool:
        """Move one that got no answer on."""
        return await self._run.count(_TO_UNKNOWN, refund=refund_id, next_at=micros(next_ask_at)) == 1

    async def end(
        self, refund_id: str, *, transaction: str | None, refused_because: str | None, now: datetime
    ) -> bool:
        """Move one that has not ended to its end."""
        state = RefundState.DONE if refused_because is None else RefundState.REFUSED
        ended = await self._run.count(
            _END,
            refund=refund_id,
            new_state=state.value,
            new_transaction=transaction,
            why=refused_because,
            now=micros(now),
        )
        return ended == 1


def _of(row: Row) -> Refund:
    (
        id_,
        payment_id,
        number_,
        amount,
        reason,
        made_by,
        state,
        transaction,
        refused_because,
        created_at,
        deadline,
        asks,
        asked_at,
        next_ask_at,
        ended_at,
    ) = row
    return Refund(
        id=id_,
        payment_id=payment_id,
        number=number_,
        amount=Cents(amount),
        reason=reason,
        made_by=made_by,
        state=_STATES[state],
        transaction=transaction,
        refused_because=refused_because,
        created_at=moment(created_at),
        deadline=moment(deadline),
        asks=asks,
        asked_at=moment(asked_at),
        next_ask_at=maybe_moment(next_ask_at),
        ended_at=maybe_moment(ended_at),
    )
