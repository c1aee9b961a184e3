"""Start the service as `quickpay serve` does, with a crash or another time between it and the world.

`FAULTS_CRASH` is `before|after:<where>:<n>`: the n-th time <where> is reached the process ends as by kill -9.
<where> is a writing unit by the method that made it (`Pay.pay`), or `gateway.charge`, `mailer.send`,
`texter.send`. `FAULTS_CLOCK` names a file that holds how many seconds the clock is ahead. `FAULTS_DEBUG` lets
every logger say all it can. `FAULTS_GATEWAY_SECONDS` is how long the gateway is waited for. While the file
that `FAULTS_DISK` names is there, no fsync of the database succeeds.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import aiohttp

from quickpay.adapters.gateways.sandbox import SandboxGateway
from quickpay.logs import set_up
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.messages import Mailer, Texter
from quickpay.ports.store import Store, Unit
from quickpay.ports.tables import Tx
from quickpay.serve import serving, until_stopped
from quickpay.settings import load
from quickpay.world import World
from tests.adapters.store.disk import disk

T = TypeVar("T")

KILLED = 137
"""What a shell reports of a process that was killed."""


@dataclass(slots=True, kw_only=True)
class Crash:
    """One place to die at."""

    moment: str
    where: str
    left: int

    @classmethod
    def of(cls, text: str) -> "Crash":
        moment, where, nth = text.split(":")
        assert moment in {"before", "after"}, moment
        return cls(moment=moment, where=where, left=int(nth))

    async def around(self, where: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work, unless this is the place."""
        if where != self.where:
            return await work()
        if self.moment == "before":
            self._here()
        done = await work()
        if self.moment == "after" and done != []:  # a claim that found nothing is no claim
            self._here()
        return done

    def _here(self) -> None:
        self.left -= 1
        if self.left == 0:
            os._exit(KILLED)


class CrashingStore:
    """A store whose process may die before or after a unit (port `Store`)."""

    def __init__(self, store: Store[Tx], crash: Crash) -> None:
        self._store = store
        self._crash = crash

    async def write(self, unit: Unit[Tx, T]) -> T:
        where = getattr(unit, "__qualname__", "").partition(".<locals>")[0]
        return await self._crash.around(where, lambda: self._store.write(unit))

    async def read(self, unit: Unit[Tx, T]) -> T:
        return await self._store.read(unit)


class CrashingPort:
    """Any other port; only the named call may be deadly."""

    def __init__(self, port: Any, crash: Crash, *, name: str, call: str) -> None:
        self._port = port
        self._crash = crash
        self._where = f"{name}.{call}"
        self._call = call

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._port, name)
        if name != self._call:
            return real
        return lambda *args: self._crash.around(self._where, lambda: real(*args))


class MovedClock:
    """The real time and as many seconds as the file says (port `Clock`)."""

    def __init__(self, clock: Clock, ahead: Path) -> None:
        self._clock = clock
        self._ahead = ahead

    def now(self) -> datetime:
        return self._clock.now() + timedelta(seconds=float(self._ahead.read_text("utf-8") or 0))

    def put_back(self) -> timedelta:
        return self._clock.put_back()

    def monotonic(self) -> float:
        return self._clock.monotonic()


def wrapped(world: World) -> World:
    """Put what the environment asks for between the services and the world."""
    if (asked := os.environ.get("FAULTS_CRASH")) is not None:
        crash = Crash.of(asked)
        world = replace(
            world,
            store=CrashingStore(world.store, crash),
            gateway=cast("Gateway", CrashingPort(world.gateway, crash, name="gateway", call="charge")),
            mailer=cast("Mailer", CrashingPort(world.mailer, crash, name="mailer", call="send")),
            texter=cast("Texter", CrashingPort(world.texter, crash, name="texter", call="send")),
        )
    if (seconds := os.environ.get("FAULTS_GATEWAY_SECONDS")) is not None:
        assert isinstance(world.gateway, SandboxGateway)
        world.gateway._limits = aiohttp.ClientTimeout(total=float(seconds))
    if (ahead := os.environ.get("FAULTS_CLOCK")) is not None:
        world = replace(world, clock=MovedClock(world.clock, Path(ahead)))
    return world


async def serve() -> None:
    """Serve by the settings of the environment until it is stopped."""
    settings = load()
    set_up(settings.log_format)
    if "FAULTS_DEBUG" in os.environ:
        logging.getLogger().setLevel(logging.DEBUG)
    with ExitStack() as stack:
        if (broken := os.environ.get("FAULTS_DISK")) is not None:
            stack.enter_context(disk(lambda _: not Path(broken).exists()))
        async with serving(settings, wrap=wrapped):
            await until_stopped()


if __name__ == "__main__":
    asyncio.run(serve(), debug="FAULTS_DEBUG" in os.environ)
