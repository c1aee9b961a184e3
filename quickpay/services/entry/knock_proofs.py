"""What a knock that was right becomes: a session, and a proof like any other."""

from datetime import datetime

from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import Authentication, Purpose, Session, first_end
from quickpay.mfa.challenge import Challenge, ChallengeState
from quickpay.mfa.challenge import Purpose as ProofPurpose
from quickpay.mfa.knock import Knock


def website_session(group: Group, guarantor: Guarantor, now: datetime) -> Session:
    """Make the session of somebody who came in by the website, proved at once."""
    authentication = group.options.authentication
    return Session(
        id=0,
        link_serial=None,
        group_id=group.id,
        guarantor_id=guarantor.id,
        origin=Origin.WEBSITE,
        purpose=Purpose.PAY,
        role=authentication.mfa_success_role,
        authentication=Authentication.MFA,
        order_id=None,
        opened_at=now,
        expires_at=first_end(now, extendable=authentication.session_extension),
        extensions=0,
        ended_at=None,
    )


def proof_of(knock: Knock, session: Session, contact: str) -> Challenge:
    """Write the knock's proof where all proofs stand (I4)."""
    return Challenge(
        id=knock.id,
        session_id=session.id,
        link_id=None,
        group_id=session.group_id,
        guarantor_id=session.guarantor_id,
        method=knock.method,
        contact=contact,
        contact_digest=knock.contact_digest,
        purpose=ProofPurpose.VIEW,
        state=ChallengeState.VERIFIED,
        tries=knock.tries,
        sends=knock.sends,
        digest=None,
        created_at=knock.created_at,
        sent_at=knock.created_at,
        expires_at=knock.expires_at,
    )
