"""Stored cards over a store of each kind: one guarantor's, one gateway's, and what races with removing."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from quickpay.domain.payments import Method, PaymentState
from quickpay.domain.stored_cards import StoredCard
from quickpay.ports.gateway import NO_CARD, Approved, Card, Declined, DeclineReason, Mismatch, NoAnswer
from quickpay.services.cards.stored import CardRemoved, NoSuchCard
from quickpay.services.payer import SeePayment
from quickpay.services.paying.order import DetailsPage, MethodNotOffered, MethodPage
from tests.fakes.gateway import VISA
from tests.people import Person
from tests.services.conftest import Lakeside

NOW = datetime(2026, 1, 31, 23, 0, tzinfo=UTC)


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    """An authorized patient of a group that stores cards."""
    house = lakeside.house
    await house.change(lakeside.group, payment_method_storage=True)
    one = await house.come(await house.link(lakeside.alice, single_payment=False))
    await one.prove()
    return one


async def _kept(lakeside: Lakeside) -> list[StoredCard]:
    return await lakeside.house.do(lambda tx: tx.stored_cards.of_guarantor(lakeside.alice.id))


async def test_a_card_is_kept_whoever_brings_the_answer(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    await alice.choose(1_000)
    house.gateway.then(NoAnswer(reason="silent"))
    answer = await alice.press_pay(store=True)
    assert isinstance(answer, SeePayment)
    assert await _kept(lakeside) == []
    approved = Approved(
        transaction="ch_1",
        card=Card(brand="visa", last4="4242", exp_month=12, exp_year=2031, fingerprint="fp_1"),
        amount=1_000,
        currency="usd",
        reference=answer.payment_id,
        stored="card_by_webhook",
    )
    for _ in range(2):
        payment = await house.settle(answer.payment_id, approved)
    assert payment.state is PaymentState.SUCCEEDED
    [card] = await _kept(lakeside)
    assert (card.id, card.token, card.exp_month, card.exp_year) == (
        answer.payment_id,
        "card_by_webhook",
        12,
        2031,
    )
    assert "card_by_webhook" not in repr(card)


@pytest.mark.parametrize("word", [Mismatch, Approved])
async def test_a_card_of_a_payment_that_came_to_nothing_clear_is_dropped_at_the_gateway(
    lakeside: Lakeside, alice: Person, word: type[Mismatch | Approved]
) -> None:
    house = lakeside.house
    await alice.choose(1_000)
    house.gateway.then(NoAnswer(reason="silent"))
    answer = await alice.press_pay(store=True)
    assert isinstance(answer, SeePayment)
    approved = Approved(
        transaction="ch_1",
        card=VISA,
        amount=1_000,
        currency="usd",
        reference=answer.payment_id,
        stored="card_left",
    )
    other = Mismatch(
        differs=("amount",), transaction="ch_1", amount=9, currency="usd", reference=None, stored="card_left"
    )
    differing = other if word is Mismatch else replace(approved, amount=9)
    assert (await house.settle(answer.payment_id, differing)).state is PaymentState.REVIEW
    for _ in range(2):
        await house.stored_cards.run_once()
    assert house.gateway.forgotten == ["card_left"]
    assert (await house.settle(answer.payment_id, approved)).state is PaymentState.SUCCEEDED
    assert await _kept(lakeside) == [], "what the gateway has dropped is not offered"
    assert await house.do(lambda tx: tx.checks.find(now=house.clock.now())) == []


async def test_a_success_after_the_end_keeps_or_drops_the_card_it_names(
    lakeside: Lakeside, alice: Person
) -> None:
    """A webhook that knew of no token came first; or a payment called declined was charged after all."""
    house = lakeside.house
    for token, ends in (("card_late", None), ("card_left", DeclineReason.NOT_CHARGED)):
        await alice.choose(1_000)
        house.gateway.then(NoAnswer(reason="silent"))
        answer = await alice.press_pay(store=True)
        assert isinstance(answer, SeePayment)
        approved = Approved(
            transaction=f"ch_{token}", card=VISA, amount=1_000, currency="usd", reference=answer.payment_id
        )
        declined = None if ends is None else Declined(reason=ends, transaction=None, card=None)
        await house.settle(answer.payment_id, declined or approved)
        await house.settle(answer.payment_id, replace(approved, stored=token))
    await house.stored_cards.run_once()
    assert [card.token for card in await _kept(lakeside)] == ["card_late"]
    assert house.gateway.forgotten == ["card_left"]


async def test_a_card_nobody_named_is_not_offered(lakeside: Lakeside, alice: Person) -> None:
    """It would take the place of every other card without a name."""
    house = lakeside.house
    house.gateway.card = NO_CARD
    await alice.stores()
    assert await _kept(lakeside) == []
    await house.stored_cards.run_once()
    assert house.gateway.forgotten == ["card_1"]


async def test_what_nobody_asked_to_store_is_not_kept(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    await alice.choose(1_000)
    house.gateway.then(NoAnswer(reason="silent"))
    answer = await alice.press_pay()
    assert isinstance(answer, SeePayment)
    approved = Approved(
        transaction="ch_1",
        card=Card(brand="visa", last4="4242"),
        amount=1_000,
        currency="usd",
        reference=answer.payment_id,
        stored="card_unasked",
    )
    await house.settle(answer.payment_id, approved)
    assert await _kept(lakeside) == []


async def test_of_a_declined_try_that_asked_and_one_that_did_not_the_last_counts(
    lakeside: Lakeside, alice: Person
) -> None:
    await alice.choose(1_000)
    await alice.press_pay("tok_declined", store=True)
    await alice.press_pay()
    assert [charge.store for charge in lakeside.house.gateway.asked] == [True, False]
    assert await _kept(lakeside) == []


async def test_removing_and_paying_at_once_ends_with_one_of_two_things(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    for _ in range(4):
        card = await alice.stores(amount=100)
        order = await alice.choose(100, stored=card)
        asked = len(house.gateway.asked)
        paid, removed = await asyncio.gather(
            alice.press_pay("cvc_right", order=order), house.stored_cards.remove(alice.visit, card)
        )
        assert removed == CardRemoved(card_id=card)
        assert await _kept(lakeside) == []
        if isinstance(paid, SeePayment):
            assert (await house.payment(paid.payment_id)).state is PaymentState.SUCCEEDED
        else:
            assert isinstance(paid, MethodNotOffered)
            assert len(house.gateway.asked) == asked


async def test_a_removed_card_is_not_dropped_while_a_payment_with_it_is_on_its_way(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    card = await alice.stores()
    await alice.choose(100, stored=card)
    house.gateway.then(NoAnswer(reason="silent"))
    answer = await alice.press_pay("cvc_right")
    assert isinstance(answer, SeePayment)
    await house.stored_cards.remove(alice.visit, card)
    assert await house.stored_cards.run_once() == 0
    house.gateway.book[answer.payment_id] = replace(
        next(one for one in house.gateway.book.values() if isinstance(one, Approved)),
        amount=100,
        reference=answer.payment_id,
    )
    house.later(minutes=2)
    await house.reconcile.run_once()
    assert await house.stored_cards.run_once() == 1
    assert house.gateway.forgotten == ["card_1"]


async def test_the_same_token_given_twice_is_not_dropped_while_it_is_needed(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    await alice.stores()
    house.gateway.kept = 0  # this gateway gives a card one token, however often it is stored
    newer = await alice.stores()
    assert await house.stored_cards.run_once() == 1
    assert house.gateway.forgotten == []
    assert [card.id for card in await _kept(lakeside)] == [newer]
    await house.stored_cards.remove(alice.visit, newer)
    assert await house.stored_cards.run_once() == 1
    assert house.gateway.forgotten == ["card_1"]


async def test_a_card_of_another_gateway_is_not_offered(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    card = await alice.stores()
    order = await alice.choose(100, stored=card)
    house.gateway.name = "another"  # type: ignore[misc]  # the installation went to another processor
    page = await house.ordering.methods(alice.visit)
    assert isinstance(page, MethodPage)
    assert page.stored == ()
    assert isinstance(await alice.press_pay("cvc_right", order=order), MethodNotOffered)


async def test_nobody_else_s_card_is_paid_with_or_removed(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    card = await alice.stores()
    bob = await house.guarantor(lakeside.group, number="20099", email="bob@example.com")
    other = await house.come(await house.link(bob, single_payment=False))
    await other.prove()
    await other.choose(100)
    assert isinstance(await house.ordering.details(other.visit), DetailsPage)
    session = await other.session()
    assert session is not None
    assert session.order_id is not None
    order = session.order_id
    # Even had it come to stand on his order, it is not his to pay with.
    await house.do(lambda tx: tx.orders.set_method(order, Method.STORED, stored_card=card))
    assert isinstance(await other.press_pay("cvc_right"), MethodNotOffered)
    assert await house.stored_cards.page(other.visit, card) == NoSuchCard()
    assert await house.stored_cards.remove(other.visit, card) == NoSuchCard()
    assert [one.id for one in await _kept(lakeside)] == [card]
    assert await house.do(lambda tx: tx.checks.find(now=house.clock.now())) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({"brand": "Visa"}, {}, True),
        ({"exp_year": 2032}, {}, False),
        ({"fingerprint": "a"}, {"fingerprint": "a", "exp_year": 2032}, True),
        ({"fingerprint": "a"}, {"fingerprint": "b"}, False),
        ({"fingerprint": "a"}, {}, True),
        ({"gateway": "stripe"}, {}, False),
    ],
)
def test_a_card_is_known_again(one: dict[str, object], other: dict[str, object], same: bool) -> None:
    first, second = _card(**one), _card(**other)
    assert first.is_the_card(second) is same


def test_a_card_is_good_to_the_last_day_of_its_month() -> None:
    card = _card(exp_month=1, exp_year=2026)
    assert card.is_good_on(NOW.date())
    assert not card.is_good_on(NOW.date().replace(month=2, day=1))
    assert _card(exp_month=None, exp_year=None).is_good_on(NOW.date())


def _card(**given: object) -> StoredCard:
    values: dict[str, object] = {
        "id": "p1",
        "group_id": 1,
        "guarantor_id": 1,
        "gateway": "sandbox",
        "token": "card_1",
        "fingerprint": None,
        "brand": "visa",
        "last4": "4242",
        "exp_month": 12,
        "exp_year": 2031,
        "stored_at": NOW,
    }
    return StoredCard(**values | given)  # type: ignore[arg-type]  # a table of whatever a row may hold
