"""What is old is forgotten: whom we wrote to, and the rows of codes; nothing that is still a proof (R132)."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from quickpay.adapters.store.schema import audit
from quickpay.adapters.store.statements import Statement
from quickpay.domain.money import Cents
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.refunds import Refund
from quickpay.mfa.challenge import PROOFS_KEPT
from quickpay.mfa.methods import Method as Way
from quickpay.services.once import Call, InFlight, Made, Once, Replayed
from quickpay.services.running.checks import Checks
from quickpay.services.running.retention import CONTACTS_KEPT, EVENTS_KEPT, KEYS_KEPT
from quickpay.services.settling.refunds import GiveBack
from tests.people import House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows

EMAIL, MOBILE, GIVEN = "alice@example.com", "+16085550123", "given@example.com"
DAY = timedelta(days=1)


async def _violations(house: House) -> list[Any]:
    return await Checks(store=house.store, clock=house.clock).run()


async def _proves_pays_and_gets_a_receipt(lakeside: Lakeside) -> Person:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.prove(Way.SMS)
    await alice.pays(amount=1_000, email=GIVEN)
    await house.outbox().run_once()
    return alice


async def test_r132_codes_texts_and_recipients_go_after_thirty_days_and_nothing_else(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    await _proves_pays_and_gets_a_receipt(lakeside)
    kept = {name: await rows(house, name) for name in ("audit", "payments", "receipts", "sessions", "links")}
    house.later(seconds=(PROOFS_KEPT - DAY).total_seconds())
    assert await house.retention.run() == 0, "not a day too early"
    assert (await rows(house, "outbox"))[-1]["recipient"] == GIVEN
    house.later(days=1, minutes=1)
    assert await house.retention.run() == 3

    assert await rows(house, "challenges") == await rows(house, "texts") == []
    [message] = await rows(house, "outbox")
    assert (message["recipient"], message["state"]) == (None, "sent")
    assert {name: await rows(house, name) for name in kept} == kept
    left = [line for line in (await dump(house)).splitlines() if not line.startswith("guarantor")]
    assert not [line for line in left if MOBILE in line or EMAIL in line]
    assert await house.retention.run() == 0, "again, it finds nothing"


async def test_r132_a_proof_without_its_row_is_told_by_the_audit_and_by_nothing_else(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    await _proves_pays_and_gets_a_receipt(lakeside)
    house.later(seconds=PROOFS_KEPT.total_seconds() + 60)
    await house.retention.run()
    assert await _violations(house) == []

    async def unit(tx: Any) -> None:
        await tx.links._run.count(Statement(delete(audit).where(audit.c.type == "challenge.verified")))

    await house.store.write(unit)
    assert [one.invariant for one in await _violations(house)] == ["I4"]


async def test_r132_what_waits_is_not_forgotten_however_old(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask()
    await alice.pays(amount=1_000, email=GIVEN)
    house.later(days=100)
    await house.retention.run()
    [message] = await rows(house, "outbox")
    assert (message["state"], message["recipient"]) == ("queued", GIVEN)
    assert len(await rows(house, "challenges")) == 1, "a code that was not ended yet"


async def test_x39_what_is_old_is_forgotten_a_little_at_a_time(lakeside: Lakeside) -> None:
    house = lakeside.house
    for _ in range(3):
        alice = await house.come(await house.link(lakeside.alice))
        await alice.pays(amount=100, email=GIVEN)
    await house.outbox().run_once()
    house.later(seconds=CONTACTS_KEPT.total_seconds() + 60)

    async def one(tx: Any) -> int:
        return int(await tx.outbox.forget_recipients(house.clock.now() - CONTACTS_KEPT, most=2))

    assert [await house.store.write(one) for _ in range(3)] == [2, 1, 0]


async def test_r132_a_refund_is_told_where_the_payment_said_once_the_recipient_is_forgotten(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    await _proves_pays_and_gets_a_receipt(lakeside)
    house.later(seconds=CONTACTS_KEPT.total_seconds() + 60)
    await house.retention.run()
    [payment] = await rows(house, "payments")
    order = GiveBack(amount=Cents(100), reason="Paid twice", by="staff 1", number=None)
    assert isinstance(await house.refunds.give(payment["id"], order, within=EVERYWHERE), Refund)
    [_, notice] = await rows(house, "outbox")
    assert (notice["kind"], notice["recipient"]) == ("refund", GIVEN)


def _call(key: str) -> Call:
    return Call(key_id="pm", endpoint="POST /links", key=key, body_hash=b"the same")


async def test_r132_an_idempotency_key_is_remembered_for_thirty_days_and_a_call_that_runs_keeps_its_own(
    house: House,
) -> None:
    once = Once(store=house.store, clock=house.clock)

    async def make(_tx: Any) -> Made:
        return Made(answer="a link")

    assert await once.run(_call("old"), make) == Made(answer="a link")
    house.later(seconds=KEYS_KEPT.total_seconds() - 1)
    assert await house.retention.run() == 0
    assert await once.run(_call("old"), make) == Replayed(answer="a link")
    assert await once.run(_call("new"), make) == Made(answer="a link")
    house.later(seconds=2)
    calls = [asyncio.create_task(once.run(_call("runs"), make)) for _ in range(2)]
    assert await house.retention.run() == 1
    assert [row["key"] for row in await rows(house, "idempotency") if row["key"] != "runs"] == ["new"]
    answers = await asyncio.gather(*calls)
    assert sum(isinstance(one, Made) for one in answers) == 1
    assert all(isinstance(one, Made | Replayed | InFlight) for one in answers)


async def test_r132_events_go_after_thirty_days_where_their_signature_says_its_time(house: House) -> None:
    async def came(source: str) -> bool:
        now = house.clock.now()
        return await house.do(lambda tx: tx.webhooks.first(source=source, event_id="1", now=now))

    sources = ("sandbox", "stripe", "nmi", "twilio")
    assert all([await came(source) for source in sources])
    house.later(seconds=EVENTS_KEPT.total_seconds() - 1)
    assert await house.retention.run() == 0
    assert not any([await came(source) for source in sources])
    house.later(seconds=2)
    assert await house.retention.run() == 2
    assert [await came(source) for source in sources] == [True, True, False, False]


async def test_x39_keys_and_events_go_a_few_at_a_time(house: House) -> None:
    now = house.clock.now()
    for number in range(3):
        call = {"key_id": "pm", "endpoint": "x", "key": str(number), "body_hash": b""}
        await house.do(lambda tx, call=call: tx.idempotency.begin(**call, now=now))
        await house.do(lambda tx, event=str(number): tx.webhooks.first(source="s", event_id=event, now=now))
    later = now + DAY
    assert [await house.do(lambda tx: tx.idempotency.forget(later, most=2)) for _ in range(3)] == [2, 1, 0]
    assert [await house.do(lambda tx: tx.webhooks.forget("s", later, most=2)) for _ in range(3)] == [2, 1, 0]
