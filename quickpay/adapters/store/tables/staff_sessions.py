"""Sessions of the staff in the database, found by the hash of what the cookie holds."""

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update

from quickpay.adapters.store.columns import maybe_moment, micros, moment
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import staff_sessions
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.staff import StaffSession

_SESSION = select(*(column for column in staff_sessions.c if column.name != "token_hash"))
_ADD_SESSION = Statement(
    insert(staff_sessions)
    .values(
        token_hash=bindparam("hash"),
        staff_id=bindparam("who"),
        opened_at=bindparam("now"),
        seen_at=bindparam("now"),
    )
    .returning(staff_sessions.c.id)
)
_FIND_SESSION = Statement(_SESSION.where(staff_sessions.c.token_hash == bindparam("hash")))
_OPEN = staff_sessions.c.ended_at.is_(None)
_SEEN = Statement(
    update(staff_sessions)
    .where(staff_sessions.c.id == bindparam("which"), _OPEN)
    .values(seen_at=bindparam("now"))
)
_END = Statement(
    update(staff_sessions)
    .where(staff_sessions.c.id == bindparam("which"), _OPEN)
    .values(ended_at=bindparam("now"))
)
_END_ALL = Statement(
    update(staff_sessions)
    .where(staff_sessions.c.staff_id == bindparam("who"), _OPEN)
    .values(ended_at=bindparam("now"))
)


_FORGET = Statement(
    delete(staff_sessions).where(
        or_(
            staff_sessions.c.ended_at <= bindparam("before"),
            staff_sessions.c.opened_at <= bindparam("before"),
        )
    )
)


class StaffSessions:
    """`ports.staff_tables.StaffSessions` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, staff_id: int, *, token_hash: bytes, now: datetime) -> StaffSession:
        """Open one."""
        row = await self._run.one(_ADD_SESSION, who=staff_id, hash=token_hash, now=micros(now))
        assert row is not None
        return StaffSession(id=row[0], staff_id=staff_id, opened_at=now, seen_at=now, ended_at=None)

    async def find(self, token_hash: bytes) -> StaffSession | None:
        """Return the session of a cookie, ended or not."""
        row = await self._run.one(_FIND_SESSION, hash=token_hash)
        if row is None:
            return None
        id_, staff_id, opened_at, seen_at, ended_at = row
        return StaffSession(
            id=id_,
            staff_id=staff_id,
            opened_at=moment(opened_at),
            seen_at=moment(seen_at),
            ended_at=maybe_moment(ended_at),
        )

    async def seen(self, session_id: int, now: datetime) -> None:
        """Mark that it is in use."""
        await self._run.count(_SEEN, which=session_id, now=micros(now))

    async def end(self, session_id: int, now: datetime) -> bool:
        """End it; False when it was ended before."""
        return await self._run.count(_END, which=session_id, now=micros(now)) == 1

    async def end_all(self, staff_id: int, now: datetime) -> int:
        """End all that one account has open."""
        return await self._run.count(_END_ALL, who=staff_id, now=micros(now))

    async def forget(self, before: datetime) -> int:
        """Drop those that ended, or could no longer be used, before then."""
        return await self._run.count(_FORGET, before=micros(before))
