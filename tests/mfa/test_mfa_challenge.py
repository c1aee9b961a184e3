"""One challenge takes five guesses, whatever is pressed in between, and its ends stay ends."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpay.mfa.challenge import (
    OPEN_STATES,
    TRANSITIONS,
    Challenge,
    ChallengeState,
    CodeExpired,
    Locked,
    NoChallenge,
    Purpose,
    TryOutcome,
    Verified,
    WrongCode,
    after,
    counted,
    judge,
    may_become,
    refusal,
    with_new_code,
)
from quickpay.mfa.methods import Method

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIFE = timedelta(seconds=300)
RIGHT, WRONG, OLD = b"r" * 32, b"w" * 32, b"o" * 32
NEVER_COMPARED = cast("bytes", object())  # comparing it raises TypeError


def challenge(**changes: Any) -> Challenge:
    return replace(
        Challenge(
            id="c1",
            session_id=1,
            link_id=2,
            group_id=3,
            guarantor_id=4,
            method=Method.EMAIL,
            contact="alice@example.com",
            contact_digest=b"alice-digest",
            purpose=Purpose.VIEW,
            state=ChallengeState.SENT,
            tries=0,
            sends=1,
            digest=RIGHT,
            created_at=NOW,
            sent_at=NOW,
            expires_at=NOW + LIFE,
        ),
        **changes,
    )


def tried(before: Challenge, given_digest: bytes, now: datetime = NOW) -> tuple[Challenge, TryOutcome]:
    taken = counted(before, now=now)
    if taken is None:
        outcome = refusal(before, now=now)
        return after(before, outcome), outcome
    outcome = judge(taken, given_digest=given_digest, now=now)
    return after(taken, outcome), outcome


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
@pytest.mark.parametrize("tries", [1, 2, 3, 4, 5])
def test_a_right_code_succeeds_up_to_the_fifth_try(tries: int, state: ChallengeState) -> None:
    one = challenge(tries=tries, state=state)
    assert judge(one, given_digest=RIGHT, now=NOW) == Verified()


@pytest.mark.parametrize(
    ("tries", "outcome"),
    [(1, WrongCode(tries_left=4)), (2, WrongCode(tries_left=3)), (4, WrongCode(tries_left=1)), (5, Locked())],
)
def test_r23_the_fifth_wrong_code_locks(tries: int, outcome: TryOutcome) -> None:
    assert judge(challenge(tries=tries), given_digest=WRONG, now=NOW) == outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"tries": 6}, Locked()),
        ({"state": ChallengeState.LOCKED, "digest": None, "tries": 5}, Locked()),
        ({"state": ChallengeState.EXPIRED, "digest": None, "tries": 1}, CodeExpired()),
        ({"state": ChallengeState.VERIFIED, "digest": None, "tries": 1}, NoChallenge()),
        ({"state": ChallengeState.SUPERSEDED, "digest": None, "tries": 1}, NoChallenge()),
        ({"state": ChallengeState.UNDELIVERABLE, "digest": None, "tries": 1}, NoChallenge()),
        ({"tries": 1, "digest": None}, NoChallenge()),
        ({"tries": 1, "expires_at": NOW}, CodeExpired()),
        ({"tries": 1, "expires_at": NOW - timedelta(seconds=1)}, CodeExpired()),
    ],
)
def test_a27_once_it_is_over_nothing_is_compared(changes: dict[str, Any], outcome: TryOutcome) -> None:
    assert judge(challenge(**changes), given_digest=NEVER_COMPARED, now=NOW) == outcome


def test_the_value_that_is_never_compared_does_raise_when_it_is() -> None:
    with pytest.raises(TypeError):
        judge(challenge(tries=1), given_digest=NEVER_COMPARED, now=NOW)


def test_r21_a_second_before_the_end_is_in_time_and_after_it_is_not() -> None:
    one = challenge(tries=1)
    assert judge(one, given_digest=RIGHT, now=NOW + timedelta(seconds=299)) == Verified()
    assert judge(one, given_digest=RIGHT, now=NOW + timedelta(seconds=300)) == CodeExpired()
    assert judge(one, given_digest=RIGHT, now=NOW + timedelta(seconds=301)) == CodeExpired()


def test_r23_an_uncounted_try_is_not_judged() -> None:
    with pytest.raises(ValueError, match="counted before"):
        judge(challenge(tries=0), given_digest=RIGHT, now=NOW)


def test_a_sixth_try_racing_the_lock_is_not_counted_and_is_told_it_is_locked() -> None:
    five = challenge(tries=5)  # the lock of the fifth wrong one is not written yet
    assert counted(five, now=NOW) is None
    assert refusal(five, now=NOW) == Locked()
    assert refusal(None, now=NOW) == NoChallenge()


def test_a19_two_wrong_resend_three_wrong_is_locked() -> None:
    one = challenge()
    for left in (4, 3):
        one, outcome = tried(one, WRONG)
        assert outcome == WrongCode(tries_left=left)
    one = with_new_code(one, digest=b"n" * 32, now=NOW, life=LIFE)
    one, outcome = tried(one, RIGHT)  # the old code is as wrong as any (A23)
    assert outcome == WrongCode(tries_left=2)
    one, outcome = tried(one, WRONG)
    assert outcome == WrongCode(tries_left=1)
    one, outcome = tried(one, WRONG)
    assert outcome == Locked()
    assert (one.state, one.digest, one.tries) == (ChallengeState.LOCKED, None, 5)
    assert tried(one, b"n" * 32) == (one, Locked())


def test_a23_a_used_code_is_gone() -> None:
    used, outcome = tried(challenge(), RIGHT)
    assert outcome == Verified()
    assert (used.state, used.digest) == (ChallengeState.VERIFIED, None)
    assert tried(used, RIGHT) == (used, NoChallenge())


def test_a_new_code_lives_from_now_and_has_not_been_sent() -> None:
    later = NOW + timedelta(seconds=60)
    one = with_new_code(challenge(tries=3, sends=1), digest=OLD, now=later, life=LIFE)
    assert (one.state, one.tries, one.sends, one.digest) == (ChallengeState.QUEUED, 3, 2, OLD)
    assert (one.sent_at, one.expires_at) == (None, later + LIFE)


@pytest.mark.parametrize(
    "changes",
    [{"state": state, "digest": None} for state in sorted(set(ChallengeState) - OPEN_STATES)]
    + [{"expires_at": NOW}],
)
def test_an_ended_challenge_gets_no_new_code(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ended"):
        with_new_code(challenge(**changes), digest=OLD, now=NOW, life=LIFE)


steps = st.lists(
    st.sampled_from(["wrong", "right", "old", "resend", "sent", "wait", "expire"]), min_size=1, max_size=40
)


@given(steps)
def test_r24_no_sequence_gives_more_than_five_guesses_or_gives_any_back(sequence: list[str]) -> None:
    one, now, compared, resent, outcomes = challenge(), NOW, 0, 0, []
    current, previous = RIGHT, OLD
    for step in sequence:
        before = one
        match step:
            case "resend" if one.is_open(now):
                resent += 1
                previous, current = current, bytes([resent]) * 32
                one = with_new_code(one, digest=current, now=now, life=LIFE)
            case "sent" if may_become(one.state, ChallengeState.SENT):
                one = replace(one, state=ChallengeState.SENT, sent_at=now)
            case "wait":
                now += timedelta(seconds=70)
            case "expire" if may_become(one.state, ChallengeState.EXPIRED):
                one = replace(one, state=ChallengeState.EXPIRED, digest=None)
            case "wrong" | "right" | "old":
                digest = {"wrong": WRONG, "right": current, "old": previous}[step]
                if counted(one, now=now) is not None:
                    compared += 1
                one, outcome = tried(one, digest, now)
                outcomes.append(outcome)
                assert step == "right" or outcome != Verified()
                if compared == 0:
                    assert outcome in {CodeExpired(), NoChallenge()}
            case _:
                pass
        assert one.tries >= before.tries
        assert one.tries == compared <= 5
        assert may_become(before.state, one.state) or before.state == one.state
        assert one.digest is None or one.state in OPEN_STATES
    assert outcomes.count(Verified()) <= 1


def test_i11_ends_stay_and_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(ChallengeState)
    allowed = {
        (str(one), str(other)) for one in ChallengeState for other in ChallengeState if may_become(one, other)
    }
    assert allowed == {
        ("queued", "sent"), ("queued", "verified"), ("queued", "locked"), ("queued", "expired"),
        ("queued", "superseded"), ("queued", "undeliverable"),
        ("sent", "queued"), ("sent", "verified"), ("sent", "locked"), ("sent", "expired"),
        ("sent", "superseded"), ("sent", "undeliverable"),
    }  # fmt: skip


@pytest.mark.parametrize("state", sorted(set(ChallengeState) - OPEN_STATES))
def test_i7_an_ended_challenge_keeps_no_digest(state: ChallengeState) -> None:
    with pytest.raises(ValueError, match="I7"):
        challenge(state=state)
    assert challenge(state=state, digest=None).digest is None


def test_a30_a_challenge_shows_neither_contact_nor_digest(caplog: pytest.LogCaptureFixture) -> None:
    canary = challenge(
        contact="canary-contact@example.com", contact_digest=b"canary-one", digest=b"canary-two"
    )
    logging.getLogger("canary").warning("%s %r", canary, canary)
    shown = f"{canary} {canary!r} {[canary]} {caplog.text}"
    assert "canary-" not in shown
    assert "c1" in shown
