"""A process that writes to a SQLite store and says what was acknowledged; for tests that hurt it.

`python writer_process.py PATH endless` writes until it is killed. `… full` writes until the disk (a limit on
file size) is full, makes room, and goes on. Each line of its output is the name of an acknowledged row.
"""

import asyncio
import resource
import sys
from itertools import count
from pathlib import Path

from quickpay.adapters.store.engine.sqlite import SqliteStore
from quickpay.adapters.store.run import Run
from quickpay.ports.store import StoreUnavailable
from tests.adapters.store.counters import ADD, NOTE

_ROOM = 400_000  # bytes


async def keep(store: SqliteStore[Run], name: str, *, size: int = 4000) -> None:
    """Write one row and say so once it is acknowledged."""

    async def unit(tx: Run) -> None:
        await tx.count(ADD, name=name, max_uses=1)
        await tx.count(NOTE, key=name, note="x" * size)

    await store.write(unit)
    sys.stdout.write(f"{name}\n")
    sys.stdout.flush()


async def endless(store: SqliteStore[Run]) -> None:
    """Write from eight callers for ever."""

    async def caller(who: int) -> None:
        for number in count():
            await keep(store, f"{who}-{number}")

    await asyncio.gather(*map(caller, range(8)))


async def full(store: SqliteStore[Run]) -> None:
    """Fill the disk, see that nothing is acknowledged, make room, and go on with the same store."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, most))
    refused: set[str] = set()
    for number in range(200):
        try:
            await keep(store, f"before-{number}")
        except StoreUnavailable:
            refused.add(f"before-{number}")
    for size in (5_000_000, 4000):  # the first is too big for the cache: its write fails before the commit
        try:
            await keep(store, "big", size=size)
        except StoreUnavailable:
            refused.add(f"big-{size}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    for number in range(20):
        await keep(store, f"after-{number}")
    sys.stderr.write(f"refused {len(refused)}\n")


async def main() -> None:
    """Open the store and do as told."""
    store = SqliteStore[Run](Path(sys.argv[1]), make_tx=lambda run: run)
    await store.open()
    await {"endless": endless, "full": full}[sys.argv[2]](store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main())
