"""Confirmed changes of contacts in the database; a row for each, the newest of a way standing."""

from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from quickpay.adapters.store.columns import maybe_micros, maybe_moment, micros, moment
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import contact_changes
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.contact_changes import ContactChange

_OF_GUARANTOR = contact_changes.c.guarantor_id == bindparam("guarantor")
_OF_CHALLENGE = contact_changes.c.challenge_id == bindparam("challenge")
_STANDS = contact_changes.c.ended_at.is_(None)

_ADD = Statement(
    insert(contact_changes).values({column.name: bindparam(column.name) for column in contact_changes.c})
)
_GET = Statement(select(contact_changes).where(_OF_CHALLENGE))
_STANDING = Statement(
    select(contact_changes).where(_OF_GUARANTOR, _STANDS).order_by(contact_changes.c.method)
)
_RESTING = Statement(
    select(contact_changes)
    .where(
        _OF_GUARANTOR,
        contact_changes.c.confirmed_at > bindparam("since"),
        func.lower(contact_changes.c.contact) == bindparam("one"),
    )
    .order_by(contact_changes.c.confirmed_at.desc())
    .limit(1)
)
_OF_SESSION = Statement(
    select(contact_changes)
    .where(_OF_GUARANTOR, contact_changes.c.session_id == bindparam("session"))
    .order_by(contact_changes.c.confirmed_at, contact_changes.c.challenge_id)
)
_REPLACE = Statement(
    update(contact_changes)
    .where(_OF_GUARANTOR, contact_changes.c.method == bindparam("way"), _STANDS)
    .values(ended_at=bindparam("now"))
)
_KEPT = Statement(
    update(contact_changes)
    .where(_OF_CHALLENGE, _STANDS, contact_changes.c.kept_at.is_(None))
    .values(kept_at=bindparam("now"))
)
_ADOPTED = Statement(
    update(contact_changes)
    .where(_OF_CHALLENGE, _STANDS, contact_changes.c.adopted_at.is_(None))
    .values(adopted_at=bindparam("now"), pm_contact=contact_changes.c.contact)
)
_END = Statement(update(contact_changes).where(_OF_CHALLENGE, _STANDS).values(ended_at=bindparam("now")))


class ContactChanges:
    """`ports.contact_tables.ContactChanges` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, change: ContactChange) -> None:
        """Store it in place of the one that stood."""
        await self._run.count(
            _REPLACE, guarantor=change.guarantor_id, way=change.method, now=micros(change.confirmed_at)
        )
        await self._run.count(
            _ADD,
            challenge_id=change.challenge_id,
            session_id=change.session_id,
            guarantor_id=change.guarantor_id,
            method=change.method,
            contact=change.contact,
            before=change.before,
            pm_contact=change.pm_contact,
            confirmed_at=micros(change.confirmed_at),
            kept_at=maybe_micros(change.kept_at),
            adopted_at=maybe_micros(change.adopted_at),
            ended_at=maybe_micros(change.ended_at),
        )

    async def get(self, challenge_id: str) -> ContactChange | None:
        """Return the one this challenge confirmed."""
        row = await self._run.one(_GET, challenge=challenge_id)
        return None if row is None else _change(row)

    async def standing(self, guarantor_id: int) -> list[ContactChange]:
        """The changes in force."""
        return [_change(row) for row in await self._run.all(_STANDING, guarantor=guarantor_id)]

    async def resting(self, guarantor_id: int, contact: str, *, since: datetime) -> ContactChange | None:
        """The newest change to this contact that was confirmed after `since`, in force or not."""
        row = await self._run.one(_RESTING, guarantor=guarantor_id, one=contact.lower(), since=micros(since))
        return None if row is None else _change(row)

    async def of_session(self, session_id: int, guarantor_id: int) -> list[ContactChange]:
        """What was changed in one session, in that order."""
        rows = await self._run.all(_OF_SESSION, guarantor=guarantor_id, session=session_id)
        return [_change(row) for row in rows]

    async def kept(self, challenge_id: str, *, now: datetime) -> bool:
        """Note that the PM system repeated itself; False when it did so before."""
        return await self._run.count(_KEPT, challenge=challenge_id, now=micros(now)) == 1

    async def adopted(self, challenge_id: str, *, now: datetime) -> bool:
        """Note that the PM system says the same, from now on its own word; False when it did so before."""
        return await self._run.count(_ADOPTED, challenge=challenge_id, now=micros(now)) == 1

    async def end(self, challenge_id: str, *, now: datetime) -> bool:
        """End one that stood."""
        return await self._run.count(_END, challenge=challenge_id, now=micros(now)) == 1


def _change(row: Row) -> ContactChange:
    (
        challenge_id,
        session_id,
        guarantor_id,
        method,
        contact,
        before,
        pm_contact,
        confirmed_at,
        kept_at,
        adopted_at,
        ended_at,
    ) = row
    return ContactChange(
        challenge_id=challenge_id,
        session_id=session_id,
        guarantor_id=guarantor_id,
        method=method,
        contact=contact,
        before=before,
        pm_contact=pm_contact,
        confirmed_at=moment(confirmed_at),
        kept_at=maybe_moment(kept_at),
        adopted_at=maybe_moment(adopted_at),
        ended_at=maybe_moment(ended_at),
    )
