"""The checks in the database: run every rule and say what it found."""

from datetime import datetime

from sqlalchemy import column, select, table

from quickpay.adapters.store.columns import micros, number
from quickpay.adapters.store.rules import cards, contacts, entry, payment, refunds, simulation, staff
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import counters
from quickpay.adapters.store.statements import Statement
from quickpay.domain.invariants import Violation

_TRIGGERS = {
    "payments_fixed": ("I10", "nothing keeps what a payment is from changing"),
    "payments_ended": ("I11", "nothing keeps an ended payment as it ended"),
    "receipts_kept": ("I11", "nothing keeps receipts from changing"),
    "refunds_fixed": ("I11", "nothing keeps what a refund is, and how it ended, from changing"),
    "postings_kept": ("I11", "nothing keeps postings from changing"),
    "audit_kept": ("I12", "nothing keeps the audit from changing"),
}

_on_file = table("sqlite_master", column("name"), column("type"))
_on_server = table("pg_trigger", column("tgname"), column("tgenabled"))
_TRIGGERS_HERE = {
    "sqlite": Statement(select(_on_file.c.name).where(_on_file.c.type == "trigger")),
    "postgresql": Statement(select(_on_server.c.tgname).where(_on_server.c.tgenabled != "D")),
}
_ABOVE = Statement(
    select(counters.c.name).where(counters.c.count > counters.c.most, counters.c.until > number("now"))
)
_BELOW = Statement(select(counters.c.name).where(counters.c.count < 0))


class Checks:
    """`ports.tables.Checks` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def find(self, *, now: datetime) -> list[Violation]:
        """Run every rule; in the order of the invariants."""
        found = [*await self._by_rules(now), *await self._counts(now), *await self._guards()]
        return sorted(found, key=lambda one: (int(one.invariant[1:]), one.what))

    async def _by_rules(self, now: datetime) -> list[Violation]:
        found = []
        rooms = (cards, contacts, entry, payment, refunds, simulation, staff)
        for rule in (one for room in rooms for one in room.RULES):
            given = {"now": micros(now)} if rule.timed else {}
            rows = await self._run.all(rule.statement, **given)
            if rows:
                ids = tuple(sorted(str(row[0]) for row in rows))
                found.append(Violation(invariant=rule.invariant, what=rule.what, row_ids=ids))
        return found

    async def _counts(self, now: datetime) -> list[Violation]:
        """A count above the limit it was held to when it was last counted."""
        rows = [*await self._run.all(_BELOW), *await self._run.all(_ABOVE, now=micros(now))]
        names = [str(row[0]) for row in rows]
        if not names:
            return []
        what = "a count of tries or sendings beyond its limit"
        return [Violation(invariant="I6", what=what, row_ids=tuple(sorted(names)))]

    async def _guards(self) -> list[Violation]:
        there = {row[0] for row in await self._run.all(_TRIGGERS_HERE[self._run.dialect])}
        return [
            Violation(invariant=invariant, what=what, row_ids=(name,))
            for name, (invariant, what) in _TRIGGERS.items()
            if name not in there
        ]
