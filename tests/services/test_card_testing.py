"""Somebody tests cards: refused before the gateway, whatever link, session or address they come by (A66)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from quickpay.domain.guarantors import Guarantor
from quickpay.domain.payments import PaymentState, Reason
from quickpay.domain.staff import Staff, StaffRole, StaffState
from quickpay.mfa.limits import DEFAULT_LIMITS, Limit
from quickpay.ports.gateway import NoAnswer
from quickpay.services.cards.unlock import CardUnlock
from quickpay.services.payer import SeePayment
from quickpay.services.paying.pay import TooManyTries
from tests.people import KEYS, House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows

FRED = Staff(id=1, name="Fred", role=StaffRole.FRONT_DESK, groups=None, state=StaffState.ACTIVE)
CONTACT = "alice@example.com"


def _unlock(house: House) -> CardUnlock:
    return CardUnlock(store=house.store, clock=house.clock, digests=house.digests, limits=house.limits)


async def _decline(person: Person) -> object:
    """Try a bad card."""
    await person.choose(100)
    answer = await person.press_pay("tok_declined")
    if isinstance(answer, SeePayment):
        payment = await person.house.payment(answer.payment_id)
        assert (payment.state, payment.reason) == (PaymentState.DECLINED, Reason.CARD_DECLINED)
    return answer


async def test_a66_r82_the_sixth_card_through_a_link_never_reaches_the_gateway(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, max_uses=9)
    for number in range(5):
        house.later(minutes=11)
        person = await house.come(link, address=f"203.0.113.{number}")
        assert isinstance(await _decline(person), SeePayment), number
    sixth = await house.come(link, address="203.0.113.99")
    answer = await _decline(sixth)
    assert isinstance(answer, TooManyTries)
    assert answer.office, "no waiting opens it"
    assert len(house.gateway.asked) == 5
    told = [row for row in await rows(house, "audit") if row["type"] == "payment.refused"]
    assert "declines_link" in told[0]["detail"]


async def test_r82_three_in_ten_minutes_wait_and_need_no_office(lakeside: Lakeside) -> None:
    house = lakeside.house
    person = await house.come(await house.link(lakeside.alice))
    for _ in range(3):
        await _decline(person)
    answer = await _decline(person)
    assert isinstance(answer, TooManyTries)
    assert not answer.office


async def test_r82_fresh_links_of_one_guarantor_give_no_more_than_eight_a_day(lakeside: Lakeside) -> None:
    house = lakeside.house
    for number in range(8):
        person = await house.come(await house.link(lakeside.alice), address=f"203.0.113.{number}")
        assert isinstance(await _decline(person), SeePayment), number
    ninth = await house.come(await house.link(lakeside.alice), address="203.0.113.99")
    assert isinstance(await _decline(ninth), TooManyTries)
    assert len(house.gateway.asked) == 8
    house.later(hours=25)
    later = await house.come(await house.link(lakeside.alice), address="203.0.113.99")
    assert isinstance(await _decline(later), SeePayment)


async def _others(lakeside: Lakeside, many: int) -> list[Guarantor]:
    return [
        await lakeside.house.guarantor(
            lakeside.group, number=str(500 + one), email=f"g{one}@example.com", mobile=f"+1608555{one:04d}"
        )
        for one in range(many)
    ]


async def test_r82_one_contact_is_counted_over_guarantors_and_one_address_over_all(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    others = await _others(lakeside, 18)
    for number, one in enumerate(others[:8]):
        link = await house.link(one, contact=CONTACT)
        assert isinstance(await _decline(await house.come(link, address=f"203.0.113.{number}")), SeePayment)
    by_contact = await house.come(await house.link(others[8], contact=CONTACT.upper()), address="192.0.2.1")
    answer = await _decline(by_contact)
    assert isinstance(answer, TooManyTries)
    assert answer.office
    for one in others[9:17]:
        link = await house.link(one, contact=one.email)
        assert isinstance(await _decline(await house.come(link, address="192.0.2.9")), SeePayment)
    last = await house.link(others[17], contact=others[17].email)
    by_address = await _decline(await house.come(last, address="192.0.2.9"))
    assert isinstance(by_address, TooManyTries)
    assert not by_address.office
    assert len(house.gateway.asked) == 16


async def test_what_is_no_decline_counts_against_nobody(lakeside: Lakeside) -> None:
    """Paid, not received or not answered: only a declined card is one."""
    house = lakeside.house
    one_an_hour = Limit(name="declines_address_3600s", most=1, per=timedelta(hours=1))
    house.limits = replace(DEFAULT_LIMITS, declines_per_address=one_an_hour)
    house.furnish(KEYS[:1])
    one, two, three, four, five = await _others(lakeside, 5)
    assert (await (await house.come(await house.link(one))).pays(amount=100)).state is PaymentState.SUCCEEDED
    house.gateway.then(NoAnswer(reason="http_500"))
    assert (await (await house.come(await house.link(two))).pays(amount=100)).state is PaymentState.UNKNOWN
    house.gateway.down = True
    assert (await (await house.come(await house.link(three))).pays(amount=100)).reason is Reason.NOT_CHARGED
    house.gateway.down = False
    assert isinstance(await _decline(await house.come(await house.link(four))), SeePayment)
    assert isinstance(await _decline(await house.come(await house.link(five))), TooManyTries)


async def test_r82_twenty_guarantors_at_once_from_one_address_get_no_more_than_eight(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    others = await _others(lakeside, 20)
    people = [await house.come(await house.link(one, contact=one.email)) for one in others]
    for one in people:
        await one.choose(100)
    answers = await asyncio.gather(*(one.press_pay("tok_declined") for one in people))
    assert sum(isinstance(one, SeePayment) for one in answers) == 8
    assert len(house.gateway.asked) == 8


async def test_the_office_unlocks_once_and_the_next_card_is_taken(lakeside: Lakeside) -> None:
    house, desk = lakeside.house, _unlock(lakeside.house)
    link = await house.link(lakeside.alice, max_uses=9, contact=CONTACT)
    for number in range(5):
        await _decline(await house.come(link, address=f"203.0.113.{number}"))
    found = await desk.look(FRED, link.id)
    assert found is not None
    assert found.locked
    stranger = replace(FRED, groups=frozenset({lakeside.group.id + 1}))
    assert await desk.look(stranger, link.id) is None
    assert await desk.unlock(stranger, link.id) is None
    house.later(seconds=1)
    for _ in range(2):
        await desk.unlock(FRED, link.id)
    assert [row["actor"] for row in await rows(house, "audit") if row["type"] == "link.unlocked"] == [
        "staff 1"
    ]
    person = await house.come(link, address="203.0.113.99")
    assert (await person.pays(amount=100)).state is PaymentState.SUCCEEDED


async def test_r83_the_thirty_first_payment_of_a_group_in_an_hour_is_an_alarm_and_is_taken(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    for number, one in enumerate(await _others(lakeside, 31)):
        assert (await rows(house, "alarms")) == [], number
        person = await house.come(await house.link(one), address=f"203.0.113.{number}")
        assert (await person.pays(amount=100)).state is PaymentState.SUCCEEDED
    [alarm] = await rows(house, "alarms")
    assert (alarm["kind"], alarm["group_id"]) == ("many_payments", lakeside.group.id)
