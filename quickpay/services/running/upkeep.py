"""What time does: codes end and are forgotten, counts that are over go away, and old rows of the staff."""

from datetime import timedelta

from quickpay.domain.staff import SESSIONS_KEPT
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx

_KNOCKS_KEPT = timedelta(days=1)
"""They say who tried to come in by the web; the audit keeps what is worth keeping."""

_DELIVERIES_KEPT = timedelta(days=30)
"""So long an event can be sent again; the feed of payments has no end."""
_AT_ONCE = 1_000


class Upkeep:
    """Run every half minute; every step may be repeated and may be cut off anywhere."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run_once(self) -> None:
        """End challenges and releases whose life is over, with their digests (R32), and drop what is old."""
        now = self._clock.now()

        async def unit(tx: Tx) -> None:
            await tx.challenges.expire(now)
            await tx.knocks.expire(now, forget_before=now - _KNOCKS_KEPT)
            await tx.releases.expire(now)
            await tx.counters.forget(now)
            await tx.staff.forget_enrolments(now)
            await tx.staff_sessions.forget(now - SESSIONS_KEPT)
            await tx.endpoints.forget_secrets(now)
            await tx.deliveries.forget(now - _DELIVERIES_KEPT, most=_AT_ONCE)

        await self._store.write(unit)
