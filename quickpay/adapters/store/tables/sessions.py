"""Sessions in the database, found by the hash of what the cookie holds."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select, update

from quickpay.adapters.store.columns import maybe_micros, maybe_moment, micros, moment, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import sessions
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import EXTENDABLE_BELOW, MOST_EXTENSIONS, Authentication, Purpose, Role, Session

_ORIGINS = words(Origin)
_PURPOSES = words(Purpose)
_ROLES = words(Role)
_AUTHENTICATIONS = words(Authentication)

_ROW = [column for column in sessions.c if column.name != "token_hash"]
_LIVE = (sessions.c.id == bindparam("session"), sessions.c.ended_at.is_(None))

_ADD = Statement(
    insert(sessions)
    .values({column.name: bindparam(column.name) for column in sessions.c if column.name != "id"})
    .returning(sessions.c.id)
)
_FIND = Statement(select(*_ROW).where(sessions.c.token_hash == bindparam("token_hash")))
_RAISE_ROLE = Statement(
    update(sessions)
    .where(*_LIVE, sessions.c.expires_at > bindparam("now"), sessions.c.share_amount.is_(None))
    .values(role=bindparam("new_role"), authentication="mfa", token_hash=bindparam("new_hash"))
)
_OPEN_OF = Statement(
    select(*_ROW, sessions.c.token_hash)
    .where(
        sessions.c.guarantor_id == bindparam("guarantor"),
        sessions.c.share_amount.is_(None),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
    )
    .order_by(sessions.c.id.desc())
)
_SET_ORDER = Statement(
    update(sessions).where(sessions.c.id == bindparam("session")).values(order_id=bindparam("order"))
)
_EXTEND = Statement(
    update(sessions)
    .where(
        *_LIVE,
        sessions.c.expires_at > bindparam("now"),
        sessions.c.expires_at < bindparam("soon"),
        sessions.c.extensions < MOST_EXTENSIONS,
    )
    .values(expires_at=bindparam("until"), extensions=sessions.c.extensions + 1)
)
_END = Statement(update(sessions).where(*_LIVE).values(ended_at=bindparam("now")))

_END_OF_LINK = Statement(
    update(sessions)
    .where(sessions.c.link_serial == bindparam("link"), sessions.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"))
)


class Sessions:
    """`ports.tables.Sessions` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, session: Session, *, token_hash: bytes) -> Session:
        """Store it; the given id is ignored, the stored one returned."""
        row = await self._run.one(
            _ADD,
            token_hash=token_hash,
            link_serial=session.link_serial,
            group_id=session.group_id,
            guarantor_id=session.guarantor_id,
            origin=session.origin.value,
            purpose=session.purpose.value,
            role=session.role.value,
            authentication=session.authentication.value,
            order_id=session.order_id,
            opened_at=micros(session.opened_at),
            expires_at=micros(session.expires_at),
            extensions=session.extensions,
            ended_at=maybe_micros(session.ended_at),
            return_url=session.return_url,
            share_amount=session.share_amount,
        )
        assert row is not None
        return replace(session, id=row[0])

    async def find(self, token_hash: bytes) -> Session | None:
        """Return the session of a cookie, ended or not."""
        row = await self._run.one(_FIND, token_hash=token_hash)
        return None if row is None else _session(row)

    async def raise_role(self, session_id: int, *, role: Role, token_hash: bytes, now: datetime) -> bool:
        """Give the live session its role by MFA and its new id at once (R64); the old id is dead."""
        changed = await self._run.count(
            _RAISE_ROLE, session=session_id, new_role=role.value, new_hash=token_hash, now=micros(now)
        )
        return changed == 1

    async def open_of(self, guarantor_id: int, now: datetime) -> list[tuple[Session, bytes]]:
        """Return the guarantor's live sessions, the newest first, each with the hash of its secret."""
        rows = await self._run.all(_OPEN_OF, guarantor=guarantor_id, now=micros(now))
        return [(_session(tuple(row)[:-1]), bytes(row[-1])) for row in rows]

    async def set_order(self, session_id: int, order_id: str) -> None:
        """Say which amount the session is about to pay."""
        await self._run.count(_SET_ORDER, session=session_id, order=order_id)

    async def extend(self, session_id: int, *, until: datetime, now: datetime) -> bool:
        """Move the end of a live session that has little time and extensions left."""
        soon = now + EXTENDABLE_BELOW
        changed = await self._run.count(
            _EXTEND, session=session_id, until=micros(until), now=micros(now), soon=micros(soon)
        )
        return changed == 1

    async def end(self, session_id: int, now: datetime) -> bool:
        """End it; False when it was ended before."""
        return await self._run.count(_END, session=session_id, now=micros(now)) == 1

    async def end_of_link(self, link_serial: int, now: datetime) -> int:
        """End every session opened from this link; returns how many had not ended."""
        return await self._run.count(_END_OF_LINK, link=link_serial, now=micros(now))


def _session(row: Row) -> Session:
    (
        id_,
        link_serial,
        group_id,
        guarantor_id,
        origin,
        purpose,
        role,
        authentication,
        order_id,
        opened_at,
        expires_at,
        extensions,
        ended_at,
        return_url,
        share_amount,
    ) = row
    return Session(
        id=id_,
        link_serial=link_serial,
        group_id=group_id,
        guarantor_id=guarantor_id,
        origin=_ORIGINS[origin],
        purpose=_PURPOSES[purpose],
        role=_ROLES[role],
        authentication=_AUTHENTICATIONS[authentication],
        order_id=order_id,
        opened_at=moment(opened_at),
        expires_at=moment(expires_at),
        extensions=extensions,
        ended_at=maybe_moment(ended_at),
        return_url=return_url,
        share_amount=None if share_amount is None else Cents(share_amount),
    )
