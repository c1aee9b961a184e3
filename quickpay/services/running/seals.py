"""Seal the audit behind those who write it, and look whether the chain still holds (R130)."""

from quickpay.domain.audit import FIRST_SEAL, SEALED_AFTER, Harmed, Verified
from quickpay.ports.audit_tables import Stretch
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx

_AT_ONCE = 500
"""Rows sealed in one unit, so that nobody waits long for it."""
_LOOKED_AT_ONCE = 5_000
_MOST_NAMED = 1_000
"""Added rows named at most; a thousand are as bad as more."""


class Seals:
    """Run every few seconds; sealing may be cut off anywhere, and two at once write the same."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run_once(self) -> int:
        """Seal what is old enough; returns how many rows."""
        settled = self._clock.now() - SEALED_AFTER
        sealed = 0
        while done := await self._store.write(lambda tx: tx.audit_seals.seal(settled=settled, most=_AT_ONCE)):
            sealed += done
            if done < _AT_ONCE:
                break
        return sealed

    async def verify(self) -> Verified:
        """Hold every seal against its row; changes nothing and may run beside everything else."""
        sealed, last, head = 0, 0, FIRST_SEAL
        harmed: list[Harmed] = []
        while True:
            stretch = await self._stretch(after=last, head=head)
            sealed, last, head = sealed + stretch.looked_at, stretch.last_id, stretch.head
            harmed += stretch.harmed
            if stretch.looked_at < _LOOKED_AT_ONCE:
                break

        async def unit(tx: Tx) -> tuple[list[Harmed], int]:
            return (
                await tx.audit_seals.added(until=last, most=_MOST_NAMED),
                await tx.audit_seals.unsealed(after=last),
            )

        added, unsealed = await self._store.read(unit)
        found = tuple(sorted([*harmed, *added], key=lambda one: one.row_id))
        return Verified(sealed=sealed, unsealed=unsealed, last_id=last, head=head, harmed=found)

    async def _stretch(self, *, after: int, head: bytes) -> Stretch:
        return await self._store.read(
            lambda tx: tx.audit_seals.look(after=after, head=head, most=_LOOKED_AT_ONCE)
        )
