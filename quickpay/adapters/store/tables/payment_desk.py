"""What the desk asks of payments and reference batches: lists by filter, sums, timelines, and a close."""

from datetime import date, datetime
from functools import cache
from json import loads

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, update

from quickpay.adapters.store.columns import maybe_moment, micros, moment, number, text_, total
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import audit, batches, guarantors, payments, receipts
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables.finding import among
from quickpay.adapters.store.tables.guarantors import GUARANTOR, guarantor_of
from quickpay.adapters.store.tables.numbers import CHANGE, next_number
from quickpay.adapters.store.tables.payment_rows import PAYMENT, payment_of
from quickpay.domain.money import Cents
from quickpay.domain.payments import Payment
from quickpay.domain.reach import Reach
from quickpay.ports.payment_desk_tables import (
    ListedPayment,
    PaymentEvent,
    PaymentTotals,
    ReferenceBatch,
    Wanted,
)

_CHARGED = payments.c.state.in_(("succeeded", "refunded"))
_HELD_TO: dict[str, ColumnElement[bool]] = {
    "since": payments.c.created_at >= number("since"),
    "until": payments.c.created_at < number("until"),
    "group": payments.c.group_id == number("group"),
    "number": guarantors.c.number == text_("number"),
    "state": payments.c.state == text_("state"),
    "method": payments.c.method == text_("method"),
    "origin": payments.c.origin == text_("origin"),
    "batch": payments.c.batch_id == number("batch"),
}
_OLDER = or_(
    payments.c.created_at < number("before_at"),
    and_(payments.c.created_at == number("before_at"), payments.c.id < text_("before_id")),
)
_EVENTS = Statement(
    select(audit.c.at, audit.c.type, audit.c.actor, audit.c.detail)
    .where(audit.c.payment_id == bindparam("payment"))
    .order_by(audit.c.at, audit.c.id)
)
_IN_PM = Statement(select(payments.c.settled_by_pm).where(payments.c.id == bindparam("payment")))
_PUT_ON_LINES = Statement(
    update(payments)
    .where(
        payments.c.id == bindparam("payment"),
        payments.c.state == "succeeded",
        payments.c.settled_by_pm == 0,
        payments.c.unapplied >= number("cents"),
    )
    .values(
        unapplied=payments.c.unapplied - number("cents"),
        changed_at=bindparam("now"),
        change_number=bindparam("change"),
    )
)
_CLOSE = Statement(
    update(batches)
    .where(batches.c.id == bindparam("batch"), batches.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"), closed_by=bindparam("who"))
)
_BATCH = (
    select(
        *batches.c,
        func.count(receipts.c.number),
        func.count(case((receipts.c.amount > 0, 1))),
        total(receipts.c.amount),
        total(payments.c.refunded),
        total(payments.c.unapplied),
    )
    .outerjoin(receipts, receipts.c.batch_id == batches.c.id)
    .outerjoin(payments, payments.c.id == receipts.c.payment_id)
    .group_by(*batches.c)
)
_ONE_BATCH = Statement(_BATCH.where(batches.c.id == bindparam("batch")))


@cache
def _listed(given: tuple[str, ...], groups_: int | None, *, onward: bool) -> Statement:
    query = _only(select(*PAYMENT, *GUARANTOR), given, groups_)
    if onward:
        query = query.where(_OLDER)
    return Statement(query.order_by(payments.c.created_at.desc(), payments.c.id.desc()).limit(number("most")))


@cache
def _totals(given: tuple[str, ...], groups_: int | None) -> Statement:
    sums = select(
        func.count(),
        func.count(case((_CHARGED, 1))),
        total(case((_CHARGED, payments.c.amount))),
        total(payments.c.refunded),
    )
    return Statement(_only(sums.select_from(payments), given, groups_))


def _only(
    query: Select[*tuple[object, ...]], given: tuple[str, ...], groups_: int | None
) -> Select[*tuple[object, ...]]:
    return query.join(guarantors, guarantors.c.id == payments.c.guarantor_id).where(
        *among(payments.c.group_id, groups_), *(_HELD_TO[name] for name in given)
    )


@cache
def _batches(groups_: int | None, *, onward: bool, open_only: bool) -> Statement:
    query = _BATCH.where(*among(batches.c.group_id, groups_))
    if onward:
        query = query.where(batches.c.id < number("before"))
    if open_only:
        query = query.where(batches.c.closed_at.is_(None))
    return Statement(query.order_by(batches.c.id.desc()).limit(number("most")))


class PaymentDesk:
    """`ports.payment_desk_tables.PaymentDesk` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def list_(
        self, wanted: Wanted, *, within: Reach, before: Payment | None, most: int
    ) -> list[ListedPayment]:
        """Return payments older than `before`, the newest first."""
        if within.groups == frozenset():
            return []
        given, count = _given(wanted), _count(within)
        older = {} if before is None else {"before_at": micros(before.created_at), "before_id": before.id}
        statement = _listed(tuple(given), count, onward=before is not None)
        rows = await self._run.all(statement, **given, **_groups(within), **older, most=most)
        return [
            ListedPayment(payment=payment_of(row), guarantor=guarantor_of(row[len(PAYMENT) :]))
            for row in rows
        ]

    async def totals(self, wanted: Wanted, *, within: Reach) -> PaymentTotals:
        """Add up all that is asked for."""
        given = _given(wanted)
        row = None
        if within.groups != frozenset():
            row = await self._run.one(_totals(tuple(given), _count(within)), **given, **_groups(within))
        many, taken, amount, refunded = row or (0, 0, 0, 0)
        return PaymentTotals(payments=many, taken=taken, amount=Cents(amount), refunded=Cents(refunded))

    async def events(self, payment_id: str) -> list[PaymentEvent]:
        """Return a payment's timeline, oldest first."""
        rows = await self._run.all(_EVENTS, payment=payment_id)
        return [
            PaymentEvent(at=moment(at), type=type_, actor=actor, detail=loads(detail))
            for at, type_, actor, detail in rows
        ]

    async def in_pm(self, payment_id: str) -> bool:
        """Whether what the PM system says contains the payment."""
        row = await self._run.one(_IN_PM, payment=payment_id)
        return row is not None and row[0] == 1

    async def put_on_lines(self, payment_id: str, amount: Cents, *, now: datetime) -> bool:
        """Take so much from what is on no line, with the payment's next change number."""
        changed = await self._run.count(
            _PUT_ON_LINES,
            payment=payment_id,
            cents=amount,
            now=micros(now),
            change=await next_number(self._run, CHANGE),
        )
        return changed == 1

    async def batches(
        self, *, within: Reach, before: int | None, open_only: bool, most: int
    ) -> list[ReferenceBatch]:
        """Return batches older than `before`, the newest first."""
        if within.groups == frozenset():
            return []
        statement = _batches(_count(within), onward=before is not None, open_only=open_only)
        older = {} if before is None else {"before": before}
        return [
            _batch_of(row) for row in await self._run.all(statement, **_groups(within), **older, most=most)
        ]

    async def batch(self, batch_id: int) -> ReferenceBatch | None:
        """Return one."""
        row = await self._run.one(_ONE_BATCH, batch=batch_id)
        return None if row is None else _batch_of(row)

    async def close_batch(self, batch_id: int, *, by: str, now: datetime) -> bool:
        """Close an open one."""
        return await self._run.count(_CLOSE, batch=batch_id, now=micros(now), who=by) == 1


def _given(wanted: Wanted) -> dict[str, str | int]:
    found: dict[str, str | int | None] = {
        "since": None if wanted.since is None else micros(wanted.since),
        "until": None if wanted.until is None else micros(wanted.until),
        "group": wanted.group_id,
        "number": wanted.number,
        "state": wanted.state,
        "method": wanted.method,
        "origin": wanted.origin,
        "batch": wanted.batch_id,
    }
    return {name: value for name, value in found.items() if value is not None}


def _count(within: Reach) -> int | None:
    return None if within.groups is None else len(within.groups)


def _groups(within: Reach) -> dict[str, int]:
    return {f"group_{place}": group_id for place, group_id in enumerate(sorted(within.groups or ()))}


def _batch_of(row: Row) -> ReferenceBatch:
    (
        id_,
        group_id,
        day,
        description,
        opened_by,
        opened_at,
        closed_at,
        closed_by,
        many,
        paid,
        amount,
        refunded,
        unapplied,
    ) = row
    return ReferenceBatch(
        id=id_,
        group_id=group_id,
        date=date.fromisoformat(day),
        description=description,
        opened_by=opened_by,
        opened_at=moment(opened_at),
        closed_at=maybe_moment(closed_at),
        closed_by=closed_by,
        receipts=many,
        paid=paid,
        amount=Cents(amount),
        refunded=Cents(refunded),
        unapplied=Cents(unapplied),
    )
