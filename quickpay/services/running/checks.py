"""Check that what must always hold does, over everything there is."""

from quickpay.domain.invariants import Violation
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx


class Checks:
    """Look for what breaks an invariant; changes nothing and may run beside everything else."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self) -> list[Violation]:
        """Run every check on one snapshot; an empty list is a house in order."""
        now = self._clock.now()

        async def unit(tx: Tx) -> list[Violation]:
            return await tx.checks.find(now=now)

        return await self._store.read(unit)
