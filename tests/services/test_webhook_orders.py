"""Webhooks in every order, at once, in two processes: one effect, and only along allowed edges (X9, R104)."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from quickpay.domain.payments import Payment, PaymentState, Reason
from quickpay.ports.gateway import (
    NO_CARD,
    Approved,
    Charge,
    GatewayEvent,
    Mismatch,
    NoAnswer,
    NotReceived,
    Outcome,
    Refund,
    Webhook,
)
from quickpay.services.events.webhooks import Taken, WebhooksIn
from tests.fakes.gateway import VISA, FakeGateway, sign
from tests.people import KEYS, ZONE, House
from tests.services.conftest import Lakeside
from tests.services.rows import rows


def _worker(house: House) -> WebhooksIn:
    return WebhooksIn(store=house.store, clock=house.clock, gateway=house.gateway, zone=ZONE)


async def _silent(lakeside: Lakeside) -> Payment:
    payment = await (await lakeside.house.come(await lakeside.house.link(lakeside.alice))).pays("tok_silent")
    assert payment.state is PaymentState.UNKNOWN
    return payment


def _event(house: House, payment: Payment, number: str, **changed: object) -> tuple[dict[str, str], bytes]:
    """The gateway's word on it, with fields of its charge changed."""
    _, body = house.gateway.webhook(payment.id, event_id=number, now=house.clock.now())
    event = json.loads(body)
    event["data"] |= changed
    event["type"] = f"charge.{event['data']['status']}"
    altered = json.dumps(event).encode()
    return {"Fake-Signature": sign(altered, at=house.clock.now())}, altered


async def _ends(house: House) -> list[str]:
    told = [row["type"] for row in await rows(house, "audit")]
    return sorted(one for one in told if one in {"payment.succeeded", "payment.declined"})


@pytest.mark.parametrize(
    "order", list(itertools.permutations(("paid", "declined", "refunded"))), ids="-".join
)
async def test_x9_r104_in_whatever_order_they_come_the_first_end_stays(
    lakeside: Lakeside, order: tuple[str, ...]
) -> None:
    """A refund told before its success is for a person: no receipt may say that the money is here.

    One told after it is a refund, and takes no success away.
    """
    house, payment = lakeside.house, await _silent(lakeside)
    events = {
        "paid": _event(house, payment, "evt_paid"),
        "declined": _event(house, payment, "evt_declined", status="declined", reason="card_declined"),
        "refunded": _event(house, payment, "evt_refunded", refunded=payment.amount),
    }
    states = []
    for name in order:
        assert await _worker(house).from_gateway("fake", *events[name]) is Taken.DONE
        states.append((await house.payment(payment.id)).state)
    first = {
        "paid": PaymentState.SUCCEEDED,
        "declined": PaymentState.DECLINED,
        "refunded": PaymentState.REVIEW,
    }
    assert states[0] is first[order[0]]
    end = next(name for name in order if name != "refunded")
    given_back = end == "paid" and order.index("refunded") > order.index("paid")
    assert states[-1] is (PaymentState.REFUNDED if given_back else first[end])
    assert len(await _ends(house)) == 1
    assert len(await rows(house, "receipts")) == 1


async def test_r100_twenty_at_once_at_two_workers_and_a_hundred_after_have_one_effect(
    lakeside: Lakeside,
) -> None:
    house, payment = lakeside.house, await _silent(lakeside)
    event, workers = _event(house, payment, "evt_1"), (_worker(house), _worker(house))
    at_once = await asyncio.gather(*(workers[one % 2].from_gateway("fake", *event) for one in range(20)))
    after = [await workers[one % 2].from_gateway("fake", *event) for one in range(100)]
    assert [*at_once, *after].count(Taken.DONE) == 1
    assert await _ends(house) == ["payment.succeeded"]
    assert len(await rows(house, "receipts")) == 1


async def test_x9_a_webhook_before_the_answer_and_one_after_are_one_transition(lakeside: Lakeside) -> None:
    house = lakeside.house

    class TellsFirst(FakeGateway):
        """Charges, and its webhook is there before its answer."""

        async def charge(self, charge: Charge) -> Outcome:
            outcome = await super().charge(charge)
            payment = await house.payment(charge.payment_id)
            told = _event(house, payment, "evt_before")
            assert await _worker(house).from_gateway("fake", *told) is Taken.DONE
            return outcome

    house.gateway = TellsFirst()
    house.furnish(KEYS[:1])
    payment = await (await house.come(await house.link(lakeside.alice))).pays()
    assert payment.state is PaymentState.SUCCEEDED
    assert await _worker(house).from_gateway("fake", *_event(house, payment, "evt_after")) is Taken.DONE
    assert await _ends(house) == ["payment.succeeded"]
    assert len(await rows(house, "receipts")) == 1


@pytest.mark.parametrize("changed", [{"amount": 1}, {"currency": "eur"}], ids=str)
async def test_x8_a64_a_success_of_another_sum_is_for_a_person_and_never_a_receipt(
    lakeside: Lakeside, changed: dict[str, object]
) -> None:
    house, payment = lakeside.house, await _silent(lakeside)
    assert (
        await _worker(house).from_gateway("fake", *_event(house, payment, "evt_1", **changed)) is Taken.DONE
    )
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW
    assert await rows(house, "receipts") == []
    assert [row["kind"] for row in await rows(house, "alarms")] == ["payment_in_review"]


async def test_x6_a_key_in_use_waits_too_many_calls_charge_nothing_another_order_is_for_a_person(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    other = Mismatch(differs=("order",), transaction=None, amount=None, currency=None, reference=None)
    ends = (
        (NoAnswer(reason="http_409"), PaymentState.UNKNOWN),
        (NotReceived(reason="http_429"), PaymentState.DECLINED),
        (other, PaymentState.REVIEW),
    )
    for number, (word, state) in enumerate(ends):
        contacts = {"email": f"n{number}@example.com", "mobile": f"+1608555020{number}"}
        who = await house.guarantor(lakeside.group, number=str(600 + number), **contacts)
        house.gateway.then(word)
        payment = await (await house.come(await house.link(who))).pays(amount=100)
        assert payment.state is state
        if state is PaymentState.DECLINED:
            assert payment.reason is Reason.NOT_CHARGED
    assert [row["kind"] for row in await rows(house, "alarms")] == ["payment_in_review"]
    assert {row["status"] for row in await rows(house, "receipts")} == {"Unsuccessful"}


async def test_a_refund_at_the_gateway_before_we_knew_of_the_success_is_seen_by_the_look_up_too(
    lakeside: Lakeside,
) -> None:
    house, payment = lakeside.house, await _silent(lakeside)
    book = house.gateway.book[payment.id]
    transaction = book.transaction
    assert transaction is not None
    await house.gateway.refund(
        Refund(refund_id="r1", transaction=transaction, amount=payment.amount, currency="usd")
    )
    house.later(seconds=2)
    await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW


class Terse(FakeGateway):
    """Its events name no card, as Stripe's do not; its book does, while it can be read."""

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Webhook:
        read = super().read_webhook(headers, body, now=now)
        if isinstance(read, GatewayEvent) and isinstance(read.outcome, Approved):
            return replace(read, outcome=replace(read.outcome, card=NO_CARD))
        return read


@pytest.mark.parametrize("book", ["open", "down", "hidden"])
async def test_a_success_told_without_its_card_is_looked_up_at_once_and_lost_in_no_case(
    lakeside: Lakeside, book: str
) -> None:
    house = lakeside.house
    house.gateway = gateway = Terse()
    house.furnish(KEYS[:1])
    payment = await _silent(lakeside)
    gateway.down, gateway.hidden = book == "down", book == "hidden"
    assert await _worker(house).from_gateway("fake", *_event(house, payment, "evt_1")) is Taken.DONE
    await house.reconcile.run_once()  # the webhook made it due
    paid = await house.payment(payment.id)
    assert paid.state is PaymentState.SUCCEEDED
    named = (VISA.brand, VISA.last4) if book == "open" else (None, None)
    assert (paid.card_brand, paid.card_last4) == named
    assert await _ends(house) == ["payment.succeeded"]
