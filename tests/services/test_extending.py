"""More time by a press: where the group allows, when little is left, ten times, never after the end."""

import asyncio
from datetime import datetime, timedelta

import pytest

from quickpay.services.entry.extend import Extend, Extended, NoMoreTime, TimeEnough
from quickpay.services.stay import Gone, NoStay
from tests.factories import NOW
from tests.people import Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    house = lakeside.house
    await house.change(lakeside.group, session_extension=True)
    return await house.come(await house.link(lakeside.alice))


def _extend(alice: Person) -> Extend:
    return Extend(store=alice.house.store, clock=alice.house.clock)


async def _ends_at(alice: Person) -> datetime:
    session = await alice.session()
    assert session is not None
    return session.expires_at


async def test_r66_it_ends_twenty_minutes_from_the_press(alice: Person) -> None:
    alice.house.clock.set(NOW + 10 * MINUTE + timedelta(microseconds=1))
    answer = await _extend(alice).extend(alice.visit)
    assert isinstance(answer, Extended)
    assert answer.stay.left == 20 * MINUTE
    assert await _ends_at(alice) == alice.house.clock.now() + 20 * MINUTE
    [said] = [row for row in await rows(alice.house, "audit") if row["type"] == "session.extended"]
    assert said["session_id"] == answer.stay.session.id
    assert isinstance(await _extend(alice).look(alice.visit), type(answer.stay))


async def test_r66_with_ten_minutes_left_it_is_too_early_and_nothing_changes(alice: Person) -> None:
    alice.house.clock.set(NOW + 10 * MINUTE)
    assert isinstance(await _extend(alice).extend(alice.visit), TimeEnough)
    assert await _ends_at(alice) == NOW + 20 * MINUTE


async def test_r66_a55_ten_times_and_no_eleventh(alice: Person) -> None:
    for times in range(1, 11):
        alice.house.later(seconds=11 * 60)
        assert isinstance(await _extend(alice).extend(alice.visit), Extended), times
    alice.house.later(seconds=11 * 60)
    assert isinstance(await _extend(alice).extend(alice.visit), NoMoreTime)
    session = await alice.session()
    assert session is not None
    assert session.extensions == 10


async def test_a55_what_has_ended_is_not_extended(alice: Person) -> None:
    alice.house.clock.set(NOW + 20 * MINUTE)
    answer = await _extend(alice).extend(alice.visit)
    assert isinstance(answer, NoStay)
    assert answer.why is Gone.EXPIRED


async def test_a55_who_left_stays_out(alice: Person) -> None:
    await alice.house.leave.sign_out(alice.visit)
    alice.house.clock.set(NOW + 15 * MINUTE)
    assert isinstance(await _extend(alice).extend(alice.visit), NoStay)


async def test_r66_pressed_many_times_at_once_it_is_one_extension(alice: Person) -> None:
    alice.house.clock.set(NOW + 15 * MINUTE)
    answers = await asyncio.gather(*(_extend(alice).extend(alice.visit) for _ in range(20)))
    assert sum(isinstance(one, Extended) for one in answers) == 1
    assert all(isinstance(one, Extended | TimeEnough) and one.stay.left == 20 * MINUTE for one in answers)
    session = await alice.session()
    assert session is not None
    assert session.extensions == 1


async def test_r65_without_extension_there_is_none(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, session_extension=False)
    alice = await house.come(await house.link(lakeside.alice))
    house.clock.set(NOW + 9 * MINUTE)
    assert isinstance(await _extend(alice).extend(alice.visit), NoMoreTime)
    assert await _ends_at(alice) == NOW + 10 * MINUTE


async def test_turned_off_it_ends_ten_minutes_after_it_began_from_the_next_request_on(
    lakeside: Lakeside, alice: Person
) -> None:
    house = alice.house
    house.clock.set(NOW + 12 * MINUTE)
    assert isinstance(await _extend(alice).extend(alice.visit), Extended)
    await house.change(lakeside.group, session_extension=False)
    assert isinstance(await _extend(alice).look(alice.visit), NoStay)
    await house.change(lakeside.group, session_extension=True)
    assert not isinstance(await _extend(alice).look(alice.visit), NoStay)
