"""Staff launches: let one of the staff see QuickPay as a guarantor does, and keep a book of every look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from annotated_types import Len

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests
from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.launches import Launch, LaunchMode, may_launch
from quickpay.domain.links import opens_once
from quickpay.domain.options import FORBID_UNKNOWN
from quickpay.domain.origins import Origin
from quickpay.domain.staff import Staff, name_faults, tidied_name
from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup, group_within
from quickpay.services.stay import NoStay, Stay, Visit, stay_of

_NO_GROUP = Fault(path="group", message="Choose one of your groups.")
_NO_GUARANTOR = Fault(path="guarantor", message="This group has no such guarantor.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLaunch:
    """A launch as the patient dashboard's program asks for it; `staff` is the name it knows her by."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    group: Annotated[str, Len(1, 63)]
    guarantor: Annotated[str, Len(1, 64)]
    staff: Annotated[str, Len(1, 200)]
    mode: LaunchMode = LaunchMode.QUICKPAY


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLaunch:
    """A launch that was made; it opens once, until `expires_at`."""

    id: str
    expires_at: datetime


class LaunchBook:
    """Make launches, and watch what is done in the sessions they open."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        tokens: Tokens,
        digests: Digests,
        base_url: str,
        life: timedelta,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._digests = digests
        self._base_url = base_url
        self._life = life

    def path(self, launch_id: str) -> str:
        """Give where a launch opens, below the installation's address."""
        return f"/launch/{self._tokens.sign(TokenPurpose.STAFF_LAUNCH, launch_id)}"

    def url(self, launch_id: str) -> str:
        """Give the address the dashboard leads its user to."""
        return self._base_url + self.path(launch_id)

    def is_simulation(self, secret: bytes) -> bool:
        """Whether a cookie's secret is one of a session a launch opened; asks nobody."""
        return self._digests.is_simulation(secret)

    async def create_in(
        self, tx: Tx, new: NewLaunch, *, by: str, within: int | None = None
    ) -> MadeLaunch | tuple[Fault, ...] | NoGroup:
        """Make a launch for a program inside the caller's unit, or name every fault."""
        group = await group_within(tx, new.group, within)
        if group is None:
            return NoGroup()
        name = tidied_name(new.staff)
        wrong = tuple(Fault(path="staff", message=fault.message) for fault in name_faults(name))
        return await self._make(
            tx, group, new.guarantor, staff=name, staff_id=None, mode=new.mode, by=by, wrong=wrong
        )

    async def create_for(
        self, staff: Staff, *, group: str, guarantor: str, mode: LaunchMode
    ) -> MadeLaunch | tuple[Fault, ...]:
        """Make a launch for one of the staff, of one of her groups."""

        async def unit(tx: Tx) -> MadeLaunch | tuple[Fault, ...]:
            found = await tx.groups.by_slug(group)
            if found is None or not may_launch(staff, found.id):
                return (_NO_GROUP,)
            return await self._make(
                tx, found, guarantor, staff=staff.name, staff_id=staff.id, mode=mode, by=staff.actor, wrong=()
            )

        return await self._store.write(unit)

    async def look(self, visit: Visit, route: str) -> Stay | NoStay:
        """Write down that a page is looked at, before it is: what cannot be written is not shown (R131)."""
        return await self._note(visit, "staff.viewed", route)

    async def refuse(self, visit: Visit, route: str) -> Stay | NoStay:
        """Write down that something was to be done, which a simulation does not do."""
        return await self._note(visit, "staff.refused", route)

    async def _note(self, visit: Visit, kind: str, route: str) -> Stay | NoStay:
        now = self._clock.now()

        async def unit(tx: Tx) -> Stay | NoStay:
            stay = await stay_of(tx, visit, now)
            if isinstance(stay, Stay):
                await tx.audit.add(
                    Event(
                        at=now,
                        type=kind,
                        group_id=stay.group.id,
                        guarantor_id=stay.guarantor.id,
                        link_serial=stay.session.link_serial,
                        session_id=stay.session.id,
                        actor=stay.actor,
                        request_id=visit.request_id,
                        detail={"route": route},
                    )
                )
            return stay

        return await self._store.write(unit)

    async def _make(
        self,
        tx: Tx,
        group: Group,
        number: str,
        *,
        staff: str,
        staff_id: int | None,
        mode: LaunchMode,
        by: str,
        wrong: tuple[Fault, ...],
    ) -> MadeLaunch | tuple[Fault, ...]:
        guarantor = await tx.guarantors.by_number(group.id, number)
        if guarantor is None:
            return (_NO_GUARANTOR, *wrong)
        if wrong:
            return wrong
        now = self._clock.now()
        link = await tx.links.add(
            opens_once(
                link_id=self._ids.link_id(),
                group_id=group.id,
                guarantor_id=guarantor.id,
                origin=Origin.STAFF,
                now=now,
                life=self._life,
            )
        )
        await tx.launches.add(Launch(link_serial=link.serial, staff=staff, staff_id=staff_id, mode=mode))
        await tx.audit.add(
            Event(
                at=now,
                type="staff.launch",
                group_id=group.id,
                guarantor_id=guarantor.id,
                link_serial=link.serial,
                actor=by,
                detail={"mode": mode.value},
            )
        )
        return MadeLaunch(id=link.id, expires_at=link.expires_at)
