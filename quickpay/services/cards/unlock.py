"""Let a link take cards again after too many were declined through it; the office's decision, audited."""

from dataclasses import dataclass

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests
from quickpay.domain.links import Link
from quickpay.domain.staff import Staff
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.cards.testing import CardTesting


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedLink:
    """A link of hers, and whether it takes no cards now."""

    link: Link
    locked: bool


class CardUnlock:
    """Look whether a link is locked, and unlock it; within the groups of the one who asks."""

    def __init__(self, *, store: Store[Tx], clock: Clock, digests: Digests, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._testing = CardTesting(limits=limits, digests=digests)

    async def look(self, staff: Staff, link_id: str) -> LockedLink | None:
        """Say how the link stands; of another group there is none."""

        async def unit(tx: Tx) -> LockedLink | None:
            link = await tx.links.get(link_id)
            if link is None or not staff.may_see(link.group_id):
                return None
            return LockedLink(link=link, locked=await self._locked(tx, link))

        return await self._store.read(unit)

    async def unlock(self, staff: Staff, link_id: str) -> LockedLink | None:
        """Let the declines so far count no longer; pressed twice, it is done and audited once."""
        now = self._clock.now()

        async def unit(tx: Tx) -> LockedLink | None:
            link = await tx.links.get(link_id)
            if link is None or not staff.may_see(link.group_id):
                return None
            await tx.guarantors.lock(link.guarantor_id)
            if await self._locked(tx, link):
                await self._testing.pardon(tx, link.guarantor_id, link.contact, now=now)
                await tx.audit.add(
                    Event(
                        at=now,
                        type="link.unlocked",
                        group_id=link.group_id,
                        guarantor_id=link.guarantor_id,
                        link_serial=link.serial,
                        actor=staff.actor,
                    )
                )
            return LockedLink(link=link, locked=False)

        return await self._store.write(unit)

    async def _locked(self, tx: Tx, link: Link) -> bool:
        now = self._clock.now()
        full = await self._testing.standing(tx, link, now=now)
        return full is not None and full.until_pardoned
