"""How the store on SQLite batches, waits, refuses and recovers."""

import asyncio
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from quickpay.adapters.store.engine.sqlite import WAITING_AT_MOST, SqliteStore
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.statements import Statement
from quickpay.ports.store import StoreBusy, StoreUnavailable
from tests.adapters.store.counters import NOTE, USE, add, uses


async def use(tx: Run) -> None:
    await tx.one(USE, key="a")


def outside(path: Path) -> int:
    """Return what another process would see."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT uses FROM counters WHERE name = 'a'").fetchone()[0])


async def test_units_that_wait_together_share_one_commit(
    sqlite_store: SqliteStore[Run],
    sqlite_path: Path,
) -> None:
    await add(sqlite_store, "a", max_uses=100)

    async def unit(tx: Run) -> int:
        await tx.one(USE, key="a")
        return outside(sqlite_path)

    assert await asyncio.gather(*(sqlite_store.write(unit) for _ in range(20))) == [0] * 20
    assert outside(sqlite_path) == 20


async def test_a_commit_that_fails_acknowledges_nobody(
    sqlite_store: SqliteStore[Run],
    sqlite_path: Path,
) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.execute("CREATE TABLE child (p TEXT REFERENCES counters DEFERRABLE INITIALLY DEFERRED)")
    await add(sqlite_store, "a")
    orphan = Statement(text("INSERT INTO child VALUES ('nobody')"))

    async def break_the_commit(tx: Run) -> None:
        await tx.count(orphan)

    answers = await asyncio.gather(
        *(sqlite_store.write(unit) for unit in (use, use, break_the_commit, use)),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 4
    assert outside(sqlite_path) == 0
    await sqlite_store.write(use)
    assert outside(sqlite_path) == 1


async def test_a_transaction_that_sqlite_rolled_back_acknowledges_nobody(
    sqlite_store: SqliteStore[Run],
    sqlite_path: Path,
) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.execute(
            "CREATE TRIGGER gone BEFORE UPDATE OF note ON counters BEGIN SELECT RAISE(ROLLBACK, 'gone'); END",
        )
    await add(sqlite_store, "a")

    async def go_on_regardless(tx: Run) -> None:
        with pytest.raises(Exception, match="gone"):
            await tx.count(NOTE, key="a", note="x")
        await tx.one(USE, key="a")

    for units in ((use, go_on_regardless, use), (go_on_regardless,)):
        answers = await asyncio.gather(*map(sqlite_store.write, units), return_exceptions=True)
        assert {type(answer) for answer in answers} == {StoreUnavailable}
        assert outside(sqlite_path) == 0
    await sqlite_store.write(use)
    assert outside(sqlite_path) == 1


@pytest.mark.parametrize("problem", [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError])
@pytest.mark.parametrize("others", [0, 2])
async def test_nothing_a_unit_raises_stops_the_writer(
    sqlite_store: SqliteStore[Run],
    problem: type[BaseException],
    others: int,
) -> None:
    await add(sqlite_store, "a")
    writing = [asyncio.create_task(sqlite_store.write(use)) for _ in range(others)]

    async def unit(tx: Run) -> None:
        await tx.one(USE, key="a")
        raise problem

    with pytest.raises(problem):
        await sqlite_store.write(unit)
    await asyncio.gather(*writing)
    await asyncio.wait_for(sqlite_store.write(use), 1)
    assert await uses(sqlite_store) == others + 1


_HOLD_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
"""


class Hold:
    """A unit that keeps the writer's thread until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go = threading.Event()

    async def __call__(self, tx: Run) -> None:
        self.begun.set()
        assert self.go.wait(10)
        await tx.one(USE, key="a")


async def test_a_caller_cancelled_while_waiting_takes_its_unit_back(sqlite_store: SqliteStore[Run]) -> None:
    await add(sqlite_store, "a")
    hold = Hold()
    holding = asyncio.create_task(sqlite_store.write(hold))
    await asyncio.to_thread(hold.begun.wait)
    waiting = asyncio.create_task(sqlite_store.write(use))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    hold.go.set()
    await holding
    await sqlite_store.write(use)
    assert await uses(sqlite_store) == 2


async def test_a_unit_whose_caller_is_cancelled_while_it_runs_ends_by_itself(
    sqlite_store: SqliteStore[Run],
) -> None:
    await add(sqlite_store, "a")
    hold = Hold()
    holding = asyncio.create_task(sqlite_store.write(hold))
    await asyncio.to_thread(hold.begun.wait)
    holding.cancel()
    await asyncio.wait([holding])
    hold.go.set()
    await sqlite_store.write(use)
    assert await uses(sqlite_store) == 2


async def test_the_line_is_bounded(sqlite_store: SqliteStore[Run]) -> None:
    await add(sqlite_store, "a")
    hold = Hold()
    holding = asyncio.create_task(sqlite_store.write(hold))
    await asyncio.to_thread(hold.begun.wait)
    waiting = [asyncio.create_task(sqlite_store.write(use)) for _ in range(WAITING_AT_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(StoreBusy, match="10000"):
        await sqlite_store.write(use)
    for task in waiting:
        task.cancel()
    hold.go.set()
    await holding
    await asyncio.wait(waiting)


async def test_readers_do_not_wait_for_the_writer(sqlite_store: SqliteStore[Run]) -> None:
    await add(sqlite_store, "a")
    hold = Hold()
    holding = asyncio.create_task(sqlite_store.write(hold))
    await asyncio.to_thread(hold.begun.wait)
    assert await asyncio.wait_for(uses(sqlite_store), 1) == 0
    hold.go.set()
    await holding
    assert await uses(sqlite_store) == 1


async def test_a_locked_database_is_busy_for_all_who_wait_and_the_loop_goes_on(sqlite_path: Path) -> None:
    store = SqliteStore[Run](sqlite_path, make_tx=lambda run: run, busy_seconds=0.5)
    await store.open()
    await add(store, "a")
    holder = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _HOLD_THE_LOCK,
        str(sqlite_path),
        stdout=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"locked\n"
    loop = asyncio.get_running_loop()
    began, lag = loop.time(), 0.0
    first = asyncio.create_task(store.write(use))
    await asyncio.sleep(0.2)
    later = [asyncio.create_task(store.write(use)) for _ in range(5)]
    assert await uses(store) == 0
    while not all(task.done() for task in (first, *later)):
        tick = loop.time()
        await asyncio.sleep(0.005)
        lag = max(lag, loop.time() - tick - 0.005)
    assert 0.4 < loop.time() - began < 2, "one after the other they take three seconds"
    assert lag < 0.4, "waiting in the loop takes half a second"
    answers = await asyncio.gather(first, *later, return_exceptions=True)
    assert {type(answer) for answer in answers} == {StoreBusy}
    await holder.communicate(b"\n")
    await store.write(use)
    assert await uses(store) == 1
    await store.close()


async def test_two_stores_on_one_file_keep_the_limit(
    sqlite_store: SqliteStore[Run], sqlite_path: Path
) -> None:
    other = SqliteStore[Run](sqlite_path, make_tx=lambda run: run)
    await other.open()
    await add(sqlite_store, "a", max_uses=5)

    async def unit(tx: Run) -> bool:
        return await tx.one(USE, key="a") is not None

    answers = await asyncio.gather(*(one.write(unit) for one in (sqlite_store, other) for _ in range(50)))
    await other.close()
    assert answers.count(True) == 5
    assert outside(sqlite_path) == 5
