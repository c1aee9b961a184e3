"""Let texts go to a number again at the desk, when its holder says that she replied START."""

from quickpay.domain.audit import Event
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.links.desk import NobodyHere, guarantor_for


class CarrierStopDesk:
    """Lift stops; a carrier that still refuses stops the number again at the next text."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def lift(self, staff: Staff, slug: str, number: str) -> bool | NobodyHere:
        """Lift the stop of a guarantor's mobile; False when there is none to lift."""
        now = self._clock.now()

        async def unit(tx: Tx) -> bool | NobodyHere:
            found = await guarantor_for(tx, staff, slug, number)
            if isinstance(found, NobodyHere):
                return found
            group, guarantor = found
            if guarantor.mobile is None or not await tx.carrier_stops.lift(guarantor.mobile, now=now):
                return False
            await tx.audit.add(
                Event(
                    at=now,
                    type="message.restarted",
                    group_id=group.id,
                    guarantor_id=guarantor.id,
                    actor=staff.actor,
                    detail={"heard_by": "staff"},
                )
            )
            return True

        return await self._store.write(unit)
