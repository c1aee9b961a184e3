"""Money given back over the API: by its own scope, once for each key, never more than was paid (R92, A73)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.reach import EVERYWHERE
from quickpay.ports.gateway import Approved
from tests.handlers.api.desk import Answer, Api, approved, paid, submitted


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.group("hilltop")
    await api.guarantor()


async def _paid(api: Api, amount: int = 5_000) -> str:
    """A payment that the gateway has in its book."""
    payment = await paid(api, amount=amount)
    outcome = approved(payment, amount)
    assert isinstance(outcome, Approved)
    api.gateway.book[payment] = outcome
    return payment


async def _give(api: Api, payment: str, key: str = "k1", **body: Any) -> Answer:
    asked = {"reason": "Paid twice"} | body
    return await api.call("POST", f"/payments/{payment}/refund", asked, Idempotency_Key=key)


async def _balance(api: Api) -> int:
    told = await api.call("GET", "/groups/lakeside/guarantors/1001")
    found: int = told.json["balances"]["current_balance"]
    return found


async def test_a_part_and_then_the_rest(api: Api) -> None:
    payment = await _paid(api)
    before = (await api.call("GET", f"/payments/{payment}")).json
    given = await _give(api, payment, amount=2_000, currency="usd")
    assert given.status == 201
    assert given.headers["Location"] == f"/api/v1/payments/{payment}"
    told = given.json
    assert (told["status"], told["refunded"], told["posted"][0]["amount"]) == ("succeeded", 2_000, 3_000)
    assert [(one["amount"], one["status"], one["reason"]) for one in told["refunds"]] == [
        (2_000, "succeeded", "Paid twice")
    ]
    assert await _balance(api) == 20_000
    whole = await _give(api, payment, "k2")
    assert (whole.json["status"], whole.json["refunded"], whole.json["posted"]) == ("refunded", 5_000, [])
    assert await _balance(api) == 23_000
    feed = await api.call("GET", "/payments?status=refunded")
    assert [one["id"] for one in feed.json["data"]] == [payment]
    assert before["changed_at"] <= whole.json["changed_at"]


async def test_a_refund_after_the_ack_comes_again_in_the_feed_and_is_acknowledged_too(api: Api) -> None:
    payment = await _paid(api)
    await api.call("POST", f"/payments/{payment}/ack")
    read = (await api.call("GET", "/payments")).json
    await _give(api, payment, amount=2_000)
    more = (await api.call("GET", f"/payments?after={read['next']}")).json["data"]
    assert [(one["id"], one["refunded"]) for one in more] == [(payment, 2_000)]
    assert more[0]["acknowledged_at"] == read["data"][0]["acknowledged_at"]
    api.clock.advance(timedelta(hours=1))

    async def backlog() -> int:
        return (await api.store.read(lambda tx: tx.unacknowledged.backlog(within=EVERYWHERE))).given_back

    assert await backlog() == 2_000
    acked = (await api.call("POST", f"/payments/{payment}/ack")).json
    assert acked == more[0], "the payment is as it was; that its refund is known is on the staff's list"
    assert await backlog() == 0
    await _give(api, payment, "k2", amount=1_000)
    number = str(acked["receipt_number"])
    receipt = {"number": number, "date": "2026-03-02", "amount": 5_000, "applied": 2_000, "refunded": 3_000}
    assert await backlog() == 1_000
    await api.guarantor(receipts=[receipt])
    assert await backlog() == 0


async def test_r92_a73_one_key_is_one_refund(api: Api) -> None:
    payment = await _paid(api)
    answers = await asyncio.gather(*(_give(api, payment, amount=2_000) for _ in range(12)))
    assert {one.status for one in answers} == {201}
    assert len(api.gateway.refunds) == 1
    again = await _give(api, payment, amount=2_000)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json["refunded"] == 2_000
    assert (await _give(api, payment, amount=2_001)).status == 422


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"amount": 5_001}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": "10"}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"currency": "eur"}, "currency"),
        ({"reason": ""}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"reason": "a\x00b"}, "reason"),
    ],
)
async def test_what_cannot_be_given_back_is_refused_at_its_field(
    api: Api, body: dict[str, Any], path: str
) -> None:
    payment = await _paid(api)
    refused = await _give(api, payment, **body)
    assert (refused.status, refused.paths) == (422, {path})
    assert api.gateway.refunds == {}
    assert (await _give(api, payment, amount=1)).status == 201, "the key is still free"


async def test_there_is_nothing_to_give_back_of_what_was_not_paid(api: Api) -> None:
    payment = await submitted(api, amount=100)
    assert (await _give(api, payment)).status == 409
    assert (await _give(api, "nobody's")).status == 404


async def test_a_key_needs_the_scope_and_the_group(api: Api) -> None:
    payment = await _paid(api)
    everything_else = await api.key("payments:write", "payments:read")
    theirs = await api.key("payments:refund", group="hilltop")
    for secret, status in ((everything_else, 403), (theirs, 404)):
        api.secret = secret
        assert (await _give(api, payment)).status == status
    api.secret = await api.key("payments:refund", group="lakeside")
    assert (await _give(api, payment)).status == 201
    no_key = await api.call("POST", f"/payments/{payment}/refund", {"reason": "Paid twice"})
    assert no_key.status == 400


async def test_a_gateway_that_refuses_gives_nothing_and_the_answer_says_so(api: Api) -> None:
    payment = await paid(api, amount=5_000)  # our book has it and the gateway's has not
    refused = await _give(api, payment)
    assert refused.status == 409
    assert "no_such_charge" in refused.json["detail"]
    assert (await _give(api, payment)).status == 409
    assert (await api.call("GET", f"/payments/{payment}")).json["refunded"] == 0
