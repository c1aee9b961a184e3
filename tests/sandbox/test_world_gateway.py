"""The card gateway: tokens, charges, keys, refunds, as a merchant meets them."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import time_machine

from quickpay.sandbox import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_good_card_becomes_a_token_that_says_what_it_is(merchant: Any, world: World) -> None:
    card = {"number": "4242 4242 4242 4242", "exp_month": "01", "exp_year": "30", "cvc": ""}
    async with merchant.http.post(f"{world.url}/v1/tokens", json=card) as said:
        body = await said.json()
    assert body.pop("token").startswith("tok_")
    assert body == {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030, "cvc": False}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "4242424242424241"}, "number"),
        ({"number": "4012888888881881"}, "number"),  # right, but nobody's test card: it could be somebody's
        ({"exp_month": 13}, "exp_month"),
        ({"exp_month": True}, "exp_month"),
        ({"exp_year": "x"}, "exp_year"),
        ({"exp_year": 2020}, "exp_year"),
        ({"exp_year": 2099}, "exp_year"),
        ({"cvc": "12"}, "cvc"),
        ({"number": "378282246310005", "cvc": "123"}, "cvc"),
    ],
)
async def test_a_wrong_card_is_told_which_field(
    merchant: Any, world: World, change: dict[str, Any], field: str
) -> None:
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"} | change
    async with merchant.http.post(f"{world.url}/v1/tokens", json=card) as said:
        assert said.status == 422
        error = (await said.json())["error"]
    assert error["field"] == field
    assert error["message"]


async def test_another_sites_page_gets_no_token(merchant: Any, world: World) -> None:
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    for origin, status in (("https://evil.example", 403), (world.url, 200)):
        async with merchant.http.post(
            f"{world.url}/v1/tokens", json=card, headers={"Origin": origin}
        ) as said:
            assert said.status == status
            assert "Access-Control-Allow-Origin" not in said.headers


async def test_the_number_and_the_code_are_kept_nowhere(merchant: Any, tmp_path: Path) -> None:
    await merchant.charge(await merchant.token("4000000000000002", cvc="917"))
    db = sqlite3.connect(tmp_path / "world" / "world.db")
    kept = "\n".join(db.iterdump())
    db.close()
    assert "tok_" in kept
    assert "4000000000000002" not in kept
    assert "'917'" not in kept


@pytest.mark.parametrize("number", ["4242424242424242", "5555555555554444", "378282246310005"])
async def test_an_approved_card_is_charged(merchant: Any, number: str) -> None:
    token = await merchant.token(number, cvc="1234" if number.startswith("37") else "123")
    status, body = await merchant.charge(token)
    assert status == 200
    assert body["id"].startswith("ch_")
    assert body["at"].endswith("Z")
    assert {name: body[name] for name in ("amount", "currency", "status", "reference", "card")} == {
        "amount": 15000,
        "currency": "usd",
        "status": "succeeded",
        "reference": "pay-1",
        "card": {"brand": body["card"]["brand"], "last4": number[-4:]},
    }
    assert await merchant.ledger() == [body | {"idempotency_key": "key-1", "refunded": 0}]


@pytest.mark.parametrize(
    ("number", "reason"), [("4000000000000002", "card_declined"), ("4000000000009995", "insufficient_funds")]
)
async def test_a_decline_is_said_and_is_in_the_ledger(merchant: Any, number: str, reason: str) -> None:
    status, body = await merchant.charge(await merchant.token(number))
    assert (status, body["status"], body["reason"]) == (402, "declined", reason)
    assert [(line["id"], line["status"]) for line in await merchant.ledger()] == [(body["id"], "declined")]


async def test_a_token_works_once(merchant: Any) -> None:
    token = await merchant.token()
    assert (await merchant.charge(token, key="a"))[0] == 200
    status, body = await merchant.charge(token, key="b")
    assert (status, body["status"], body["reason"]) == (402, "declined", "invalid_token")


async def test_twenty_charges_on_one_token_take_money_once(merchant: Any) -> None:
    token = await merchant.token()
    answers = await asyncio.gather(*(merchant.charge(token, key=f"k{i}") for i in range(20)))
    assert sorted(status for status, _ in answers) == [200] + [402] * 19


async def test_a_token_lives_fifteen_minutes(merchant: Any) -> None:
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False) as clock:
        early, late = await merchant.token(), await merchant.token()
        clock.shift(15 * 60)
        assert (await merchant.charge(early, key="a"))[0] == 200
        clock.shift(1)
        assert (await merchant.charge(late, key="b"))[1]["reason"] == "invalid_token"


async def test_a_security_code_can_be_required(merchant: Any) -> None:
    without = await merchant.token(cvc="")
    status, body = await merchant.charge(without, key="a", require_cvc=True)
    assert (status, body["reason"]) == (402, "cvc_required")
    assert (await merchant.charge(await merchant.token(cvc=""), key="b", require_cvc=False))[0] == 200
    assert (await merchant.charge(await merchant.token(), key="c", require_cvc=True))[0] == 200


async def test_the_same_key_gets_the_same_answer_for_a_day(merchant: Any) -> None:
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False) as clock:
        token = await merchant.token()
        first = await merchant.charge(token)
        clock.shift(24 * 60 * 60)
        assert await merchant.charge(token) == first
        assert len(await merchant.ledger()) == 1
        clock.shift(1)
        assert (await merchant.charge(token))[1]["reason"] == "invalid_token"  # the window is over


async def test_twenty_calls_with_one_key_charge_once(merchant: Any) -> None:
    token = await merchant.token()
    answers = await asyncio.gather(*(merchant.charge(token) for _ in range(20)))
    assert {status for status, _ in answers} <= {200, 409}
    assert len(await merchant.ledger()) == 1


async def test_the_same_key_with_another_body_is_refused(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.charge(token)
    status, body = await merchant.charge(token, amount=1)
    assert (status, body["error"]["code"]) == (422, "idempotency_mismatch")


async def test_a_key_in_flight_is_a_conflict(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="hang", count=1)
    first = asyncio.create_task(merchant.charge(token))
    await merchant.kept_waiting(1)
    assert (await merchant.charge(token))[0] == 409
    await merchant.end_faults()
    assert (await first)[0] == 200


async def test_a_charge_needs_the_secret_a_key_and_sense(merchant: Any, world: World) -> None:
    url, secret = f"{world.url}/v1/charges", f"Bearer {world.terms.gateway_secret}"
    async with merchant.http.post(url, json={}, headers={"Idempotency-Key": "k"}) as said:
        assert said.status == 401
    async with merchant.http.post(url, json={}, headers={"Authorization": secret}) as said:
        assert said.status == 400
    for change in ({"amount": 0}, {"amount": True}, {"amount": "1"}, {"currency": "eur"}, {"require_cvc": 5}):
        status, body = await merchant.charge("tok_x", key="k", **change)
        assert (status, body["error"]["field"]) == (422, next(iter(change)))
    assert await merchant.ledger() == []


async def test_the_silent_card_is_charged_and_says_nothing(merchant: Any, listener: Any) -> None:
    token = await merchant.token("4000000000000119")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await merchant.charge(token)
    [line] = await merchant.ledger(reference="pay-1")
    assert line["status"] == "succeeded"
    [event] = await listener.until_came(1)
    assert event["data"]["id"] == line["id"]
    status, body = await merchant.charge(token)  # asked again with its key, it tells
    assert (status, body["id"]) == (200, line["id"])


async def test_the_broken_card_charges_nothing(merchant: Any) -> None:
    token = await merchant.token("4000000000000259")
    assert (await merchant.charge(token))[0] == 500
    assert (await merchant.charge(token))[0] == 500
    assert await merchant.ledger() == []


async def test_a_look_up_finds_by_reference_and_by_id(merchant: Any, world: World) -> None:
    for name in ("a", "b"):
        await merchant.charge(await merchant.token(), key=name, reference=name)
    [line] = await merchant.ledger(reference="b")
    async with merchant.http.get(f"{world.url}/v1/charges/{line['id']}") as said:
        assert await said.json() == line
    async with merchant.http.get(f"{world.url}/v1/charges/ch_none") as said:
        assert said.status == 404
    wrong = {"Authorization": "Bearer wrong"}
    async with merchant.http.get(f"{world.url}/v1/charges", headers=wrong) as said:
        assert said.status == 401
    assert [line["reference"] for line in await merchant.ledger(limit="1")] == ["a"]


async def test_refunds_never_pass_the_charge(merchant: Any) -> None:
    _, charge = await merchant.charge(await merchant.token(), amount=1000)
    asks = [{"charge": charge["id"], "amount": 300} for _ in range(10)]
    answers = await asyncio.gather(
        *(merchant.post("/v1/refunds", body, key=f"r{i}") for i, body in enumerate(asks))
    )
    assert sorted(status for status, _ in answers) == [200] * 3 + [422] * 7
    assert [line["refunded"] for line in await merchant.ledger()] == [900]


async def test_a_refund_is_done_once_per_key_and_only_on_what_succeeded(merchant: Any) -> None:
    _, charge = await merchant.charge(await merchant.token(), amount=1000)
    body = {"charge": charge["id"], "amount": 300}
    first = await merchant.post("/v1/refunds", body, key="r")
    assert await merchant.post("/v1/refunds", body, key="r") == first
    assert [line["refunded"] for line in await merchant.ledger()] == [300]
    _, declined = await merchant.charge(await merchant.token("4000000000000002"), key="d")
    status, _ = await merchant.post("/v1/refunds", {"charge": declined["id"], "amount": 1}, key="s")
    assert status == 404


async def test_the_whole_card_typed_again_brings_a_stored_cards_code(merchant: Any) -> None:
    stored = (await merchant.charge(await merchant.token(), key="a", store_card=True))[1]["stored_card"]
    code, another = await merchant.token(), await merchant.token("4000000000000002")
    without = await merchant.token(cvc="")
    for key, wrong in (("b", another), ("c", without), ("d", stored)):
        said = await merchant.charge(stored, key=key, require_cvc=True, cvc_token=wrong)
        assert said[1]["reason"] == "cvc_required", key
    assert (await merchant.charge(stored, key="e", require_cvc=True, cvc_token=code))[0] == 200
    again = await merchant.charge(stored, key="f", require_cvc=True, cvc_token=code)
    assert again[1]["reason"] == "cvc_required", "once"
    assert (await merchant.charge(code, key="g"))[1]["reason"] == "invalid_token"


@pytest.mark.parametrize("wallet", ["apple_pay", "google_pay"])
async def test_a_card_typed_out_stands_for_one_in_a_wallet_and_a_wallets_for_no_other(
    merchant: Any, wallet: str
) -> None:
    assert (await merchant.charge(await merchant.token(), key="a", wallet=wallet))[0] == 200
    refused = await merchant.charge(await merchant.token("4000000000000002"), key="b", wallet=wallet)
    assert refused[1]["reason"] == "card_declined"
    other = "google_pay" if wallet == "apple_pay" else "apple_pay"
    for key, kind in (("c", None), ("d", other)):
        from_wallet = (await merchant.post("/v1/tokens", {"wallet": wallet}, key=""))[1]["token"]
        assert (await merchant.charge(from_wallet, key=key, wallet=kind))[1]["reason"] == "invalid_token"


async def test_a_stored_card_works_again_until_it_is_dropped(merchant: Any, world: World) -> None:
    _, first = await merchant.charge(await merchant.token(), key="a", store_card=True)
    stored = first["stored_card"]
    assert (await merchant.charge(stored, key="b"))[0] == 200
    said, answer = await merchant.charge(stored, key="c", require_cvc=True)
    assert (said, answer["reason"]) == (402, "cvc_required")  # of a stored card it is asked for anew
    secret = {"Authorization": f"Bearer {world.terms.gateway_secret}"}
    async with merchant.http.delete(f"{world.url}/v1/cards/{stored}", headers=secret) as said:
        assert said.status == 200
    assert (await merchant.charge(stored, key="d"))[1]["reason"] == "invalid_token"
