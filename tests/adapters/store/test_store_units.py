"""What a unit of work is promised on either database."""

import asyncio
from typing import Any

import pytest

from quickpay.adapters.store.run import Run
from quickpay.ports.store import AwaitedOutsideTx, Conflict, Store, StoreUnavailable
from tests.adapters.store.counters import ADD, ADD_ONCE, ALL, FORGET, GET, LOCK, NOTE, SET, USE, add, uses


class Refused(Exception):
    """What a test's unit raises to be undone."""


async def test_a_unit_returns_what_it_found_and_keeps_what_it_wrote(store: Store[Run]) -> None:
    async def unit(tx: Run) -> tuple[Any, ...]:
        assert await tx.count(ADD, name="a", max_uses=5) == 1
        row = await tx.one(USE, key="a")
        assert row is not None
        return row["name"], row["uses"], row[1], tuple(row)

    assert await store.write(unit) == ("a", 1, 1, ("a", 1, 5, None))
    assert await uses(store) == 1


async def test_rows_come_all_or_one_or_counted(store: Store[Run]) -> None:
    await add(store, "c", "a", "b")

    async def unit(tx: Run) -> tuple[list[str], int, int, object]:
        names = [row["name"] for row in await tx.all(ALL)]
        await tx.one(USE, key="a")
        return names, await tx.count(FORGET), await tx.count(FORGET), await tx.one(GET, key="b")

    assert await store.write(unit) == (["a", "b", "c"], 2, 0, None)


async def test_a_unit_that_raises_is_undone(store: Store[Run]) -> None:
    await add(store, "a")

    async def unit(tx: Run) -> None:
        await tx.one(USE, key="a")
        raise Refused

    with pytest.raises(Refused):
        await store.write(unit)
    assert await uses(store) == 0


async def test_a_refused_row_is_a_conflict_and_undoes_its_unit(store: Store[Run]) -> None:
    await add(store, "a")

    async def unit(tx: Run) -> None:
        await tx.one(USE, key="a")
        await tx.count(ADD, name="a", max_uses=1)

    with pytest.raises(Conflict, match="counters"):
        await store.write(unit)
    assert await uses(store) == 0


async def test_a_clash_that_is_ordinary_is_counted(store: Store[Run]) -> None:
    async def unit(tx: Run) -> list[int]:
        return [await tx.count(ADD_ONCE, name="a", max_uses=5) for _ in range(2)]

    assert await store.write(unit) == [1, 0]


async def test_a_misspelt_parameter_is_refused(store: Store[Run]) -> None:
    async def too_many(tx: Run) -> None:
        await tx.one(GET, key="a", more=1)

    async def another(tx: Run) -> None:
        await tx.one(GET, name="a")

    with pytest.raises(TypeError, match="takes"):
        await store.read(too_many)
    with pytest.raises(KeyError):
        await store.read(another)


async def _bare_yield() -> None:
    await asyncio.sleep(0)


async def _sleep() -> None:
    await asyncio.sleep(0.01)


async def _future() -> None:
    await asyncio.get_running_loop().create_future()


async def _thread() -> None:
    await asyncio.to_thread(int)


@pytest.mark.parametrize("elsewhere", [_bare_yield, _sleep, _future, _thread])
async def test_a_unit_that_awaits_something_else_is_refused_and_undone(
    store: Store[Run], elsewhere: Any
) -> None:
    await add(store, "a")

    async def unit(tx: Run) -> None:
        await tx.one(USE, key="a")
        await elsewhere()

    with pytest.raises(AwaitedOutsideTx):
        await asyncio.wait_for(store.write(unit), 5)
    with pytest.raises(AwaitedOutsideTx):
        await asyncio.wait_for(store.read(lambda _tx: elsewhere()), 5)
    assert await uses(store) == 0


async def test_a_unit_cannot_start_another(store: Store[Run]) -> None:
    await add(store, "a")

    async def inner(tx: Run) -> None:
        await tx.one(USE, key="a")

    async def outer(_tx: Run) -> None:
        await store.write(inner)

    with pytest.raises(AwaitedOutsideTx):
        await asyncio.wait_for(store.write(outer), 5)
    await asyncio.wait_for(store.write(inner), 5)
    assert await uses(store) == 1


async def test_two_hundred_at_once_use_a_counter_of_five_five_times(store: Store[Run]) -> None:
    await add(store, "a", max_uses=5)

    async def unit(tx: Run) -> bool:
        return await tx.one(USE, key="a") is not None

    answers = await asyncio.gather(*(store.write(unit) for _ in range(200)))
    assert answers.count(True) == 5
    assert await uses(store) == 5


async def test_twenty_read_then_write_units_lose_nothing(store: Store[Run]) -> None:
    await add(store, "a")

    async def unit(tx: Run) -> None:
        row = await tx.one(LOCK, key="a")
        assert row is not None
        await tx.count(SET, key="a", to=row["uses"] + 1)

    await asyncio.gather(*(store.write(unit) for _ in range(20)))
    assert await uses(store) == 20


async def test_one_failing_unit_of_many_undoes_only_itself(store: Store[Run]) -> None:
    names = [f"n{number}" for number in range(20)]
    await add(store, *names)

    def unit_for(name: str) -> Any:
        async def unit(tx: Run) -> None:
            await tx.one(USE, key=name)
            if name == "n7":
                raise Refused

        return unit

    answers = await asyncio.gather(*(store.write(unit_for(name)) for name in names), return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [Refused]
    assert [await uses(store, name) for name in names] == [int(name != "n7") for name in names]


async def test_a_reader_sees_one_moment(store: Store[Run]) -> None:
    await add(store, "a")

    async def look(tx: Run) -> list[int]:
        return [row["uses"] for row in [await tx.one(GET, key="a") for _ in range(50)] if row is not None]

    async def use(tx: Run) -> None:
        await tx.one(USE, key="a")

    reading = asyncio.create_task(store.read(look))
    await asyncio.gather(reading, *(store.write(use) for _ in range(5)))
    seen = await reading
    assert len(seen) == 50
    assert len(set(seen)) == 1


async def test_a_reader_cannot_write(store: Store[Run]) -> None:
    await add(store, "a")

    async def unit(tx: Run) -> None:
        await tx.one(USE, key="a")

    with pytest.raises(Exception, match=r"read.?only"):
        await store.read(unit)
    assert await uses(store) == 0


async def test_a_caller_cancelled_at_any_moment_leaves_no_transaction_open(store: Store[Run]) -> None:
    await add(store, "a", max_uses=1000)

    async def unit(tx: Run) -> None:
        for _ in range(5):
            await tx.one(USE, key="a")

    async def use(tx: Run) -> None:
        await tx.one(USE, key="a")

    loop = asyncio.get_running_loop()
    for turns in range(40):
        before = await uses(store)
        caller = asyncio.create_task(store.write(unit))
        for _ in range(turns):
            await asyncio.sleep(0)
        caller.cancel()
        await asyncio.wait([caller])
        began = loop.time()
        await store.write(use)
        assert loop.time() - began < 2, "it waits for nobody who was cancelled"
        after = await uses(store)
        assert before is not None
        assert after in {before + 1, before + 6}


async def test_a_closed_store_finishes_what_waits_and_refuses_the_rest(store: Any) -> None:
    await add(store, "a", max_uses=1000)

    async def use(tx: Run) -> int:
        row = await tx.one(USE, key="a")
        assert row is not None
        return int(row["uses"])

    callers = [asyncio.create_task(store.write(use)) for _ in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert sorted(await asyncio.gather(*callers)) == list(range(1, 51))
    with pytest.raises(StoreUnavailable):
        await store.write(use)
    await store.open()
    assert await uses(store) == 50


async def test_text_that_looks_like_sql_stays_text(store: Store[Run]) -> None:
    await add(store, "a")
    note = "'; DROP TABLE counters; -- %s $1 ?"

    async def unit(tx: Run) -> str:
        await tx.count(NOTE, key="a", note=note)
        row = await tx.one(GET, key="a")
        assert row is not None
        return str(row["note"])

    assert await store.write(unit) == note
