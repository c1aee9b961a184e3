"""What a proof shows and how its steps can end; only masked contacts leave here."""

from dataclasses import dataclass, field
from datetime import datetime

from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.options import LandingPage
from quickpay.domain.text_fates import TextReport
from quickpay.mfa.challenge import (
    Challenge,
    ChallengeState,
    CodeExpired,
    NoChallenge,
    Purpose,
    WrongCode,
)
from quickpay.mfa.methods import Method
from quickpay.services.stay import NoStay, Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to get a code."""

    method: Method
    masked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePage:
    """Which ways there are; `required` where nothing else is open before the proof.

    `office` says whether the office may let her in by a code it says, `blocked` is the way that would be
    among them had nobody told the carrier STOP (R61).
    """

    stay: Stay
    required: bool
    ways: tuple[Way, ...]
    office: bool
    blocked: Way | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage:
    """Where the code went, how long it is good, and when another may be asked for.

    `report` is what the carrier told of a text so far, `blocked`: no more texts go there (R61).
    """

    stay: Stay
    required: bool
    office: bool
    way: Way
    other_ways: bool
    undeliverable: bool
    open: bool
    seconds_left: int
    seconds_to_resend: int
    report: TextReport | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotProve:
    """There is no way to prove it here; the office can help. One page for every reason (R39).

    `office` says whether it can by a code it says: not where nothing may be proved at all. `blocked` is the
    one way there would be had nobody told the carrier STOP: that she can mend herself (R61).
    """

    stay: Stay
    office: bool = False
    blocked: Way | None = None


@dataclass(frozen=True, slots=True)
class ProofNotOffered:
    """The group has no challenge at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyProved:
    """This session has passed its challenge; `landing` is where that led."""

    landing: LandingPage


NotHere = NoStay | AlreadyProved | CannotProve | ProofNotOffered


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLocked:
    """Too many tries; said alike whatever was typed (R28)."""

    stay: Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyCodes:
    """So many codes were sent that another would be a nuisance or a cost (R36)."""

    stay: Stay


@dataclass(frozen=True, slots=True)
class NothingSent:
    """No code was asked for in this session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayNotOffered:
    """The method is not among the ways offered; the page stands again."""

    page: ChoosePage


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way; the code page says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Another code may be asked for later; the page says when."""

    page: CodePage


@dataclass(frozen=True, slots=True, kw_only=True)
class NotACode:
    """What was typed is not six digits; nothing was counted (R33)."""

    page: CodePage


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRefused:
    """The code did not prove it; the page stands again and says why."""

    page: CodePage
    why: WrongCode | CodeExpired | NoChallenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The proof is done; the session goes on under a new secret, the old one is dead (R64)."""

    secret: bytes = field(repr=False)
    expires_at: datetime
    landing: LandingPage


def is_bound(challenge: Challenge, page: ChoosePage) -> bool:
    """Whether a challenge is for this session, its link, group and guarantor, and as things are now (R30).

    One whose contact was changed after the code went out is for nobody any more (R31), as is one by a method
    the group's rule no longer offers (R45). That nothing more may be texted does not undo what arrived.
    """
    stay = page.stay
    session = stay.session
    return (
        challenge.purpose is Purpose.VIEW
        and challenge.session_id == session.id
        and challenge.link_id == session.link_serial
        and challenge.group_id == session.group_id
        and challenge.guarantor_id == session.guarantor_id
        and any(way.method is challenge.method for way in (*page.ways, page.blocked) if way is not None)
        and challenge.contact == contact_for(stay, challenge.method)
    )


def code_page(
    page: ChoosePage, challenge: Challenge, *, resend_at: datetime, now: datetime, report: TextReport | None
) -> CodePage:
    """Say where this challenge's code went and how it stands."""
    return CodePage(
        stay=page.stay,
        required=page.required,
        office=page.office,
        way=Way(method=challenge.method, masked=masked(challenge.method, challenge.contact)),
        other_ways=any(way.method is not challenge.method for way in page.ways),
        undeliverable=challenge.state is ChallengeState.UNDELIVERABLE,
        open=challenge.is_open(now),
        seconds_left=seconds_until(challenge.expires_at, now),
        seconds_to_resend=seconds_until(resend_at, now),
        report=report,
        blocked=page.blocked is not None and page.blocked.method is challenge.method,
    )


def contact_for(stay: Stay, method: Method) -> str:
    """The contact on file that a method goes to; methods are offered only where there is one."""
    contact = stay.guarantor.email if method is Method.EMAIL else stay.guarantor.mobile
    if contact is None:
        raise LookupError("a method without a contact is not offered")
    return contact


def masked(method: Method, contact: str) -> str:
    """Give what may be shown of a contact."""
    return mask_email(contact) if method is Method.EMAIL else mask_mobile(contact)


def seconds_until(until: datetime, now: datetime) -> int:
    """Count the seconds left, a begun one as a whole one; none once it is past."""
    return max(0, -int((now - until).total_seconds() // 1))
