"""One bill is paid once, whatever is pressed, from however many tabs, through however many links."""

import asyncio
from collections import Counter

import pytest

from quickpay.domain.links import LinkState
from quickpay.domain.payments import PaymentState
from quickpay.services.entry.entrances import DeadLink
from quickpay.services.payer import AmountPage, SeePayment
from quickpay.services.paying.order import AmountNotTaken
from quickpay.services.paying.pay import AnotherOnItsWay, TooManyTries
from quickpay.services.stay import Visit
from tests.fakes.gateway import DECLINES
from tests.fakes.slow_gateway import SlowGateway
from tests.people import KEYS, House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows


def _slow(house: House, *, patience: float = 0.01) -> SlowGateway:
    house.gateway = slow = SlowGateway()
    house.patience = patience
    house.furnish(KEYS[:1])
    return slow


async def _warm(house: House) -> None:
    """Have every connection of the pool open, so that what comes at once also arrives at once."""
    await asyncio.gather(*(rows(house, "payments") for _ in range(40)))


async def test_r80_a_hundred_pays_of_one_order_at_once_are_one_charge(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    await _warm(house)
    answers = await asyncio.gather(*(alice.press_pay() for _ in range(100)))
    assert len(set(answers)) == 1
    assert isinstance(answers[0], SeePayment)
    assert len(house.gateway.asked) == 1
    assert len(house.gateway.book) == 1
    assert len(await rows(house, "payments")) == 1


@pytest.mark.parametrize("single", [True, False])
async def test_r81_pay_said_again_shows_the_payment_there_is(lakeside: Lakeside, single: bool) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice, single_payment=single))
    order = await alice.choose(100)
    first = await alice.press_pay(order=order)
    assert await alice.press_pay(order=order) == first
    assert await alice.press_pay() == first
    assert await house.ordering.methods(alice.visit) == first
    assert (await house.ordering.amounts(alice.visit) == first) == single
    assert len(house.gateway.asked) == 1


async def test_r74_two_links_of_one_guarantor_never_take_more_than_is_owed(lakeside: Lakeside) -> None:
    house = lakeside.house
    people = [
        await house.come(await house.link(lakeside.alice), address=f"192.0.2.{number}")
        for number in range(20)
    ]
    for person in people:
        await person.choose()
    await _warm(house)
    await asyncio.gather(*(person.press_pay() for person in people))
    assert len(house.gateway.book) == 1
    states = Counter(row["state"] for row in await rows(house, "payments"))
    assert states == {"succeeded": 1}


async def test_a65_two_halves_through_two_links_are_taken_one_after_the_other(lakeside: Lakeside) -> None:
    house = lakeside.house
    slow = _slow(house)
    first = await house.come(await house.link(lakeside.alice))
    second = await house.come(await house.link(lakeside.alice))
    await first.choose(6_000)
    await second.choose(6_000)
    assert isinstance(await first.press_pay(), SeePayment)
    assert isinstance(await second.press_pay(), AnotherOnItsWay)
    page = await house.ordering.amounts(second.visit)
    assert isinstance(page, AmountPage)
    assert page.in_flight is not None
    assert (page.balances.held, page.balances.payable) == (6_000, 6_550)
    slow.go_on.set()
    await house.at_rest()
    assert isinstance(await second.press_pay(), SeePayment)
    await house.at_rest()
    assert sum(done.amount for done in slow.asked) == 12_000
    third = await house.come(await house.link(lakeside.alice))
    await third.choose(550)
    assert isinstance(await third.press_pay(), SeePayment)
    await house.at_rest()
    last = await house.come(await house.link(lakeside.alice))
    page = await house.ordering.amounts(last.visit)
    assert isinstance(page, AmountPage)
    assert page.balances.payable == 0


async def test_two_sessions_of_one_link_pay_once(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    first, second = await house.come(link), await house.come(link)
    await first.choose(100)
    await second.choose(200)
    answers = await asyncio.gather(first.press_pay(), second.press_pay())
    assert answers[0] == answers[1], "the second is shown the one payment of the link"
    assert len(house.gateway.book) == 1


async def test_r74_one_session_with_two_orders_has_one_payment_in_flight(lakeside: Lakeside) -> None:
    house = lakeside.house
    slow = _slow(house)
    alice = await house.come(await house.link(lakeside.alice, single_payment=False))
    first = await alice.choose(100)
    second = await alice.choose(200)
    seen = await alice.press_pay(order=first)
    assert await alice.press_pay(order=second) == seen
    slow.go_on.set()
    await house.at_rest()
    assert len(slow.book) == 1


async def test_a_gateway_slower_than_a_page_is_waited_for_behind_it(lakeside: Lakeside) -> None:
    house = lakeside.house
    slow = _slow(house)
    alice = await house.come(await house.link(lakeside.alice))
    payment = await alice.pays()
    assert payment.state is PaymentState.SUBMITTING
    slow.go_on.set()
    await house.at_rest()
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED


async def test_r91_a_browser_that_leaves_does_not_stop_the_payment(lakeside: Lakeside) -> None:
    house = lakeside.house
    slow = _slow(house, patience=30)
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    request = asyncio.create_task(alice.press_pay())
    await slow.waiting.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    slow.go_on.set()
    await house.at_rest()
    assert [row["state"] for row in await rows(house, "payments")] == ["succeeded"]


async def test_r88_a_single_payment_link_ends_with_its_payment(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    alice = await house.come(link)
    payment = await alice.pays(amount=100)
    stranger = Visit(secret=None, address="192.0.2.3", request_id="r")
    dead = await house.enter.open(house.token(link), stranger)
    assert isinstance(dead, DeadLink)
    assert dead.state is LinkState.PAID
    assert await house.ordering.amounts(alice.visit) == SeePayment(payment_id=payment.id)


async def test_a_statement_link_can_be_paid_twice(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, single_payment=False)
    alice = await house.come(link)
    first = await alice.pays(amount=100)
    second = await alice.pays(amount=200)
    assert [one.state for one in (first, second)] == [PaymentState.SUCCEEDED] * 2
    assert first.id != second.id
    stored = await house.do(lambda tx: tx.links.by_serial(link.serial))
    assert stored is not None
    assert stored.state is LinkState.ACTIVE
    await house.come(link)


async def test_r82_after_three_declines_in_ten_minutes_a_session_waits(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    for _ in range(3):
        await alice.pays("tok_declined")
    await alice.choose()
    assert isinstance(await alice.press_pay(), TooManyTries)
    assert len(house.gateway.asked) == 3
    house.later(minutes=10, seconds=1)
    assert isinstance(await alice.press_pay(), SeePayment)


async def test_r82_after_five_declines_a_link_pays_no_more(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, max_uses=20)
    cards = list(DECLINES)
    for number in range(5):
        person = await house.come(link, address=f"192.0.2.{number}")
        await person.pays(cards[number % len(cards)])
        house.later(minutes=11)
    person = await house.come(link)
    await person.choose()
    assert isinstance(await person.press_pay(), TooManyTries)
    assert len(house.gateway.asked) == 5


async def test_r82_charges_the_gateway_never_got_are_not_held_against_a_card(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    alice = await house.come(link)
    house.gateway.down = True
    for _ in range(6):
        assert (await alice.pays()).state is PaymentState.DECLINED
    house.gateway.down = False
    assert (await alice.pays()).state is PaymentState.SUCCEEDED


async def test_r83_an_address_tries_ten_payments_an_hour(lakeside: Lakeside) -> None:
    house = lakeside.house
    answers = []
    for number in range(11):
        one = await house.guarantor(lakeside.group, number=f"3{number}")
        person: Person = await house.come(await house.link(one))
        await person.choose(100)
        answers.append(type(await person.press_pay()).__name__)
    assert answers == ["SeePayment"] * 10 + ["TooManyTries"]
    elsewhere = await house.come(await house.link(one), address="192.0.2.77")
    await elsewhere.pays(amount=100)


async def test_two_guarantors_pay_side_by_side(lakeside: Lakeside) -> None:
    house = lakeside.house
    carol = await house.guarantor(lakeside.group, number="4")
    people = [await house.come(await house.link(one)) for one in (lakeside.alice, carol)]
    for person in people:
        await person.choose()
    await asyncio.gather(*(person.press_pay() for person in people))
    assert len(house.gateway.book) == 2


async def test_an_amount_above_what_another_door_left_is_refused(lakeside: Lakeside) -> None:
    house = lakeside.house
    first = await house.come(await house.link(lakeside.alice))
    second = await house.come(await house.link(lakeside.alice))
    await second.choose()
    await first.pays(amount=12_000)
    assert isinstance(await second.press_pay(), AmountNotTaken)
    assert len(house.gateway.asked) == 1
