"""What the sandbox adapter makes of answers that are late, wrong, unreadable or for somebody else."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from quickpay.adapters.gateways.sandbox import SandboxGateway
from quickpay.adapters.gateways.signatures import fault
from quickpay.ports.card_fields import CardFields
from quickpay.ports.gateway import (
    Approved,
    Charge,
    Declined,
    Found,
    Mismatch,
    NoAnswer,
    NotFound,
    NotReceived,
    Refund,
    Refunded,
    RefundRefused,
)
from tests.adapters.http import serve
from tests.fakes.gateway import sign

CHARGE = Charge(
    payment_id="p1",
    amount=12_50,
    currency="usd",
    token="tok_canary",
    require_cvc=True,
    description="Lakeside",
)
REFUND = Refund(refund_id="r1", transaction="ch_1", amount=5_00, currency="usd")
PAID: dict[str, Any] = {
    "id": "ch_1",
    "amount": 12_50,
    "currency": "usd",
    "status": "succeeded",
    "reference": "p1",
    "card": {"brand": "visa", "last4": "4242"},
    "at": "2026-03-02T15:00:00Z",
}


class Impostor:
    """Answer everything with what the test gives it, and keep what was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.text = "{}"
        self.kind = "application/json"
        self.headers: dict[str, str] = {}
        self.silent = False
        self.endless = False
        self.cut = False
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []

    def says(self, status: int, said: object) -> None:
        self.status, self.text = status, json.dumps(said)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        self.asked.append(
            (request.method, request.path_qs, dict(request.headers), json.loads(text or "null"))
        )
        assert request.transport is not None
        if self.silent:
            await asyncio.Event().wait()
        if self.cut:
            request.transport.abort()
        if self.endless:
            stream = web.StreamResponse()
            await stream.prepare(request)
            while True:
                await stream.write(b" " * 65536)
        return web.Response(status=self.status, text=self.text, content_type=self.kind, headers=self.headers)


@pytest.fixture
async def impostor() -> Impostor:
    return Impostor()


@pytest.fixture
async def gateway(impostor: Impostor) -> AsyncIterator[SandboxGateway]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", impostor.answer)
    async with serve(app) as url, aiohttp.ClientSession() as session:
        yield SandboxGateway(
            base_url=url, secret="s3cret", webhook_secret="hook", session=session, timeout=2.0
        )


async def test_the_order_goes_out_as_the_world_expects_it(
    gateway: SandboxGateway, impostor: Impostor
) -> None:
    impostor.says(200, PAID)
    assert isinstance(await gateway.charge(CHARGE), Approved)
    ((method, path, headers, body),) = impostor.asked
    assert (method, path, headers["Authorization"]) == ("POST", "/v1/charges", "Bearer s3cret")
    assert headers["Idempotency-Key"] == "p1"
    assert body == {
        "amount": 1250,
        "currency": "usd",
        "token": "tok_canary",
        "reference": "p1",
        "require_cvc": True,
        "store_card": False,
        "wallet": None,
    }


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"amount": 12_51}, ("amount",)),
        ({"amount": 1}, ("amount",)),
        ({"currency": "eur"}, ("currency",)),
        ({"currency": "USD"}, ("currency",)),
        ({"reference": "p2"}, ("reference",)),
        ({"reference": None}, ("reference",)),
        ({"currency": "eur", "reference": "p2"}, ("currency", "reference")),
    ],
)
async def test_r86_x8_a_success_that_is_not_ours_is_a_mismatch_and_an_alarm(
    gateway: SandboxGateway, impostor: Impostor, changed: dict[str, Any], differs: tuple[str, ...]
) -> None:
    impostor.says(200, PAID | changed)
    with capture_logs() as logs:
        outcome = await gateway.charge(CHARGE)
    assert isinstance(outcome, Mismatch)
    assert (outcome.differs, outcome.transaction) == (differs, "ch_1")
    assert [log["log_level"] for log in logs] == ["error"]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "<html><h1>Welcome</h1></html>"),
        (200, ""),
        (200, "null"),
        (200, "[]"),
        (200, "{}"),
        (200, "[" * 100_000),
        (200, json.dumps(PAID)[:-5]),
        (200, json.dumps(PAID | {"status": "pending"})),
        (200, json.dumps(PAID | {"status": "declined"})),
        (200, json.dumps(PAID | {"amount": "1250"})),
        (200, json.dumps(PAID | {"amount": 1250.0})),
        (200, json.dumps(PAID | {"amount": True})),
        (200, json.dumps(PAID | {"id": None})),
        (201, json.dumps(PAID)),
        (202, ""),
        (402, "<html>"),
        (402, json.dumps({"status": "declined"})),
        (402, json.dumps(PAID)),
        (402, json.dumps(PAID | {"status": "declined", "reference": "p2"})),
        (400, json.dumps({"error": {"code": "x"}})),
        (409, json.dumps({"error": {"code": "idempotency_key_in_use"}})),
        (422, json.dumps({"error": {"code": "invalid_request"}})),
        (500, json.dumps(PAID)),
        (502, "<html>"),
        (503, ""),
        (200, '"' + "x" * 2**20 + '"'),
    ],
)
async def test_x5_x6_x8_what_cannot_be_read_decides_nothing(
    gateway: SandboxGateway, impostor: Impostor, status: int, text: str
) -> None:
    impostor.status, impostor.text = status, text
    assert isinstance(await gateway.charge(CHARGE), NoAnswer)
    assert len(impostor.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 429])
async def test_x6_where_the_gateway_did_not_begin_the_order_was_not_received(
    gateway: SandboxGateway, impostor: Impostor, status: int
) -> None:
    impostor.status, impostor.text = status, "no"
    assert await gateway.charge(CHARGE) == NotReceived(reason=f"http_{status}")


async def test_x6_the_key_of_another_order_is_a_mismatch(gateway: SandboxGateway, impostor: Impostor) -> None:
    impostor.says(422, {"error": {"code": "idempotency_mismatch"}})
    outcome = await gateway.charge(CHARGE)
    assert isinstance(outcome, Mismatch)
    assert outcome.differs == ("order",)


async def test_an_unknown_reason_is_a_plain_decline(gateway: SandboxGateway, impostor: Impostor) -> None:
    impostor.says(402, PAID | {"status": "declined", "reason": "moon_phase", "card": {"last4": "x" * 99}})
    outcome = await gateway.charge(CHARGE)
    assert isinstance(outcome, Declined)
    assert (outcome.reason.value, outcome.card) == ("card_declined", None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(gateway: SandboxGateway, impostor: Impostor, status: int) -> None:
    impostor.status, impostor.headers = status, {"Location": "/elsewhere"}
    assert isinstance(await gateway.charge(CHARGE), NoAnswer)
    assert isinstance(await gateway.look_up("p1"), NoAnswer)
    assert [path for _, path, _, _ in impostor.asked] == ["/v1/charges", "/v1/charges?reference=p1"]


async def test_x4_r55_silence_ends_in_time(impostor: Impostor) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", impostor.answer)
    impostor.silent = True
    async with serve(app) as url, aiohttp.ClientSession() as session:
        gateway = SandboxGateway(base_url=url, secret="s", webhook_secret="w", session=session, timeout=0.2)
        before = time.monotonic()
        assert await gateway.charge(CHARGE) == NoAnswer(reason="silent")
        assert await gateway.look_up("p1") == NoAnswer(reason="silent")
        assert await gateway.refund(REFUND) == NoAnswer(reason="silent")
        assert time.monotonic() - before < 3
    assert len(impostor.asked) == 3


async def test_x3_a_cut_line_is_no_answer(gateway: SandboxGateway, impostor: Impostor) -> None:
    impostor.cut = True
    assert await gateway.charge(CHARGE) == NoAnswer(reason="silent")
    assert len(impostor.asked) == 1


async def test_an_endless_answer_is_cut_short(gateway: SandboxGateway, impostor: Impostor) -> None:
    impostor.endless = True
    assert await gateway.charge(CHARGE) == NoAnswer(reason="garbled"), "its time would end as silence"


@pytest.mark.parametrize(
    ("status", "said", "answer"),
    [
        (200, {"data": []}, NotFound()),
        (200, {}, NoAnswer(reason="garbled")),
        (200, {"data": None}, NoAnswer(reason="garbled")),
        (200, {"data": [7]}, NoAnswer(reason="garbled")),
        (200, {"data": [PAID | {"reference": "p2"}]}, NoAnswer(reason="garbled")),
        (200, {"data": [PAID, PAID | {"reference": "p2"}]}, NoAnswer(reason="garbled")),
        (200, {"data": [PAID | {"status": "pending"}]}, NoAnswer(reason="garbled")),
        (500, {"data": []}, NoAnswer(reason="http_500")),
        (401, {"data": []}, NoAnswer(reason="http_401")),
        (404, {"data": []}, NoAnswer(reason="http_404")),
    ],
)
async def test_only_an_empty_list_means_not_found(
    gateway: SandboxGateway, impostor: Impostor, status: int, said: object, answer: object
) -> None:
    impostor.says(status, said)
    assert await gateway.look_up("p1") == answer


async def test_a_success_outweighs_a_decline_in_the_book(gateway: SandboxGateway, impostor: Impostor) -> None:
    impostor.says(200, {"data": [PAID, PAID | {"id": "ch_2", "status": "declined"}]})
    found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)


async def test_two_successes_are_for_a_person(gateway: SandboxGateway, impostor: Impostor) -> None:
    impostor.says(200, {"data": [PAID, PAID | {"id": "ch_2"}]})
    with capture_logs() as logs:
        found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Mismatch)
    assert [log["event"] for log in logs] == ["gateway_charged_twice"]


@pytest.mark.parametrize(
    ("status", "said", "answer"),
    [
        (
            200,
            {"id": "re_1", "charge": "ch_1", "amount": 500, "currency": "usd", "status": "succeeded"},
            Refunded(transaction="re_1"),
        ),
        (
            200,
            {"id": "re_1", "charge": "ch_1", "amount": 501, "currency": "usd", "status": "succeeded"},
            NoAnswer(reason="garbled"),
        ),
        (
            200,
            {"id": "re_1", "charge": "ch_2", "amount": 500, "currency": "usd", "status": "succeeded"},
            NoAnswer(reason="garbled"),
        ),
        (200, {}, NoAnswer(reason="garbled")),
        (500, {}, NoAnswer(reason="http_500")),
        (404, {"error": {"code": "no_such_charge"}}, RefundRefused(reason="no_such_charge")),
        (422, {"error": {"code": "refund_too_large"}}, RefundRefused(reason="refund_too_large")),
        (401, {"error": {"code": "unauthorized"}}, NotReceived(reason="http_401")),
    ],
)
async def test_a_refund_is_only_what_names_our_refund(
    gateway: SandboxGateway, impostor: Impostor, status: int, said: object, answer: object
) -> None:
    impostor.says(status, said)
    assert await gateway.refund(REFUND) == answer


async def test_a_stored_card_is_gone_when_the_gateway_says_so(
    gateway: SandboxGateway, impostor: Impostor
) -> None:
    for status, gone in ((200, True), (404, True), (500, False), (401, False)):
        impostor.status = status
        assert await gateway.forget_card("card_../x") is gone
    assert impostor.asked[0][:2] == ("DELETE", "/v1/cards/card_..%2Fx")


async def test_the_page_learns_where_the_card_fields_live(gateway: SandboxGateway) -> None:
    fields = gateway.card_fields()
    origin = fields.script_url.removesuffix("/fields.js")
    assert fields == CardFields(
        adapter="fields_sandbox.js",
        script_url=f"{origin}/fields.js",
        script_src=(origin,),
        frame_src=(origin,),
        connect_src=(origin,),
        plays_wallets=True,
    )
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", origin)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8081", "ftp://127.0.0.1", "http://", "http://a:b@c"])
async def test_a_bad_address_is_refused_by_its_settings_name(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ValueError, match="QUICKPAY_SANDBOX_URL"):
            SandboxGateway(base_url=url, secret="s", webhook_secret="w", session=session)


NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MOMENT = str(int(NOW.timestamp()))
GOOD = sign(b"body", at=NOW, secret=b"hook").partition("v1=")[2]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=",
        f"t={MOMENT}",
        f"v1={GOOD}",
        f"t={MOMENT},v1=",
        f"t={MOMENT},v1={GOOD[:-1]}",
        f"t={MOMENT},v1={GOOD}0",
        f"t={MOMENT},v1={GOOD.upper()}",
        f"t={MOMENT},v0={GOOD}",
        f"t={MOMENT},t={MOMENT},v1={GOOD}",
        f"t=+{MOMENT},v1={GOOD}",
        f"t=0{MOMENT},v1={GOOD}",
        f"t={MOMENT}.0,v1={GOOD}",
        f"t=\uff11,v1={GOOD}",
        f"t={'9' * 400},v1={GOOD}",
        f"t={MOMENT},v1={GOOD}" + ",v1=0" * 2000,
    ],
)
def test_r98_anything_but_a_right_signature_is_at_fault(header: str | None) -> None:
    assert fault(header, body=b"body", secret=b"hook", now=NOW)


def test_r98_a_right_signature_is_not_at_fault() -> None:
    assert fault(f"t={MOMENT},v1={GOOD}", body=b"body", secret=b"hook", now=NOW) is None
    assert fault(f" t={MOMENT} , v1={GOOD} ", body=b"body", secret=b"hook", now=NOW) is None
