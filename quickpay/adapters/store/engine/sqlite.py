"""The store on SQLite: one writer that commits waiting units together, readers beside it."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from quickpay.adapters.store.engine.lane import Entry, Lane, Outcome
from quickpay.adapters.store.engine.sqlite_file import connect, settle_file
from quickpay.adapters.store.run import Run
from quickpay.ports.store import StoreBusy, StoreUnavailable, Unit

T = TypeVar("T")
TxT = TypeVar("TxT")

WAITING_AT_MOST = 10_000  # units; beyond that a caller hears at once that the store is busy
_WRITES_AT_ONCE = 128  # units that share one commit
_READS_AT_ONCE = 16  # so that a report delays few others


class SqliteStore(Generic[TxT]):
    """`Store` in one file of this machine.

    Writing units wait in line and are taken as a batch: one thread hop, one `BEGIN IMMEDIATE`, a savepoint
    each, one durable commit; then their callers wake.
    """

    def __init__(
        self,
        path: Path,
        *,
        make_tx: Callable[[Run], TxT],
        readers: int = 2,
        busy_seconds: float = 5.0,
    ) -> None:
        self._path = path

        def lane(begin: Literal["BEGIN", "BEGIN IMMEDIATE"]) -> Lane[TxT]:
            connector = partial(connect, path, busy_seconds=busy_seconds, query_only=begin == "BEGIN")
            return Lane(connector, make_tx=make_tx, begin=begin)

        self._writes = _Line(partial(lane, "BEGIN IMMEDIATE"), lanes=1, at_once=_WRITES_AT_ONCE)
        self._reads = _Line(partial(lane, "BEGIN"), lanes=readers, at_once=_READS_AT_ONCE)

    async def open(self, *, create: bool = False) -> None:
        """Connect, and check that the file is what it must be (R134).

        Args:
            create: make a new, empty file (mode 0600) if there is none.

        Raises:
            StoreUnavailable: no such file, not a database, or a setting that will not hold.
        """
        await asyncio.to_thread(settle_file, self._path, create=create)
        try:
            await self._writes.open()
            await self._reads.open()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Refuse new units, finish the waiting ones, and let go of the file."""
        await self._writes.close()
        await self._reads.close()

    async def write(self, unit: Unit[TxT, T]) -> T:
        """Run the unit in a transaction and return its result once it is durable; see `ports.store.Store`."""
        result: T = await self._writes.submit(unit)
        return result

    async def read(self, unit: Unit[TxT, T]) -> T:
        """Run a reading unit on one consistent snapshot; see `ports.store.Store`."""
        result: T = await self._reads.submit(unit)
        return result


class _Line(Generic[TxT]):
    """Units waiting for the next free lane; lives in the event loop."""

    def __init__(self, make_lane: Callable[[], Lane[TxT]], *, lanes: int, at_once: int) -> None:
        self._make_lane = make_lane
        self._wanted = lanes
        self._lanes: list[Lane[TxT]] = []
        self._at_once = at_once
        self._free: list[Lane[TxT]] = []
        self._waiting: deque[Entry[TxT]] = deque()
        self._called = False
        self._open = False
        self._at_rest = asyncio.Event()
        self._at_rest.set()

    async def open(self) -> None:
        for _ in range(self._wanted):
            lane = self._make_lane()
            await lane.open()
            self._lanes.append(lane)
            self._free.append(lane)
        self._open = True

    async def close(self) -> None:
        self._open = False
        await self._at_rest.wait()
        while self._lanes:
            await self._lanes.pop().close()
        self._free.clear()

    def submit(self, unit: Unit[TxT, Any]) -> asyncio.Future[Any]:
        # Raises in a lane's thread, so a unit cannot put another one into the line.
        loop = asyncio.get_running_loop()
        if not self._open:
            raise StoreUnavailable("the store is closed")
        if len(self._waiting) >= WAITING_AT_MOST:
            raise StoreBusy(f"{len(self._waiting)} units are waiting")
        future = loop.create_future()
        self._waiting.append((future, unit))
        self._call(loop)
        return future

    def _call(self, loop: asyncio.AbstractEventLoop) -> None:
        # A turn of the loop later, so that all who arrive in this one share a batch.
        if self._free and not self._called:
            self._called = True
            self._at_rest.clear()
            loop.call_soon(self._dispatch, loop)

    def _dispatch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._called = False
        while self._free and (batch := self._take()):
            self._free.pop().start(batch, loop=loop, settle=self._settle)
        if len(self._free) == len(self._lanes):
            self._at_rest.set()

    def _take(self) -> list[Entry[TxT]]:
        """Return the next batch, without those whose callers have gone."""
        waiting = self._waiting
        batch: list[Entry[TxT]] = []
        while waiting and len(batch) < self._at_once:
            entry = waiting.popleft()
            if not entry[0].done():
                batch.append(entry)
        return batch

    def _settle(self, lane: Lane[TxT], outcomes: list[Outcome], *, busy: bool) -> None:
        if busy:
            # The others have waited about as long for the same lock.
            outcomes += [(future, None, StoreBusy("the database is locked")) for future, _ in self._waiting]
            self._waiting.clear()
        for future, value, problem in outcomes:
            if future.done():
                continue
            if problem is None:
                future.set_result(value)
            else:
                future.set_exception(problem)
        self._free.append(lane)
        self._dispatch(asyncio.get_running_loop())
