"""Counters in the database: each limit is one upsert that gives no row back once it is full."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, or_, select, update

from quickpay.adapters.store.columns import micros, moment, number, span
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import counters
from quickpay.adapters.store.statements import Statement, insert
from quickpay.mfa.limits import Limit

_DAY = timedelta(days=1)
_NEVER = 2**62  # microseconds: in the year 148,000

_KEY = (counters.c.name == bindparam("name"), counters.c.subject == bindparam("subject"))
_ROW = insert(counters).values(
    name=bindparam("name"),
    subject=bindparam("subject"),
    count=1,
    since=bindparam("now"),
    until=bindparam("until"),
)
_OVER = counters.c.until <= _ROW.excluded.since
_COUNTED = _ROW.values(most=number("most"))
_BUMP = Statement(
    _COUNTED.on_conflict_do_update(
        index_elements=[counters.c.name, counters.c.subject],
        set_={
            "count": case((_OVER, 1), else_=counters.c.count + 1),
            "since": case((_OVER, _ROW.excluded.since), else_=counters.c.since),
            "until": case((_OVER, _ROW.excluded.until), else_=counters.c.until),
            "most": _ROW.excluded.most,
        },
        where=or_(_OVER, counters.c.count < _ROW.excluded.most),
    ).returning(counters.c.count)
)
# Of a lock, `since` is when it last closed, and `count` how often it did with less than a day between.
_LOCK = Statement(
    _ROW.on_conflict_do_update(
        index_elements=[counters.c.name, counters.c.subject],
        set_={
            "count": case(
                (counters.c.until > _ROW.excluded.since, counters.c.count),
                (counters.c.since <= number("day_ago"), 1),
                else_=counters.c.count + 1,
            ),
            "since": case((_OVER, _ROW.excluded.since), else_=counters.c.since),
            "until": case(
                (counters.c.until > _ROW.excluded.until, counters.c.until), else_=_ROW.excluded.until
            ),
        },
    ).returning(counters.c.count)
)
_STANDING = (*_KEY, counters.c.until > bindparam("now"))
_COUNT = Statement(select(counters.c.count).where(*_STANDING))
_UNTIL = Statement(select(counters.c.until).where(*_STANDING))
_CLEAR = Statement(delete(counters).where(*_KEY))
_TAKE_BACK = Statement(
    update(counters)
    .where(
        counters.c.name == bindparam("counter"),
        counters.c.subject == bindparam("of"),
        counters.c.count > 0,
    )
    .values(count=counters.c.count - 1)
)
# A lock that has opened is kept a day, for it says how long the next one holds.
_FORGET = Statement(
    delete(counters).where(counters.c.until <= bindparam("now"), counters.c.since <= bindparam("day_ago"))
)


class Counters:
    """`ports.tables.Counters` over one open transaction; locks stand apart from counts of the same name."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def bump(self, limit: Limit, subject: bytes, *, now: datetime) -> bool:
        """Count one unless the limit is full; a limit without `per` never starts anew."""
        at = micros(now)
        until = _NEVER if limit.per is None else at + span(limit.per)
        row = await self._run.one(
            _BUMP, name=limit.name, subject=subject, now=at, until=until, most=limit.most
        )
        return row is not None

    async def count(self, name: str, subject: bytes, *, now: datetime) -> int:
        """Return what is counted at present, 0 once the count is over."""
        row = await self._run.one(_COUNT, name=name, subject=subject, now=micros(now))
        return 0 if row is None else int(row[0])

    async def clear(self, name: str, subject: bytes) -> None:
        """Begin the count anew; a lock stays."""
        await self._run.count(_CLEAR, name=name, subject=subject)

    async def take_back(self, name: str, subject: bytes) -> None:
        """Count one less: what was counted beforehand turned out not to be one of its kind."""
        await self._run.count(_TAKE_BACK, counter=name, of=subject)

    async def lock(self, name: str, subject: bytes, *, until: datetime, now: datetime) -> int:
        """Keep the subject locked; returns how often it was locked before, with less than a day between.

        While it is locked, another lock is the same one: it may last longer by it, but counts once.
        """
        row = await self._run.one(
            _LOCK,
            name=_lock(name),
            subject=subject,
            now=micros(now),
            until=micros(until),
            day_ago=micros(now - _DAY),
        )
        assert row is not None
        return int(row[0]) - 1

    async def locked_until(self, name: str, subject: bytes, *, now: datetime) -> datetime | None:
        """Return when the lock opens, if there is one."""
        row = await self._run.one(_UNTIL, name=_lock(name), subject=subject, now=micros(now))
        return None if row is None else moment(row[0])

    async def forget(self, now: datetime) -> int:
        """Drop counts that are over."""
        return await self._run.count(_FORGET, now=micros(now), day_ago=micros(now - _DAY))


def _lock(name: str) -> str:
    return f"lock:{name}"
