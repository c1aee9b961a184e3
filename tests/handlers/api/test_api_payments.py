"""The payment feed over the API."""

from datetime import timedelta

import pytest

from quickpay.ports.gateway import Declined, DeclineReason, NoAnswer
from tests.fakes.gateway import VISA
from tests.handlers.api.desk import Api, approved, end, paid, submitted


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.guarantor()


async def test_a_payment_is_told_whole(api: Api) -> None:
    payment = await paid(api, amount=20_000)
    told = (await api.call("GET", f"/payments/{payment}")).json
    assert told == {
        "id": payment,
        "group": "lakeside",
        "guarantor": "1001",
        "link": None,
        "currency": "usd",
        "created_at": "2026-03-02T15:00:00Z",
        "changed_at": "2026-03-02T15:00:00Z",
        "status": "succeeded",
        "reason": None,
        "amount": 20_000,
        "refunded": 0,
        "refunds": [],
        "method": "card",
        "card": {"brand": "visa", "last4": "4242"},
        "origin": "sms",
        "authentication": "quickpay",
        "receipt_number": 1,
        "transaction": f"ch_{payment}",
        "posted": [
            {"service_id": "67563-1", "amount": 15_000},
            {"service_id": "68110-1", "amount": 5_000},
        ],
        "unapplied": 0,
        "reference_batch": 1,
        "acknowledged_at": None,
    }


async def test_each_state_has_its_word(api: Api) -> None:
    pending = await submitted(api, amount=100)
    assert (await api.call("GET", f"/payments/{pending}")).json["status"] == "pending"
    await end(api, pending, NoAnswer(reason="silent"))
    assert (await api.call("GET", f"/payments/{pending}")).json["status"] == "unknown"
    declined = Declined(reason=DeclineReason.INSUFFICIENT_FUNDS, transaction="ch_1", card=VISA)
    await end(api, pending, declined)
    told = (await api.call("GET", f"/payments/{pending}")).json
    assert (told["status"], told["reason"], told["posted"]) == ("declined", "insufficient_funds", [])


async def test_the_feed_goes_on_where_it_stopped(api: Api) -> None:
    made = [await paid(api, amount=100) for _ in range(5)]
    first = (await api.call("GET", "/payments?limit=2")).json
    second = (await api.call("GET", f"/payments?limit=2&after={first['next']}")).json
    third = (await api.call("GET", f"/payments?limit=2&after={second['next']}")).json
    end_ = (await api.call("GET", f"/payments?after={third['next']}")).json
    assert [one["id"] for page in (first, second, third) for one in page["data"]] == made
    assert end_ == {"data": [], "next": None}


async def test_a_changed_payment_appears_again(api: Api) -> None:
    payment = await submitted(api, amount=100)
    page = (await api.call("GET", "/payments")).json
    await end(api, payment, approved(payment, 100))
    again = (await api.call("GET", f"/payments?after={page['next']}")).json
    assert [(one["id"], one["status"]) for one in again["data"]] == [(payment, "succeeded")]


async def test_the_feed_is_narrowed_by_status_and_group(api: Api) -> None:
    await api.group("hilltop")
    await api.guarantor("hilltop", "7")
    here, there = await paid(api), await paid(api, group="hilltop", number="7")
    waiting = await submitted(api, amount=100)
    for query, expected in (
        ("status=pending", [waiting]),
        ("status=succeeded", [here, there]),
        ("group=hilltop", [there]),
        ("group=lakeside&status=succeeded", [here]),
        ("status=refunded", []),
    ):
        page = (await api.call("GET", f"/payments?{query}")).json
        assert [one["id"] for one in page["data"]] == expected, query


async def test_a_blank_parameter_is_none(api: Api) -> None:
    await paid(api)
    whole = (await api.call("GET", "/payments")).json
    assert len(whole["data"]) == 1
    assert (await api.call("GET", "/payments?after=&group=&status=&limit=")).json == whole


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=ten",
        "after=-1",
        "after=x",
        "status=submitting",
        "grop=x",
        "after=1&after=2",
    ],
)
async def test_a_query_that_means_nothing_is_refused(api: Api, query: str) -> None:
    refused = await api.call("GET", f"/payments?{query}")
    assert refused.status == 400
    assert refused.headers["Content-Type"].startswith("application/problem+json")


async def test_a_put_leaves_an_unacknowledged_payment_deducted(api: Api) -> None:
    await paid(api, amount=5_000)
    api.clock.advance(timedelta(minutes=1))
    put = await api.guarantor()
    assert put.json["balances"] == {
        "statement_balance": 20_000,
        "amount_due": 10_000,
        "current_balance": 18_000,
        "unapplied": 0,
        "held": 0,
        "payable": 18_000,
    }


async def test_a_put_that_names_the_receipt_contains_the_payment(api: Api) -> None:
    payment = await paid(api, amount=5_000)
    number = (await api.call("GET", f"/payments/{payment}")).json["receipt_number"]
    ours = {"number": number, "date": "2026-03-02", "amount": 5_000, "applied": 5_000}
    put = await api.guarantor(receipts=[ours])
    assert put.json["balances"]["current_balance"] == 23_000
    assert put.json["receipts"][0]["number"] == str(number)
