"""What the staff's front page begins with: one's groups, and what waits for an admin's hand."""

from dataclasses import dataclass
from datetime import timedelta

from quickpay.domain.groups import Group
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.feed_tables import Backlog
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.staff.api_keys import KeyState, is_within, key_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Her groups by name; how many drafts of hers are not published, and how many of her keys end soon.

    `backlog` is what the PM system has not acknowledged, `ailing` how many endpoints of events fail or rest.
    """

    groups: tuple[Group, ...]
    drafts: int
    keys_ending: int
    backlog: Backlog
    oldest_age: timedelta | None
    ailing: int


class StaffStart:
    """Reading, always within the groups of the one who asks."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def look(self, staff: Staff) -> Start:
        """Return it, in five statements for any number of groups."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Start:
            hers = tuple(one for one in await tx.groups.list_() if staff.may_see(one.id))
            slugs = {one.slug for one in hers}
            drafts = [one for one in await tx.drafts.list_() if staff.groups is None or one.slug in slugs]
            ending = [
                key
                for key in await tx.api_keys.list_()
                if is_within(key.group_id, staff.groups) and key_state(key, now) is KeyState.ENDING
            ]
            backlog = await tx.unacknowledged.backlog(within=staff.reach)
            ailing = [
                one
                for one in await tx.endpoints.list_()
                if is_within(one.group_id, staff.groups) and (one.health.failures or not one.enabled)
            ]
            return Start(
                groups=hers,
                drafts=len(drafts),
                keys_ending=len(ending),
                backlog=backlog,
                oldest_age=None if backlog.oldest is None else now - backlog.oldest,
                ailing=len(ailing),
            )

        return await self._store.read(unit)
