"""What a proof shows and how its steps can end; only masked contacts leave here."""

from dataclasses import dataclass, field
from datetime import datetime

from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.options import LandingPage
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import Authentication
from quickpay.domain.text_fates import TextReport
from quickpay.mfa.challenge import (
    Challenge,
    ChallengeState,
    CodeExpired,
    NoChallenge,
    Purpose,
    WrongCode,
)
from quickpay.mfa.methods import Method, NoMethod, methods, usable_contacts
from quickpay.ports.tables import Tx
from quickpay.services.stay import CLOSED, NoStay, Stay


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


async def choose_page(
    tx: Tx, stay: Stay, *, rested_since: datetime
) -> ChoosePage | AlreadyProved | CannotProve | ProofNotOffered:
    """List the ways by the opposing rule, from the origin the row names and the contacts on file (R42).

    A contact the patient changed after `rested_since` is no way yet (R47).
    """
    page = await open_ways(tx, stay, rested_since=rested_since)
    return no_way(page) if isinstance(page, ChoosePage) and not page.ways else page


def no_way(page: ChoosePage) -> CannotProve:
    """Say it of a page all of whose ways are blocked: nothing else takes their place (R44)."""
    return CannotProve(stay=page.stay, office=page.office, blocked=page.blocked)


async def open_ways(
    tx: Tx, stay: Stay, *, rested_since: datetime
) -> ChoosePage | AlreadyProved | CannotProve | ProofNotOffered:
    """List the ways as `choose_page` does; where the only one is blocked, the page has none."""
    authentication = stay.group.options.authentication
    if stay.session.authentication is Authentication.MFA:
        return AlreadyProved(landing=stay.group.landing_of(stay.session.role))
    if not authentication.enable_mfa:
        # Require without Enable is refused at save; met all the same, nobody gets in.
        return CannotProve(stay=stay) if authentication.require_mfa else ProofNotOffered()
    serial = stay.session.link_serial
    link = None if serial is None else await tx.links.by_serial(serial)
    if serial is not None and (link is None or link.state in CLOSED):
        return CannotProve(stay=stay)
    guarantor = stay.guarantor
    usable = usable_contacts(
        email=await _unless_stopped(tx, guarantor, guarantor.email, rested_since),
        mobile=await _unless_stopped(tx, guarantor, guarantor.mobile, rested_since),
        origin=stay.session.origin,
        require_opposing=authentication.require_opposing_contact_methods,
        sent_to=None if link is None else link.contact,
    )
    offered = methods(
        origin=stay.session.origin,
        require_opposing=authentication.require_opposing_contact_methods,
        email_usable=usable.email,
        mobile_usable=usable.mobile,
    )
    office = stay.session.origin is not Origin.STAFF
    if isinstance(offered, NoMethod):
        return CannotProve(stay=stay, office=office)
    texted = guarantor.mobile is None or await tx.carrier_stops.since(guarantor.mobile) is None
    every = tuple(Way(method=method, masked=_masked(method, contact_for(stay, method))) for method in offered)
    ways = tuple(way for way in every if texted or way.method is not Method.SMS)
    return ChoosePage(
        stay=stay,
        required=authentication.require_mfa,
        ways=ways,
        office=office,
        blocked=next((way for way in every if way not in ways), None),
    )


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
        way=Way(method=challenge.method, masked=_masked(challenge.method, challenge.contact)),
        other_ways=any(way.method is not challenge.method for way in page.ways),
        undeliverable=challenge.state is ChallengeState.UNDELIVERABLE,
        open=challenge.is_open(now),
        seconds_left=_seconds(challenge.expires_at, now),
        seconds_to_resend=_seconds(resend_at, now),
        report=report,
        blocked=page.blocked is not None and page.blocked.method is challenge.method,
    )


def contact_for(stay: Stay, method: Method) -> str:
    """The contact on file that a method goes to; methods are offered only where there is one."""
    contact = stay.guarantor.email if method is Method.EMAIL else stay.guarantor.mobile
    if contact is None:
        raise LookupError("a method without a contact is not offered")
    return contact


async def _unless_stopped(
    tx: Tx, guarantor: Guarantor, contact: str | None, rested_since: datetime
) -> str | None:
    """Leave out a contact whose holder said that she is somebody else, or that rests: no codes either."""
    if contact is None or await tx.stops.holds(guarantor.id, contact):
        return None
    rests = await tx.contact_changes.resting(guarantor.id, contact, since=rested_since)
    return contact if rests is None else None


def _masked(method: Method, contact: str) -> str:
    return mask_email(contact) if method is Method.EMAIL else mask_mobile(contact)


def _seconds(until: datetime, now: datetime) -> int:
    return max(0, -int((now - until).total_seconds() // 1))
