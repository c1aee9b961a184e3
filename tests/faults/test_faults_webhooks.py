"""Webhooks are believed when signed and fresh, and each once, however often it comes."""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import time
from collections import Counter
from contextlib import closing
from typing import Any

from tests.faults.books import rows
from tests.faults.patient import CHARGED_IN_SILENCE
from tests.faults.place import Place
from tests.household import WEBHOOK_SECRET, eventually


def signed(body: bytes, *, at: float | None = None, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    """Headers as the gateway signs them."""
    stamp = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "Sandbox-Signature": f"t={stamp},v1={digest}"}


def event_of(charge: dict[str, Any], *, event_id: str = "evt_1") -> bytes:
    """The gateway's word that a charge went through."""
    event = {"id": event_id, "type": "charge.succeeded", "created": int(time.time()), "data": charge}
    return json.dumps(event).encode()


async def deliver(place_: Place, body: bytes, headers: dict[str, str]) -> int:
    url = f"{place_.base_url}/webhooks/sandbox"
    async with place_.session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def charged_in_silence(place_: Place) -> dict[str, Any]:
    """A payment the gateway took and nobody has told us of; look-ups get no answer either."""
    patient = await place_.at_the_card()
    token = await patient.card(CHARGED_IN_SILENCE)
    result = (await patient.press_pay(token, email="alice@example.com")).to
    await place_.fault("gateway", "error", count=1000)
    assert (await patient.get(result)).payment_status == "unknown"
    return (await place_.charges())[0]


async def test_r98_r99_what_is_not_signed_now_by_the_gateway_changes_nothing(here: Place) -> None:
    body = event_of(await charged_in_silence(here))
    forgeries = {
        "unsigned": {"Content-Type": "application/json"},
        "by another": signed(body, secret="somebody-elses-secret"),
        "of other words": signed(body + b" "),
        "stale": signed(body, at=time.time() - 301),
        "future": signed(body, at=time.time() + 302),
        "garbled": {"Sandbox-Signature": "t=now,v1=yes"},
    }
    for name, headers in forgeries.items():
        assert await deliver(here, body, headers) == 403, name
    assert (await here.only_payment())["status"] == "unknown"
    assert await deliver(here, body, signed(body, at=time.time() - 290)) == 204
    assert (await here.only_payment())["status"] == "succeeded"


async def test_r100_the_same_event_many_times_has_one_effect(here: Place) -> None:
    body = event_of(await charged_in_silence(here))
    at_once = await asyncio.gather(*(deliver(here, body, signed(body)) for _ in range(20)))
    after = [await deliver(here, body, signed(body)) for _ in range(100)]
    assert Counter(at_once + after) == {204: 120}
    assert (await here.only_payment())["status"] == "succeeded"
    told = await rows(here.database_url, "SELECT count(*) FROM audit WHERE type = 'payment.succeeded'")
    assert told == [(1,)]
    await here.no_faults()
    await here.settles()
    await here.agrees()
    assert len(here.receipts()) == 1


async def test_a68_r104_other_events_never_undo_a_success(here: Place) -> None:
    charge = await charged_in_silence(here)
    body = event_of(charge)
    assert await deliver(here, body, signed(body)) == 204
    contrary = {"id": "evt_2", "type": "charge.declined", "data": charge | {"status": "declined"}}
    for said in (contrary, contrary | {"id": "evt_3", "data": charge | {"amount": 1}}):
        body = json.dumps(said).encode()
        assert await deliver(here, body, signed(body)) == 204
    assert (await here.only_payment())["status"] == "succeeded"
    await here.no_faults()
    await here.settles()
    await here.agrees()


async def test_x10_r102_a_locked_database_lets_the_gateway_come_again(told: Place) -> None:
    """Locked while the answer, the webhook and the look-up come: 503, tried again, written once."""
    patient = await told.at_the_card()
    token = await patient.card()
    await told.fault("gateway", "slow", delay=1)
    pressed = asyncio.create_task(patient.press_pay(token, email="alice@example.com"))
    await eventually(lambda: held(told))
    path = told.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        page = await pressed
        assert (await patient.get(page.to)).payment_status == "unknown"
        body = event_of((await told.charges())[0], event_id="evt_by_hand")
        assert await deliver(told, body, signed(body)) == 503
        other.execute("ROLLBACK")
    await told.status_becomes("succeeded", within=10)
    assert (await patient.get(page.to)).payment_status == "paid"
    await told.settles()
    await told.agrees()
    assert len(told.receipts()) == 1


async def held(place_: Place) -> bool:
    return any(fault.waiting for fault in place_.world.faults.on())
