"""Who of the staff is here: a session opened, found again by its secret, and the events of both."""

from dataclasses import dataclass, field
from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.digests import session_hash
from quickpay.domain.staff import Staff, StaffSession, StaffState
from quickpay.ports.tables import Tx
from quickpay.services.stay import Gone, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffStay:
    """One of the staff, signed in; as the database has the account now."""

    staff: Staff
    session: StaffSession


@dataclass(frozen=True, slots=True, kw_only=True)
class NoStaffStay:
    """Nobody of the staff is here."""

    why: Gone


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody is in; `secret` is for the cookie, new with every sign-in."""

    staff: Staff
    secret: bytes = field(repr=False)


async def open_session(tx: Tx, one: Staff, visit: Visit, *, secret: bytes, now: datetime) -> SignedIn:
    """Let somebody in who has just proved everything; whatever id the browser brought is never used."""
    if visit.secret is not None:
        before = await tx.staff_sessions.find(session_hash(visit.secret))
        if before is not None:
            await tx.staff_sessions.end(before.id, now)
    session = await tx.staff_sessions.add(one.id, token_hash=session_hash(secret), now=now)
    await tx.audit.add(staff_event("staff.login", one.actor, visit, now, session=session.id))
    return SignedIn(staff=one, secret=secret)


async def stay_of_staff(tx: Tx, secret: bytes, now: datetime) -> StaffStay | NoStaffStay:
    """Find who holds this secret; a disabled account's sessions count no more."""
    session = await tx.staff_sessions.find(session_hash(secret))
    one = None if session is None else await tx.staff.get(session.staff_id)
    if session is None or one is None:
        return NoStaffStay(why=Gone.NEVER)
    if session.ended_at is not None or one.state is not StaffState.ACTIVE:
        return NoStaffStay(why=Gone.SIGNED_OUT)
    if not session.live_at(now):
        return NoStaffStay(why=Gone.EXPIRED)
    return StaffStay(staff=one, session=session)


def staff_event(kind: str, actor: str, visit: Visit, at: datetime, **detail: str | int) -> Event:
    """Name who of the staff did it and by which request."""
    return Event(at=at, type=kind, actor=actor, request_id=visit.request_id, detail={**detail})
