"""What somebody of the staff may look at: her groups, and a link of one of them with its timeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.launches import Launch
from quickpay.domain.origins import Origin
from quickpay.domain.staff import Staff
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.links.keep import LinkBook, LinkView


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFile:
    """A link with whose it is; `names` gives who is meant by an actor of the timeline, staff and keys.

    `launch` says who looked by it where it is one of the staff's own.
    """

    view: LinkView
    group: Group
    guarantor: Guarantor = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    launch: Launch | None = None


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

    async def link(self, staff: Staff, link_id: str) -> LinkFile | None:
        """Return a link of one of her groups with its timeline; of another group there is none."""
        view = await self._links.get(link_id, within=staff.reach)
        if view is None:
            return None

        async def unit(tx: Tx) -> LinkFile | None:
            group = await tx.groups.get(view.link.group_id)
            guarantor = await tx.guarantors.get(view.link.guarantor_id)
            if group is None or guarantor is None:
                return None
            people = {one.actor: one.name for one in await tx.staff.list_()}
            keys = {f"key {one.id}": one.name for one in await tx.api_keys.list_()}
            launch = None
            if view.link.origin is Origin.STAFF:
                launch = await tx.launches.of_link(view.link.serial)
            return LinkFile(view=view, group=group, guarantor=guarantor, names=people | keys, launch=launch)

        return await self._store.read(unit)
