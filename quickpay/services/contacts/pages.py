"""What changing a contact shows and how its steps can end."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from quickpay.domain.contact_changes import same_contact
from quickpay.domain.contacts import ContactFault
from quickpay.mfa.challenge import Challenge, ChallengeState, CodeExpired, NoChallenge, Purpose, WrongCode
from quickpay.mfa.methods import Method
from quickpay.ports.tables import Tx
from quickpay.services.contacts.words import on_file
from quickpay.services.member import NotAMember, member_of
from quickpay.services.proofs.pages import seconds_until
from quickpay.services.stay import Stay, Visit


class NotTaken(Enum):
    """Why a contact that is one is not taken all the same."""

    ON_FILE = "on_file"
    """It is the one on file."""
    STOPPED = "stopped"
    """Its holder said before that she is somebody else: nothing goes there, codes neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditingOff:
    """The group lets nobody change contacts here."""

    stay: Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """The contact on file by this way, and what was typed in its place and not confirmed.

    `overtaken`: what is on file changed since it was typed.
    """

    stay: Stay
    method: Method
    on_file: str | None = field(repr=False)
    pending: str = field(repr=False)
    overtaken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRefused:
    """The contact is not taken; nothing was sent, and the page stands again."""

    page: ContactPage
    why: ContactFault | NotTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPage:
    """Where the code went, how long it is good, and when another may be asked for."""

    stay: Stay
    method: Method
    contact: str = field(repr=False)
    undeliverable: bool
    open: bool
    seconds_left: int
    seconds_to_resend: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingPending:
    """There is no change to confirm; `method` is the way whose change is over, if there was one."""

    method: Method | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TooSoon:
    """Another code may be asked for later; the page says when."""

    page: ConfirmPage


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUnread:
    """What was typed is not six digits; nothing was counted (R33)."""

    page: ConfirmPage


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWrong:
    """The code did not confirm it; the page stands again and says why."""

    page: ConfirmPage
    why: WrongCode | CodeExpired | NoChallenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The contact is changed, now or by an earlier press of the same form."""

    method: Method


NotAnEditor = NotAMember | EditingOff


async def editor_of(tx: Tx, visit: Visit, now: datetime) -> Stay | NotAnEditor:
    """Find who is here if she may change her contacts: an authorized patient, where the group lets her."""
    stay = await member_of(tx, visit, now)
    if not isinstance(stay, Stay):
        return stay
    return stay if stay.group.options.patient_permissions.contact_info_editing else EditingOff(stay=stay)


def contact_page(stay: Stay, method: Method, last: Challenge | None) -> ContactPage:
    """Show the contact, and what this session asked for in its place, so that it need not be typed again."""
    asked = last is not None and last.method is method and last.state is not ChallengeState.VERIFIED
    return ContactPage(
        stay=stay,
        method=method,
        on_file=on_file(stay.guarantor, method),
        pending=last.contact if asked and last is not None else "",
        overtaken=asked and last is not None and not is_for(last, stay),
    )


def confirm_page(stay: Stay, challenge: Challenge, *, resend_at: datetime, now: datetime) -> ConfirmPage:
    """Say where this challenge's code went and how it stands."""
    return ConfirmPage(
        stay=stay,
        method=challenge.method,
        contact=challenge.contact,
        undeliverable=challenge.state is ChallengeState.UNDELIVERABLE,
        open=challenge.is_open(now),
        seconds_left=seconds_until(challenge.expires_at, now),
        seconds_to_resend=seconds_until(resend_at, now),
    )


def is_for(challenge: Challenge, stay: Stay) -> bool:
    """Whether a challenge is for a change of this session's, of what is on file still (R30, R31)."""
    session = stay.session
    return (
        challenge.purpose is Purpose.CONTACT_CHANGE
        and challenge.session_id == session.id
        and challenge.link_id == session.link_serial
        and challenge.group_id == session.group_id
        and challenge.guarantor_id == session.guarantor_id
        and challenge.replaces == on_file(stay.guarantor, challenge.method)
    )


async def not_taken(tx: Tx, stay: Stay, method: Method, contact: str) -> NotTaken | None:
    """Say why this guarantor cannot have this contact; of other guarantors nothing is asked (R39)."""
    if same_contact(contact, on_file(stay.guarantor, method)):
        return NotTaken.ON_FILE
    return NotTaken.STOPPED if await tx.stops.holds(stay.guarantor.id, contact) else None
