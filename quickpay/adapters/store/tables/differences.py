"""Differences to the gateway's list in the database, who compares when."""

from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select, update

from quickpay.adapters.store.columns import maybe_micros, maybe_moment, micros, moment, number, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import comparisons, differences
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.differences import Difference, Explained, KeptDifference, Kind
from quickpay.domain.reach import EVERYWHERE, Reach
from quickpay.ports.unresolved_tables import Comparison

_KINDS, _REASONS = words(Kind), words(Explained)
_BY_ITSELF = "comparison"

_OPEN = differences.c.ended_at.is_(None)
_THIS = and_(differences.c.kind == bindparam("of_kind"), differences.c.subject == bindparam("of_subject"))
_AGAIN = Statement(
    update(differences)
    .where(_THIS, _OPEN)
    .values(last_seen_at=bindparam("now"), ours=bindparam("our"), theirs=bindparam("their"))
)
_EXPLAINED_AS_IT_IS = Statement(
    update(differences)
    .where(
        _THIS,
        differences.c.reason.is_not(None),
        differences.c.ours.is_not_distinct_from(number("our")),
        differences.c.theirs.is_not_distinct_from(number("their")),
    )
    .values(last_seen_at=bindparam("now"))
)
_NEW = Statement(
    insert(differences)
    .values(
        {column.name: bindparam(column.name) for column in differences.c if column.name != "id"}
        | {"ended_at": None, "ended_by": None, "reason": None}
    )
    .on_conflict_do_nothing()
)
_END_UNSEEN = Statement(
    update(differences)
    .where(
        _OPEN,
        differences.c.happened_at >= bindparam("since"),
        differences.c.happened_at < bindparam("until"),
        differences.c.last_seen_at < bindparam("seen_before"),
    )
    .values(ended_at=bindparam("now"), ended_by=_BY_ITSELF)
)
_OPEN_ONES = Statement(select(differences).where(_OPEN).order_by(differences.c.happened_at.desc()))
_ENDED_ONES = Statement(
    select(differences).where(~_OPEN).order_by(differences.c.ended_at.desc()).limit(number("most"))
)
_ONE = Statement(select(differences).where(differences.c.id == number("difference")))
_COUNT = Statement(select(differences.c.group_id, func.count()).where(_OPEN).group_by(differences.c.group_id))
_EXPLAIN = Statement(
    update(differences)
    .where(differences.c.id == number("difference"), _OPEN)
    .values(ended_at=bindparam("now"), ended_by=bindparam("by"), reason=bindparam("why"))
)
_NOT_YET = insert(comparisons).values(
    gateway=bindparam("gateway"), next_at=bindparam("next_at"), leased_until=0
)
_PLAN = Statement(_NOT_YET.on_conflict_do_nothing())
_CLAIM = Statement(
    update(comparisons)
    .where(
        comparisons.c.gateway == bindparam("of"),
        comparisons.c.leased_until <= bindparam("now"),
        or_(comparisons.c.next_at <= bindparam("now"), number("early") == 1),
    )
    .values(owner=bindparam("by"), leased_until=bindparam("lease"))
)
_STANDS = Statement(select(comparisons).where(comparisons.c.gateway == bindparam("of")))
_FINISH = Statement(
    update(comparisons)
    .where(comparisons.c.gateway == bindparam("of"), comparisons.c.owner == bindparam("by"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("next_at", "until", "finished_at", "failed_at", "charges", "payments")
        }
        | {"owner": None, "leased_until": 0}
    )
)


class Differences:
    """`ports.unresolved_tables.Differences` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def see(self, difference: Difference, *, now: datetime) -> bool:
        """Keep one that is seen; True if it is new. One that was explained as it is stays ended."""
        seen = {
            "of_kind": difference.kind.value,
            "of_subject": difference.subject,
            "now": micros(now),
            "our": difference.ours,
            "their": difference.theirs,
        }
        if await self._run.count(_AGAIN, **seen) or await self._run.count(_EXPLAINED_AS_IT_IS, **seen):
            return False
        made = await self._run.count(
            _NEW,
            kind=difference.kind.value,
            subject=difference.subject,
            payment_id=difference.payment_id,
            group_id=difference.group_id,
            transaction=difference.transaction,
            ours=difference.ours,
            theirs=difference.theirs,
            happened_at=micros(difference.at),
            first_seen_at=micros(now),
            last_seen_at=micros(now),
        )
        return made == 1

    async def end_unseen(
        self, *, since: datetime, until: datetime, seen_before: datetime, now: datetime
    ) -> int:
        """End those of the span that this run did not see any more."""
        return await self._run.count(
            _END_UNSEEN,
            since=micros(since),
            until=micros(until),
            seen_before=micros(seen_before),
            now=micros(now),
        )

    async def list_(self, *, within: Reach, open_: bool, most: int) -> list[KeptDifference]:
        """Open ones, or ended ones, the newest first; what is nobody's is seen by who sees every group."""
        rows = await (self._run.all(_OPEN_ONES) if open_ else self._run.all(_ENDED_ONES, most=most * 5))
        found = [_kept(row) for row in rows]
        return [one for one in found if _holds(within, one.difference.group_id)][:most]

    async def get(self, difference_id: int, *, within: Reach) -> KeptDifference | None:
        """Return it; of another group there is none."""
        row = await self._run.one(_ONE, difference=difference_id)
        found = None if row is None else _kept(row)
        return found if found is not None and _holds(within, found.difference.group_id) else None

    async def count(self, *, within: Reach) -> int:
        """How many are open."""
        rows = await self._run.all(_COUNT)
        return sum(int(row[1]) for row in rows if _holds(within, row[0]))

    async def explain(self, difference_id: int, *, reason: Explained, by: str, now: datetime) -> bool:
        """End an open one by hand."""
        changed = await self._run.count(
            _EXPLAIN, difference=difference_id, why=reason.value, by=by, now=micros(now)
        )
        return changed == 1

    async def claim(
        self, gateway: str, *, owner: str, now: datetime, until: datetime, early: bool
    ) -> Comparison | None:
        """Take the comparison for this process, if it is time for it (or `early`) and nobody else has it."""
        taken = await self._run.count(
            _CLAIM, of=gateway, by=owner, now=micros(now), lease=micros(until), early=int(early)
        )
        return await self.comparison(gateway) if taken else None

    async def plan(self, gateway: str, *, next_at: datetime) -> None:
        """Say when the first comparison is; later ones follow each other."""
        await self._run.count(_PLAN, gateway=gateway, next_at=micros(next_at))

    async def finish(self, gateway: str, *, owner: str, comparison: Comparison) -> bool:
        """Note how it went, if it is still this process's."""
        changed = await self._run.count(
            _FINISH,
            of=gateway,
            by=owner,
            new_next_at=micros(comparison.next_at),
            new_until=maybe_micros(comparison.until),
            new_finished_at=maybe_micros(comparison.finished_at),
            new_failed_at=maybe_micros(comparison.failed_at),
            new_charges=comparison.charges,
            new_payments=comparison.payments,
        )
        return changed == 1

    async def comparison(self, gateway: str) -> Comparison | None:
        """Return how it stands."""
        row = await self._run.one(_STANDS, of=gateway)
        if row is None:
            return None
        _, next_at, _, _, until, finished_at, failed_at, charges, payments = row
        return Comparison(
            next_at=moment(next_at),
            until=maybe_moment(until),
            finished_at=maybe_moment(finished_at),
            failed_at=maybe_moment(failed_at),
            charges=charges,
            payments=payments,
        )


def _holds(within: Reach, group_id: int | None) -> bool:
    return within == EVERYWHERE if group_id is None else within.holds(group_id)


def _kept(row: Row) -> KeptDifference:
    (
        id_,
        kind,
        subject,
        payment_id,
        group_id,
        transaction,
        ours,
        theirs,
        happened_at,
        first_seen_at,
        last_seen_at,
        ended_at,
        ended_by,
        reason,
    ) = row
    return KeptDifference(
        id=id_,
        difference=Difference(
            kind=_KINDS[kind],
            subject=subject,
            payment_id=payment_id,
            group_id=group_id,
            transaction=transaction,
            ours=ours,
            theirs=theirs,
            at=moment(happened_at),
        ),
        first_seen_at=moment(first_seen_at),
        last_seen_at=moment(last_seen_at),
        ended_at=maybe_moment(ended_at),
        ended_by=ended_by,
        reason=None if reason is None else _REASONS[reason],
    )
