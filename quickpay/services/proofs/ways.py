"""Which ways there are to prove who one is: by the group's rule, the contacts on file, what stops them."""

from datetime import datetime

from quickpay.domain.guarantors import Guarantor
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import Authentication
from quickpay.mfa.methods import Method, NoMethod, methods, usable_contacts
from quickpay.ports.tables import Tx
from quickpay.services.proofs.pages import (
    AlreadyProved,
    CannotProve,
    ChoosePage,
    ProofNotOffered,
    Way,
    contact_for,
    masked,
)
from quickpay.services.stay import CLOSED, Stay


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
    every = tuple(Way(method=method, masked=masked(method, contact_for(stay, method))) for method in offered)
    ways = tuple(way for way in every if texted or way.method is not Method.SMS)
    return ChoosePage(
        stay=stay,
        required=authentication.require_mfa,
        ways=ways,
        office=office,
        blocked=next((way for way in every if way not in ways), None),
    )


async def _unless_stopped(
    tx: Tx, guarantor: Guarantor, contact: str | None, rested_since: datetime
) -> str | None:
    """Leave out a contact whose holder said that she is somebody else, or that rests: no codes either."""
    if contact is None or await tx.stops.holds(guarantor.id, contact):
        return None
    rests = await tx.contact_changes.resting(guarantor.id, contact, since=rested_since)
    return contact if rests is None else None
