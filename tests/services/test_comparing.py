"""Once a day the gateway's list and ours are held side by side, both ways; what differs is kept (R89)."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from quickpay.domain.alarms import Alarm
from quickpay.domain.differences import Explained, Kind
from quickpay.domain.payments import PaymentState
from quickpay.domain.staff import Staff, StaffRole, StaffState
from quickpay.ports.gateway import Approved, ListedCharge, NoAnswer
from quickpay.services.desk.differences import DifferenceDesk
from quickpay.services.running.alarms import AlarmRound
from quickpay.services.settling.compare import Compare, Compared, NoList, NotTheTime
from tests.fakes.gateway import FakeGateway
from tests.people import KEYS, House
from tests.services.conftest import Lakeside
from tests.services.rows import rows

BEA = Staff(id=1, name="Bea", role=StaffRole.BILLING, groups=None, state=StaffState.ACTIVE)


class Books(FakeGateway):
    """A gateway whose list can be written into, and that may not answer."""

    def __init__(self, house: House) -> None:
        super().__init__(now=house.clock.now)
        self.more: list[ListedCharge] = []
        self.without: set[str] = set()
        self.silent = False
        self.listed = 0

    async def list_charges(self, *, since: datetime, until: datetime) -> tuple[ListedCharge, ...] | NoAnswer:
        self.listed += 1
        if self.silent:
            return NoAnswer(reason="silent")
        found = await super().list_charges(since=since, until=until)
        assert not isinstance(found, NoAnswer)
        more = [one for one in self.more if since <= one.charged_at < until]
        return (*(one for one in found if one.reference not in self.without), *more)


def _charge(at: datetime, **given: object) -> ListedCharge:
    made = ListedCharge(
        transaction="ch_lost", reference=None, amount=4_200, currency="usd", refunded=0, charged_at=at
    )
    return replace(made, **given)  # type: ignore[arg-type]  # an example's fields


async def _books(lakeside: Lakeside) -> Books:
    house = lakeside.house
    house.gateway = books = Books(house)
    house.furnish(KEYS[:1])
    return books


def _compare(house: House) -> Compare:
    return Compare(store=house.store, clock=house.clock, ids=house.ids, gateway=house.gateway)


async def _compared(house: House) -> Compared:
    done = await _compare(house).run_now()
    assert isinstance(done, Compared), done
    return done


async def _paid(lakeside: Lakeside, amount: int = 100) -> str:
    """Pay, and let two hours pass, so that the payment is well inside the next span."""
    person = await lakeside.house.come(await lakeside.house.link(lakeside.alice))
    payment = await person.pays(amount=amount)
    lakeside.house.later(hours=2)
    return payment.id


def _kinds(done: Compared) -> dict[str, tuple[int | None, int | None]]:
    return {one.difference.kind: (one.difference.ours, one.difference.theirs) for one in done.open}


async def test_r89_equal_books_differ_in_nothing(lakeside: Lakeside) -> None:
    await _books(lakeside)
    await _paid(lakeside)
    done = await _compared(lakeside.house)
    assert (done.charges, done.payments, done.open) == (1, 1, ())


async def test_r89_an_orphan_on_each_side_is_reported(lakeside: Lakeside) -> None:
    books = await _books(lakeside)
    ours = await _paid(lakeside)
    books.without.add(ours)
    books.more.append(_charge(lakeside.house.clock.now() - timedelta(hours=1)))
    done = await _compared(lakeside.house)
    assert _kinds(done) == {Kind.MISSING_THERE: (100, None), Kind.MISSING_HERE: (None, 4_200)}
    assert {row["kind"] for row in await rows(lakeside.house, "alarms")} == {"books_differ"}
    again = await _compared(lakeside.house)
    assert (again.new, len(again.open)) == (0, 2), "seen again, they are the same two"


async def test_r89_other_sums_a_declined_payment_that_was_charged_and_a_second_charge(
    lakeside: Lakeside,
) -> None:
    house, books = lakeside.house, await _books(lakeside)
    first, second, third = [await _paid(lakeside, amount) for amount in (100, 200, 300)]
    declined = await (await house.come(await house.link(lakeside.alice))).pays("tok_declined", amount=400)
    at = house.clock.now()
    house.later(hours=2)
    approved = books.book[second]
    assert isinstance(approved, Approved)
    books.without |= {first, second}
    books.more += [
        _charge(at, transaction="ch_a", reference=first, amount=101),
        _charge(at, transaction="ch_b", reference=second, amount=200, refunded=50),
        _charge(at, transaction="ch_c", reference=third, amount=300),
        _charge(at, transaction="ch_d", reference=declined.id, amount=400),
    ]
    done = await _compared(house)
    assert _kinds(done) == {
        Kind.AMOUNT: (100, 101),
        Kind.REFUNDED: (0, 50),
        Kind.CHARGED_TWICE: (300, 300),
        Kind.MISSING_HERE: (0, 400),
    }
    twice = next(one.difference for one in done.open if one.difference.kind is Kind.CHARGED_TWICE)
    assert twice.transaction == "ch_c", "not the one we know of"


async def test_what_is_still_on_its_way_or_at_the_edge_is_no_difference(lakeside: Lakeside) -> None:
    house, books = lakeside.house, await _books(lakeside)
    silent = await (await house.come(await house.link(lakeside.alice))).pays("tok_silent", amount=100)
    house.later(minutes=30)
    assert (await house.payment(silent.id)).state is PaymentState.UNKNOWN
    bob = await house.guarantor(lakeside.group, number="2", email="b@example.com", mobile="+16085550102")
    young = await (await house.come(await house.link(bob))).pays(amount=200)
    books.without.add(young.id)
    assert (await _compared(house)).open == (), "the list may be late by an hour"
    house.later(hours=2)
    assert len((await _compared(house)).open) == 1, "and the next run looks again"


async def test_a_difference_that_is_gone_ends_by_itself_and_one_explained_does_not_come_back(
    lakeside: Lakeside,
) -> None:
    house, books = lakeside.house, await _books(lakeside)
    ours = await _paid(lakeside)
    books.without.add(ours)
    orphan = _charge(house.clock.now() - timedelta(hours=1))
    books.more.append(orphan)
    desk = DifferenceDesk(store=house.store, clock=house.clock, gateway=books.name)
    done = await _compared(house)
    stranger = next(one for one in done.open if one.difference.kind is Kind.MISSING_HERE)
    nobody = replace(BEA, groups=frozenset({lakeside.group.id}))
    assert await desk.explain(nobody, stranger.id, Explained.A_TEST) is None, "not hers to see"
    for _ in range(2):
        assert await desk.explain(BEA, stranger.id, Explained.NOT_QUICKPAY) is not None
    told = [row["type"] for row in await rows(house, "audit")]
    assert told.count("reconciliation.explained") == 1
    books.without.clear()
    house.later(minutes=1)
    again = await _compared(house)
    assert (again.open, again.ended, again.new) == ((), 1, 0)
    books.more = [replace(orphan, amount=9_900)]
    house.later(minutes=1)
    assert _kinds(await _compared(house)) == {Kind.MISSING_HERE: (None, 9_900)}, "its sum is another now"


async def test_it_runs_once_a_day_in_one_process(lakeside: Lakeside) -> None:
    house, books = lakeside.house, await _books(lakeside)
    first, second = _compare(house), _compare(house)
    assert await first.run_once() == NotTheTime(), "a day after the first start"
    house.later(hours=23, minutes=59)
    assert await first.run_once() == NotTheTime()
    assert books.listed == 0
    house.later(minutes=1)
    both = await asyncio.gather(first.run_once(), second.run_once())
    assert sum(isinstance(one, Compared) for one in both) == 1
    assert books.listed == 1
    house.later(hours=24)
    assert isinstance(await second.run_once(), Compared)


async def test_nothing_falls_between_two_days(lakeside: Lakeside) -> None:
    """Each payment is in some span, a day after another, whenever it was made."""
    house, books = lakeside.house, await _books(lakeside)
    await _compare(house).run_once()
    seen = 0
    for _ in range(3):
        for _ in range(8):
            books.without.add(await _paid_at_three_hours(lakeside))
        done = await _compare(house).run_once()
        assert isinstance(done, Compared), done
        seen += done.new
    house.later(days=1)
    last = await _compare(house).run_once()
    assert isinstance(last, Compared)
    assert seen + last.new == 24


async def _paid_at_three_hours(lakeside: Lakeside) -> str:
    person = await lakeside.house.come(await lakeside.house.link(lakeside.alice))
    payment = await person.pays(amount=100)
    lakeside.house.later(hours=3)
    return payment.id


async def test_a_list_that_cannot_be_read_is_an_alarm_and_is_tried_hourly(lakeside: Lakeside) -> None:
    house, books = lakeside.house, await _books(lakeside)
    books.silent = True
    ours = await _paid(lakeside)
    assert await _compare(house).run_now() == NoList()
    assert (
        await DifferenceDesk(store=house.store, clock=house.clock, gateway=books.name).waiting(BEA)
    ).not_compared
    books.silent = False
    assert await _compare(house).run_once() == NotTheTime()
    house.later(hours=1)
    done = await _compare(house).run_once()
    assert isinstance(done, Compared)
    assert (done.open, ours in books.book) == ((), True)


async def test_an_alarm_is_said_once_with_its_kind_and_again_while_it_goes_on(lakeside: Lakeside) -> None:
    house, books = lakeside.house, await _books(lakeside)
    said: list[Alarm] = []

    class Log:
        def say(self, alarm: Alarm) -> None:
            said.append(alarm)

    alarms = [AlarmRound(store=house.store, clock=house.clock, log=Log()) for _ in range(2)]
    books.silent = True
    await _compare(house).run_now()
    await asyncio.gather(*(one.run_once() for one in alarms))
    assert [(one.kind, one.times) for one in said] == [("books_not_compared", 1)]
    for minutes in (10, 55):
        house.later(minutes=minutes)
        await _compare(house).run_now()
        await asyncio.gather(*(one.run_once() for one in alarms))
    assert [one.times for one in said] == [1, 3]
