"""Silence is a third outcome: held, asked after, never charged again, ended once by whoever knows first."""

import asyncio
import itertools
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from quickpay.domain.money import Cents
from quickpay.domain.payments import Payment, PaymentState, Reason
from quickpay.ports.gateway import (
    Approved,
    Declined,
    DeclineReason,
    Found,
    LookUp,
    Mismatch,
    NoAnswer,
    Outcome,
)
from quickpay.services.payer import AmountPage, SeePayment
from quickpay.services.paying.pay import AnotherOnItsWay
from tests.fakes.gateway import VISA, FakeGateway
from tests.fakes.slow_gateway import SlowGateway
from tests.people import KEYS, House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows


def _approved(payment: Payment, **differing: Any) -> Approved:
    same = Approved(
        transaction="ch_1", card=VISA, amount=payment.amount, currency="usd", reference=payment.id
    )
    return replace(same, **differing)


async def _silent(house: House, person: Person, card: str = "tok_silent") -> Payment:
    payment = await person.pays(card)
    assert payment.state is PaymentState.UNKNOWN
    return payment


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    return await lakeside.house.come(await lakeside.house.link(lakeside.alice))


async def _payable(person: Person) -> int:
    page = await person.house.ordering.amounts(person.visit)
    assert isinstance(page, AmountPage), page
    return page.balances.payable


async def _effects(house: House) -> tuple[int, int, int, int]:
    """How many receipts, postings, receipt mails and ends there are in all."""
    ends = Counter(row["type"] for row in await rows(house, "audit"))
    return (
        len(await rows(house, "receipts")),
        len(await rows(house, "postings")),
        len(await rows(house, "outbox")),
        ends["payment.succeeded"] + ends["payment.declined"],
    )


async def test_r78_silence_holds_the_amount_through_every_door(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    elsewhere = await house.come(await house.link(lakeside.alice))
    await elsewhere.choose()
    payment = await _silent(house, alice)
    assert await house.ordering.amounts(alice.visit) == SeePayment(payment_id=payment.id)
    assert isinstance(await elsewhere.press_pay(), AnotherOnItsWay)
    assert await _payable(elsewhere) == 0
    assert await alice.press_pay() == SeePayment(payment_id=payment.id)
    assert len(house.gateway.asked) == 1


async def test_r79_it_is_resolved_by_asking_and_never_by_charging_again(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    payment = await _silent(house, alice)
    assert await house.reconcile.run_once() == 0, "two seconds are not over"
    house.later(seconds=2)
    assert await house.reconcile.run_once() == 1
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED
    assert len(house.gateway.asked) == 1
    assert await _effects(house) == (1, 1, 0, 1)
    house.later(hours=1)
    assert await house.reconcile.run_once() == 0


async def test_r79_after_two_hours_of_a_dead_gateway_it_is_resolved_within_a_minute(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    payment = await _silent(house, alice)
    house.gateway.down = True
    for _ in range(2 * 60 * 12):
        house.later(seconds=5)
        await house.reconcile.run_once()
    house.gateway.down = False
    waited = 0
    while (await house.payment(payment.id)).state is PaymentState.UNKNOWN:
        house.later(seconds=1)
        waited += 1
        await house.reconcile.run_once()
    assert waited <= 60
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED
    assert len(house.gateway.book) == 1


async def test_x11_three_misses_past_the_lag_mean_not_charged(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    payment = await _silent(house, alice, "tok_broken")
    certain_from = payment.deadline + house.gateway.look_up_lag
    while (found := await house.payment(payment.id)).state is PaymentState.UNKNOWN:
        house.later(seconds=1)
        await house.reconcile.run_once()
        assert house.clock.now() < certain_from.replace(microsecond=999_999)
    assert found.state is PaymentState.DECLINED
    assert found.reason is Reason.NOT_CHARGED
    assert found.misses >= 2
    assert house.clock.now() >= certain_from
    assert (await rows(house, "receipts"))[0]["status"] == "Unsuccessful"
    assert (await alice.pays()).state is PaymentState.SUCCEEDED


async def test_x11_a_charge_that_shows_late_is_not_called_a_failure(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    house.gateway.hidden = True
    payment = await _silent(house, alice)
    for _ in range(55):
        house.later(seconds=1)
        await house.reconcile.run_once()
    between = await house.payment(payment.id)
    assert between.state is PaymentState.UNKNOWN
    assert between.misses >= 3
    house.gateway.hidden = False
    house.later(seconds=10)
    await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED


async def test_a_charge_the_gateway_never_got_ends_at_once(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    house.gateway.down = True
    payment = await alice.pays()
    assert (payment.state, payment.reason) == (PaymentState.DECLINED, Reason.NOT_CHARGED)
    assert house.gateway.book == {}
    house.gateway.down = False
    assert (await alice.pays()).state is PaymentState.SUCCEEDED


@pytest.mark.parametrize(
    "differing", [{"amount": 12_551}, {"currency": "eur"}, {"reference": "another"}, {"refunded": 12_550}]
)
async def test_r86_a_success_that_is_not_what_was_asked_for_goes_to_a_person(
    lakeside: Lakeside, alice: Person, differing: dict[str, Any]
) -> None:
    house = lakeside.house
    payment = await _silent(house, alice)
    settled = await house.settle(payment.id, _approved(payment, **differing))
    assert settled.state is PaymentState.REVIEW
    assert await _effects(house) == (0, 0, 0, 0)
    other = await house.come(await house.link(lakeside.alice))
    assert await _payable(other) == 0, "its amount stays held"
    assert "payment.review" in {row["type"] for row in await rows(house, "audit")}


async def test_x6_a_mismatch_goes_to_a_person_and_is_asked_after_now_and_then(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house

    class Differing(FakeGateway):
        looks = 0

        async def look_up(self, payment_id: str) -> LookUp:
            self.looks += 1
            return Found(
                outcome=Mismatch(
                    differs=("amount",), transaction="ch_1", amount=1, currency="usd", reference=payment_id
                )
            )

    house.gateway = differing = Differing()
    house.furnish(KEYS[:1])
    payment = await _silent(house, alice, "tok_broken")
    for _ in range(600):
        house.later(seconds=1)
        await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW
    assert differing.looks <= 6, "not once a second"
    reviews = [row for row in await rows(house, "audit") if row["type"] == "payment.review"]
    assert len(reviews) == 1


async def test_a_review_may_still_be_settled_by_a_right_answer(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    payment = await _silent(house, alice)
    await house.settle(payment.id, _approved(payment, amount=1))
    settled = await house.settle(payment.id, _approved(payment))
    assert settled.state is PaymentState.SUCCEEDED
    assert await _effects(house) == (1, 1, 0, 1)


_OUTCOMES = ("right", "silence", "wrong_amount", "not_received")


@pytest.mark.parametrize("order", list(itertools.permutations(_OUTCOMES)), ids="-".join)
async def test_r104_whatever_the_order_of_answers_the_first_end_stays(
    lakeside: Lakeside, alice: Person, order: tuple[str, ...]
) -> None:
    house = lakeside.house
    payment = await _silent(house, alice)
    outcomes: dict[str, Outcome] = {
        "right": _approved(payment),
        "silence": NoAnswer(reason="silent"),
        "wrong_amount": _approved(payment, amount=1),
        "not_received": Declined(reason=DeclineReason.CARD_DECLINED, transaction=None, card=None),
    }
    for name in order * 2:
        await house.settle(payment.id, outcomes[name])
    first_end = next(name for name in order if name in {"right", "not_received"})
    found = await house.payment(payment.id)
    assert found.state is (PaymentState.SUCCEEDED if first_end == "right" else PaymentState.DECLINED)
    receipts, postings, mails, ends = await _effects(house)
    assert (receipts, mails, ends) == (1, 0, 1)
    assert postings == (1 if first_end == "right" else 0)


async def test_x9_answer_look_up_and_webhook_at_once_are_one_effect(
    lakeside: Lakeside, alice: Person
) -> None:

    house = lakeside.house
    payment = await _silent(house, alice)
    house.later(seconds=2)
    await asyncio.gather(
        *(house.settle(payment.id, _approved(payment)) for _ in range(10)),
        *(house.reconcile.run_once() for _ in range(3)),
    )
    assert await _effects(house) == (1, 1, 0, 1)


async def test_a_look_up_that_comes_back_after_the_webhook_changes_nothing(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    payment = await _silent(house, alice)

    class Overtaken(FakeGateway):
        async def look_up(self, payment_id: str) -> LookUp:
            await house.settle(payment_id, _approved(payment))
            return NoAnswer(reason="http_500")

    house.gateway = Overtaken()
    house.furnish(KEYS[:1])
    house.later(hours=25)
    await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED
    assert "payment.review" not in {row["type"] for row in await rows(house, "audit")}


async def test_r79_what_nobody_could_resolve_in_a_day_goes_to_a_person_and_stays_held(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    payment = await _silent(house, alice)
    house.gateway.down = True
    for _ in range(25 * 6):
        house.later(minutes=10)
        await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW
    other = await house.come(
        await house.link(lakeside.alice, expires_at=house.clock.now().replace(year=2027))
    )
    assert await _payable(other) == 0
    house.gateway.down = False
    house.later(hours=1, minutes=1)
    await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED


async def test_one_payment_nobody_can_ask_after_does_not_hold_up_the_others(lakeside: Lakeside) -> None:
    house = lakeside.house
    carol = await house.guarantor(lakeside.group, number="2")
    first = await _silent(house, await house.come(await house.link(lakeside.alice)))
    second = await _silent(house, await house.come(await house.link(carol)))

    class Breaks(FakeGateway):
        async def look_up(self, payment_id: str) -> LookUp:
            if payment_id == first.id:
                raise RuntimeError("a fault in the adapter")
            return Found(outcome=_approved(second))

    house.gateway = Breaks()
    house.furnish(KEYS[:1])
    house.later(seconds=2)
    with pytest.raises(RuntimeError, match="a fault"):
        await house.reconcile.run_once()
    assert (await house.payment(second.id)).state is PaymentState.SUCCEEDED


def _dying(house: House, moment: str) -> SlowGateway:
    house.gateway = dying = SlowGateway()
    dying.cut_off = moment
    house.furnish(KEYS[:1])
    return dying


@pytest.mark.parametrize(
    ("moment", "ends"), [("before", PaymentState.DECLINED), ("after", PaymentState.SUCCEEDED)]
)
async def test_x1_a_process_that_dies_at_the_gateway_leaves_a_payment_that_ends_by_itself(
    lakeside: Lakeside, alice: Person, moment: str, ends: PaymentState
) -> None:
    house = lakeside.house
    dying = _dying(house, moment)
    payment = await alice.pays()
    assert payment.state is PaymentState.SUBMITTING
    dying.cut_off = None
    house.furnish(KEYS[:1])
    house.later(seconds=31)
    assert await house.reconcile.run_once() == 0, "the gateway's own time is not over"
    for _ in range(60):
        house.later(seconds=1)
        await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is ends
    assert len(dying.asked) == 1, "asked after, never charged again"
    assert len(dying.book) == (moment == "after")
    assert (await _effects(house))[0] == 1


async def test_r87_money_that_moved_is_never_forgotten(lakeside: Lakeside, alice: Person) -> None:
    """Charged, unanswered, the process gone, the link revoked, the group changed: it is still receipted."""
    house = lakeside.house
    link = await house.link(lakeside.alice)
    person = await house.come(link)
    _dying(house, "after")
    payment = await person.pays(email="me@example.com")
    await house.end(link)
    await house.change(lakeside.group, require_mfa=True, credit_card=False)
    house.later(seconds=33)
    await house.reconcile.run_once()
    settled = await house.payment(payment.id)
    assert (settled.state, settled.amount) == (PaymentState.SUCCEEDED, Cents(12_550))
    assert await _effects(house) == (1, 1, 1, 1)
