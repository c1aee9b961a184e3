"""Money received that the PM system has neither acknowledged nor named, found in the database."""

from functools import cache

from sqlalchemy import func, select

from quickpay.adapters.store.columns import maybe_moment, moment, number, total
from quickpay.adapters.store.finding import among
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import groups, guarantors, payments
from quickpay.adapters.store.statements import Statement
from quickpay.domain.money import Cents
from quickpay.domain.reach import Reach
from quickpay.ports.feed_tables import Backlog, NotTakenOver

_WAITS = (
    payments.c.state == "succeeded",
    payments.c.acknowledged_at.is_(None),
    payments.c.settled_by_pm == 0,
)


@cache
def _page(groups_: int | None) -> Statement:
    return Statement(
        select(
            payments.c.id,
            groups.c.id,
            groups.c.slug,
            guarantors.c.number,
            guarantors.c.first_name,
            guarantors.c.last_name,
            payments.c.amount,
            payments.c.receipt_number,
            payments.c.unapplied,
            payments.c.created_at,
        )
        .join(groups, groups.c.id == payments.c.group_id)
        .join(guarantors, guarantors.c.id == payments.c.guarantor_id)
        .where(*_WAITS, *among(payments.c.group_id, groups_))
        .order_by(payments.c.created_at, payments.c.id)
        .limit(number("most"))
        .offset(number("skip"))
    )


@cache
def _backlog(groups_: int | None) -> Statement:
    return Statement(
        select(func.count(), total(payments.c.amount), func.min(payments.c.created_at))
        .select_from(payments)
        .where(*_WAITS, *among(payments.c.group_id, groups_))
    )


class Unacknowledged:
    """`ports.feed_tables.Unacknowledged` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def page(self, *, within: Reach, skip: int, most: int) -> list[NotTakenOver]:
        """The oldest first."""
        if within.groups == frozenset():
            return []
        rows = await self._run.all(_page(_how_many(within)), **_bound(within), skip=skip, most=most)
        return [_line(row) for row in rows]

    async def backlog(self, *, within: Reach) -> Backlog:
        """Count and add up, and find the oldest."""
        if within.groups == frozenset():
            return Backlog()
        row = await self._run.one(_backlog(_how_many(within)), **_bound(within))
        assert row is not None
        return Backlog(count=row[0], amount=Cents(row[1]), oldest=maybe_moment(row[2]))


def _how_many(within: Reach) -> int | None:
    return None if within.groups is None else len(within.groups)


def _bound(within: Reach) -> dict[str, int]:
    return {f"group_{place}": group_id for place, group_id in enumerate(sorted(within.groups or ()))}


def _line(row: Row) -> NotTakenOver:
    id_, group_id, slug, account, first, last, amount, receipt, unapplied, created_at = row
    return NotTakenOver(
        payment_id=id_,
        group_id=group_id,
        group=slug,
        guarantor=account,
        name=f"{first} {last}",
        amount=Cents(amount),
        receipt_number=receipt,
        posted=unapplied == 0,
        paid_at=moment(created_at),
    )
