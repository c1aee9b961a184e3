"""Hold the PM system's word about contacts against what a patient changed and confirmed since."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quickpay.domain.audit import Event
from quickpay.domain.contact_changes import ContactChange, PmSays
from quickpay.domain.guarantors import Guarantor
from quickpay.mfa.methods import Method
from quickpay.ports.tables import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A contact in force that she changed; `until` codes may not go there yet (R47), None: they may."""

    change: ContactChange
    until: datetime | None


async def resting_of(tx: Tx, guarantor_id: int, *, now: datetime, rest: timedelta) -> list[Resting]:
    """List the contacts in force that a guarantor changed, and how long they rest."""
    found = []
    for change in await tx.contact_changes.standing(guarantor_id):
        until = change.rests_until(rest)
        found.append(Resting(change=change, until=until if now < until else None))
    return found


async def heard(tx: Tx, guarantor: Guarantor, now: datetime) -> Guarantor:
    """Put her confirmed contacts back where the PM system only repeated itself; all in the caller's unit.

    The PM system's row was written first, so nobody else confirms anything now.
    """
    for change in await tx.contact_changes.standing(guarantor.id):
        method = Method(change.method)
        said = on_file(guarantor, method)
        match change.judged(said):
            case PmSays.ANOTHER:
                if await tx.contact_changes.end(change.challenge_id, now=now):
                    await tx.audit.add(_event("contact.overruled", guarantor, change, now))
                continue
            case PmSays.SAME_AS_BEFORE:
                if await tx.contact_changes.kept(change.challenge_id, now=now):
                    await tx.audit.add(_event("contact.kept", guarantor, change, now))
            case PmSays.SAME_AS_HERS:
                if await tx.contact_changes.adopted(change.challenge_id, now=now):
                    await tx.audit.add(_event("contact.adopted", guarantor, change, now))
        if said != change.contact:
            await tx.guarantors.set_contact(guarantor.id, method, change.contact, before=said, now=now)
        guarantor = with_contact(guarantor, method, change.contact)
    return guarantor


def on_file(guarantor: Guarantor, method: Method) -> str | None:
    """Give the contact on file that this way leads to."""
    return guarantor.email if method is Method.EMAIL else guarantor.mobile


def with_contact(guarantor: Guarantor, method: Method, contact: str) -> Guarantor:
    """Give the guarantor with one contact in place of the other."""
    if method is Method.EMAIL:
        return replace(guarantor, email=contact)
    return replace(guarantor, mobile=contact)


def _event(kind: str, guarantor: Guarantor, change: ContactChange, now: datetime) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=guarantor.group_id,
        guarantor_id=guarantor.id,
        session_id=change.session_id,
        actor="pm",
        detail={"method": change.method},
    )
