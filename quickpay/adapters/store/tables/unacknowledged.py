"""Money received or given back that the PM system has neither acknowledged nor named, in the database."""

from functools import cache

from sqlalchemy import BigInteger, Subquery, and_, func, literal, not_, select, union_all

from quickpay.adapters.store.columns import maybe_moment, moment, number, total
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import groups, guarantors, payments
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables.finding import among
from quickpay.domain.money import Cents
from quickpay.domain.reach import Reach
from quickpay.ports.feed_tables import Backlog, NotTakenOver

_RECEIVED = and_(
    payments.c.state == "succeeded",
    payments.c.acknowledged_at.is_(None),
    payments.c.settled_by_pm == 0,
)
_GIVEN_BACK = payments.c.refunded > payments.c.acknowledged_refunded
_SINCE_REFUND = payments.c.changed_at


def _waiting(groups_: int | None) -> Subquery:
    """Every payment that waits, once; two halves, as each has an index of its own."""
    known = (
        payments.c.id,
        payments.c.group_id,
        payments.c.guarantor_id,
        payments.c.receipt_number,
        payments.c.unapplied,
        (payments.c.refunded - payments.c.acknowledged_refunded).label("given_back"),
    )
    received = select(*known, payments.c.amount.label("received"), payments.c.created_at.label("since"))
    refunds = select(*known, literal(0, BigInteger).label("received"), _SINCE_REFUND.label("since"))
    return union_all(
        received.where(_RECEIVED, *among(payments.c.group_id, groups_)),
        refunds.where(_GIVEN_BACK, not_(_RECEIVED), *among(payments.c.group_id, groups_)),
    ).subquery("waiting")


@cache
def _page(groups_: int | None) -> Statement:
    waiting = _waiting(groups_)
    return Statement(
        select(
            waiting.c.id,
            groups.c.id,
            groups.c.slug,
            guarantors.c.number,
            guarantors.c.first_name,
            guarantors.c.last_name,
            waiting.c.received,
            waiting.c.given_back,
            waiting.c.receipt_number,
            waiting.c.unapplied,
            waiting.c.since,
        )
        .join(groups, groups.c.id == waiting.c.group_id)
        .join(guarantors, guarantors.c.id == waiting.c.guarantor_id)
        .order_by(waiting.c.since, waiting.c.id)
        .limit(number("most"))
        .offset(number("skip"))
    )


@cache
def _backlog(groups_: int | None) -> Statement:
    waiting = _waiting(groups_)
    return Statement(
        select(
            func.count(), total(waiting.c.received), total(waiting.c.given_back), func.min(waiting.c.since)
        ).select_from(waiting)
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
        count, received, given_back, oldest = row
        return Backlog(
            count=count, amount=Cents(received), given_back=Cents(given_back), oldest=maybe_moment(oldest)
        )


def _how_many(within: Reach) -> int | None:
    return None if within.groups is None else len(within.groups)


def _bound(within: Reach) -> dict[str, int]:
    return {f"group_{place}": group_id for place, group_id in enumerate(sorted(within.groups or ()))}


def _line(row: Row) -> NotTakenOver:
    id_, group_id, slug, account, first, last, received, given_back, receipt, unapplied, since = row
    return NotTakenOver(
        payment_id=id_,
        group_id=group_id,
        group=slug,
        guarantor=account,
        name=f"{first} {last}",
        received=Cents(received),
        given_back=Cents(given_back),
        receipt_number=receipt,
        posted=unapplied == 0,
        since=moment(since),
    )
