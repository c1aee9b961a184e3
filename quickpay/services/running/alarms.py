"""Say alarms where operators look, each once, by whichever process comes first."""

from quickpay.ports.alarms import AlarmLog
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx

_AT_ONCE = 50


class AlarmRound:
    """Run every few seconds; raising is part of the unit in which it happens, saying is not."""

    def __init__(self, *, store: Store[Tx], clock: Clock, log: AlarmLog) -> None:
        self._store = store
        self._clock = clock
        self._log = log

    async def run_once(self) -> int:
        """Say what was not said yet; returns how many."""

        async def waiting(tx: Tx) -> bool:
            return await tx.alarms.any_unsaid()

        if not await self._store.read(waiting):
            return 0
        now = self._clock.now()
        said = await self._store.write(lambda tx: tx.alarms.claim_unsaid(now=now, most=_AT_ONCE))
        for alarm in said:
            self._log.say(alarm)
        return len(said)
