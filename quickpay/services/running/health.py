"""Say whether the process lives, and whether it can do its work (R142)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from quickpay.ports.clock import Clock
from quickpay.ports.store import Store, StoreBusy, StoreUnavailable
from quickpay.ports.tables import Tx

OUTBOX_OLDEST = timedelta(seconds=120)
"""How long a message that is due may wait before somebody should look (R142)."""

CLOCK_SKEW = timedelta(seconds=5)
_DISTRUST_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Each check by name; a process with a failing one should get no traffic."""

    database: bool
    migrations: bool
    outbox: bool
    clock: bool

    @property
    def ready(self) -> bool:
        """Whether all of them passed."""
        return self.database and self.migrations and self.outbox and self.clock


class Health:
    """Answer the probes of the machine room."""

    def __init__(
        self, *, store: Store[Tx], clock: Clock, schema_is_current: Callable[[], Awaitable[bool]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._schema_is_current = schema_is_current
        self._wall = clock.now()
        self._steady = clock.monotonic()
        self._distrusted_until: float | None = None

    def live(self) -> bool:
        """Say that the process answers; asks nothing of anybody."""
        return True

    async def ready(self) -> Readiness:
        """Ask the database and the clock; each question that cannot be answered is a no."""
        now = self._clock.now()

        async def unit(tx: Tx) -> bool:
            oldest = await tx.outbox.oldest_due(now)
            return oldest is None or now - oldest < OUTBOX_OLDEST

        try:
            outbox = await self._store.read(unit)
        except (StoreBusy, StoreUnavailable):
            return Readiness(database=False, migrations=False, outbox=False, clock=self._clock_is_sane())
        try:
            migrations = await self._schema_is_current()
        except (StoreBusy, StoreUnavailable):
            migrations = False
        return Readiness(database=True, migrations=migrations, outbox=outbox, clock=self._clock_is_sane())

    def _clock_is_sane(self) -> bool:
        """Hold the wall clock against the steady one: a jump is distrusted for a minute, then believed.

        One put back is never believed: time runs on from where it was, which is wrong outside this process.
        """
        if self._clock.put_back() >= CLOCK_SKEW:
            return False
        wall, steady = self._clock.now(), self._clock.monotonic()
        gap = (wall - self._wall) - timedelta(seconds=steady - self._steady)
        self._wall, self._steady = wall, steady
        if abs(gap) >= CLOCK_SKEW:
            self._distrusted_until = steady + _DISTRUST_SECONDS
        return self._distrusted_until is None or steady >= self._distrusted_until
