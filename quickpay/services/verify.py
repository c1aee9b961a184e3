"""Prove who you are: choose a way, get a code, type it; count, commit, judge, then claim (security.md §5.2)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from quickpay.domain.audit import Event
from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.groups import Group
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.domain.sessions import Authentication
from quickpay.mfa.challenge import (
    Challenge,
    ChallengeState,
    CodeExpired,
    Locked,
    NoChallenge,
    Purpose,
    TryOutcome,
    Verified,
    WrongCode,
    judge,
    refusal,
)
from quickpay.mfa.codes import clean_code, code_digest, new_code, same_code
from quickpay.mfa.limits import Limits
from quickpay.mfa.methods import Method, NoMethod, methods, usable_contacts
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.tasks import Tasks
from quickpay.services.courier import CodeToSend, Courier
from quickpay.services.proof_limits import ProofLimits, Subjects
from quickpay.services.stay import NoStay, Stay, Visit, stay_of

NOTICE_WORTH_SENDING = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to get a code: only a masked contact leaves this module."""

    method: Method
    masked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePage:
    """Which ways there are."""

    group: Group
    required: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage:
    """Where the code went and what can still be done; `resend_at` is when a new one may be asked for."""

    group: Group
    required: bool
    way: Way
    other_ways: bool
    undeliverable: bool
    sent_again: bool
    tries_left: int
    resend_at: datetime
    expires_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotProve:
    """There is no way to prove it here; the office can help. The same page for every reason (R39)."""

    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLocked:
    """Too many tries or codes; said alike whatever was typed (R28)."""

    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """A new code may be asked for in so many seconds."""

    page: CodePage
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyCodes:
    """So many codes were sent that another would be a nuisance or a cost (R36)."""

    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class WayNotOffered:
    """The method is not among the ways offered; the page stands again."""

    page: ChoosePage


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSent:
    """A code is on its way; the code page says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRefused:
    """The code did not prove it; the page stands again and says why."""

    page: CodePage
    why: WrongCode | CodeExpired | NoChallenge


@dataclass(frozen=True, slots=True, kw_only=True)
class NotACode:
    """What was typed is not six digits; nothing was counted (R33)."""

    page: CodePage


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The proof is done; the session goes on under a new secret."""

    secret: bytes = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyProved:
    """This session has passed its challenge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingSent:
    """No code was asked for in this session."""


NotHere = NoStay | AlreadyProved | CannotProve


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A try that was counted and committed, ready to be judged."""

    stay: Stay
    challenge: Challenge
    subjects: Subjects
    page: CodePage


class Verify:
    """Send codes and judge them."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        digests: Digests,
        limits: Limits,
        courier: Courier,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._digests = digests
        self._limits = limits
        self._counts = ProofLimits(limits=limits, digests=digests)
        self._courier = courier
        self._tasks = tasks
