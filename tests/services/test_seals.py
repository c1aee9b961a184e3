"""The audit is sealed into a chain behind its writers, and what was done to it since is named (R130)."""

import asyncio
from typing import Any

from sqlalchemy import delete

from quickpay.adapters.store.schema import audit, audit_seals
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.audit import SEALED_AFTER, Harm, Harmed, Verified
from quickpay.services.running.seals import Seals
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import rows


async def _change(house: House, *statements: Any) -> None:
    async def unit(tx: Any) -> None:
        for statement in statements:
            assert await tx.links._run.count(Statement(statement)) == 1

    await house.store.write(unit)


async def _sealed(lakeside: Lakeside) -> tuple[Seals, list[dict[str, Any]]]:
    """Some visits, sealed; and a row since, which is not."""
    house = lakeside.house
    seals = Seals(store=house.store, clock=house.clock)
    for _ in range(3):
        await house.come(await house.link(lakeside.alice))
    house.later(seconds=SEALED_AFTER.total_seconds() + 1)
    before = await rows(house, "audit")
    await house.come(await house.link(lakeside.alice))
    assert await seals.run_once() == len(before)
    return seals, before


def _harm(found: Verified) -> set[tuple[int, Harm]]:
    return {(one.row_id, one.how) for one in found.harmed}


async def test_r130_rows_are_sealed_once_they_are_old_enough(lakeside: Lakeside) -> None:
    seals, before = await _sealed(lakeside)
    found = await seals.verify()
    newer = len(await rows(lakeside.house, "audit")) - len(before)
    assert newer > 0
    assert (found.harmed, found.sealed, found.unsealed) == ((), len(before), newer)
    assert await seals.run_once() == 0
    lakeside.house.later(seconds=SEALED_AFTER.total_seconds() + 1)
    assert await seals.run_once() == newer
    later = await seals.verify()
    assert (later.harmed, later.unsealed) == ((), 0)
    assert later.head != found.head


async def test_r130_a_row_rewritten_in_any_column_is_named(lakeside: Lakeside) -> None:
    seals, before = await _sealed(lakeside)
    row = before[2]
    for column, value in row.items():
        if column == "id":
            continue
        other = value + 1 if isinstance(value, int) else f"{value or ''} "
        forged = insert(audit).values(row | {column: other})
        await _change(lakeside.house, delete(audit).where(audit.c.id == row["id"]), forged)
        assert (await seals.verify()).harmed == (Harmed(row_id=row["id"], how=Harm.CHANGED),), column
    genuine = insert(audit).values(row)
    await _change(lakeside.house, delete(audit).where(audit.c.id == row["id"]), genuine)
    assert (await seals.verify()).harmed == ()


async def test_r130_a_row_taken_out_or_slipped_in_is_named(lakeside: Lakeside) -> None:
    seals, before = await _sealed(lakeside)
    gone, following = before[1], before[2]
    await _change(lakeside.house, delete(audit).where(audit.c.id == gone["id"]))
    assert _harm(await seals.verify()) == {(gone["id"], Harm.REMOVED)}
    await _change(lakeside.house, delete(audit_seals).where(audit_seals.c.audit_id == gone["id"]))
    assert _harm(await seals.verify()) == {(following["id"], Harm.CHANGED)}
    await _change(lakeside.house, insert(audit).values(gone))
    assert (gone["id"], Harm.ADDED) in _harm(await seals.verify())


async def test_two_who_seal_at_once_write_one_chain(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.come(await house.link(lakeside.alice))
    house.later(seconds=SEALED_AFTER.total_seconds() + 1)
    several = [Seals(store=house.store, clock=house.clock) for _ in range(5)]
    await asyncio.gather(*(one.run_once() for one in several))
    found = await several[0].verify()
    assert (found.harmed, found.unsealed) == ((), 0)
    assert found.sealed == len(await rows(house, "audit"))


async def test_what_stands_above_a_young_row_waits_with_it(lakeside: Lakeside) -> None:
    """On PostgreSQL a lower number may be committed later than a higher one."""
    house = lakeside.house
    seals = Seals(store=house.store, clock=house.clock)
    for _ in range(2):
        await house.come(await house.link(lakeside.alice))
    *_, young, above = await rows(house, "audit")
    assert young["at"] == above["at"]
    older = above | {"at": above["at"] - 3_600_000_000}
    await _change(house, delete(audit).where(audit.c.id == above["id"]), insert(audit).values(older))
    assert await seals.run_once() == 0
    house.later(seconds=SEALED_AFTER.total_seconds() + 1)
    assert await seals.run_once() == len(await rows(house, "audit"))
