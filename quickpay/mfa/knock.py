"""A knock: somebody at a group's door on the web says who she is, and types a code to show it.

It stands for a guarantor only if names and contact are one's on file. Which knocks do, nobody outside can
tell: a knock for nobody takes the same steps and is refused in the same words.
"""

from dataclasses import dataclass, field
from datetime import datetime

from quickpay.mfa.challenge import (
    OPEN_STATES,
    ChallengeState,
    CodeExpired,
    Locked,
    NoChallenge,
    Verified,
    WrongCode,
)
from quickpay.mfa.codes import same_code
from quickpay.mfa.methods import Method

KnockOutcome = Verified | WrongCode | Locked | CodeExpired | NoChallenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One row. What was typed is not in it: `masked` is all a page shows, `contact_digest` all we compare."""

    id: str
    group_id: int
    guarantor_id: int | None
    method: Method
    masked: str = field(repr=False)
    contact_digest: bytes = field(repr=False)
    state: ChallengeState
    tries: int
    sends: int
    digest: bytes | None = field(repr=False)
    created_at: datetime
    resend_at: datetime
    expires_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Tell whether a code can still be typed."""
        return self.state in OPEN_STATES and now < self.expires_at


def refusal(knock: Knock, *, now: datetime, most: int) -> Locked | CodeExpired | NoChallenge:
    """Say why a try was not taken; it sees no code (R28)."""
    if knock.state is ChallengeState.LOCKED or (knock.state in OPEN_STATES and knock.tries >= most):
        return Locked()
    expired = knock.state is ChallengeState.EXPIRED or now >= knock.expires_at
    return CodeExpired() if expired else NoChallenge()


def judge(knock: Knock, *, given: tuple[bytes, ...], most: int) -> Verified | WrongCode | Locked:
    """Judge one counted try against what was typed, digested under each key.

    A knock for nobody is wrong whatever was typed; that is looked at last, so it takes as long.
    """
    right = sum(same_code(knock.digest or b"", one) for one in given)
    if right and knock.guarantor_id is not None:
        return Verified()
    tries_left = most - knock.tries
    return WrongCode(tries_left=tries_left) if tries_left > 0 else Locked()
