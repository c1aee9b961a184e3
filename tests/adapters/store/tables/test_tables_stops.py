"""Stops of contacts, the sessions of a link, and the one end of a link that is taken back."""

import asyncio
from datetime import timedelta

import pytest

from quickpay.domain.links import LinkState
from quickpay.ports.store import Conflict
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, make_session, some_hash

EMAIL = "alice@example.com"


async def _stop(world: World, contact: str = EMAIL, guarantor: int | None = None) -> bool:
    return await world.do(
        lambda tx: tx.stops.add(guarantor or world.alice.id, contact, link_serial=world.link.serial, now=NOW)
    )


async def _holds(world: World, contact: str = EMAIL, guarantor: int | None = None) -> bool:
    return await world.do(lambda tx: tx.stops.holds(guarantor or world.alice.id, contact))


async def _lift(world: World, contact: str = EMAIL) -> bool:
    return await world.do(lambda tx: tx.stops.lift(world.alice.id, contact, now=NOW))


async def test_a_stop_holds_for_one_contact_of_one_guarantor_until_it_is_lifted(world: World) -> None:
    bob = await world.person("20001")
    assert not await _holds(world)
    assert [await _stop(world), await _stop(world, EMAIL.upper())] == [True, False]
    assert await _holds(world)
    assert await _holds(world, "Alice@Example.com")
    assert not await _holds(world, "+16085550101")
    assert not await _holds(world, guarantor=bob.id)
    assert [await _lift(world, "ALICE@example.com"), await _lift(world)] == [True, False]
    assert not await _holds(world)
    assert await _stop(world)
    assert await _holds(world)


async def test_twenty_stops_at_once_are_one(world: World) -> None:
    done = await asyncio.gather(*(_stop(world) for _ in range(20)))
    assert sum(done) == 1


async def test_there_is_no_stop_for_nobody(world: World) -> None:
    with pytest.raises(Conflict):
        await _stop(world, guarantor=10**6)


async def test_the_sessions_of_a_link_end_together_and_no_others(world: World) -> None:
    async def session(serial: int | None) -> None:
        one = make_session(group_id=world.group.id, guarantor_id=world.alice.id, link_serial=serial)
        await world.do(lambda tx: tx.sessions.add(one, token_hash=some_hash()))

    await session(world.link.serial)
    await session(world.link.serial + 1)
    await session(None)
    later = NOW + timedelta(minutes=1)
    assert await world.do(lambda tx: tx.sessions.end_of_link(world.link.serial, NOW)) == 2
    assert await world.do(lambda tx: tx.sessions.end_of_link(world.link.serial, later)) == 0
    assert await world.do(lambda tx: tx.sessions.end_of_link(world.link.serial + 1, NOW)) == 1


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUPERSEDED, LinkState.PAID])
async def test_only_a_suspended_link_is_restored(world: World, state: LinkState) -> None:
    serial = world.link.serial
    assert not await world.do(lambda tx: tx.links.restore(serial))
    await world.do(lambda tx: tx.links.end(serial, LinkState.SUSPENDED))
    assert await world.do(lambda tx: tx.links.restore(serial))
    assert await world.do(lambda tx: tx.links.by_serial(serial)) == world.link
    await world.do(lambda tx: tx.links.end(serial, state))
    assert not await world.do(lambda tx: tx.links.restore(serial))
