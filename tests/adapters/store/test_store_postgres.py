"""How the store on PostgreSQL tries again, waits, refuses and recovers."""

import asyncio

import pytest
from sqlalchemy import text

from quickpay.adapters.store.engine.postgres import PostgresStore
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.statements import Statement
from quickpay.ports.store import Conflict, StoreBusy, StoreUnavailable
from tests.adapters.store.counters import ADD, LOCK, NOTE, USE, add, uses

BREAK_OFF = Statement(text("SELECT pg_terminate_backend(pg_backend_pid())"))
BREAK_OFF_THE_OTHERS = Statement(
    text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    ),
)
LEFT_OPEN = Statement(
    text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    ),
)


async def use(tx: Run) -> None:
    await tx.one(USE, key="a")


async def test_units_that_deadlock_both_come_through(postgres_store: PostgresStore[Run]) -> None:
    await add(postgres_store, "a", "b", max_uses=1_000)
    tries: list[str] = []

    async def unit_in(tx: Run, first: str, second: str) -> None:
        tries.append(first)
        await tx.one(USE, key=first)
        await tx.one(Statement(text("SELECT pg_sleep(0.05)")))
        await tx.one(USE, key=second)

    rounds = 0
    # On a busy machine one may be done before the other begins: then it is tried anew.
    while len(tries) == 2 * rounds and rounds < 40:
        rounds += 1
        await asyncio.gather(
            postgres_store.write(lambda tx: unit_in(tx, "a", "b")),
            postgres_store.write(lambda tx: unit_in(tx, "b", "a")),
        )
    assert len(tries) > 2 * rounds, "no deadlock came about, so nothing was seen"
    assert [await uses(postgres_store, name) for name in ("a", "b")] == [2 * rounds, 2 * rounds]


async def test_a_broken_connection_is_unavailable_once(postgres_store: PostgresStore[Run]) -> None:
    await add(postgres_store, "a")

    async def unit(tx: Run) -> None:
        await tx.one(USE, key="a")
        await tx.one(BREAK_OFF)

    with pytest.raises(StoreUnavailable):
        await postgres_store.write(unit)
    await postgres_store.write(use)
    assert await uses(postgres_store) == 1


async def test_connections_broken_while_idle_are_replaced(
    postgres_store: PostgresStore[Run],
    postgres_url: str,
) -> None:
    await add(postgres_store, "a", max_uses=100)
    await asyncio.gather(*(postgres_store.write(use) for _ in range(20)))
    other = PostgresStore[Run](postgres_url, make_tx=lambda run: run, pool_size=1)
    await other.open()
    await other.write(lambda tx: tx.all(BREAK_OFF_THE_OTHERS))
    await other.close()
    done = 0
    while done < 20:
        answers = await asyncio.gather(
            *(postgres_store.write(use) for _ in range(20)), return_exceptions=True
        )
        assert {type(answer) for answer in answers} <= {type(None), StoreUnavailable}
        done += answers.count(None)
    assert await uses(postgres_store) == 20 + done


async def test_no_free_connection_and_no_free_lock_are_refused_after_a_bounded_wait(
    postgres_store: PostgresStore[Run],
    postgres_url: str,
) -> None:
    await add(postgres_store, "a")
    small = PostgresStore[Run](postgres_url, make_tx=lambda run: run, pool_size=1, busy_seconds=0.4)
    await small.open()

    async def hold(tx: Run) -> None:
        await tx.one(LOCK, key="a")
        await tx.one(Statement(text("SELECT pg_sleep(3)")))

    holding = asyncio.create_task(postgres_store.write(hold))
    await asyncio.sleep(0.2)
    loop = asyncio.get_running_loop()
    began = loop.time()
    answers = await asyncio.gather(*(small.write(use) for _ in range(8)), return_exceptions=True)
    assert loop.time() - began < 2, "one after the other they take more than three seconds"
    assert {type(answer) for answer in answers} == {StoreBusy, StoreUnavailable}
    await holding
    await small.write(use)
    assert await uses(small) == 1
    await small.close()


async def test_a_unit_that_goes_on_after_a_conflict_is_never_acknowledged(
    postgres_store: PostgresStore[Run],
) -> None:
    await add(postgres_store, "a")

    async def unit(tx: Run) -> str:
        await tx.one(USE, key="a")
        with pytest.raises(Conflict):
            await tx.count(ADD, name="a", max_uses=1)
        return "all is well"

    with pytest.raises(RuntimeError, match="nothing was committed"):
        await postgres_store.write(unit)
    assert await uses(postgres_store) == 0


async def test_callers_cancelled_in_the_middle_leave_nothing_open(postgres_store: PostgresStore[Run]) -> None:
    await add(postgres_store, "a", max_uses=1000)

    async def slow(tx: Run) -> None:
        await tx.count(NOTE, key="a", note="half")
        await tx.one(Statement(text("SELECT pg_sleep(5)")))

    callers = [asyncio.create_task(postgres_store.write(slow)) for _ in range(20)]
    await asyncio.sleep(0.2)
    for caller in callers:
        caller.cancel()
    await asyncio.wait(callers)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await postgres_store.write(use)
    assert loop.time() - began < 3, "the sleepers sleep on for five"
    row = await postgres_store.read(lambda tx: tx.one(LEFT_OPEN))
    assert row is not None
    assert row[0] == 0


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: object) -> None:
    store = PostgresStore[Run](
        f"postgresql://postgres@/postgres?host={tmp_path}",
        make_tx=lambda run: run,
        busy_seconds=0.5,
    )
    with pytest.raises(StoreUnavailable):
        await store.open()
    with pytest.raises(StoreUnavailable):
        await store.write(use)
