"""Forget what nobody needs any more: whom we wrote to, rows of old codes, keys and events (R132)."""

from datetime import timedelta

from quickpay.mfa.challenge import PROOFS_KEPT
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx

CONTACTS_KEPT = timedelta(days=30)
"""So long after a message has ended it is known whom it went to; its payment keeps the address given."""

KEYS_KEPT = timedelta(days=30)
"""So long an Idempotency-Key is answered with what it made; said to programs in the API's description."""

EVENTS_KEPT = timedelta(days=30)
"""Gateways send an event again for three days at most; a signature that says its time is good for minutes."""

_DATED = ("sandbox", "stripe")
"""Whose signatures say their time. NMI's and Twilio's say none: what was recorded once could be sent again
after years, so that their events' ids are kept for good (R99)."""

_AT_ONCE = 500
"""Rows of each kind in one unit, so that nobody waits long for it (X39)."""


class Retention:
    """Run every minute; each unit stands for itself, so it may be cut off anywhere and begun again."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run_once(self) -> int:
        """Forget some of what is old; returns how much, 0 when nothing is left to do."""
        now = self._clock.now()

        async def unit(tx: Tx) -> int:
            # The audit, payments and what patients changed themselves stay: none of it is here.
            return (
                await tx.challenges.forget(now - PROOFS_KEPT, most=_AT_ONCE)
                + await tx.texts.forget(now - CONTACTS_KEPT, most=_AT_ONCE)
                + await tx.outbox.forget_recipients(now - CONTACTS_KEPT, most=_AT_ONCE)
                + await tx.idempotency.forget(now - KEYS_KEPT, most=_AT_ONCE)
                + sum([await tx.webhooks.forget(one, now - EVENTS_KEPT, most=_AT_ONCE) for one in _DATED])
            )

        return await self._store.write(unit)

    async def run(self) -> int:
        """Forget all that is old; returns how much."""
        forgotten = 0
        while done := await self.run_once():
            forgotten += done
        return forgotten
