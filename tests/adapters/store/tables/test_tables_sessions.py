"""Sessions: found by a hash, raised once, extended while live."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from quickpay.domain.money import Cents
from quickpay.domain.sessions import Authentication, Purpose, Role
from quickpay.ports.store import Conflict
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, make_session, some_hash

_TEN_MINUTES = timedelta(minutes=10)
_LATER = NOW + timedelta(minutes=20)


async def test_a_session_is_stored_whole_and_found_by_its_hash(world: World) -> None:
    given = make_session(
        group_id=world.group.id, purpose=Purpose.RECEIPT, order_id="o1", ended_at=NOW, extensions=2
    )
    hash_ = some_hash()
    stored = await world.do(lambda tx: tx.sessions.add(given, token_hash=hash_))
    assert stored == replace(given, id=stored.id)
    assert stored.id > world.session.id
    assert await world.do(lambda tx: tx.sessions.find(hash_)) == stored
    assert await world.do(lambda tx: tx.sessions.find(some_hash())) is None


async def test_two_sessions_cannot_share_a_hash(world: World) -> None:
    hash_ = some_hash()
    await world.do(lambda tx: tx.sessions.add(make_session(), token_hash=hash_))
    with pytest.raises(Conflict):
        await world.do(lambda tx: tx.sessions.add(make_session(), token_hash=hash_))


async def test_r64_a_raised_session_has_its_role_and_a_new_id_at_once(world: World) -> None:
    old, new = some_hash(), some_hash()
    session = await world.do(lambda tx: tx.sessions.add(make_session(), token_hash=old))

    raised = await world.do(
        lambda tx: tx.sessions.raise_role(session.id, role=Role.AUTHORIZED_PATIENT, token_hash=new, now=NOW)
    )

    assert raised
    assert await world.do(lambda tx: tx.sessions.find(old)) is None
    assert await world.do(lambda tx: tx.sessions.find(new)) == replace(
        session, role=Role.AUTHORIZED_PATIENT, authentication=Authentication.MFA
    )


async def test_a_session_that_is_over_is_neither_raised_nor_extended(world: World) -> None:
    id_, end = world.session.id, world.session.expires_at
    role = Role.AUTHORIZED_PATIENT
    assert not await world.do(
        lambda tx: tx.sessions.raise_role(id_, role=role, token_hash=some_hash(), now=end)
    )
    assert not await world.do(lambda tx: tx.sessions.extend(id_, until=_LATER, now=end))
    assert await world.do(lambda tx: tx.sessions.end(id_, NOW))
    assert not await world.do(lambda tx: tx.sessions.end(id_, NOW))
    assert not await world.do(
        lambda tx: tx.sessions.raise_role(id_, role=role, token_hash=some_hash(), now=NOW)
    )
    assert not await world.do(lambda tx: tx.sessions.extend(id_, until=_LATER, now=NOW))


async def test_a_share_s_session_is_never_raised_nor_offered_to_the_desk(world: World) -> None:
    given = make_session(guarantor_id=world.session.guarantor_id, share_amount=Cents(40_00))
    shared = await world.do(lambda tx: tx.sessions.add(given, token_hash=some_hash()))
    role = Role.AUTHORIZED_PATIENT
    assert not await world.do(
        lambda tx: tx.sessions.raise_role(shared.id, role=role, token_hash=some_hash(), now=NOW)
    )
    listed = await world.do(lambda tx: tx.sessions.open_of(shared.guarantor_id, NOW))
    assert [session.id for session, _ in listed] == [world.session.id]


async def test_r66_a_session_is_extended_ten_times(world: World) -> None:
    hash_ = some_hash()
    session = await world.do(lambda tx: tx.sessions.add(make_session(), token_hash=hash_))

    async def press(now: datetime) -> bool:
        return await world.do(
            lambda tx: tx.sessions.extend(session.id, until=now + 2 * _TEN_MINUTES, now=now)
        )

    now = session.expires_at - _TEN_MINUTES
    assert not await press(now)
    now += timedelta(microseconds=1)
    for _ in range(10):
        assert await press(now)
        assert not await press(now)
        now += _TEN_MINUTES + timedelta(microseconds=1)
    assert not await press(now)
    found = await world.do(lambda tx: tx.sessions.find(hash_))
    assert found is not None
    assert found.extensions == 10
    assert found.expires_at == now + _TEN_MINUTES - timedelta(microseconds=1)


async def test_a_session_remembers_its_order(world: World) -> None:
    hash_ = some_hash()
    session = await world.do(lambda tx: tx.sessions.add(make_session(), token_hash=hash_))
    await world.do(lambda tx: tx.sessions.set_order(session.id, "order-1"))
    assert await world.do(lambda tx: tx.sessions.find(hash_)) == replace(session, order_id="order-1")
