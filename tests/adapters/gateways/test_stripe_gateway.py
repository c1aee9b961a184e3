"""What is Stripe's alone: its errors, its bank's questions, its kept cards, and its package's traps."""

import ast
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from quickpay.adapters.gateways.stripe import StripeGateway
from quickpay.ports.gateway import (
    Approved,
    Declined,
    DeclineReason,
    Found,
    Mismatch,
    NeedsAction,
    NoAnswer,
    NotReceived,
    Outcome,
    Refund,
    RefundRefused,
)
from tests.adapters.gateways.stripe_rig import StripeRig, stripe_gateway, stripe_rig
from tests.adapters.gateways.test_gateway_contract import a_charge
from tests.adapters.http import serve
from tests.arch.house import PACKAGE

PAID: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "status": "succeeded",
    "amount": 1250,
    "amount_received": 1250,
    "currency": "usd",
    "metadata": {"payment": "p1"},
    "client_secret": "pi_1_secret_x",
}


@pytest.fixture
async def rig(localstripe: str) -> AsyncIterator[StripeRig]:
    async with stripe_rig(localstripe) as made:
        yield made


class Scripted:
    """A Stripe that says whatever a test wants said."""

    def __init__(self) -> None:
        self.status = 200
        self.said: Any = PAID
        self.headers: dict[str, str] = {}
        self.asked: list[web.Request] = []
        self.forms: list[dict[str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        if isinstance(self.said, bytes):
            return web.Response(status=self.status, body=self.said, headers=self.headers)
        return web.json_response(self.said, status=self.status, headers=self.headers)


@pytest.fixture
async def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
async def gateway(scripted: Scripted) -> AsyncIterator[StripeGateway]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", scripted.answer)
    async with serve(app) as url, aiohttp.ClientSession() as session:
        yield stripe_gateway(session, url, timeout=2.0)


def _error(**said: Any) -> dict[str, Any]:
    return {"error": {"message": "no", **said}}


async def test_f9_what_is_asked_has_the_payments_id_as_its_key_and_its_reference(
    gateway: StripeGateway, scripted: Scripted
) -> None:
    outcome = await gateway.charge(a_charge("pm_1", payment_id="p1"))
    assert isinstance(outcome, Approved)
    (request,), (form,) = scripted.asked, scripted.forms
    assert (request.method, request.path) == ("POST", "/v1/payment_intents")
    assert request.headers["Idempotency-Key"] == "p1"
    wanted = {
        "amount": "1250",
        "currency": "usd",
        "confirm": "true",
        "metadata[payment]": "p1",
        "payment_method": "pm_1",
        "payment_method_types[0]": "card",
        "return_url": "http://127.0.0.1:1/payments/p1",
    }
    assert {name: form[name] for name in wanted} == wanted
    await gateway.charge(a_charge("ctoken_1", payment_id="p1"))
    assert scripted.forms[1]["confirmation_token"] == "ctoken_1"
    await gateway.charge(a_charge("cus_1/pm_1", payment_id="p1", cvc_token="cvctok_1"))
    kept = {
        "customer": "cus_1",
        "payment_method": "pm_1",
        "payment_method_options[card][cvc_token]": "cvctok_1",
    }
    assert {name: scripted.forms[2][name] for name in kept} == kept


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [
        (401, _error(type="invalid_request_error"), NotReceived(reason="http_401")),
        (403, _error(type="invalid_request_error"), NotReceived(reason="http_403")),
        (429, _error(type="invalid_request_error", code="rate_limit"), NotReceived(reason="http_429")),
        (400, _error(type="invalid_request_error", code="unknown"), NotReceived(reason="unknown")),
        (409, _error(type="idempotency_error", code="idempotency_key_in_use"), NoAnswer(reason="http_409")),
        (409, _error(type="invalid_request_error", code="lock_timeout"), NoAnswer(reason="http_409")),
        (500, _error(type="api_error"), NoAnswer(reason="http_500")),
        (503, b"<h1>Sorry</h1>", NoAnswer(reason="http_503")),
        (400, b"<h1>Bad</h1>", NoAnswer(reason="http_400")),
        (402, _error(type="card_error", payment_intent=PAID | {"metadata": {}}), NoAnswer(reason="garbled")),
        (200, b"<h1>Hello</h1>", NoAnswer(reason="garbled")),
        (200, b"[]", NoAnswer(reason="garbled")),
        (200, b"null", NoAnswer(reason="garbled")),
        (200, b"7", NoAnswer(reason="garbled")),
        (200, {"object": "payment_intent"}, NoAnswer(reason="garbled")),
        (200, PAID | {"status": "processing"}, NoAnswer(reason="no outcome")),
        (200, PAID | {"status": "requires_capture"}, NoAnswer(reason="no outcome")),
        (200, PAID | {"status": "requires_action"}, NoAnswer(reason="action unknown")),
    ],
)  # fmt: skip
async def test_x5_x6_only_what_surely_charged_nothing_is_called_so(
    gateway: StripeGateway, scripted: Scripted, status: int, said: Any, outcome: Outcome
) -> None:
    scripted.status, scripted.said = status, said
    assert await gateway.charge(a_charge("pm_1", payment_id="p1")) == outcome
    assert len(scripted.asked) == 1  # nothing is ever sent twice (R79)


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"amount": 1251, "amount_received": 1251}, "amount"),
        ({"amount_received": 1249}, "amount"),
        ({"currency": "eur"}, "currency"),
        ({"metadata": {"payment": "p2"}}, "reference"),
        ({"metadata": {}}, "reference"),
    ],
)
async def test_r86_x8_a_success_of_something_else_is_for_a_person(
    gateway: StripeGateway, scripted: Scripted, changed: dict[str, Any], differs: str
) -> None:
    scripted.said = PAID | changed
    outcome = await gateway.charge(a_charge("pm_1", payment_id="p1"))
    assert isinstance(outcome, Mismatch)
    assert outcome.differs == (differs,)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, DeclineReason.INSUFFICIENT_FUNDS),
        ({"code": "card_declined", "decline_code": "lost_card"}, DeclineReason.CARD_DECLINED),
        ({"code": "expired_card"}, DeclineReason.EXPIRED_CARD),
        ({"code": "incorrect_cvc"}, DeclineReason.INCORRECT_CVC),
        ({"code": "card_declined", "decline_code": "card_not_supported"}, DeclineReason.CARD_NOT_ACCEPTED),
        ({"code": "incorrect_number"}, DeclineReason.CARD_COULD_NOT_BE_READ),
        ({"code": "processing_error"}, DeclineReason.CARD_DECLINED),
    ],
)
async def test_a_decline_is_put_in_words_a_page_has(
    gateway: StripeGateway, scripted: Scripted, code: dict[str, str], reason: DeclineReason
) -> None:
    scripted.status, scripted.said = 402, _error(type="card_error", **code)
    outcome = await gateway.charge(a_charge("pm_1", payment_id="p1"))
    assert outcome == Declined(reason=reason, transaction=None, card=None)


async def test_a_redirect_is_not_followed_with_a_charge_in_hand(
    gateway: StripeGateway, scripted: Scripted
) -> None:
    scripted.status, scripted.headers = 307, {"Location": "/elsewhere"}
    assert isinstance(await gateway.charge(a_charge("pm_1", payment_id="p1")), NoAnswer)
    assert [request.path for request in scripted.asked] == ["/v1/payment_intents"]


async def test_a_failed_refund_gives_nothing_and_a_pending_one_is_on_its_way(
    gateway: StripeGateway, scripted: Scripted
) -> None:
    refund = Refund(refund_id="r1", transaction="pi_1", amount=5, currency="usd")
    said = {"id": "re_1", "object": "refund", "payment_intent": "pi_1", "amount": 5, "currency": "usd"}
    scripted.said = said | {"status": "failed"}
    assert isinstance(await gateway.refund(refund), RefundRefused)
    scripted.said = said | {"status": "pending", "amount": 6}
    assert isinstance(await gateway.refund(refund), NoAnswer)


@pytest.mark.parametrize("page", ["http://bank.example.com/3ds", "javascript:alert(1)", "//bank.example.com"])
async def test_a_payer_is_sent_nowhere_but_by_https(
    gateway: StripeGateway, scripted: Scripted, page: str
) -> None:
    action = {"type": "redirect_to_url", "redirect_to_url": {"url": page}}
    scripted.said = PAID | {"status": "requires_action", "next_action": action}
    assert isinstance(await gateway.charge(a_charge("pm_1", payment_id="p1")), NoAnswer)
    action["redirect_to_url"] = {"url": "https://hooks.stripe.com/3ds"}
    outcome = await gateway.charge(a_charge("pm_1", payment_id="p1"))
    assert outcome == NeedsAction(transaction="pi_1", page="https://hooks.stripe.com/3ds", word=None)
    assert "hooks" not in repr(outcome)


async def test_a_look_up_reads_on_until_it_is_found_and_then_searches(
    gateway: StripeGateway, scripted: Scripted
) -> None:
    others = [PAID | {"id": f"pi_{n}", "created": 1_790_000_000 - n * 3600, "metadata": {}} for n in range(4)]
    scripted.said = {"object": "list", "data": others, "has_more": True}
    assert await gateway.look_up("p1") == NoAnswer(reason="garbled")  # what it found there is not ours
    assert [request.path for request in scripted.asked] == [
        "/v1/payment_intents",
        "/v1/payment_intents/search",
    ]
    scripted.said = {"object": "list", "data": [PAID, PAID | {"id": "pi_2"}], "has_more": False}
    found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Mismatch)  # charged twice: a person must look


async def test_a_question_of_the_bank_is_called_off_for_good(rig: StripeRig) -> None:
    charge = a_charge(await rig.token("asks_bank"))
    asks = await rig.gateway.charge(charge)
    assert isinstance(asks, NeedsAction)
    assert asks.page is None
    assert asks.word is not None
    assert asks.word not in repr(asks)
    assert await rig.gateway.look_up(charge.payment_id) == Found(outcome=asks)
    over = await rig.gateway.call_off(charge.payment_id)
    assert isinstance(over, Found)
    assert isinstance(over.outcome, Declined)
    assert over.outcome.reason is DeclineReason.NOT_CHARGED
    said = await rig.front.call(
        "POST", f"/v1/payment_intents/{asks.transaction}/_authenticate?success=true", client_secret=asks.word
    )
    assert "error" in said
    assert await rig.gateway.look_up(charge.payment_id) == over


async def test_one_that_was_paid_meanwhile_is_not_called_off(rig: StripeRig) -> None:
    charge = a_charge(await rig.token("approved"))
    paid = await rig.gateway.charge(charge)
    assert await rig.gateway.call_off(charge.payment_id) == Found(outcome=paid)


async def test_a_bank_that_says_no_leaves_a_decline_that_says_so(rig: StripeRig) -> None:
    charge = a_charge(await rig.token("asks_bank"))
    asks = await rig.gateway.charge(charge)
    assert isinstance(asks, NeedsAction)
    path = f"/v1/payment_intents/{asks.transaction}/_authenticate?success=false"
    await rig.front.call("POST", path, client_secret=str(asks.word))
    for ask in (rig.gateway.look_up, rig.gateway.call_off):
        found = await ask(charge.payment_id)
        assert isinstance(found, Found)
        assert isinstance(found.outcome, Declined)
        assert found.outcome.reason is DeclineReason.NOT_CONFIRMED


async def test_without_keys_an_order_sent_twice_would_be_charged_twice(rig: StripeRig) -> None:
    """So the tests that count localstripe's intents can see a double charge at all."""
    rig.front.keeps_keys = False
    charge = a_charge(await rig.token("approved"))
    await rig.gateway.charge(charge)
    await rig.gateway.charge(charge)
    assert len(await rig.front.intents()) == 2
    found = await rig.gateway.look_up(charge.payment_id)
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Mismatch)


def test_nothing_but_the_settings_brings_stripes_package_in() -> None:
    """It takes a second and 34 MB."""
    here = "quickpay.adapters.gateways.stripe"
    brought = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "stripe" in (text := path.read_text("utf-8"))
        for node in ast.parse(text).body
        for name in _imported(node)
        if name.partition(".")[0] == "stripe" or name.startswith(here)
    }
    assert "adapters/gateways/stripe.py" in brought
    assert [place for place in brought if not place.startswith("adapters/gateways/stripe")] == []


def _imported(node: ast.stmt) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [one.name for one in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [module, *(f"{module}.{one.name}" for one in names)]
        case _:
            return []
