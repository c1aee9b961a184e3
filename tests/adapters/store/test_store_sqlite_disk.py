"""A disk that loses what it was not told to keep, and one that cannot keep: no acknowledged write is lost."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from quickpay.adapters.store.engine.sqlite import SqliteStore
from quickpay.adapters.store.run import Run
from quickpay.ports.store import StoreUnavailable
from tests.adapters.store.counters import NOTE, add
from tests.adapters.store.disk import Platter, disk

_CALLERS = 8
_ROWS = 25


def names_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {name for (name,) in connection.execute("SELECT name FROM counters")}


async def fill(store: SqliteStore[Run]) -> set[str]:
    """Write from several callers at once, past a checkpoint; returns what was acknowledged."""
    acknowledged: set[str] = set()

    async def caller(who: int) -> None:
        for number in range(_ROWS):
            name = f"{who}-{number}"

            async def unit(tx: Run, name: str = name) -> None:
                await tx.count(NOTE, key=name, note="x" * 40_000)

            await add(store, name)
            await store.write(unit)
            acknowledged.add(name)

    await asyncio.gather(*map(caller, range(_CALLERS)))
    return acknowledged


@pytest.mark.parametrize(("synchronous", "kept"), [("FULL", True), ("NORMAL", False)])
async def test_x18_r135_what_was_acknowledged_outlives_the_power_and_by_synchronous_full_alone(
    sqlite_path: Path, tmp_path: Path, synchronous: str, *, kept: bool
) -> None:
    platter = Platter(sqlite_path, tmp_path / "platter")
    store = SqliteStore(sqlite_path, make_tx=lambda run: run)
    with disk(platter.sync):
        await store.open()
        if synchronous != "FULL":  # what the store sets by itself
            [lane] = store._writes._lanes
            await lane._execute(lambda: lane._conn.execute(f"PRAGMA synchronous={synchronous}"))
        acknowledged = await fill(store)
        platter.lose_power()
        await store.close()
    assert len(acknowledged) == _CALLERS * _ROWS
    assert (acknowledged <= names_in(tmp_path / "platter" / sqlite_path.name)) is kept


async def test_x17_r136_what_a_failing_disk_did_not_keep_is_not_acknowledged(sqlite_path: Path) -> None:
    broken: set[bool] = set()
    store = SqliteStore(sqlite_path, make_tx=lambda run: run)
    with disk(lambda _: not broken):
        await store.open()
        await add(store, "before")
        broken.add(True)
        tried = await asyncio.gather(*(add(store, f"during-{n}") for n in range(20)), return_exceptions=True)
        assert {type(one) for one in tried} == {StoreUnavailable}
        with pytest.raises(StoreUnavailable):
            await add(store, "alone")
        broken.clear()
        await add(store, "after")
        await store.close()
    assert names_in(sqlite_path) == {"before", "after"}
