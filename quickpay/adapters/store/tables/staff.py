"""Accounts of the staff in the database, with the groups each may see and what each is proved by."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from quickpay.adapters.store.columns import micros, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import staff, staff_groups
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.staff import Staff, StaffRole, StaffState, name_key
from quickpay.mfa.totp import Sealed
from quickpay.ports.staff_tables import StaffProofs

_ROLES = words(StaffRole)
_STATES = words(StaffState)

_ROW = select(staff.c.id, staff.c.name, staff.c.role, staff.c.every_group, staff.c.state)
_ADD = Statement(
    insert(staff)
    .values(
        name=bindparam("as_written"),
        name_key=bindparam("key"),
        role=bindparam("as_role"),
        every_group=bindparam("all"),
        state="invited",
        totp_step=0,
        enrol_hash=bindparam("hash"),
        enrol_until=bindparam("until"),
        created_at=bindparam("now"),
    )
    .on_conflict_do_nothing(index_elements=[staff.c.name_key])
    .returning(staff.c.id)
)
_GET = Statement(_ROW.where(staff.c.id == bindparam("who")))
_BY_NAME = Statement(_ROW.where(staff.c.name_key == bindparam("key")))
_LIST = Statement(_ROW.order_by(staff.c.name_key))
_PROOFS = Statement(
    select(staff.c.password_hash, staff.c.totp_nonce, staff.c.totp_body).where(staff.c.id == bindparam("who"))
)
_INVITE = Statement(
    update(staff)
    .where(staff.c.id == bindparam("who"))
    .values(
        state="invited",
        password_hash=None,
        totp_nonce=None,
        totp_body=None,
        enrol_hash=bindparam("hash"),
        enrol_until=bindparam("until"),
    )
)
_SET_ROLE = Statement(
    update(staff)
    .where(staff.c.id == bindparam("who"))
    .values(role=bindparam("as_role"), every_group=bindparam("all"))
)
_ENROLLING = (
    staff.c.enrol_hash == bindparam("hash"),
    staff.c.enrol_until > bindparam("now"),
    staff.c.state == "invited",
)
_INVITED = Statement(_ROW.where(*_ENROLLING))
_SET_PROOFS = Statement(
    update(staff)
    .where(*_ENROLLING, staff.c.password_hash.is_(None))
    .values(
        password_hash=bindparam("digest"),
        totp_nonce=bindparam("nonce"),
        totp_body=bindparam("body"),
        enrol_hash=bindparam("next_hash"),
    )
)
_ACTIVATE = Statement(
    update(staff)
    .where(*_ENROLLING, staff.c.totp_body.is_not(None))
    .values(state="active", enrol_hash=None, enrol_until=None, totp_step=bindparam("step"))
)
_USE_STEP = Statement(
    update(staff)
    .where(staff.c.id == bindparam("who"), staff.c.totp_step < bindparam("step"))
    .values(totp_step=bindparam("step"))
)
_RESEAL = Statement(
    update(staff)
    .where(staff.c.id == bindparam("who"))
    .values(totp_nonce=bindparam("nonce"), totp_body=bindparam("body"))
)
_DISABLE = Statement(
    update(staff)
    .where(staff.c.id == bindparam("who"), staff.c.state != "disabled")
    .values(state="disabled", enrol_hash=None, enrol_until=None)
)
_REHASH = Statement(
    update(staff)
    .where(staff.c.id == bindparam("who"), staff.c.password_hash == bindparam("was"))
    .values(password_hash=bindparam("digest"))
)
_ACTIVE_ADMINS = Statement(
    _ROW.where(staff.c.role == "admin", staff.c.state == "active").order_by(staff.c.id).with_for_update()
)
# Whoever set a password and went no further begins anew; what she set is of no use to anybody.
_FORGET_ENROLMENTS = Statement(
    update(staff)
    .where(staff.c.state == "invited", staff.c.enrol_until <= bindparam("now"))
    .values(enrol_hash=None, enrol_until=None, password_hash=None, totp_nonce=None, totp_body=None)
)
_GROUPS = Statement(select(staff_groups.c.group_id).where(staff_groups.c.staff_id == bindparam("who")))
_NO_GROUPS = Statement(delete(staff_groups).where(staff_groups.c.staff_id == bindparam("who")))
_ADD_GROUP = Statement(insert(staff_groups).values(staff_id=bindparam("who"), group_id=bindparam("which")))


class StaffAccounts:
    """`ports.staff_tables.StaffAccounts` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(
        self, one: Staff, *, enrol_hash: bytes, enrol_until: datetime, now: datetime
    ) -> Staff | None:
        """Store an invited account, unless the name is taken."""
        row = await self._run.one(
            _ADD,
            as_written=one.name,
            key=name_key(one.name),
            as_role=one.role.value,
            all=int(one.groups is None),
            hash=enrol_hash,
            until=micros(enrol_until),
            now=micros(now),
        )
        if row is None:
            return None
        await self._set_groups(row[0], one.groups)
        return await self.get(row[0])

    async def get(self, staff_id: int) -> Staff | None:
        """Return an account, disabled or not."""
        return await self._found(await self._run.one(_GET, who=staff_id))

    async def by_name(self, name: str) -> Staff | None:
        """Return the account of a name, letter case aside."""
        return await self._found(await self._run.one(_BY_NAME, key=name_key(name)))

    async def list_(self) -> list[Staff]:
        """Return all accounts by name."""
        return [await self._staff(row) for row in await self._run.all(_LIST)]

    async def proofs(self, staff_id: int) -> StaffProofs:
        """Return what the account is proved by, as far as it is set."""
        row = await self._run.one(_PROOFS, who=staff_id)
        if row is None:
            return StaffProofs(password=None, totp=None)
        password, nonce, body = row
        totp = None if body is None else Sealed(nonce=bytes(nonce), body=bytes(body))
        return StaffProofs(password=password, totp=totp)

    async def invite(self, staff_id: int, *, enrol_hash: bytes, enrol_until: datetime) -> None:
        """Take password and app away and have both set anew."""
        await self._run.count(_INVITE, who=staff_id, hash=enrol_hash, until=micros(enrol_until))

    async def set_access(self, staff_id: int, *, role: StaffRole, groups: frozenset[int] | None) -> None:
        """Say what the account may do from the next request on."""
        await self._run.count(_SET_ROLE, who=staff_id, as_role=role.value, all=int(groups is None))
        await self._set_groups(staff_id, groups)

    async def invited(self, enrol_hash: bytes, now: datetime) -> Staff | None:
        """Return whose enrolment this is."""
        return await self._found(await self._run.one(_INVITED, hash=enrol_hash, now=micros(now)))

    async def set_proofs(
        self, *, enrol_hash: bytes, password: str, totp: Sealed, next_hash: bytes, now: datetime
    ) -> bool:
        """Set both, once, and let only the next hash go on."""
        changed = await self._run.count(
            _SET_PROOFS,
            hash=enrol_hash,
            now=micros(now),
            digest=password,
            nonce=totp.nonce,
            body=totp.body,
            next_hash=next_hash,
        )
        return changed == 1

    async def activate(self, *, enrol_hash: bytes, step: int, now: datetime) -> bool:
        """End the enrolment, once."""
        return await self._run.count(_ACTIVATE, hash=enrol_hash, now=micros(now), step=step) == 1

    async def use_step(self, staff_id: int, step: int) -> bool:
        """Use a code's step up, once and never backwards."""
        return await self._run.count(_USE_STEP, who=staff_id, step=step) == 1

    async def reseal(self, staff_id: int, totp: Sealed) -> None:
        """Keep the same secret under another key."""
        await self._run.count(_RESEAL, who=staff_id, nonce=totp.nonce, body=totp.body)

    async def rehash(self, staff_id: int, *, was: str, password: str) -> bool:
        """Keep the same password under another digest, unless it was changed meanwhile."""
        return await self._run.count(_REHASH, who=staff_id, was=was, digest=password) == 1

    async def lock_admins(self) -> list[Staff]:
        """Return the active admins, whom nobody else changes until the unit ends."""
        return [await self._staff(row) for row in await self._run.all(_ACTIVE_ADMINS)]

    async def forget_enrolments(self, now: datetime) -> int:
        """Drop enrolments that ran out, with what was set in them."""
        return await self._run.count(_FORGET_ENROLMENTS, now=micros(now))

    async def disable(self, staff_id: int) -> bool:
        """End the account's use."""
        return await self._run.count(_DISABLE, who=staff_id) == 1

    async def _set_groups(self, staff_id: int, groups: frozenset[int] | None) -> None:
        await self._run.count(_NO_GROUPS, who=staff_id)
        for group_id in sorted(groups or ()):
            await self._run.count(_ADD_GROUP, who=staff_id, which=group_id)

    async def _found(self, row: Row | None) -> Staff | None:
        return None if row is None else await self._staff(row)

    async def _staff(self, row: Row) -> Staff:
        id_, name, role, every_group, state = row
        groups = None
        if not every_group:
            groups = frozenset(one[0] for one in await self._run.all(_GROUPS, who=id_))
        return Staff(id=id_, name=name, role=_ROLES[role], groups=groups, state=_STATES[state])
