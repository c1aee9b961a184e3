"""What is done for an endpoint that missed something: sending again, rest, and a look at what went."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quickpay.domain.endpoints import Delivery, DeliveryState, DisabledBy
from quickpay.domain.reach import Reach
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.events.endpoint_views import EndpointView, NoEndpoint, act, reaches, view_of

MOST_AGAIN = 10_000
"""Deliveries one call may send again: it is one unit, and units are short."""
_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAgain:
    """How many go once more; `next` is of when the first is that did not fit."""

    queued: int
    next: datetime | None


class EndpointCare:
    """Acts on one endpoint; what is another group's is not there (A59)."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def get(self, endpoint_id: str, *, within: Reach) -> EndpointView | None:
        """Return one as it stands."""

        async def unit(tx: Tx) -> EndpointView | None:
            found = await tx.endpoints.get(endpoint_id)
            return await view_of(tx, found) if found is not None and reaches(within, found) else None

        return await self._store.read(unit)

    async def list_(self, *, within: Reach) -> list[EndpointView]:
        """Return all that this one may know of, by id."""

        async def unit(tx: Tx) -> list[EndpointView]:
            return [await view_of(tx, one) for one in await tx.endpoints.list_() if reaches(within, one)]

        return await self._store.read(unit)

    async def again_in(
        self, tx: Tx, endpoint_id: str, since: datetime, *, by: str, within: Reach
    ) -> SentAgain | NoEndpoint:
        """Send once more, inside the caller's unit, what had ended of the events since then."""
        now = self._clock.now()
        found = await tx.endpoints.lock(endpoint_id)
        if found is None or not reaches(within, found):
            return NoEndpoint()
        queued = await tx.deliveries.again_since(found.serial, since=since, most=MOST_AGAIN, now=now)
        left = await tx.deliveries.ended_since(found.serial, since) if queued == MOST_AGAIN else None
        await tx.audit.add(act("webhook.sent_again", found, now, by, count=queued))
        return SentAgain(queued=queued, next=left)

    async def again(
        self, endpoint_id: str, *, ago: timedelta, by: str, within: Reach
    ) -> SentAgain | NoEndpoint:
        """Do what `again_in` does in a unit of its own, from so long ago on."""
        since = self._clock.now() - ago

        async def unit(tx: Tx) -> SentAgain | NoEndpoint:
            return await self.again_in(tx, endpoint_id, since, by=by, within=within)

        return await self._store.write(unit)

    async def one_again(self, endpoint_id: str, delivery_id: int, *, by: str, within: Reach) -> bool:
        """Send one once more; False where it waits already or is none of this endpoint's."""
        now = self._clock.now()

        async def unit(tx: Tx) -> bool:
            found = await tx.endpoints.get(endpoint_id)
            if found is None or not reaches(within, found):
                return False
            done = await tx.deliveries.again(found.serial, delivery_id, now)
            if done:
                await tx.audit.add(act("webhook.sent_again", found, now, by, count=1))
            return done

        return await self._store.write(unit)

    async def rest(self, endpoint_id: str, *, enabled: bool, by: str, within: Reach) -> bool:
        """Put an endpoint to rest, or wake it, as staff do."""
        now = self._clock.now()

        async def unit(tx: Tx) -> bool:
            found = await tx.endpoints.lock(endpoint_id)
            if found is None or not reaches(within, found) or found.enabled is enabled:
                return False
            changed = replace(found, disabled_by=None if enabled else DisabledBy.STAFF, changed_at=now)
            await tx.endpoints.change(changed)
            await tx.audit.add(act("webhook.endpoint_changed", changed, now, by))
            return True

        return await self._store.write(unit)

    async def deliveries(
        self, endpoint_id: str, *, within: Reach, states: tuple[DeliveryState, ...] | None = None
    ) -> list[Delivery]:
        """Return the newest deliveries."""

        async def unit(tx: Tx) -> list[Delivery]:
            found = await tx.endpoints.get(endpoint_id)
            if found is None or not reaches(within, found):
                return []
            return await tx.deliveries.last(found.serial, states=states, most=_SHOWN)

        return await self._store.read(unit)
