"""Orders and payments: one is live at a time, states are compared and set, the feed is in commit order."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from quickpay.adapters.store.schema import payments
from quickpay.adapters.store.statements import Statement
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.money import Cents
from quickpay.domain.payments import HELD, IN_FLIGHT, Method, Payment, PaymentState, Reason
from quickpay.ports.store import Conflict
from quickpay.ports.tables import Settled
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, make_order

_LATER = NOW + timedelta(seconds=3)
_DECLINED = Settled(state=PaymentState.DECLINED, reason=Reason.CARD_DECLINED)
_PAID = Settled(
    state=PaymentState.SUCCEEDED,
    card_brand="visa",
    card_last4="4242",
    transaction="T-1",
    receipt_number=7,
    batch_id=3,
    unapplied=Cents(50),
    not_posted_because="unapplied_funds",
)


async def _settle(
    world: World, payment: Payment, settled: Settled, was: tuple[PaymentState, ...] = IN_FLIGHT
) -> bool:
    return await world.do(lambda tx: tx.payments.settle(payment.id, settled, was=was, now=_LATER))


async def test_an_order_is_stored_and_gets_its_method(world: World) -> None:
    order = make_order(session_id=world.session.id)
    await world.do(lambda tx: tx.orders.add(order))
    assert await world.do(lambda tx: tx.orders.get(order.id)) == order
    await world.do(lambda tx: tx.orders.set_method(order.id, Method.APPLE_PAY))
    assert await world.do(lambda tx: tx.orders.get(order.id)) == replace(order, method=Method.APPLE_PAY)
    assert await world.do(lambda tx: tx.orders.get("nobody's")) is None


async def test_a_payment_is_stored_whole_with_the_next_change_number(world: World) -> None:
    payment = await world.pay(acknowledged_at=NOW, reason=Reason.NOT_CHARGED, refunded=Cents(1))
    given = world.payment(
        id=payment.id,
        order_id=payment.order_id,
        link_serial=world.link.serial,
        acknowledged_at=NOW,
        reason=Reason.NOT_CHARGED,
        refunded=Cents(1),
    )
    assert payment == replace(given, change_number=1)
    assert await world.do(lambda tx: tx.payments.lock(payment.id)) == payment
    assert await world.do(lambda tx: tx.payments.get("nobody's")) is None
    assert await world.do(lambda tx: tx.payments.lock("nobody's")) is None


async def test_a_payment_is_settled_once(world: World) -> None:
    payment = await world.pay()

    assert await _settle(world, payment, _PAID)
    assert not await _settle(world, payment, _PAID)
    assert not await world.do(lambda tx: tx.payments.settle("nobody's", _PAID, was=IN_FLIGHT, now=NOW))

    assert await world.do(lambda tx: tx.payments.get(payment.id)) == replace(
        payment,
        state=PaymentState.SUCCEEDED,
        card_brand="visa",
        card_last4="4242",
        transaction="T-1",
        receipt_number=7,
        batch_id=3,
        unapplied=Cents(50),
        not_posted_because="unapplied_funds",
        next_look_up_at=None,
        changed_at=_LATER,
        change_number=2,
        ended_at=_LATER,
    )


async def test_a_payment_asked_about_keeps_its_card_when_the_answer_names_none(world: World) -> None:
    payment = await world.pay(card_brand="visa", card_last4="4242")
    assert await _settle(world, payment, Settled(state=PaymentState.UNKNOWN, next_look_up_at=_LATER))
    stored = await world.do(lambda tx: tx.payments.get(payment.id))
    assert stored is not None
    assert (stored.card_brand, stored.card_last4, stored.next_look_up_at) == ("visa", "4242", _LATER)


async def test_two_who_settle_at_once_are_one(world: World) -> None:
    payment = await world.pay()
    settled = await asyncio.gather(*(_settle(world, payment, _PAID) for _ in range(30)))
    assert sum(settled) == 1
    assert len(await _feed(world)) == 1


async def test_what_a_payment_is_never_changes(world: World) -> None:
    """I10, in the database itself; the look-ups may change."""
    payment = await world.pay()
    await world.do(lambda tx: tx.payments.asked(payment.id, missed=True, next_look_up_at=_LATER))
    changes = {"amount": 1, "guarantor_id": 10**6, "order_id": "x", "id": "x", "currency": "eur"}
    for column, value in changes.items():
        with pytest.raises(Conflict, match="payments_fixed"):
            await world.run(Statement(update(payments).values({column: value})))


@pytest.mark.parametrize("end", [PaymentState.DECLINED, PaymentState.SUCCEEDED, PaymentState.REFUNDED])
@pytest.mark.parametrize("to", list(PaymentState))
async def test_an_ended_payment_stays_as_it_ended(world: World, end: PaymentState, to: PaymentState) -> None:
    """I11, in the database itself, except for the refund."""
    payment = await world.pay(state=end)
    moved = _settle(world, payment, Settled(state=to), was=(end,))
    if to is end or (end, to) == (PaymentState.SUCCEEDED, PaymentState.REFUNDED):
        assert await moved
    else:
        with pytest.raises(Conflict, match="payments_ended"):
            await moved


async def test_r74_ten_payments_of_one_order_at_once_are_one(world: World) -> None:
    order = make_order(session_id=world.session.id)
    await world.do(lambda tx: tx.orders.add(order))
    # Of ten guarantors, on no link: nothing but the order is in their way.
    people = [await world.person(str(number)) for number in range(10)]

    def pay(one: Guarantor) -> Awaitable[None]:
        payment = world.payment(order_id=order.id, guarantor_id=one.id)
        return world.do(lambda tx: tx.payments.add(payment))

    added = await asyncio.gather(*map(pay, people), return_exceptions=True)
    assert sum(one is None for one in added) == 1
    assert sum(isinstance(one, Conflict) for one in added) == 9


async def test_r74_twenty_payments_of_one_guarantor_at_once_are_one(world: World) -> None:
    added = await asyncio.gather(*(world.pay(link=False) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, Payment) for one in added) == 1
    assert sum(isinstance(one, Conflict) for one in added) == 19


async def test_r74_a_single_payment_link_takes_one_whatever_became_of_its_money(world: World) -> None:
    async def pay(guarantor_id: int) -> Payment:
        return await world.pay(guarantor_id=guarantor_id, state=PaymentState.SUCCEEDED)

    other = await world.person("2")
    added = await asyncio.gather(
        *(pay(one) for _ in range(10) for one in (world.alice.id, other.id)), return_exceptions=True
    )
    assert sum(isinstance(one, Payment) for one in added) == 1
    assert sum(isinstance(one, Conflict) for one in added) == 19


async def test_a_link_of_many_payments_and_a_declined_one_stand_in_nobody_s_way(world: World) -> None:
    await world.pay(state=PaymentState.DECLINED)
    await world.pay(state=PaymentState.DECLINED)
    await world.pay(state=PaymentState.SUCCEEDED)
    await world.pay(state=PaymentState.SUCCEEDED, single_payment=False)
    await world.pay(state=PaymentState.SUCCEEDED, single_payment=False)
    await world.pay(single_payment=False)


async def test_an_order_s_payment_is_the_live_one_else_the_newest_declined(world: World) -> None:
    first = await world.pay(state=PaymentState.DECLINED)

    async def again(state: PaymentState) -> None:
        await world.do(
            lambda tx: tx.payments.add(world.payment(id=state.value, order_id=first.order_id, state=state))
        )

    async def shown() -> str | None:
        found = await world.do(lambda tx: tx.payments.of_order(first.order_id))
        return found.id if found else None

    assert await shown() == first.id
    await again(PaymentState.DECLINED)
    assert await shown() == "declined"
    await again(PaymentState.UNKNOWN)
    assert await shown() == "unknown"
    assert await world.do(lambda tx: tx.payments.of_order("nobody's")) is None


async def test_a_link_s_and_a_guarantor_s_payments_are_found(world: World) -> None:
    assert await world.do(lambda tx: tx.payments.in_flight(world.alice.id)) is None
    assert await world.do(lambda tx: tx.payments.live_of_link(world.link.serial)) is None
    declined = await world.pay(state=PaymentState.DECLINED, changed_at=_LATER)
    assert await world.do(lambda tx: tx.payments.live_of_link(world.link.serial)) is None
    live = await world.pay()
    assert await world.do(lambda tx: tx.payments.live_of_link(world.link.serial)) == live
    assert await world.do(lambda tx: tx.payments.in_flight(world.alice.id)) == live
    assert await _settle(world, live, Settled(state=PaymentState.REVIEW))
    assert await world.do(lambda tx: tx.payments.in_flight(world.alice.id)) is None

    assert await world.do(lambda tx: tx.payments.declines_of_link(world.link.serial, since=NOW)) == 1
    mine = (declined.session_id, world.alice.id)
    assert await world.do(lambda tx: tx.payments.declines_of_session(*mine, since=_LATER)) == 1
    after = _LATER + timedelta(microseconds=1)
    assert await world.do(lambda tx: tx.payments.declines_of_session(*mine, since=after)) == 0


async def test_r82_a_charge_the_gateway_never_got_is_no_decline_of_a_card(world: World) -> None:
    for reason in (Reason.NOT_CHARGED, Reason.CARD_DECLINED, None):
        await world.pay(state=PaymentState.DECLINED, reason=reason)
    assert await world.do(lambda tx: tx.payments.declines_of_link(world.link.serial, since=NOW)) == 2
    mine = (world.session.id, world.alice.id)
    assert await world.do(lambda tx: tx.payments.declines_of_session(*mine, since=NOW)) == 2


async def test_open_questions_are_asked_when_due_the_oldest_first(world: World) -> None:
    async def payment(number: int, state: PaymentState, *, due: int | None) -> str:
        person = await world.person(str(number))
        at = None if due is None else NOW + timedelta(seconds=due)
        made = await world.pay(link=False, guarantor_id=person.id, state=state, next_look_up_at=at)
        return made.id

    second = await payment(1, PaymentState.UNKNOWN, due=5)
    first = await payment(2, PaymentState.SUBMITTING, due=2)
    await payment(3, PaymentState.UNKNOWN, due=11)
    await payment(4, PaymentState.SUCCEEDED, due=1)
    await payment(5, PaymentState.REVIEW, due=None)

    async def due(most: int) -> list[str]:
        at = NOW + timedelta(seconds=10)
        return [one.id for one in await world.do(lambda tx: tx.payments.due_for_look_up(at, most=most))]

    assert await due(9) == [first, second]
    assert await due(1) == [first]

    await world.do(lambda tx: tx.payments.asked(first, missed=True, next_look_up_at=_LATER))
    await world.do(
        lambda tx: tx.payments.asked(first, missed=False, next_look_up_at=NOW + timedelta(minutes=1))
    )
    assert await due(9) == [second]
    asked = await world.do(lambda tx: tx.payments.get(first))
    assert asked is not None
    assert (asked.look_ups, asked.misses) == (2, 1)


async def _feed(world: World, **asked: Any) -> list[tuple[Payment, str, str | None, str]]:
    asked = {"after": 0, "group_id": None, "states": None, "most": 100} | asked
    return await world.do(lambda tx: tx.payments.feed(**asked))


async def test_the_feed_names_group_link_and_guarantor(world: World) -> None:
    paid = await world.pay(state=PaymentState.SUCCEEDED)
    plain = await world.pay(link=False)
    assert await _feed(world) == [
        (paid, "lakeside", world.link.id, "10067"),
        (plain, "lakeside", None, "10067"),
    ]


async def test_the_feed_goes_by_change_and_is_narrowed(world: World) -> None:
    first = await world.pay(link=False)
    second = await world.pay(state=PaymentState.DECLINED)
    assert await _settle(world, first, _PAID)  # its change comes last now

    async def ids(**asked: Any) -> list[str]:
        return [row[0].id for row in await _feed(world, **asked)]

    assert await ids() == [second.id, first.id]
    assert await ids(most=1) == [second.id]
    assert await ids(after=second.change_number) == [first.id]
    assert await ids(group_id=world.group.id) == [second.id, first.id]
    assert await ids(group_id=world.group.id + 1) == []
    assert await ids(states=(PaymentState.SUCCEEDED,)) == [first.id]
    assert await ids(states=HELD) == []


async def test_change_numbers_have_no_gap_where_a_unit_was_undone(world: World) -> None:
    await world.pay(link=False)
    with pytest.raises(Conflict):
        await world.pay(link=False)
    assert (await world.pay(state=PaymentState.DECLINED)).change_number == 2
