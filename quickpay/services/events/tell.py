"""Tell other programs of events: what waits, to each endpoint a few at a time, again after trouble."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests
from quickpay.domain.endpoints import Delivery, DeliveryState, DisabledBy, Endpoint
from quickpay.domain.events_out import pause_after
from quickpay.ports.clock import Clock
from quickpay.ports.hooks import Gone, Hook, Hooks, NotTaken, Taken
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.events.endpoint_secrets import unsealed

LEASE = timedelta(seconds=60)
AT_ONCE = 4
"""To one endpoint: one that hangs holds up these and nothing else."""
_LOOK_AGAIN_SECONDS = 1.0
_LONGEST_SENDING = timedelta(seconds=20)
_WIND_UP_SECONDS = 10.0
_JITTER = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leased:
    """A delivery that is this worker's until then, and where it goes."""

    delivery: Delivery
    endpoint: Endpoint
    secrets: tuple[str, ...]
    until: datetime


class Tell:
    """One worker's view of the deliveries; several may run, in one process or many."""

    def __init__(self, *, store: Store[Tx], clock: Clock, hooks: Hooks, digests: Digests, owner: str) -> None:
        self._store = store
        self._clock = clock
        self._hooks = hooks
        self._digests = digests
        self._owner = owner
        self._random = SystemRandom()

    async def run_once(self) -> int:
        """Send all that is due; returns how many were tried.

        A worker killed between sending and noting it sends again when its lease has run out, under the same
        webhook-id: an event may come twice, never not at all. Their order is not kept.
        """
        tried = 0
        running: dict[asyncio.Task[None], int] = {}
        failures: list[BaseException] = []
        try:
            while True:
                leased = await self._claim(running)
                tried += len(leased)
                running |= {asyncio.create_task(self._send(one)): one.endpoint.serial for one in leased}
                if not running:
                    break
                done, _ = await asyncio.wait(
                    running, timeout=_LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    del running[task]
                    if not task.cancelled() and (failure := task.exception()):
                        failures.append(failure)
        finally:
            await _wind_up(set(running))
        if failures:
            raise failures[0]
        return tried

    async def _claim(self, running: dict[asyncio.Task[None], int]) -> list[_Leased]:
        """Take what is due where there is room; one endpoint's want of it is no other's."""
        now = self._clock.now()
        busy = list(running.values())

        async def look(tx: Tx) -> list[int]:
            return await tx.deliveries.due(now)

        async def unit(tx: Tx) -> list[_Leased]:
            by_serial = {one.serial: one for one in await tx.endpoints.list_() if one.enabled}
            leased = []
            for serial in due:
                endpoint = by_serial.get(serial)
                if endpoint is None:
                    continue
                kept = await tx.endpoints.secrets(serial, now)
                opened = [unsealed(one, self._digests) for one in kept]
                secrets = tuple(one for one in opened if one is not None)
                claimed = await tx.deliveries.claim(
                    serial, owner=self._owner, now=now, lease=LEASE, most=AT_ONCE - busy.count(serial)
                )
                leased += [
                    _Leased(delivery=one, endpoint=endpoint, secrets=secrets, until=now + LEASE)
                    for one in claimed
                ]
            return leased

        due = [serial for serial in await self._store.read(look) if busy.count(serial) < AT_ONCE]
        return await self._store.write(unit) if due else []

    async def _send(self, leased: _Leased) -> None:
        delivery, now = leased.delivery, self._clock.now()
        if leased.until - now < _LONGEST_SENDING:
            return  # whoever claims it next sends it
        if not leased.secrets:
            await self._trouble(leased, "no secret")
            return
        answer = await self._hooks.send(
            Hook(
                url=leased.endpoint.url,
                id=delivery.event_id,
                at=now,
                body=delivery.payload,
                secrets=leased.secrets,
            )
        )
        match answer:
            case Taken():
                await self._end(leased, DeliveryState.DELIVERED, None)
            case Gone():
                await self._gone(leased)
            case NotTaken(trouble=trouble):
                await self._trouble(leased, trouble)

    async def _trouble(self, leased: _Leased, trouble: str) -> None:
        pause = pause_after(leased.delivery.attempts)
        if pause is None:
            await self._end(leased, DeliveryState.DEAD, trouble)
            return
        now = self._clock.now()
        # A little longer each, so that what failed together does not come back together.
        next_at = now + pause * self._random.uniform(1.0, 1.0 + _JITTER)

        async def unit(tx: Tx) -> None:
            if await tx.deliveries.retry(
                leased.delivery.id, owner=self._owner, next_at=next_at, trouble=trouble, now=now
            ):
                await tx.endpoints.fared(leased.endpoint.serial, trouble=trouble, now=now)

        await self._store.write(unit)

    async def _end(self, leased: _Leased, state: DeliveryState, trouble: str | None) -> None:
        now = self._clock.now()

        async def unit(tx: Tx) -> None:
            if not await tx.deliveries.finish(
                leased.delivery.id, owner=self._owner, state=state, trouble=trouble, now=now
            ):
                return
            await tx.endpoints.fared(leased.endpoint.serial, trouble=trouble, now=now)
            if state is DeliveryState.DEAD:
                await tx.audit.add(_event(leased, "webhook.given_up", now))

        await self._store.write(unit)

    async def _gone(self, leased: _Leased) -> None:
        now = self._clock.now()

        async def unit(tx: Tx) -> None:
            serial = leased.endpoint.serial
            await tx.endpoints.fared(serial, trouble="gone", now=now)
            if await tx.endpoints.disable(serial, by=DisabledBy.GONE, now=now):
                await tx.audit.add(_event(leased, "webhook.endpoint_gone", now))

        await self._store.write(unit)


def _event(leased: _Leased, kind: str, now: datetime) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=leased.endpoint.group_id,
        actor="outbox",
        detail={"endpoint": leased.endpoint.id, "event": leased.delivery.type},
    )


async def _wind_up(running: set[asyncio.Task[None]]) -> None:
    """Let what is being sent end when the worker is stopped, so that little is sent twice."""
    if not running:
        return
    _, left = await asyncio.wait(running, timeout=_WIND_UP_SECONDS)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
