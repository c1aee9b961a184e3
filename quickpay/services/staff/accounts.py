"""Accounts of the staff: invite, invite anew, change, end; somebody who keeps accounts is always left."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.digests import session_hash
from quickpay.domain.faults import Fault
from quickpay.domain.staff import ENROLMENT_LIFE, Staff, StaffRole, StaffState, name_faults, tidied_name
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx

_NAME_TAKEN = Fault(
    path="name", message="There is an account of this name; `staff reset` lets it enrol anew."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An account that can enrol, by an address that works once and for 24 hours."""

    staff: Staff
    url: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class NoStaff:
    """There is no account of that name."""


@dataclass(frozen=True, slots=True)
class LastAdmin:
    """Without this account nobody could keep the accounts any more; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The account as it is from the next request on."""

    staff: Staff


@dataclass(frozen=True, slots=True)
class Disabled:
    """The account is ended, with its sessions."""


class StaffBook:
    """Accounts, as the command line, the demo and the admins keep them.

    `within` are the groups of the admin who asks: an account that sees more than those is not hers to keep,
    and she gives nobody more. None is every group, and the command line's.
    """

    def __init__(self, *, store: Store[Tx], clock: Clock, ids: Ids, base_url: str) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._base_url = base_url

    async def add(
        self,
        name: str,
        *,
        role: StaffRole,
        groups: Iterable[str] | None = None,
        by: str,
        within: frozenset[int] | None = None,
    ) -> Invited | tuple[Fault, ...]:
        """Make an account that may see these groups, named by their slugs, or every group."""
        kept = tidied_name(name)
        wrong = name_faults(kept)
        if wrong:
            return wrong
        secret, now = self._ids.secret(), self._clock.now()
        until = now + ENROLMENT_LIFE

        async def unit(tx: Tx) -> Invited | tuple[Fault, ...]:
            found = await _groups(tx, groups, within)
            if isinstance(found, tuple):
                return found
            new = Staff(id=0, name=kept, role=role, groups=found, state=StaffState.INVITED)
            one = await tx.staff.add(new, enrol_hash=session_hash(secret), enrol_until=until, now=now)
            if one is None:
                return (_NAME_TAKEN,)
            await tx.audit.add(_event("staff.invited", one, now, by))
            return Invited(staff=one, url=self.url(secret), until=until)

        return await self._store.write(unit)

    async def reset(
        self,
        name: str,
        *,
        role: StaffRole | None = None,
        groups: Iterable[str] | None = None,
        by: str,
        within: frozenset[int] | None = None,
    ) -> Invited | tuple[Fault, ...] | NoStaff | LastAdmin:
        """Take password and app away, end the sessions, and let the account enrol anew.

        It may get another role by it, and a disabled one can be used again. Without `groups`
        they stay as they are. The last admin may lose her phone, so she is reset, but not to another role.
        """
        secret, now = self._ids.secret(), self._clock.now()
        until = now + ENROLMENT_LIFE

        async def unit(tx: Tx) -> Invited | tuple[Fault, ...] | NoStaff | LastAdmin:
            admins = await tx.staff.lock_admins()
            before = await _hers(tx, name, within)
            if before is None:
                return NoStaff()
            found = before.groups if groups is None else await _groups(tx, groups, within)
            if isinstance(found, tuple):
                return found
            wanted = role or before.role
            if _is_last(before, admins, role=wanted, groups=found):
                return LastAdmin()
            await tx.staff_sessions.end_all(before.id, now)
            await tx.staff.invite(before.id, enrol_hash=session_hash(secret), enrol_until=until)
            await tx.audit.add(_event("staff.reset", before, now, by))
            if (wanted, found) != (before.role, before.groups):
                await tx.staff.set_access(before.id, role=wanted, groups=found)
            after = await tx.staff.get(before.id) or before
            if (wanted, found) != (before.role, before.groups):
                await tx.audit.add(_event("staff.role_change", after, now, by, before=before.role.value))
            return Invited(staff=after, url=self.url(secret), until=until)

        return await self._store.write(unit)

    async def change(
        self,
        name: str,
        *,
        role: StaffRole,
        groups: Iterable[str] | None,
        by: str,
        within: frozenset[int] | None = None,
    ) -> Changed | tuple[Fault, ...] | NoStaff | LastAdmin:
        """Give an account another role or other groups from the next request on; None is every group."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Changed | tuple[Fault, ...] | NoStaff | LastAdmin:
            admins = await tx.staff.lock_admins()
            before = await _hers(tx, name, within)
            if before is None:
                return NoStaff()
            found = await _groups(tx, groups, within)
            if isinstance(found, tuple):
                return found
            if _is_last(before, admins, role=role, groups=found):
                return LastAdmin()
            after = replace(before, role=role, groups=found)
            if after != before:
                await tx.staff.set_access(before.id, role=role, groups=found)
                await tx.audit.add(_event("staff.role_change", after, now, by, before=before.role.value))
            return Changed(staff=after)

        return await self._store.write(unit)

    async def disable(
        self, name: str, *, by: str, within: frozenset[int] | None = None
    ) -> Disabled | NoStaff | LastAdmin:
        """End an account and its sessions at once; there is none, too, where it was ended before."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Disabled | NoStaff | LastAdmin:
            admins = await tx.staff.lock_admins()
            one = await _hers(tx, name, within)
            if one is not None and _is_last(one, admins):
                return LastAdmin()
            if one is None or not await tx.staff.disable(one.id):
                return NoStaff()
            await tx.staff_sessions.end_all(one.id, now)
            await tx.audit.add(_event("staff.disabled", one, now, by))
            return Disabled()

        return await self._store.write(unit)

    async def get(self, staff_id: int, *, within: frozenset[int] | None = None) -> Staff | None:
        """Return an account that an admin of these groups may keep."""

        async def unit(tx: Tx) -> Staff | None:
            one = await tx.staff.get(staff_id)
            return one if one is not None and _may_keep(one, within) else None

        return await self._store.read(unit)

    async def list_(self, *, within: frozenset[int] | None = None) -> list[Staff]:
        """Return all accounts by name, or those an admin of these groups may keep."""

        async def unit(tx: Tx) -> list[Staff]:
            return [one for one in await tx.staff.list_() if _may_keep(one, within)]

        return await self._store.read(unit)

    def url(self, secret: bytes) -> str:
        """Give the address of an enrolment."""
        return f"{self._base_url}/staff/enrol/{enrol_token(secret)}"


def enrol_token(secret: bytes) -> str:
    """Write an enrolment's secret as it stands in an address: 43 letters."""
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")


async def _groups(
    tx: Tx, slugs: Iterable[str] | None, within: frozenset[int] | None
) -> frozenset[int] | tuple[Fault, ...] | None:
    wanted = tuple(slugs or ())
    found = {slug: await tx.groups.by_slug(slug) for slug in wanted}
    if None in found.values():
        return (Fault(path="group", message="There is no such group."),)
    ids = frozenset(group.id for group in found.values() if group is not None) if wanted else None
    if within is not None and (ids is None or not ids <= within):
        return (Fault(path="group", message="Choose among your own groups."),)
    return ids


async def _hers(tx: Tx, name: str, within: frozenset[int] | None) -> Staff | None:
    one = await tx.staff.by_name(name)
    return one if one is not None and _may_keep(one, within) else None


def _may_keep(one: Staff, within: frozenset[int] | None) -> bool:
    return within is None or (one.groups is not None and one.groups <= within)


def _is_last(
    one: Staff,
    admins: list[Staff],
    *,
    role: StaffRole | None = None,
    groups: frozenset[int] | None = frozenset(),
) -> bool:
    """Tell whether, with this account changed so, no active admin is left, or none who sees every group."""
    keeps = [admin for admin in admins if admin.groups is None] or admins
    left = [admin for admin in keeps if admin.id != one.id]
    stays = role is StaffRole.ADMIN and (groups is None or one.groups is not None)
    return one in keeps and not left and not stays


def _event(kind: str, one: Staff, at: datetime, by: str, **more: str) -> Event:
    groups = "all" if one.groups is None else " ".join(str(each) for each in sorted(one.groups))
    detail: dict[str, str | int | None] = {"staff": one.id, "role": one.role.value, "groups": groups, **more}
    return Event(at=at, type=kind, actor=by, detail=detail)
