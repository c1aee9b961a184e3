"""Links: their uses are counted in one statement, their ends are compared and set."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.links import Link, LinkState
from quickpay.ports.store import Conflict
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, make_event, make_link, make_options, make_session, some_hash


async def test_a_link_is_stored_whole_and_found_by_id_and_serial(world: World) -> None:
    given = make_link(
        group_id=world.group.id, guarantor_id=world.alice.id, max_uses=3, single_payment=False, batch="b1"
    )

    stored = await world.do(lambda tx: tx.links.add(given))

    assert stored == replace(given, serial=stored.serial)
    assert stored.serial > world.link.serial
    assert await world.do(lambda tx: tx.links.get(given.id)) == stored
    assert await world.do(lambda tx: tx.links.by_serial(stored.serial)) == stored
    assert await world.do(lambda tx: tx.links.get("nobody's")) is None
    assert await world.do(lambda tx: tx.links.by_serial(10**9)) is None


async def test_two_links_cannot_have_one_id(world: World) -> None:
    with pytest.raises(Conflict):
        await world.do(lambda tx: tx.links.add(world.link))


async def test_a_use_is_counted_and_the_row_comes_back(world: World) -> None:
    used = await world.do(lambda tx: tx.links.count_use(world.link.id, NOW))
    assert used == replace(world.link, uses=1)


async def test_r5_the_group_s_number_limits_a_link_without_its_own_as_it_is_now(world: World) -> None:
    counted = [await world.do(lambda tx: tx.links.count_use(world.link.id, NOW)) for _ in range(6)]
    assert [use is not None for use in counted] == [True] * 5 + [False]

    more = make_options(max_uses=6)
    await world.do(lambda tx: tx.groups.put(slug="lakeside", options=more, now=NOW, by="staff"))

    assert await world.do(lambda tx: tx.links.count_use(world.link.id, NOW)) is not None
    assert await world.do(lambda tx: tx.links.count_use(world.link.id, NOW)) is None


async def test_r6_what_is_not_open_counts_nothing(world: World) -> None:
    assert await world.do(lambda tx: tx.links.count_use(world.link.id, world.link.expires_at)) is None
    assert await world.do(lambda tx: tx.links.count_use("nobody's", NOW)) is None
    await world.do(lambda tx: tx.links.end(world.link.serial, LinkState.REVOKED))
    assert await world.do(lambda tx: tx.links.count_use(world.link.id, NOW)) is None
    stored = await world.do(lambda tx: tx.links.get(world.link.id))
    assert stored == replace(world.link, state=LinkState.REVOKED)


async def test_a_use_counts_until_the_last_microsecond(world: World) -> None:
    last = world.link.expires_at - timedelta(microseconds=1)
    assert await world.do(lambda tx: tx.links.count_use(world.link.id, last)) is not None


@pytest.mark.parametrize("own", [None, 5])
async def test_r5_200_opens_at_once_of_a_link_with_5_uses_make_5_sessions(
    world: World, own: int | None
) -> None:
    link = await world.do(
        lambda tx: tx.links.add(make_link(group_id=world.group.id, guarantor_id=world.alice.id, max_uses=own))
    )

    async def unit(tx: StoreTx) -> bool:
        opened = await tx.links.count_use(link.id, NOW)
        if opened is None:
            return False
        mine = make_session(
            group_id=opened.group_id, guarantor_id=opened.guarantor_id, link_serial=opened.serial
        )
        session = await tx.sessions.add(mine, token_hash=some_hash())
        await tx.audit.add(make_event("link.opened", link_serial=opened.serial, session_id=session.id))
        return True

    opened = await asyncio.gather(*(world.store.write(unit) for _ in range(200)))

    assert sum(opened) == 5
    stored = await world.do(lambda tx: tx.links.by_serial(link.serial))
    assert stored is not None
    assert stored.uses == 5
    assert len(await world.do(lambda tx: tx.links.events(link.serial))) == 5


async def test_a_link_ends_once(world: World) -> None:
    ends = [
        await world.do(lambda tx: tx.links.end(world.link.serial, LinkState.PAID)),
        await world.do(lambda tx: tx.links.end(world.link.serial, LinkState.REVOKED)),
    ]
    assert ends == [True, False]
    stored = await world.do(lambda tx: tx.links.get(world.link.id))
    assert stored is not None
    assert stored.state is LinkState.PAID


async def test_the_others_of_a_guarantor_end_and_nobody_else_s(world: World) -> None:
    async def unit(tx: StoreTx) -> tuple[Link, Link]:
        other = await tx.links.add(make_link(group_id=world.group.id, guarantor_id=world.alice.id))
        gone = await tx.links.add(
            make_link(group_id=world.group.id, guarantor_id=world.alice.id, state=LinkState.PAID)
        )
        return other, gone

    other, gone = await world.store.write(unit)

    ended = await world.do(
        lambda tx: tx.links.end_others(world.alice.id, but=other.serial, state=LinkState.SUPERSEDED)
    )

    assert ended == [world.link.serial]
    assert await world.do(lambda tx: tx.links.by_serial(other.serial)) == other
    assert await world.do(lambda tx: tx.links.by_serial(gone.serial)) == gone


async def test_a_link_is_not_seen_before_it_was_made(world: World) -> None:
    serial, made = world.link.serial, NOW.replace(minute=10)

    async def unit(tx: StoreTx) -> None:
        await tx.audit.add(make_event("link.created", link_serial=serial, at=made))
        await tx.links.mark_seen(serial, at=made + timedelta(minutes=3), times=1)

    await world.store.write(unit)

    events = await world.do(lambda tx: tx.links.events(serial))
    assert [(event.at, event.type) for event in events] == [(made, "link.created"), (made, "link.seen")]


async def test_the_timeline_has_what_was_done_and_the_hours_it_was_seen(world: World) -> None:
    serial = world.link.serial

    async def unit(tx: StoreTx) -> None:
        await tx.links.mark_seen(serial, at=NOW, times=2)
        await tx.links.mark_seen(serial, at=NOW + timedelta(minutes=3), times=1)
        await tx.links.mark_seen(serial, at=NOW + timedelta(hours=2), times=4)
        await tx.audit.add(make_event("link.opened", link_serial=serial, detail={"uses": 1}))
        await tx.audit.add(make_event("link.created", link_serial=serial, at=NOW - timedelta(hours=1)))
        await tx.audit.add(make_event("link.opened", link_serial=serial + 1))

    await world.store.write(unit)

    events = await world.do(lambda tx: tx.links.events(serial))
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    assert [(event.at, event.type, dict(event.detail)) for event in events] == [
        (NOW - timedelta(hours=1), "link.created", {}),
        (hour, "link.seen", {"times": 3}),
        (NOW, "link.opened", {"uses": 1}),
        (hour + timedelta(hours=2), "link.seen", {"times": 4}),
    ]
