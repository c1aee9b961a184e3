"""Accounts of the staff: invite, invite anew, end."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
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


class StaffBook:
    """Accounts, as the command line and the demo keep them."""

    def __init__(self, *, store: Store[Tx], clock: Clock, ids: Ids, base_url: str) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._base_url = base_url

    async def add(
        self, name: str, *, role: StaffRole, groups: Iterable[str] | None = None, by: str
    ) -> Invited | tuple[Fault, ...]:
        """Make an account that may see these groups, named by their slugs, or every group."""
        kept = tidied_name(name)
        wrong = name_faults(kept)
        if wrong:
            return wrong
        secret, now = self._ids.secret(), self._clock.now()
        until = now + ENROLMENT_LIFE

        async def unit(tx: Tx) -> Invited | tuple[Fault, ...]:
            found = await _groups(tx, groups)
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
        self, name: str, *, role: StaffRole | None = None, groups: Iterable[str] | None = None, by: str
    ) -> Invited | tuple[Fault, ...] | NoStaff:
        """Take password and app away, end the sessions, and let the account enrol anew.

        It may get another role by it, and a disabled one can be used again. Without `groups`
        they stay as they are.
        """
        secret, now = self._ids.secret(), self._clock.now()
        until = now + ENROLMENT_LIFE

        async def unit(tx: Tx) -> Invited | tuple[Fault, ...] | NoStaff:
            before = await tx.staff.by_name(name)
            if before is None:
                return NoStaff()
            found = before.groups if groups is None else await _groups(tx, groups)
            if isinstance(found, tuple):
                return found
            wanted = role or before.role
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

    async def disable(self, name: str, *, by: str) -> bool:
        """End an account and its sessions at once; False if there is none, or it was ended before."""
        now = self._clock.now()

        async def unit(tx: Tx) -> bool:
            one = await tx.staff.by_name(name)
            if one is None or not await tx.staff.disable(one.id):
                return False
            await tx.staff_sessions.end_all(one.id, now)
            await tx.audit.add(_event("staff.disabled", one, now, by))
            return True

        return await self._store.write(unit)

    async def list_(self) -> list[Staff]:
        """Return all accounts by name."""

        async def unit(tx: Tx) -> list[Staff]:
            return await tx.staff.list_()

        return await self._store.read(unit)

    def url(self, secret: bytes) -> str:
        """Give the address of an enrolment."""
        return f"{self._base_url}/staff/enrol/{enrol_token(secret)}"


def enrol_token(secret: bytes) -> str:
    """Write an enrolment's secret as it stands in an address: 43 letters."""
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")


async def _groups(tx: Tx, slugs: Iterable[str] | None) -> frozenset[int] | tuple[Fault, ...] | None:
    wanted = tuple(slugs or ())
    if not wanted:
        return None
    found = {slug: await tx.groups.by_slug(slug) for slug in wanted}
    if None in found.values():
        return (Fault(path="group", message="There is no such group."),)
    return frozenset(group.id for group in found.values() if group is not None)


def _event(kind: str, one: Staff, at: datetime, by: str, **more: str) -> Event:
    groups = "all" if one.groups is None else " ".join(str(each) for each in sorted(one.groups))
    detail: dict[str, str | int | None] = {"staff": one.id, "role": one.role.value, "groups": groups, **more}
    return Event(at=at, type=kind, actor=by, detail=detail)
