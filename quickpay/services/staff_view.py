"""What somebody of the staff may look at: her groups, and a link of one of them with its timeline."""

from quickpay.domain.groups import Group
from quickpay.domain.staff import Staff
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.links import LinkBook, LinkView


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

    async def link(self, staff: Staff, link_id: str) -> LinkView | None:
        """Return a link of one of her groups with its timeline; of another group there is none."""
        found = await self._links.get(link_id)
        return found if found is not None and staff.may_see(found.link.group_id) else None
