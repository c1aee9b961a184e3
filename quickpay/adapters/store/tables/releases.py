"""Releases in the database: tries are counted there, a session has one open, an end forgets the digest."""

from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from quickpay.adapters.store.columns import micros, moment, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import releases
from quickpay.adapters.store.statements import Statement, insert
from quickpay.mfa.release import Identifier, Release, ReleaseState

_IDENTIFIERS = words(Identifier)
_STATES = words(ReleaseState)

_IS_OPEN = releases.c.state == "open"
_THIS = (releases.c.id == bindparam("which"), _IS_OPEN)
_IN_TIME = releases.c.expires_at > bindparam("now")
_OVER = releases.c.expires_at <= bindparam("now")

_ADD = Statement(
    insert(releases)
    .values({column.name: bindparam(column.name) for column in releases.c})
    .on_conflict_do_nothing()
)
_GET = Statement(select(releases).where(releases.c.id == bindparam("id")))
_SUPERSEDE = Statement(
    update(releases)
    .where(
        releases.c.session_id == bindparam("session"),
        _IS_OPEN,
        or_(releases.c.staff_id == bindparam("who"), _OVER),
    )
    .values(state="superseded", digest=None)
)
_COUNT_TRY = Statement(
    update(releases)
    .where(
        releases.c.session_id == bindparam("session"),
        _IS_OPEN,
        _IN_TIME,
        releases.c.tries < bindparam("most"),
    )
    .values(tries=releases.c.tries + 1)
    .returning(*releases.c)
)
_USE = Statement(update(releases).where(*_THIS, _IN_TIME).values(state="used", digest=None))
_LOCK = Statement(update(releases).where(*_THIS).values(state="locked", digest=None))
_EXPIRE = Statement(update(releases).where(_IS_OPEN, _OVER).values(state="expired", digest=None))


class Releases:
    """`ports.release_tables.Releases` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, release: Release) -> bool:
        """Store it, unless the session has an open one."""
        added = await self._run.count(
            _ADD,
            id=release.id,
            session_id=release.session_id,
            link_serial=release.link_id,
            group_id=release.group_id,
            guarantor_id=release.guarantor_id,
            staff_id=release.staff_id,
            identifier=release.identifier.value,
            state=release.state.value,
            tries=release.tries,
            digest=release.digest,
            created_at=micros(release.created_at),
            expires_at=micros(release.expires_at),
        )
        return added == 1

    async def get(self, release_id: str) -> Release | None:
        """Return it."""
        row = await self._run.one(_GET, id=release_id)
        return None if row is None else _release(row)

    async def supersede(self, session_id: int, *, of_staff: int, now: datetime) -> int:
        """End this one's own open release of the session, and one whose time is over."""
        return await self._run.count(_SUPERSEDE, session=session_id, who=of_staff, now=micros(now))

    async def count_try(self, session_id: int, *, most: int, now: datetime) -> Release | None:
        """Count one try of the session's open, unexpired release below `most`."""
        row = await self._run.one(_COUNT_TRY, session=session_id, most=most, now=micros(now))
        return None if row is None else _release(row)

    async def use(self, release_id: str, now: datetime) -> bool:
        """Use it up, once, in time."""
        return await self._run.count(_USE, which=release_id, now=micros(now)) == 1

    async def lock(self, release_id: str) -> bool:
        """End it after too many tries."""
        return await self._run.count(_LOCK, which=release_id) == 1

    async def expire(self, now: datetime) -> int:
        """End every open one whose life is over."""
        return await self._run.count(_EXPIRE, now=micros(now))


def _release(row: Row) -> Release:
    (
        id_,
        session_id,
        link_serial,
        group_id,
        guarantor_id,
        staff_id,
        identifier,
        state,
        tries,
        digest,
        created_at,
        expires_at,
    ) = row
    return Release(
        id=id_,
        session_id=session_id,
        link_id=link_serial,
        group_id=group_id,
        guarantor_id=guarantor_id,
        staff_id=staff_id,
        identifier=_IDENTIFIERS[identifier],
        state=_STATES[state],
        tries=tries,
        digest=None if digest is None else bytes(digest),
        created_at=moment(created_at),
        expires_at=moment(expires_at),
    )
