"""Webhooks: signed, after the answer, again and again until they arrive, also over a restart."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_each_charge_decline_and_refund_is_told(merchant: Any, listener: Any) -> None:
    _, charge = await merchant.charge(await merchant.token(), key="a")
    assert listener.came == []  # the answer came first
    await listener.until_came(1)
    _, declined = await merchant.charge(await merchant.token("4000000000000002"), key="b")
    await listener.until_came(2)
    await merchant.post("/v1/refunds", {"charge": charge["id"], "amount": 5000}, key="c")
    events = await listener.until_came(3)
    assert [event["type"] for event in events] == ["charge.succeeded", "charge.declined", "charge.refunded"]
    assert [event["data"]["id"] for event in events] == [charge["id"], declined["id"], charge["id"]]
    assert events[2]["data"]["refunded"] == 5000
    assert all(event["id"].startswith("evt_") for event in events)
    assert listener.signed_right()


async def test_a_webhook_that_is_not_taken_comes_again(merchant: Any, listener: Any) -> None:
    listener.statuses = [500, 503]
    await merchant.charge(await merchant.token())
    events = await listener.until_came(3)
    assert len({event["id"] for event in events}) == 1
    assert listener.signed_right()


async def test_webhooks_can_be_kept_back_and_doubled(merchant: Any, listener: Any) -> None:
    await merchant.fault(part="webhooks", fault="refuse", count=1)
    await merchant.fault(part="webhooks", fault="drop_after_accept", count=1)
    await merchant.charge(await merchant.token())
    events = await listener.until_came(2)
    assert len({event["id"] for event in events}) == 1
    assert await merchant.faults() == []


async def test_a_webhook_in_line_survives_a_restart(
    another_world: Any, listener: Any, tmp_path: Path
) -> None:
    first = await another_world(tmp_path, webhook_url=listener.url)
    secret = {"Authorization": f"Bearer {first.terms.gateway_secret}", "Idempotency-Key": "k"}
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{first.url}/v1/tokens", json=card) as said:
            token = (await said.json())["token"]
        order = {"amount": 100, "currency": "usd", "token": token, "reference": "p"}
        async with http.post(f"{first.url}/v1/charges", json=order, headers=secret) as said:
            charge = await said.json()
    await first.stop()
    assert listener.came == []
    await another_world(tmp_path, webhook_url=listener.url)
    [event] = await listener.until_came(1)
    assert event["data"]["id"] == charge["id"]
