"""What every gateway promises: the sandbox adapter, against its world, and the fake pass the same tests."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import web

from quickpay.adapters.gateways.sandbox import SandboxGateway
from quickpay.ports.gateway import (
    Approved,
    Charge,
    Declined,
    DeclineReason,
    ForgedWebhook,
    Found,
    Gateway,
    GatewayEvent,
    IgnoredWebhook,
    Mismatch,
    NoAnswer,
    NotFound,
    NotReceived,
    Refund,
    Refunded,
    RefundRefused,
)
from quickpay.sandbox import World
from tests.adapters.gateways.differing import Events, Promises, events_like
from tests.adapters.gateways.inbox import Inbox
from tests.adapters.gateways.nmi_rig import nmi_rig
from tests.adapters.gateways.stripe_rig import stripe_rig
from tests.adapters.http import nobody_listening, serve
from tests.fakes.gateway import SECRET, FakeGateway, sign

CARDS = {
    "approved": {"number": "4242424242424242", "cvc": "123"},
    "declined": {"number": "4000000000000002", "cvc": "123"},
    "no_funds": {"number": "4000000000009995", "cvc": "123"},
    "no_cvc": {"number": "4242424242424242"},
    "silent": {"number": "4000000000000119", "cvc": "123"},
    "broken": {"number": "4000000000000259", "cvc": "123"},
}
NOW = datetime.now(UTC)
EVENT = (
    b'{"id":"evt_1","type":"charge.succeeded","data":{"id":"ch_1","status":"succeeded","amount":5,'
    b'"currency":"usd","reference":"p1","refunded":0,"card":{"brand":"visa","last4":"4242"}}}'
)
EVENTS = events_like(EVENT, useless=(b"\xff", EVENT.replace(b"charge.succeeded", b"charge.disputed")))


class Rig(Protocol):
    """Stand behind a gateway: cards, webhooks, and a gateway nobody can reach."""

    gateway: Gateway
    unreachable: Gateway
    promises: Promises
    events: Events

    async def token(self, card: str) -> str: ...
    async def webhook(self, payment_id: str) -> tuple[Mapping[str, str], bytes]: ...
    def signed(self, body: bytes, *, at: datetime, secret: bytes | None = None) -> dict[str, str]: ...


class FakeRig:
    promises = Promises()
    events = EVENTS

    def __init__(self) -> None:
        self.fake = FakeGateway()
        self.gateway: Gateway = self.fake
        down = FakeGateway()
        down.down = True
        self.unreachable: Gateway = down

    async def token(self, card: str) -> str:
        return f"tok_{card}"

    async def webhook(self, payment_id: str) -> tuple[Mapping[str, str], bytes]:
        return self.fake.webhook(payment_id, event_id="evt_1", now=datetime.now(UTC))

    def signed(self, body: bytes, *, at: datetime, secret: bytes | None = None) -> dict[str, str]:
        return {"fake-SIGNATURE": sign(body, at=at, secret=secret or SECRET)}


class SandboxRig:
    promises = Promises()
    events = EVENTS

    def __init__(self, *, session: aiohttp.ClientSession, world: World, nowhere: str, inbox: Inbox) -> None:
        self._session = session
        self._world = world
        self._inbox = inbox
        self.gateway: Gateway = sandbox(session, world.url)
        self.unreachable: Gateway = sandbox(session, nowhere)

    async def token(self, card: str) -> str:
        if card == "unreadable":
            return "tok_nobody_made"
        body = CARDS[card] | {"exp_month": 12, "exp_year": NOW.year + 1}
        async with self._session.post(f"{self._world.url}/v1/tokens", json=body) as said:
            token: str = (await said.json())["token"]
            return token

    async def webhook(self, payment_id: str) -> tuple[Mapping[str, str], bytes]:
        return await self._inbox.about(payment_id)

    def signed(self, body: bytes, *, at: datetime, secret: bytes | None = None) -> dict[str, str]:
        return {"sandbox-SIGNATURE": sign(body, at=at, secret=secret or b"hook-secret")}


def sandbox(session: aiohttp.ClientSession, url: str) -> SandboxGateway:
    return SandboxGateway(base_url=url, secret="gate-secret", webhook_secret="hook-secret", session=session)


@contextlib.asynccontextmanager
async def fake_rig(_folder: Path) -> AsyncIterator[Rig]:
    yield FakeRig()


@contextlib.asynccontextmanager
async def sandbox_rig(folder: Path) -> AsyncIterator[Rig]:
    inbox, app = Inbox(), web.Application()
    app.router.add_post("/webhooks/sandbox", inbox.take)
    async with aiohttp.ClientSession() as session, serve(app) as merchant:
        world = World(
            data=folder,
            port=0,
            gateway_secret="gate-secret",
            webhook_url=f"{merchant}/webhooks/sandbox",
            webhook_secret="hook-secret",
            merchant_origin=merchant,
            twilio_sid="AC" + "0" * 32,
            twilio_token="t",
            smtp_user="u",
            smtp_password="p",
        )
        await world.start()
        try:
            with nobody_listening() as nowhere:
                yield SandboxRig(session=session, world=world, nowhere=nowhere, inbox=inbox)
        finally:
            await world.stop()


@pytest.fixture(params=["fake", "sandbox", "stripe", "nmi"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with _rig(request, tmp_path) as made:
        yield made


def _rig(request: pytest.FixtureRequest, folder: Path) -> contextlib.AbstractAsyncContextManager[Rig]:
    match request.param:
        case "sandbox":
            return sandbox_rig(folder)
        case "stripe":
            return stripe_rig(request.getfixturevalue("localstripe"))
        case "nmi":
            return nmi_rig(folder)
        case _:
            return fake_rig(folder)


def asked_for(rig: Rig, what: str) -> None:
    if what in rig.promises.not_asked:
        pytest.skip(rig.promises.not_asked[what])


def a_charge(token: str, **changes: Any) -> Charge:
    given: dict[str, Any] = {
        "payment_id": "7d8f4a52-9a5c-4d57-8f0e-1d0c2b3a4f5e",
        "amount": 12_50,
        "currency": "usd",
        "token": token,
        "require_cvc": True,
        "description": "Lakeside",
    }
    return Charge(**(given | changes))


async def test_an_approved_charge_names_what_was_asked(rig: Rig) -> None:
    charge = a_charge(await rig.token("approved"))
    outcome = await rig.gateway.charge(charge)
    assert isinstance(outcome, Approved)
    assert (outcome.card.brand, outcome.card.last4) == ("visa", "4242")
    assert (outcome.amount, outcome.currency, outcome.reference) == (12_50, "usd", charge.payment_id)
    assert (outcome.stored, outcome.refunded) == (None, 0)
    assert await rig.gateway.look_up(charge.payment_id) == Found(outcome=outcome)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("declined", DeclineReason.CARD_DECLINED),
        ("no_funds", DeclineReason.INSUFFICIENT_FUNDS),
        ("no_cvc", DeclineReason.INCORRECT_CVC),
        ("unreadable", DeclineReason.CARD_COULD_NOT_BE_READ),
    ],
)
async def test_a_decline_says_why_and_stays(rig: Rig, card: str, reason: DeclineReason) -> None:
    asked_for(rig, card)
    charge = a_charge(await rig.token(card))
    outcome = await rig.gateway.charge(charge)
    assert isinstance(outcome, Declined)
    assert outcome.reason == reason
    assert await rig.gateway.charge(charge) == outcome
    kept = card != "unreadable" or rig.promises.remembers_refusals
    known = Found(outcome=outcome) if kept else NotFound()
    assert await rig.gateway.look_up(charge.payment_id) == known


async def test_a_code_is_needed_only_where_it_is_required(rig: Rig) -> None:
    asked_for(rig, "no_cvc")
    charge = a_charge(await rig.token("no_cvc"), require_cvc=False)
    outcome = await rig.gateway.charge(charge)
    if rig.promises.code_by_order:
        assert isinstance(outcome, Approved)
    else:
        assert isinstance(outcome, Declined)
        assert outcome.reason == DeclineReason.INCORRECT_CVC


async def test_f9_the_same_order_again_charges_once(rig: Rig) -> None:
    charge = a_charge(await rig.token("approved"))
    first, second = await rig.gateway.charge(charge), await rig.gateway.charge(charge)
    assert isinstance(first, Approved)
    assert second == first


async def test_x6_the_same_key_with_another_order_is_for_a_person(rig: Rig) -> None:
    charge = a_charge(await rig.token("approved"))
    await rig.gateway.charge(charge)
    outcome = await rig.gateway.charge(a_charge(charge.token, amount=99_00))
    assert isinstance(outcome, Mismatch)
    assert outcome.differs == ("order",)


async def test_x3_a_lost_answer_is_no_answer_and_the_look_up_finds_the_charge(rig: Rig) -> None:
    charge = a_charge(await rig.token("silent"))
    assert isinstance(await rig.gateway.charge(charge), NoAnswer)
    found = await rig.gateway.look_up(charge.payment_id)
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)


async def test_x5_a_500_is_no_answer_and_the_look_up_finds_nothing(rig: Rig) -> None:
    charge = a_charge(await rig.token("broken"))
    assert isinstance(await rig.gateway.charge(charge), NoAnswer)
    assert await rig.gateway.look_up(charge.payment_id) == NotFound()


async def test_x2_where_nobody_listens_nothing_was_received(rig: Rig) -> None:
    assert isinstance(await rig.unreachable.charge(a_charge("tok_approved")), NotReceived)
    refund = Refund(refund_id="r1", transaction="ch_1", amount=1, currency="usd")
    assert isinstance(await rig.unreachable.refund(refund), NotReceived)
    assert isinstance(await rig.unreachable.look_up("p1"), NoAnswer)
    assert not await rig.unreachable.forget_card("card_1")


async def test_a_stored_card_pays_again_until_it_is_forgotten(rig: Rig) -> None:
    first = await rig.gateway.charge(a_charge(await rig.token("approved"), store=True))
    assert isinstance(first, Approved)
    assert first.stored is not None
    assert first.stored not in repr(first)
    second = await rig.gateway.charge(a_charge(first.stored, payment_id="second", require_cvc=False))
    assert isinstance(second, Approved)
    assert await rig.gateway.forget_card(first.stored)
    third = await rig.gateway.charge(a_charge(first.stored, payment_id="third"))
    assert isinstance(third, Declined)
    assert third.reason == DeclineReason.CARD_COULD_NOT_BE_READ


async def test_a_refund_is_given_once_and_never_above_the_charge(rig: Rig) -> None:
    charge = a_charge(await rig.token("approved"))
    paid = await rig.gateway.charge(charge)
    assert isinstance(paid, Approved)
    refund = Refund(refund_id="r1", transaction=paid.transaction, amount=10_00, currency="usd")
    done = await rig.gateway.refund(refund)
    assert isinstance(done, Refunded)
    assert await rig.gateway.refund(refund) == done
    more = Refund(refund_id="r2", transaction=paid.transaction, amount=2_51, currency="usd")
    assert await rig.gateway.refund(more) == RefundRefused(reason="refund_too_large")
    none = Refund(refund_id="r3", transaction="ch_none", amount=1, currency="usd")
    assert await rig.gateway.refund(none) == RefundRefused(reason="no_such_charge")
    found = await rig.gateway.look_up(charge.payment_id)
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)
    assert (found.outcome.amount, found.outcome.refunded) == (12_50, 10_00)


async def test_r89_the_list_has_what_was_charged_in_that_time_and_nothing_else(rig: Rig) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    paid = a_charge(await rig.token("approved"))
    charged = await rig.gateway.charge(paid)
    assert isinstance(charged, Approved)
    await rig.gateway.charge(a_charge(await rig.token("declined"), payment_id="declined-1"))
    await rig.gateway.refund(
        Refund(refund_id="refund-1", transaction=charged.transaction, amount=2_00, currency="usd")
    )
    listed = await rig.gateway.list_charges(since=since, until=datetime.now(UTC) + timedelta(minutes=1))
    assert not isinstance(listed, NoAnswer)
    assert [(one.transaction, one.reference, one.amount, one.currency, one.refunded) for one in listed] == [
        (charged.transaction, paid.payment_id, paid.amount, "usd", 2_00)
    ]
    assert await rig.gateway.list_charges(since=since, until=since) == ()
    assert isinstance(await rig.unreachable.list_charges(since=since, until=since), NoAnswer)


@pytest.mark.parametrize("card", ["approved", "declined"])
async def test_a_webhook_tells_the_same_as_the_answer(rig: Rig, card: str) -> None:
    charge = a_charge(await rig.token(card))
    outcome = await rig.gateway.charge(charge)
    headers, body = await rig.webhook(charge.payment_id)
    event = rig.gateway.read_webhook(headers, body, now=datetime.now(UTC))
    assert isinstance(event, GatewayEvent)
    assert isinstance(event.outcome, Approved | Declined)
    assert isinstance(outcome, Approved | Declined)
    named = rig.promises.webhook_names_card
    told = event.outcome if named else replace(event.outcome, card=outcome.card)
    assert (event.payment_id, told) == (charge.payment_id, outcome)
    again = rig.gateway.read_webhook(headers, body, now=datetime.now(UTC))
    assert again == event  # the same id each time (R100)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
async def test_r99_a_signature_within_300_seconds_counts(rig: Rig, seconds: int) -> None:
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    headers = rig.signed(rig.events.paid, at=now + timedelta(seconds=seconds))
    assert rig.gateway.read_webhook(headers, rig.events.paid, now=now) == rig.events.meaning


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_r99_a_signature_from_the_past_or_the_future_is_forged(rig: Rig, seconds: int) -> None:
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    headers = rig.signed(rig.events.paid, at=now + timedelta(seconds=seconds))
    read = rig.gateway.read_webhook(headers, rig.events.paid, now=now)
    if rig.promises.signs_a_time:
        assert isinstance(read, ForgedWebhook)
    else:  # our inbox meets the same id again and does nothing (R100)
        assert read == rig.events.meaning


async def test_r98_another_secret_another_body_or_no_signature_is_forged(rig: Rig) -> None:
    event = rig.events.paid
    wrong = rig.signed(event, at=NOW, secret=b"another")
    assert isinstance(rig.gateway.read_webhook(wrong, event, now=NOW), ForgedWebhook)
    right = rig.signed(event, at=NOW)
    respaced = event.replace(b":", b": ")
    assert isinstance(rig.gateway.read_webhook(right, respaced, now=NOW), ForgedWebhook)
    assert isinstance(rig.gateway.read_webhook({}, event, now=NOW), ForgedWebhook)


async def test_r98_while_a_secret_changes_either_signature_counts(rig: Rig) -> None:
    event = rig.events.paid
    if not rig.promises.joins_signatures:
        older = rig.signed(event, at=NOW, secret=b"older-secret")
        assert isinstance(rig.gateway.read_webhook(older, event, now=NOW), GatewayEvent)
        return
    ((name, right),) = rig.signed(event, at=NOW).items()
    for joined in (f"{right},v1={'0' * 64}", right.replace("v1=", f"v1={'0' * 64},v1="), right + ",v0=x"):
        assert isinstance(rig.gateway.read_webhook({name: joined}, event, now=NOW), GatewayEvent)


async def test_r101_genuine_but_useless_is_ignored(rig: Rig) -> None:
    for body in rig.events.useless:
        event = rig.gateway.read_webhook(rig.signed(body, at=NOW), body, now=NOW)
        assert isinstance(event, IgnoredWebhook), body[:200]


async def test_r86_a_webhook_in_another_currency_is_for_a_person(rig: Rig) -> None:
    body = rig.events.in_euros
    event = rig.gateway.read_webhook(rig.signed(body, at=NOW), body, now=NOW)
    assert isinstance(event, GatewayEvent)
    assert isinstance(event.outcome, Mismatch)
    assert event.outcome.differs == ("currency",)


def test_a_token_is_never_shown() -> None:
    assert "tok_canary" not in repr(a_charge("tok_canary"))
