"""The outbox, API keys, idempotency keys and webhooks: each thing once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from quickpay.adapters.store.schema import audit, outbox
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.messages import Message, NewMessage
from quickpay.ports.store import Conflict
from quickpay.ports.tables import Remembered
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, make_api_key, make_event, make_message, some_hash

_LEASE = timedelta(seconds=60)
_ALL = Statement(select(outbox.c.state, outbox.c.reason, outbox.c.attempts))
_EVENTS = Statement(select(audit))


async def _claim(
    world: World, owner: str = "w1", *, after: timedelta = timedelta(0), most: int = 9
) -> list[Message]:
    return await world.do(lambda tx: tx.outbox.claim(owner=owner, now=NOW + after, lease=_LEASE, most=most))


async def _add(message: NewMessage, tx: StoreTx) -> None:
    await tx.outbox.add(message)


async def test_a_message_is_claimed_whole_and_once(world: World) -> None:
    given = make_message()
    await world.do(lambda tx: tx.outbox.add(given))
    await world.do(lambda tx: tx.outbox.add(replace(given, recipient="other@example.com")))

    [message] = await _claim(world)

    assert message == Message(
        id=message.id,
        kind=given.kind,
        subject=given.subject,
        group_id=given.group_id,
        guarantor_id=given.guarantor_id,
        channel=given.channel,
        recipient="alice@example.com",
        attempts=1,
        give_up_at=given.give_up_at,
    )
    assert await _claim(world, "w2") == []


async def test_r49_four_workers_share_200_messages_without_a_duplicate(world: World) -> None:
    for _ in range(200):
        await world.do(lambda tx: tx.outbox.add(make_message()))
    seen: list[int] = []

    async def work(owner: str) -> None:
        while claimed := await _claim(world, owner, most=7):
            assert len(claimed) <= 7
            seen.extend(message.id for message in claimed)

    # More askers than workers: at least twice as many as connections.
    await asyncio.gather(*(work(f"w{number % 4}") for number in range(24)))

    assert len(seen) == len(set(seen)) == 200


async def test_r49_a_lease_that_runs_out_goes_to_the_next(world: World) -> None:
    await world.do(lambda tx: tx.outbox.add(make_message()))
    [first] = await _claim(world)
    assert await _claim(world, "w2", after=_LEASE - timedelta(microseconds=1)) == []
    [again] = await _claim(world, "w2", after=_LEASE)
    assert again == replace(first, attempts=2)

    async def finish(owner: str) -> bool:
        return await world.do(
            lambda tx: tx.outbox.finish(first.id, owner=owner, state="sent", reason=None, now=NOW)
        )

    assert [await finish(owner) for owner in ("w1", "w2", "w2")] == [False, True, False]
    assert await _claim(world, "w3", after=timedelta(days=1)) == []


async def test_a_message_given_back_waits_until_then(world: World) -> None:
    await world.do(lambda tx: tx.outbox.add(make_message()))
    [message] = await _claim(world)
    later = NOW + timedelta(minutes=1)

    async def retry(owner: str) -> bool:
        return await world.do(
            lambda tx: tx.outbox.retry(message.id, owner=owner, next_at=later, reason="451")
        )

    assert not await retry("w2")
    assert await retry("w1")
    assert not await retry("w1")
    assert await _claim(world, after=timedelta(seconds=59)) == []
    assert [one.attempts for one in await _claim(world, after=timedelta(seconds=60))] == [2]


async def test_the_longest_due_are_claimed_first_and_known(world: World) -> None:
    assert await world.do(lambda tx: tx.outbox.oldest_due(NOW)) is None
    for minutes in (2, 1, 3):
        message = make_message(now=NOW + timedelta(minutes=minutes), subject=str(minutes))
        await world.do(partial(_add, message))
    now = NOW + timedelta(minutes=5)
    assert await world.do(lambda tx: tx.outbox.oldest_due(NOW)) is None
    assert await world.do(lambda tx: tx.outbox.oldest_due(now)) == NOW + timedelta(minutes=1)
    claimed = await _claim(world, after=timedelta(minutes=5), most=2)
    assert sorted(message.subject for message in claimed) == ["1", "2"]
    assert await world.do(lambda tx: tx.outbox.oldest_due(now)) == NOW + timedelta(minutes=3)


async def test_an_end_has_its_reason(world: World) -> None:
    await world.do(lambda tx: tx.outbox.add(make_message()))
    [message] = await _claim(world)
    await world.do(lambda tx: tx.outbox.finish(message.id, owner="w1", state="dead", reason="550", now=NOW))
    assert await world.rows(_ALL) == [("dead", "550", 1)]


async def test_an_api_key_is_found_by_its_hash_listed_and_revoked_once(world: World) -> None:
    first, second = make_api_key(), make_api_key(group_id=world.group.id, created_at=NOW + _LEASE)
    hash_ = some_hash()
    await world.do(lambda tx: tx.api_keys.add(second, secret_hash=some_hash()))
    await world.do(lambda tx: tx.api_keys.add(first, secret_hash=hash_))
    assert await world.do(lambda tx: tx.api_keys.find(hash_)) == first
    assert await world.do(lambda tx: tx.api_keys.find(some_hash())) is None
    assert await world.do(lambda tx: tx.api_keys.list_()) == [first, second]
    assert await world.do(lambda tx: tx.api_keys.revoke(first.id, NOW))
    assert not await world.do(lambda tx: tx.api_keys.revoke(first.id, NOW))
    assert await world.do(lambda tx: tx.api_keys.find(hash_)) == replace(first, revoked_at=NOW)
    with pytest.raises(Conflict):
        await world.do(lambda tx: tx.api_keys.add(make_api_key(), secret_hash=hash_))


async def test_an_idempotency_key_is_taken_by_one_of_twenty(world: World) -> None:
    where = {"key_id": "k", "endpoint": "/api/v1/links", "key": "abc"}

    async def begin(body: bytes) -> bool:
        return await world.do(lambda tx: tx.idempotency.begin(**where, body_hash=body, now=NOW))

    assert await world.do(lambda tx: tx.idempotency.get(**where)) is None
    assert sum(await asyncio.gather(*(begin(b"body") for _ in range(20)))) == 1
    remembered = Remembered(body_hash=b"body", answer=None, created_at=NOW)
    assert await world.do(lambda tx: tx.idempotency.get(**where)) == remembered
    await world.do(lambda tx: tx.idempotency.finish(**where, answer='{"id":1}'))
    assert await world.do(lambda tx: tx.idempotency.get(**where)) == replace(remembered, answer='{"id":1}')
    where["key_id"] = "k2"
    assert await begin(b"another's")


async def test_r100_an_event_is_first_once(world: World) -> None:
    async def first(source: str) -> bool:
        return await world.do(lambda tx: tx.webhooks.first(source=source, event_id="e1", now=NOW))

    assert sum(await asyncio.gather(*(first("gateway") for _ in range(20)))) == 1
    assert await first("twilio")


async def test_an_audit_row_has_all_that_was_said(world: World) -> None:
    event = make_event(
        "payment.succeeded",
        group_id=1,
        guarantor_id=2,
        link_serial=3,
        session_id=4,
        payment_id="p",
        actor="reconcile",
        request_id="r",
        detail={"reason": "webhook", "cents": 5, "none": None},
    )
    await world.do(lambda tx: tx.audit.add(event))
    [row] = await world.rows(_EVENTS)
    assert row[2:] == (
        "payment.succeeded", 1, 2, 3, 4, "p", "reconcile", "r", '{"reason":"webhook","cents":5,"none":null}',
    )  # fmt: skip
