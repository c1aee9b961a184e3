"""The audit's seals in the database: one for each row, chained to the one before."""

from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from quickpay.adapters.store.columns import micros, number
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import audit, audit_seals
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.audit import FIRST_SEAL, Harm, Harmed, seal_of
from quickpay.ports.audit_tables import Stretch

_newer = audit.alias("newer")
_LAST = Statement(
    select(audit_seals.c.audit_id, audit_seals.c.digest).order_by(audit_seals.c.audit_id.desc()).limit(1)
)
_TOO_NEW = (
    select(func.min(_newer.c.id))
    .where(_newer.c.id > number("after"), _newer.c.at >= number("settled"))
    .scalar_subquery()
)
_NEXT = Statement(
    select(*audit.c)
    .where(audit.c.id > number("after"), or_(_TOO_NEW.is_(None), audit.c.id < _TOO_NEW))
    .order_by(audit.c.id)
    .limit(number("most"))
)
_ADD = Statement(
    insert(audit_seals)
    .values(audit_id=bindparam("audit_id"), digest=bindparam("digest"))
    .on_conflict_do_nothing()
)
_LOOK = Statement(
    select(audit_seals.c.audit_id, audit_seals.c.digest, *audit.c)
    .join_from(audit_seals, audit, audit.c.id == audit_seals.c.audit_id, isouter=True)
    .where(audit_seals.c.audit_id > number("after"))
    .order_by(audit_seals.c.audit_id)
    .limit(number("most"))
)
_ADDED = Statement(
    select(audit.c.id)
    .where(
        audit.c.id <= number("until"),
        ~select(audit_seals.c.audit_id).where(audit_seals.c.audit_id == audit.c.id).exists(),
    )
    .order_by(audit.c.id)
    .limit(number("most"))
)
_UNSEALED = Statement(select(func.count()).select_from(audit).where(audit.c.id > number("after")))


class AuditSeals:
    """`ports.audit_tables.AuditSeals` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def seal(self, *, settled: datetime, most: int) -> int:
        """Chain the next rows; who comes second finds the same seals there and writes none."""
        last = await self._run.one(_LAST)
        after, head = (0, FIRST_SEAL) if last is None else (last[0], bytes(last[1]))
        rows = await self._run.all(_NEXT, after=after, settled=micros(settled), most=most)
        seals = []
        for row in rows:
            head = seal_of(head, tuple(row))
            seals.append({"audit_id": row[0], "digest": head})
        if seals:
            await self._run.many(_ADD, seals)
        return len(seals)

    async def look(self, *, after: int, head: bytes, most: int) -> Stretch:
        """Go on from each seal as it is kept, so that one harmed row is named and not all after it."""
        harmed = []
        rows = await self._run.all(_LOOK, after=after, most=most)
        for row in rows:
            after, kept, *columns = row
            if columns[0] is None:
                harmed.append(Harmed(row_id=after, how=Harm.REMOVED))
            elif seal_of(head, columns) != bytes(kept):
                harmed.append(Harmed(row_id=after, how=Harm.CHANGED))
            head = bytes(kept)
        return Stretch(looked_at=len(rows), last_id=after, head=head, harmed=tuple(harmed))

    async def added(self, *, until: int, most: int) -> list[Harmed]:
        """The oldest first."""
        rows = await self._run.all(_ADDED, until=until, most=most)
        return [Harmed(row_id=row[0], how=Harm.ADDED) for row in rows]

    async def unsealed(self, *, after: int) -> int:
        """Count those above the last seal."""
        row = await self._run.one(_UNSEALED, after=after)
        assert row is not None
        return int(row[0])
