"""What every gateway promises: the sandbox adapter, against its world, and the fake pass the same tests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import web

from quickpay.adapters.gateways.sandbox import SandboxGateway
from quickpay.ports.gateway import (
    Approved,
    Card,
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


class Rig(Protocol):
    """Stand behind a gateway: cards, webhooks, and a gateway nobody can reach."""

    gateway: Gateway
    unreachable: Gateway

    async def token(self, card: str) -> str: ...
    async def webhook(self, payment_id: str) -> tuple[Mapping[str, str], bytes]: ...
    def signed(self, body: bytes, *, at: datetime, secret: bytes | None = None) -> dict[str, str]: ...


class FakeRig:
    def __init__(self) -> None:
        self.fake = FakeGateway()
        self.gateway: Gateway = self.fake
        down = FakeGateway()
        down.down = True
        self.unreachable: Gateway = down

    async def token(self, card: str) -> str:
        return f"tok_{card}"

    async def webhook(self, payment_id: str) -> tuple[Mapping[str, str], bytes]:
        return self.fake.webhook(payment_id, event_id="evt_1", now=NOW)

    def signed(self, body: bytes, *, at: datetime, secret: bytes | None = None) -> dict[str, str]:
        return {"fake-SIGNATURE": sign(body, at=at, secret=secret or SECRET)}


class SandboxRig:
    def __init__(self, *, session: aiohttp.ClientSession, world: World, nowhere: str, inbox: "Inbox") -> None:
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


class Inbox:
    """Take the world's webhooks."""

    def __init__(self) -> None:
        self._came: asyncio.Queue[tuple[Mapping[str, str], bytes]] = asyncio.Queue()

    async def take(self, request: web.Request) -> web.Response:
        await self._came.put((dict(request.headers), await request.read()))
        return web.Response()

    async def about(self, payment_id: str) -> tuple[Mapping[str, str], bytes]:
        while True:
            headers, body = await self._came.get()
            if payment_id.encode() in body:
                return headers, body


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


@pytest.fixture(params=[fake_rig, sandbox_rig], ids=["fake", "sandbox"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    make: Callable[[Path], contextlib.AbstractAsyncContextManager[Rig]] = request.param
    async with make(tmp_path) as made:
        yield made


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
    charge = a_charge(await rig.token(card))
    outcome = await rig.gateway.charge(charge)
    assert isinstance(outcome, Declined)
    assert outcome.reason == reason
    assert await rig.gateway.charge(charge) == outcome
    assert await rig.gateway.look_up(charge.payment_id) == Found(outcome=outcome)


async def test_a_code_is_needed_only_where_it_is_required(rig: Rig) -> None:
    charge = a_charge(await rig.token("no_cvc"), require_cvc=False)
    assert isinstance(await rig.gateway.charge(charge), Approved)


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
    event = rig.gateway.read_webhook(headers, body, now=NOW)
    assert isinstance(event, GatewayEvent)
    assert (event.payment_id, event.outcome) == (charge.payment_id, outcome)
    assert rig.gateway.read_webhook(headers, body, now=NOW) == event  # the same id each time (R100)


EVENT = (
    b'{"id":"evt_1","type":"charge.succeeded","data":{"id":"ch_1","status":"succeeded","amount":5,'
    b'"currency":"usd","reference":"p1","refunded":0,"card":{"brand":"visa","last4":"4242"}}}'
)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
async def test_r99_a_signature_within_300_seconds_counts(rig: Rig, seconds: int) -> None:
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    headers = rig.signed(EVENT, at=now + timedelta(seconds=seconds))
    assert rig.gateway.read_webhook(headers, EVENT, now=now) == GatewayEvent(
        event_id="evt_1",
        payment_id="p1",
        outcome=Approved(
            transaction="ch_1",
            card=Card(brand="visa", last4="4242"),
            amount=5,
            currency="usd",
            reference="p1",
        ),
    )


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_r99_a_signature_from_the_past_or_the_future_is_forged(rig: Rig, seconds: int) -> None:
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    headers = rig.signed(EVENT, at=now + timedelta(seconds=seconds))
    assert isinstance(rig.gateway.read_webhook(headers, EVENT, now=now), ForgedWebhook)


async def test_r98_another_secret_another_body_or_no_signature_is_forged(rig: Rig) -> None:
    wrong = rig.signed(EVENT, at=NOW, secret=b"another")
    assert isinstance(rig.gateway.read_webhook(wrong, EVENT, now=NOW), ForgedWebhook)
    right = rig.signed(EVENT, at=NOW)
    respaced = EVENT.replace(b":", b": ")
    assert isinstance(rig.gateway.read_webhook(right, respaced, now=NOW), ForgedWebhook)
    assert isinstance(rig.gateway.read_webhook({}, EVENT, now=NOW), ForgedWebhook)


async def test_r98_while_a_secret_changes_either_signature_counts(rig: Rig) -> None:
    ((name, right),) = rig.signed(EVENT, at=NOW).items()
    for joined in (f"{right},v1={'0' * 64}", right.replace("v1=", f"v1={'0' * 64},v1="), right + ",v0=x"):
        assert isinstance(rig.gateway.read_webhook({name: joined}, EVENT, now=NOW), GatewayEvent)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b'{"id":"evt_1"}',
        EVENT.replace(b"charge.succeeded", b"charge.disputed"),
        EVENT.replace(b'"evt_1"', b"7"),
        EVENT.replace(b'"p1"', b"null"),
        EVENT.replace(b'"status":"succeeded"', b'"status":"pending"'),
        EVENT.replace(b'"amount":5', b'"amount":"5"'),
        EVENT.replace(b'"amount":5', b'"amount":5.0'),
        b"[" * 100_000,
    ],
)
async def test_r101_genuine_but_useless_is_ignored(rig: Rig, body: bytes) -> None:
    event = rig.gateway.read_webhook(rig.signed(body, at=NOW), body, now=NOW)
    assert isinstance(event, IgnoredWebhook)


async def test_r86_a_webhook_in_another_currency_is_for_a_person(rig: Rig) -> None:
    body = EVENT.replace(b"usd", b"eur")
    event = rig.gateway.read_webhook(rig.signed(body, at=NOW), body, now=NOW)
    assert isinstance(event, GatewayEvent)
    assert isinstance(event.outcome, Mismatch)
    assert event.outcome.differs == ("currency",)


def test_a_token_is_never_shown() -> None:
    assert "tok_canary" not in repr(a_charge("tok_canary"))
