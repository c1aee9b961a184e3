"""Alarms in the database: one row for each subject, said once by whichever process takes it."""

from datetime import datetime

from sqlalchemy import bindparam, case, select, update

from quickpay.adapters.store.columns import micros, moment, number, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import alarms
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.alarms import AGAIN_AFTER, Alarm, AlarmKind

_KINDS = words(AlarmKind)
_SHOWN = (
    alarms.c.id,
    alarms.c.kind,
    alarms.c.subject,
    alarms.c.group_id,
    alarms.c.first_at,
    alarms.c.last_at,
    alarms.c.times,
)
_ROW = insert(alarms).values(
    kind=bindparam("kind"),
    subject=bindparam("subject"),
    group_id=bindparam("group_id"),
    first_at=bindparam("now"),
    last_at=bindparam("now"),
    times=1,
    said_at=None,
)
_GONE_ON = alarms.c.said_at <= number("long_ago")
_RAISE = Statement(
    _ROW.on_conflict_do_update(
        index_elements=[alarms.c.kind, alarms.c.subject],
        set_={
            "last_at": _ROW.excluded.last_at,
            "times": alarms.c.times + 1,
            "said_at": case((_GONE_ON, None), else_=alarms.c.said_at),
        },
    ).returning(alarms.c.said_at)
)
_UNSAID = Statement(
    select(*_SHOWN).where(alarms.c.said_at.is_(None)).order_by(alarms.c.id).limit(number("most"))
)
_SAY = Statement(
    update(alarms)
    .where(alarms.c.id == number("alarm"), alarms.c.said_at.is_(None))
    .values(said_at=bindparam("now"))
)
_LIST = Statement(
    select(*_SHOWN)
    .where(alarms.c.kind == bindparam("of_kind"), alarms.c.last_at >= bindparam("since"))
    .order_by(alarms.c.last_at.desc())
)


class Alarms:
    """`ports.unresolved_tables.Alarms` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def raise_(self, kind: AlarmKind, subject: str, *, group_id: int | None, now: datetime) -> bool:
        """Raise it, or count it once more; True if it is to be said: new, or gone on for an hour."""
        row = await self._run.one(
            _RAISE,
            kind=kind.value,
            subject=subject,
            group_id=group_id,
            now=micros(now),
            long_ago=micros(now - AGAIN_AFTER),
        )
        return row is not None and row[0] is None

    async def any_unsaid(self) -> bool:
        """Whether anything is to be said."""
        return bool(await self._run.all(_UNSAID, most=1))

    async def claim_unsaid(self, *, now: datetime, most: int) -> list[Alarm]:
        """Take what is to be said; nobody else gets the same."""
        rows = await self._run.all(_UNSAID, most=most)
        found = [_alarm(row) for row in rows]
        return [one for one in found if await self._run.count(_SAY, alarm=one.id, now=micros(now))]

    async def list_(self, kind: AlarmKind, *, since: datetime) -> list[Alarm]:
        """Those of a kind raised since, the newest first."""
        return [_alarm(row) for row in await self._run.all(_LIST, of_kind=kind.value, since=micros(since))]


def _alarm(row: Row) -> Alarm:
    id_, kind, subject, group_id, first_at, last_at, times = row
    return Alarm(
        id=id_,
        kind=_KINDS[kind],
        subject=subject,
        group_id=group_id,
        first_at=moment(first_at),
        last_at=moment(last_at),
        times=times,
    )
