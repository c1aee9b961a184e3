"""Challenges and counters: every limit is one statement, and nothing gives a try back."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from quickpay.mfa.challenge import Challenge, ChallengeState
from quickpay.mfa.limits import Limit
from quickpay.ports.store import Conflict
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, make_challenge

_SOON = NOW + timedelta(seconds=30)
_MINUTE = timedelta(minutes=1)
_THREE = Limit(name="three", most=3, per=_MINUTE)


async def _ask(world: World, **given: Any) -> Challenge:
    mine = {"session_id": world.session.id, "group_id": world.group.id, "guarantor_id": world.alice.id}
    challenge = make_challenge(**mine | {"link_id": world.link.serial} | given)
    await world.do(lambda tx: tx.challenges.add(challenge, resend_at=_SOON))
    return challenge


async def _move(world: World, challenge: Challenge, state: ChallengeState) -> bool:
    return await world.do(lambda tx: tx.challenges.move(challenge.id, state, NOW))


async def test_a_challenge_is_stored_whole(world: World) -> None:
    asked = await _ask(world)
    assert await world.do(lambda tx: tx.challenges.get(asked.id)) == asked
    assert await world.do(lambda tx: tx.challenges.get("nobody's")) is None
    assert await world.do(lambda tx: tx.challenges.resend_at(asked.id)) == _SOON
    with pytest.raises(LookupError):
        await world.do(lambda tx: tx.challenges.resend_at("nobody's"))


async def test_a_session_has_one_open_challenge_and_a_last_one(world: World) -> None:
    assert await world.do(lambda tx: tx.challenges.last_of(world.session.id)) is None
    first = await _ask(world)
    with pytest.raises(Conflict):
        await _ask(world)
    assert await _move(world, first, ChallengeState.SUPERSEDED)
    second = await _ask(world, created_at=NOW + timedelta(seconds=1))
    assert await world.do(lambda tx: tx.challenges.last_of(world.session.id)) == second


async def test_r23_50_tries_at_once_are_5(world: World) -> None:
    asked = await _ask(world, state=ChallengeState.SENT)

    tried = await asyncio.gather(
        *(world.do(lambda tx: tx.challenges.count_try(asked.id, most=5, now=NOW)) for _ in range(50))
    )

    assert sorted(one.tries for one in tried if one is not None) == [1, 2, 3, 4, 5]
    assert all(one.digest == asked.digest for one in tried if one is not None)
    assert await world.do(lambda tx: tx.challenges.get(asked.id)) == replace(asked, tries=5)


async def test_a_try_counts_only_while_the_challenge_is_open_and_young(world: World) -> None:
    asked = await _ask(world)
    late = asked.expires_at
    assert await world.do(lambda tx: tx.challenges.count_try(asked.id, most=5, now=late)) is None
    assert await world.do(lambda tx: tx.challenges.count_try("nobody's", most=5, now=NOW)) is None
    assert await world.do(lambda tx: tx.challenges.count_try(asked.id, most=5, now=NOW)) is not None
    assert await _move(world, asked, ChallengeState.LOCKED)
    assert await world.do(lambda tx: tx.challenges.count_try(asked.id, most=5, now=NOW)) is None


async def test_r24_a_new_code_keeps_the_tries(world: World) -> None:
    asked = await _ask(world)
    await world.do(lambda tx: tx.challenges.count_try(asked.id, most=5, now=NOW))
    assert await _move(world, asked, ChallengeState.SENT)
    later = asked.expires_at + _MINUTE

    def renew(tx: Any) -> Any:
        return tx.challenges.renew(asked.id, digest=b"new", resend_at=later, expires_at=later)

    assert await world.do(renew)
    assert await world.do(lambda tx: tx.challenges.get(asked.id)) == replace(
        asked, state=ChallengeState.QUEUED, tries=1, sends=2, digest=b"new", sent_at=None, expires_at=later
    )
    assert await world.do(lambda tx: tx.challenges.resend_at(asked.id)) == later
    assert await _move(world, asked, ChallengeState.LOCKED)
    assert not await world.do(renew)


async def test_what_was_sent_says_when(world: World) -> None:
    asked = await _ask(world)
    assert await _move(world, asked, ChallengeState.SENT)
    assert not await _move(world, asked, ChallengeState.SENT)
    stored = await world.do(lambda tx: tx.challenges.get(asked.id))
    assert stored == replace(asked, state=ChallengeState.SENT, sent_at=NOW)


@pytest.mark.parametrize(
    "end",
    [
        ChallengeState.VERIFIED,
        ChallengeState.LOCKED,
        ChallengeState.EXPIRED,
        ChallengeState.SUPERSEDED,
        ChallengeState.UNDELIVERABLE,
    ],
)
async def test_r32_an_end_is_reached_once_and_forgets_the_digest(world: World, end: ChallengeState) -> None:
    asked = await _ask(world)
    assert await _move(world, asked, end)
    assert not await _move(world, asked, ChallengeState.VERIFIED)
    assert await world.do(lambda tx: tx.challenges.get(asked.id)) == replace(asked, state=end, digest=None)


async def test_r22_one_of_50_right_codes_verifies(world: World) -> None:
    asked = await _ask(world)
    moved = await asyncio.gather(*(_move(world, asked, ChallengeState.VERIFIED) for _ in range(50)))
    assert sum(moved) == 1


async def test_a_right_code_that_comes_too_late_does_not_verify(world: World) -> None:
    asked = await _ask(world)
    late = asked.expires_at
    assert not await world.do(lambda tx: tx.challenges.move(asked.id, ChallengeState.VERIFIED, late))


async def test_only_a_new_code_queues_again(world: World) -> None:
    asked = await _ask(world)
    with pytest.raises(ValueError, match="only a new code"):
        await _move(world, asked, ChallengeState.QUEUED)


async def test_r32_old_challenges_expire_and_forget_their_digests(world: World) -> None:
    asked = await _ask(world)
    assert await world.do(lambda tx: tx.challenges.expire(asked.expires_at - timedelta(microseconds=1))) == 0
    assert await world.do(lambda tx: tx.challenges.expire(asked.expires_at)) == 1
    assert await world.do(lambda tx: tx.challenges.get(asked.id)) == replace(
        asked, state=ChallengeState.EXPIRED, digest=None
    )


async def _bump(world: World, limit: Limit = _THREE, *, subject: bytes = b"a", after: timedelta) -> bool:
    return await world.do(lambda tx: tx.counters.bump(limit, subject, now=NOW + after))


async def test_a_limit_is_full_until_its_time_is_over(world: World) -> None:
    at_once = [await _bump(world, after=timedelta(seconds=second)) for second in range(5)]
    assert at_once == [True, True, True, False, False]
    assert await _bump(world, subject=b"b", after=timedelta(0))
    assert not await _bump(world, after=_MINUTE - timedelta(microseconds=1))
    anew = [await _bump(world, after=_MINUTE) for _ in range(4)]
    assert anew == [True, True, True, False]


async def test_a_limit_without_a_time_never_starts_anew(world: World) -> None:
    ever = Limit(name="ever", most=1)
    assert await _bump(world, ever, after=timedelta(0))
    await world.do(lambda tx: tx.counters.forget(NOW + timedelta(days=5000)))
    assert not await _bump(world, ever, after=timedelta(days=5000))


async def test_50_counts_at_once_are_never_more_than_the_limit(world: World) -> None:
    counted = await asyncio.gather(*(_bump(world, after=timedelta(0)) for _ in range(50)))
    assert sum(counted) == 3


async def test_a_cleared_count_begins_anew_and_a_lock_stays(world: World) -> None:
    until = NOW + _MINUTE
    await world.do(lambda tx: tx.counters.lock("three", b"a", until=until, now=NOW))
    for _ in range(3):
        await _bump(world, after=timedelta(0))
    await world.do(lambda tx: tx.counters.clear("three", b"a"))
    assert await _bump(world, after=timedelta(0))
    assert await world.do(lambda tx: tx.counters.locked_until("three", b"a", now=NOW)) == until


async def test_a_count_that_was_none_is_taken_back_and_never_below_nothing(world: World) -> None:
    for _ in range(3):
        await _bump(world, after=timedelta(0))
    await world.do(lambda tx: tx.counters.take_back("three", b"a"))
    assert [await _bump(world, after=timedelta(0)) for _ in range(2)] == [True, False]
    for _ in range(5):
        await world.do(lambda tx: tx.counters.take_back("three", b"a"))
    await world.do(lambda tx: tx.counters.take_back("three", b"nobody's"))
    assert [await _bump(world, after=timedelta(0)) for _ in range(4)] == [True, True, True, False]


async def test_r29_a_lock_knows_how_often_it_closed_within_a_day(world: World) -> None:
    async def lock(after: timedelta) -> int:
        now = NOW + after
        return await world.do(lambda tx: tx.counters.lock("l", b"a", until=now + _MINUTE, now=now))

    hour, day = timedelta(hours=1), timedelta(days=1)
    assert [await lock(time) for time in (timedelta(0), hour, 2 * hour)] == [0, 1, 2]
    assert await world.do(lambda tx: tx.counters.forget(NOW + 3 * hour)) == 0
    assert await lock(3 * hour) == 3
    assert await lock(3 * hour + day) == 0
    assert await world.do(lambda tx: tx.counters.forget(NOW + 3 * day)) == 1


async def test_a_lock_on_what_is_locked_may_last_longer_but_counts_once(world: World) -> None:
    async def lock(minutes: int) -> int:
        until = NOW + minutes * _MINUTE
        return await world.do(lambda tx: tx.counters.lock("l", b"a", until=until, now=NOW))

    assert [await lock(15), await lock(30), await lock(5)] == [0, 0, 0]
    until = NOW + 30 * _MINUTE
    assert await world.do(lambda tx: tx.counters.locked_until("l", b"a", now=NOW)) == until
    assert await world.do(lambda tx: tx.counters.locked_until("l", b"a", now=until)) is None
    assert await world.do(lambda tx: tx.counters.locked_until("l", b"b", now=NOW)) is None
