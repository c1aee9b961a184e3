"""Who is here: from a cookie's secret to the session, its group and its guarantor."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.digests import session_hash
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.languages import Language, language_of
from quickpay.domain.launches import Launch, may_launch
from quickpay.domain.links import LinkState
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import MOST_EXTENSIONS, OWN_RESULT_READABLE, Authentication, Session
from quickpay.domain.staff import StaffState
from quickpay.ports.tables import Tx

CLOSED = frozenset({LinkState.REVOKED, LinkState.SUPERSEDED, LinkState.SUSPENDED})
"""What staff end at once, for open sessions too (R10); `paid`, `expired` and `used_up` let them finish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a request brings of itself: the cookie's secret, the client's address, the request's id.

    `simulation` says that the secret is marked as a simulation's; such a request only looks. `apple` says
    that the browser calls itself Safari or one of Apple's devices.
    """

    secret: bytes | None = field(repr=False)
    address: str = field(repr=False)
    request_id: str
    simulation: bool = False
    apple: bool = False
    language: Language | None = None
    """The one chosen by a press; what the browser asks for of itself is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One session with those it concerns, as the database has them now; `left` is none once it ran out.

    `launch` is there in a simulation: staff look, and nothing can be done. `apple` is the visit's.
    """

    session: Session
    group: Group
    guarantor: Guarantor
    left: timedelta
    launch: Launch | None = None
    apple: bool = False

    @property
    def live(self) -> bool:
        """Whether a request of this session counts now."""
        return self.session.ended_at is None and self.left > timedelta(0)

    @property
    def shared(self) -> bool:
        """Whether somebody else is here, to pay one sum for the guarantor and to learn nothing of her."""
        return self.session.share_amount is not None

    @property
    def extendable(self) -> bool:
        """Whether the end can be moved once more, now or when little time is left."""
        on = self.group.options.authentication.session_extension and self.launch is None
        return on and self.session.extensions < MOST_EXTENSIONS

    @property
    def language(self) -> Language | None:
        """The guarantor's language where pages may be in it: before a required proof it is nobody's business.

        Who holds a link and has proved nothing would learn from it something of whom it was sent to.
        """
        return None if self.must_prove or self.shared else language_of(self.guarantor.language)

    @property
    def actor(self) -> str:
        """Whom the audit names for what is done here."""
        return "patient" if self.launch is None else self.launch.actor

    @property
    def must_prove(self) -> bool:
        """Whether the group wants a challenge passed first; satisfied by MFA, never by a role.

        Staff have proved who they are by their own sign-in; a simulation shows them the challenge's pages.
        """
        return (
            self.launch is None
            and self.group.options.authentication.require_mfa
            and self.session.authentication is not Authentication.MFA
        )


class Gone(StrEnum):
    """Why there is no session to go on with."""

    NEVER = "never"
    EXPIRED = "expired"
    SIGNED_OUT = "signed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoStay:
    """Nobody is here; group, origin and way back to a portal are known where a session has only ended."""

    why: Gone
    group: Group | None
    return_url: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class MustProve:
    """The group wants the challenge passed before anything of the guarantor is shown."""


async def stay_of(tx: Tx, visit: Visit, now: datetime, *, shares: bool = False) -> Stay | NoStay:
    """Find the live session of this visit; one of a share only for who says that it will do."""
    found = await _find(tx, visit, now, shares=shares)
    if isinstance(found, NoStay) or found.live:
        return found
    return _no_stay(found)


async def stay_in_turn(tx: Tx, visit: Visit, now: datetime, *, shares: bool = False) -> Stay | NoStay:
    """Find the live session of this visit once no other payment of its guarantor is being decided.

    It is looked for again after the wait: meanwhile she may have signed out, or the group changed its rules.
    """
    stay = await stay_of(tx, visit, now, shares=shares)
    if isinstance(stay, NoStay):
        return stay
    await tx.guarantors.lock(stay.guarantor.id)
    return await stay_of(tx, visit, now, shares=shares)


async def reader_of(tx: Tx, visit: Visit, now: datetime) -> Stay | NoStay:
    """Find the session of this visit, also one that ran out lately: it may still read its own payment."""
    found = await _find(tx, visit, now, shares=True)
    if isinstance(found, NoStay):
        return found
    longer = OWN_RESULT_READABLE if found.launch is None else timedelta()
    if found.session.ended_at is None and found.left > -longer:
        return found
    return _no_stay(found)


async def _find(tx: Tx, visit: Visit, now: datetime, *, shares: bool) -> Stay | NoStay:
    nobody = NoStay(why=Gone.NEVER, group=None)
    if visit.secret is None:
        return nobody
    session = await tx.sessions.find(session_hash(visit.secret))
    if session is None:
        return nobody
    group = await tx.groups.get(session.group_id)
    guarantor = await tx.guarantors.get(session.guarantor_id)
    if group is None or guarantor is None:
        return nobody
    if session.share_amount is not None and not (shares and may_share(group)):
        return NoStay(why=Gone.EXPIRED, group=group)
    if session.origin is not Origin.STAFF:
        # A mark on another's secret cannot be; if there were one, nobody should act under it unseen.
        if visit.simulation:
            return nobody
        return replace(a_patients(session, group, guarantor, now), apple=visit.apple)
    if not visit.simulation:
        return nobody  # what is not known for a simulation at the door would not be kept to looking
    launch = None if session.link_serial is None else await launch_now(tx, session.link_serial, group.id)
    if launch is None:
        return NoStay(why=Gone.SIGNED_OUT, group=group)
    return replace(a_patients(session, group, guarantor, now), launch=launch, apple=visit.apple)


def may_share(group: Group) -> bool:
    """Whether somebody else may pay: not where everybody has to prove that she is the guarantor."""
    return not group.options.authentication.require_mfa


def a_patients(session: Session, group: Group, guarantor: Guarantor, now: datetime) -> Stay:
    """Put a patient's session together with those it concerns."""
    ends_at = session.ends_at(extendable=group.options.authentication.session_extension)
    return Stay(session=session, group=group, guarantor=guarantor, left=ends_at - now)


async def launch_now(tx: Tx, link_serial: int, group_id: int) -> Launch | None:
    """Give the launch of a link while who made it may look: an account that is ended looks no more."""
    launch = await tx.launches.of_link(link_serial)
    if launch is None or launch.staff_id is None:
        return launch
    one = await tx.staff.get(launch.staff_id)
    may = one is not None and one.state is StaffState.ACTIVE and may_launch(one, group_id)
    return launch if may else None


def _no_stay(found: Stay) -> NoStay:
    why = Gone.SIGNED_OUT if found.session.ended_at is not None else Gone.EXPIRED
    session = found.session
    return NoStay(why=why, group=found.group, return_url=session.return_url, origin=session.origin)
