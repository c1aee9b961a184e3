"""Who may look at the portal pages: an authorized patient, proved where asked, whose link has not ended."""

from dataclasses import dataclass
from datetime import datetime

from quickpay.domain.links import LinkState
from quickpay.domain.sessions import Authentication, Role
from quickpay.ports.tables import Tx
from quickpay.services.payer import LinkEnded
from quickpay.services.stay import CLOSED, MustProve, NoStay, Stay, Visit, stay_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAuthorized:
    """The role opens Make Your Payment only; `may_prove`: passing the challenge leads up."""

    stay: Stay
    may_prove: bool


NotAMember = NoStay | MustProve | LinkEnded | NotAuthorized


async def member_of(tx: Tx, visit: Visit, now: datetime) -> Stay | NotAMember:
    """Find who is here if the portal pages are theirs to see; asked again for each page (R10)."""
    stay = await stay_of(tx, visit, now)
    if isinstance(stay, NoStay):
        return stay
    if stay.must_prove:
        return MustProve()
    serial = stay.session.link_serial
    if serial is not None:
        link = await tx.links.by_serial(serial)
        if link is None or link.state in CLOSED:
            return LinkEnded(stay=stay, state=LinkState.REVOKED if link is None else link.state)
    if stay.session.role is not Role.AUTHORIZED_PATIENT:
        proved = stay.session.authentication is Authentication.MFA
        enabled = stay.group.options.authentication.enable_mfa
        return NotAuthorized(stay=stay, may_prove=enabled and not proved)
    return stay
