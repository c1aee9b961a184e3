"""What must still hold when an operator, or a time server, puts the clock back (X24)."""

from datetime import datetime, timedelta

import pytest

from quickpay.adapters.clock import SystemClock
from quickpay.mfa.methods import Method as Way
from quickpay.services.proofs.pages import ChoosePage, CodeRefused, ProofLocked, Proved
from quickpay.services.running.health import Health
from quickpay.services.stay import NoStay
from tests.fakes.clock import FakeClock
from tests.people import KEYS, wrong
from tests.services.conftest import Lakeside


async def test_x24_a_code_asked_for_after_the_clock_was_put_back_is_the_one_that_counts(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    group = await house.change(lakeside.group, require_opposing_contact_methods=False)
    assert group.id == lakeside.group.id
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask(Way.EMAIL)
    house.clock.set(house.clock.now() - timedelta(hours=1))
    await alice.ask(Way.SMS)
    house.later(minutes=1)
    newest = await alice.ask_again(Way.SMS)
    assert isinstance(await alice.type(newest), Proved)


class Machine(FakeClock):
    """The real clock over a machine whose wall clock an operator moves by `set`."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self._real = SystemClock(wall=super().now, steady=super().monotonic)

    def now(self) -> datetime:
        return self._real.now()

    def put_back(self) -> timedelta:
        return self._real.put_back()

    def turn_back(self, span: timedelta) -> None:
        self.set(self._now - span)

    def restart(self) -> None:
        """Forget what the process knew, as a restart does."""
        self.__init__(self._now)  # type: ignore[misc]  # as new


@pytest.fixture
def machine(lakeside: Lakeside) -> Machine:
    clock = Machine(lakeside.house.clock.now())
    lakeside.house.clock = clock
    lakeside.house.furnish(KEYS[:1])
    return clock


BACK = pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)])


@BACK
async def test_x24_a_session_ends_on_time_though_the_clock_was_put_back(
    lakeside: Lakeside, machine: Machine, back: timedelta
) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    session = await alice.session()
    assert session is not None
    life = session.expires_at - house.clock.now()
    for _ in range(3):
        house.clock.advance(life / 4)
        machine.turn_back(back)
        assert isinstance(await house.verify.ways(alice.visit), ChoosePage)
    house.clock.advance(life / 4)
    machine.turn_back(back)
    assert isinstance(await house.verify.ways(alice.visit), NoStay)


@BACK
async def test_x24_a_code_ends_on_time_though_the_clock_was_put_back(
    lakeside: Lakeside, machine: Machine, back: timedelta
) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask(Way.EMAIL)
    house.later(seconds=150)
    machine.turn_back(back)
    house.later(seconds=150)
    machine.turn_back(back)
    assert isinstance(await alice.type(code), CodeRefused)


async def test_x24_put_forward_the_clock_is_followed_and_put_right_it_stays_until_caught_up(
    machine: Machine,
) -> None:
    start = machine.now()
    machine.set(start + timedelta(hours=1))
    assert machine.now() == start + timedelta(hours=1)
    assert machine.put_back() == timedelta()
    machine.set(start)
    assert machine.put_back() == timedelta(hours=1)
    machine.advance(timedelta(minutes=10))
    assert machine.now() == start + timedelta(minutes=70)
    machine.set(start + timedelta(hours=2))
    assert machine.now() == start + timedelta(hours=2)
    assert machine.put_back() == timedelta()


async def test_x24_after_a_restart_the_rows_are_judged_by_the_wall_clock_as_it_is(
    lakeside: Lakeside, machine: Machine
) -> None:
    """What a restart does not keep: the times of a row are all that is left, and tries stay counted."""
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask(Way.EMAIL)
    for _ in range(3):
        await alice.type(wrong(code))
    house.later(minutes=6)
    machine.turn_back(timedelta(minutes=3))
    machine.restart()
    for _ in range(2):
        answer = await alice.type(wrong(code))
    assert isinstance(answer, ProofLocked)
    assert isinstance(await alice.type(code), ProofLocked)


async def test_x24_a_clock_put_back_is_not_ready_for_traffic(lakeside: Lakeside, machine: Machine) -> None:
    async def current() -> bool:
        return True

    health = Health(store=lakeside.house.store, clock=machine, schema_is_current=current)
    assert (await health.ready()).clock
    machine.turn_back(timedelta(seconds=6))
    assert not (await health.ready()).clock
    machine.advance(timedelta(minutes=2))
    assert not (await health.ready()).clock
    machine.set(machine._now + timedelta(seconds=6))
    assert (await health.ready()).clock
