"""A knock by itself: the right code of nobody is a wrong code, and why a try was not taken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from quickpay.mfa.challenge import ChallengeState, CodeExpired, Locked, NoChallenge, Verified, WrongCode
from quickpay.mfa.knock import Knock, judge, refusal
from quickpay.mfa.methods import Method

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
RIGHT, OLDER, WRONG = b"r" * 32, b"o" * 32, b"w" * 32
MOST = 5
ALICE = Knock(
    id="knock",
    group_id=1,
    guarantor_id=7,
    method=Method.EMAIL,
    masked="a•••@example.com",
    contact_digest=b"c" * 32,
    state=ChallengeState.SENT,
    tries=1,
    sends=1,
    digest=RIGHT,
    created_at=NOW,
    resend_at=NOW,
    expires_at=NOW + timedelta(minutes=5),
)
NOBODY = replace(ALICE, guarantor_id=None)


@pytest.mark.parametrize("given", [(RIGHT,), (WRONG, RIGHT), (RIGHT, OLDER)])
def test_x32_a_code_that_is_right_under_any_key_is_right(given: tuple[bytes, ...]) -> None:
    assert judge(ALICE, given=given, most=MOST) == Verified()


@pytest.mark.parametrize("given", [(RIGHT,), (WRONG, RIGHT), (WRONG,)])
def test_r39_the_right_code_of_nobody_is_a_wrong_one(given: tuple[bytes, ...]) -> None:
    assert judge(NOBODY, given=given, most=MOST) == WrongCode(tries_left=4)
    assert judge(replace(NOBODY, tries=MOST), given=given, most=MOST) == Locked()


def test_r23_a_wrong_code_is_told_with_what_is_left_and_the_last_one_locks() -> None:
    assert judge(replace(ALICE, tries=4), given=(WRONG,), most=MOST) == WrongCode(tries_left=1)
    assert judge(replace(ALICE, tries=MOST), given=(WRONG,), most=MOST) == Locked()
    assert judge(replace(ALICE, tries=MOST), given=(RIGHT,), most=MOST) == Verified(), "it is the last try"
    assert judge(replace(ALICE, digest=None), given=(RIGHT,), most=MOST) == WrongCode(tries_left=4)


@pytest.mark.parametrize(
    ("state", "tries", "later", "said"),
    [
        (ChallengeState.LOCKED, 0, 0, Locked()),
        (ChallengeState.SENT, MOST, 0, Locked()),
        (ChallengeState.SENT, MOST - 1, 5, CodeExpired()),
        (ChallengeState.EXPIRED, MOST, 0, CodeExpired()),
        (ChallengeState.VERIFIED, MOST, 0, NoChallenge()),
        (ChallengeState.SUPERSEDED, 1, 4.9, NoChallenge()),
    ],
)
def test_r28_a_try_not_taken_says_why_and_nothing_of_the_code(
    state: ChallengeState, tries: int, later: float, said: object
) -> None:
    knock = replace(ALICE, state=state, tries=tries, digest=None)
    assert refusal(knock, now=NOW + timedelta(minutes=later), most=MOST) == said
    assert knock.is_open(NOW + timedelta(minutes=later)) is (
        state is ChallengeState.SENT and later < ALICE.expires_at.minute
    )
