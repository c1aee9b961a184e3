"""What somebody of the staff may look at: her groups, and a link of one of them with its timeline."""

from dataclasses import dataclass
from datetime import datetime

from quickpay.domain.groups import Group
from quickpay.domain.launches import Launch
from quickpay.domain.origins import Origin
from quickpay.domain.staff import Staff
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.links import LinkBook, LinkView


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group with its last change; `changed_by` is a name where it was one of the staff."""

    group: Group
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLink:
    """A link with its timeline; `launch` says who looked by it where it is one of staff."""

    view: LinkView
    launch: Launch | None


class StaffView:
    """Reading, always within the groups of the one who asks."""

    def __init__(self, *, store: Store[Tx], links: LinkBook) -> None:
        self._store = store
        self._links = links

    async def groups(self, staff: Staff) -> list[Group]:
        """Return her groups by name."""

        async def unit(tx: Tx) -> list[Group]:
            return [group for group in await tx.groups.list_() if staff.may_see(group.id)]

        return await self._store.read(unit)

    async def group_lines(self, staff: Staff) -> list[GroupLine]:
        """Return her groups by name, each with when and by whom it was last changed."""

        async def unit(tx: Tx) -> list[GroupLine]:
            names = {one.actor: one.name for one in await tx.staff.list_()}
            lines = []
            for group in await tx.groups.list_():
                if not staff.may_see(group.id):
                    continue
                last = (await tx.groups.versions(group.id))[0]
                by = names.get(last.changed_by, last.changed_by)
                lines.append(GroupLine(group=group, changed_at=last.changed_at, changed_by=by))
            return lines

        return await self._store.read(unit)

    async def link(self, staff: Staff, link_id: str) -> SeenLink | None:
        """Return a link of one of her groups with its timeline; of another group there is none."""
        found = await self._links.get(link_id)
        if found is None or not staff.may_see(found.link.group_id):
            return None
        serial = found.link.serial
        launch = None
        if found.link.origin is Origin.STAFF:
            launch = await self._store.read(lambda tx: tx.launches.of_link(serial))
        return SeenLink(view=found, launch=launch)
