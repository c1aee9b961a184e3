"""A challenge: one request for proof, its states, and the judgement of one try."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.mfa.codes import same_code
from quickpay.mfa.limits import DEFAULT_LIMITS
from quickpay.mfa.methods import Method

TRIES = DEFAULT_LIMITS.tries_per_challenge.most
"""How many tries a challenge takes unless the settings say otherwise (R23)."""

PROOFS_KEPT = timedelta(days=30)
"""So long the row of an ended challenge is kept; then the audit alone tells that it was passed (R132)."""


class ChallengeState(StrEnum):
    """Say where a challenge stands."""

    QUEUED = "queued"
    SENT = "sent"
    VERIFIED = "verified"
    LOCKED = "locked"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    UNDELIVERABLE = "undeliverable"


class Purpose(StrEnum):
    """Say what a challenge proves: that she may look, or that a new contact is hers."""

    VIEW = "view"
    CONTACT_CHANGE = "contact_change"


OPEN_STATES = frozenset({ChallengeState.QUEUED, ChallengeState.SENT})
"""Both: a code may arrive, and be typed, before the outcome of its sending is written."""

_ENDS = frozenset(ChallengeState) - OPEN_STATES
TRANSITIONS: dict[ChallengeState, frozenset[ChallengeState]] = {
    ChallengeState.QUEUED: _ENDS | {ChallengeState.SENT},
    ChallengeState.SENT: _ENDS | {ChallengeState.QUEUED},  # back when a new code is asked for
    **dict.fromkeys(_ENDS, frozenset()),
}
"""What a state may become; an end stays (I11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One row. `contact` was frozen when it was made (R31); `digest` is there only while it is open (I7).

    `replaces` is, for a change of contact, what was on file when it was made.
    """

    id: str
    session_id: int
    link_id: int | None
    group_id: int
    guarantor_id: int
    method: Method
    contact: str = field(repr=False)
    contact_digest: bytes = field(repr=False)
    purpose: Purpose
    state: ChallengeState
    tries: int
    sends: int
    digest: bytes | None = field(repr=False)
    created_at: datetime
    sent_at: datetime | None
    expires_at: datetime
    replaces: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.digest is not None and self.state not in OPEN_STATES:
            raise ValueError("a challenge that has ended keeps no digest (I7)")

    def is_open(self, now: datetime) -> bool:
        """Tell whether a code can still be typed; the moment of expiry is too late."""
        return self.state in OPEN_STATES and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The code was right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCode:
    """The code was wrong, and so many tries are left."""

    tries_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """No more tries; said alike for a right and a wrong code (R28)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeExpired:
    """The code is too old; said alike for a right and a wrong one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoChallenge:
    """There is nothing to try: never asked for, already used, replaced or not delivered."""


TryOutcome = Verified | WrongCode | Locked | CodeExpired | NoChallenge


def may_become(before: ChallengeState, after: ChallengeState) -> bool:
    """Tell whether a challenge may go from one state to another."""
    return after in TRANSITIONS[before]


def counted(challenge: Challenge, *, now: datetime, most: int = TRIES) -> Challenge | None:
    """Count one try, as the store does in a statement of its own before anything is compared (R23).

    None: the try is not taken; `refusal` says why, and there is nothing to judge.
    """
    if not challenge.is_open(now) or challenge.tries >= most:
        return None
    return replace(challenge, tries=challenge.tries + 1)


def refusal(challenge: Challenge | None, *, now: datetime, most: int = TRIES) -> TryOutcome:
    """Say why a try was not taken. It sees no code, so the answer cannot depend on one (R28)."""
    if challenge is None:
        return NoChallenge()
    match challenge.state:
        case ChallengeState.LOCKED:
            return Locked()
        case ChallengeState.EXPIRED:
            return CodeExpired()
        case ChallengeState.QUEUED | ChallengeState.SENT if challenge.tries >= most:
            return Locked()
        case ChallengeState.QUEUED | ChallengeState.SENT if now >= challenge.expires_at:
            return CodeExpired()
        case _:
            return NoChallenge()


def judge(challenge: Challenge, *, given_digest: bytes, now: datetime, most: int = TRIES) -> TryOutcome:
    """Judge one try, which `challenge.tries` already includes; nothing is compared once it is over (R28).

    A right code on the last try succeeds; the last wrong one locks. Raises: ValueError if no try was counted.
    """
    if not challenge.is_open(now) or challenge.tries > most or challenge.digest is None:
        return refusal(challenge, now=now, most=most)
    if challenge.tries < 1:
        raise ValueError("a try is counted before it is judged (R23)")
    if same_code(challenge.digest, given_digest):
        return Verified()
    tries_left = most - challenge.tries
    return WrongCode(tries_left=tries_left) if tries_left else Locked()


def after(challenge: Challenge, outcome: TryOutcome) -> Challenge:
    """Give the challenge as one try leaves it; an end takes the digest with it (R32)."""
    match outcome:
        case Verified():
            return _ended(challenge, ChallengeState.VERIFIED)
        case Locked():
            return _ended(challenge, ChallengeState.LOCKED)
        case CodeExpired():
            return _ended(challenge, ChallengeState.EXPIRED)
        case WrongCode() | NoChallenge():
            return challenge


def with_new_code(challenge: Challenge, *, digest: bytes, now: datetime, life: timedelta) -> Challenge:
    """Replace the code by another: the old one is dead, the tries stay counted (R24).

    Raises: ValueError for a challenge that has ended, of its own or by time.
    """
    if not challenge.is_open(now):
        raise ValueError("a challenge that has ended gets no new code")
    return replace(
        challenge,
        state=ChallengeState.QUEUED,
        digest=digest,
        sends=challenge.sends + 1,
        sent_at=None,
        expires_at=now + life,
    )


def _ended(challenge: Challenge, state: ChallengeState) -> Challenge:
    if not may_become(challenge.state, state):
        return challenge
    return replace(challenge, state=state, digest=None)
