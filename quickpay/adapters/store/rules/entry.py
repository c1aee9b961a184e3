"""What must not be among links, sessions, challenges and what was sent (I1, I3 to I7, I12, I14 to I16)."""

from sqlalchemy import BigInteger, and_, case, cast, func, or_, select

from quickpay.adapters.store.rules.rule import (
    DAY,
    MINUTE,
    PROOFS_SURE,
    SECOND,
    Rule,
    now,
    option_was_ever_on,
    option_was_on,
    rule,
)
from quickpay.adapters.store.schema import (
    api_keys,
    audit,
    challenges,
    links,
    outbox,
    payments,
    releases,
    sessions,
)
from quickpay.domain.sessions import MOST_EXTENSIONS
from quickpay.mfa.challenge import TRIES

_OPEN = ("queued", "sent")
_LONGEST_STAY = 1_200 * SECOND

_pays = select(func.count()).where(sessions.c.link_serial == links.c.serial, sessions.c.purpose == "pay")
_opened = (
    select(audit.c.id)
    .where(
        audit.c.session_id == sessions.c.id,
        audit.c.type
        == case(
            (sessions.c.origin == "staff", "staff.launch_opened"),
            (sessions.c.purpose == "pay", "link.opened"),
            else_="link.receipt_opened",
        ),
    )
    .exists()
)
_verified = (
    select(audit.c.id)
    .where(audit.c.session_id == sessions.c.id, audit.c.type == "challenge.verified")
    .exists()
)
_proved = or_(
    select(challenges.c.id)
    .where(
        challenges.c.session_id == sessions.c.id,
        challenges.c.state == "verified",
        challenges.c.purpose == "view",
    )
    .exists(),
    and_(sessions.c.opened_at < now() - PROOFS_SURE, _verified),
)
_released = (
    select(releases.c.id).where(releases.c.session_id == sessions.c.id, releases.c.state == "used").exists()
)
_arrival = case((sessions.c.origin == "sms", "sms"), (sessions.c.origin == "email", "email"), else_="")
_authenticated = (
    select(links.c.serial)
    .where(links.c.serial == sessions.c.link_serial, links.c.authenticated == 1)
    .exists()
)
_others = challenges.alias()

RULES: tuple[Rule, ...] = (
    rule(
        "I1",
        "more uses than the link's own limit",
        select(links.c.serial).where(links.c.uses > links.c.max_uses),
    ),
    rule(
        "I1",
        "a hand-off that may open more than once",
        select(links.c.serial).where(
            links.c.origin == "portal", or_(links.c.max_uses.is_(None), links.c.max_uses != 1)
        ),
    ),
    rule(
        "I1",
        "uses that are not the sessions opened from the link",
        select(links.c.serial).where(links.c.uses != _pays.scalar_subquery()),
    ),
    rule(
        "I1",
        "a receipt session of a link that is not paid",
        select(sessions.c.id)
        .join(links, links.c.serial == sessions.c.link_serial)
        .where(sessions.c.purpose == "receipt", links.c.state != "paid"),
    ),
    rule(
        "I3",
        "a session that ends later than its extensions allow",
        select(sessions.c.id).where(
            sessions.c.expires_at
            > sessions.c.opened_at + (cast(sessions.c.extensions, BigInteger) + 1) * _LONGEST_STAY
        ),
    ),
    rule(
        "I3",
        "a session that ends more than 20 minutes from now",
        select(sessions.c.id).where(
            sessions.c.ended_at.is_(None), sessions.c.expires_at > now() + _LONGEST_STAY
        ),
    ),
    rule(
        "I3",
        "a session extended more than ten times",
        select(sessions.c.id).where(sessions.c.extensions > MOST_EXTENSIONS),
    ),
    rule(
        "I3",
        "a session extended although its group never allowed it",
        select(sessions.c.id).where(
            sessions.c.extensions > 0,
            ~option_was_ever_on("session_extension", group_id=sessions.c.group_id),
        ),
    ),
    rule(
        "I4",
        "a proof without a verified challenge of the same session",
        select(sessions.c.id).where(
            sessions.c.authentication == "mfa",
            sessions.c.origin != "staff",
            ~_authenticated,
            ~_proved,
            ~_released,
        ),
    ),
    rule(
        "I4",
        "a role above quickpay without a proof",
        select(sessions.c.id).where(
            sessions.c.role != "quickpay",
            sessions.c.authentication != "mfa",
            sessions.c.origin != "staff",
        ),
    ),
    rule(
        "I5",
        "a code by the road she came while the opposing rule was on",
        select(challenges.c.id)
        .join(sessions, sessions.c.id == challenges.c.session_id)
        .where(
            challenges.c.method == _arrival,
            challenges.c.purpose == "view",
            option_was_on(
                "require_opposing_contact_methods",
                group_id=challenges.c.group_id,
                at=challenges.c.created_at,
            ),
        ),
    ),
    rule(
        "I6",
        "more than five tries of one challenge",
        select(challenges.c.id).where(challenges.c.tries > TRIES),
    ),
    rule(
        "I6",
        "two open challenges in one session",
        select(challenges.c.id).where(
            challenges.c.state.in_(_OPEN),
            select(_others.c.id)
            .where(
                _others.c.session_id == challenges.c.session_id,
                _others.c.id != challenges.c.id,
                _others.c.state.in_(_OPEN),
            )
            .exists(),
        ),
    ),
    rule(
        "I7",
        "a digest kept after the challenge ended",
        select(challenges.c.id).where(challenges.c.digest.is_not(None), challenges.c.state.not_in(_OPEN)),
    ),
    rule(
        "I7",
        "a digest kept a minute after the code's life",
        select(challenges.c.id).where(
            challenges.c.digest.is_not(None), challenges.c.expires_at < now() - MINUTE
        ),
    ),
    rule(
        "I12",
        "a session without the event that opened it",
        select(sessions.c.id).where(sessions.c.link_serial.is_not(None), ~_opened),
    ),
    rule(
        "I12",
        "a verified challenge without its event",
        select(challenges.c.id).where(
            challenges.c.state == "verified",
            ~select(audit.c.id)
            .where(audit.c.session_id == challenges.c.session_id, audit.c.type == "challenge.verified")
            .exists(),
        ),
    ),
    rule(
        "I14",
        "a message whose state and end do not agree",
        select(outbox.c.id).where(
            or_(
                and_(outbox.c.state.in_(("queued", "leased")), outbox.c.ended_at.is_not(None)),
                and_(outbox.c.state.in_(("sent", "dead", "dropped")), outbox.c.ended_at.is_(None)),
                and_(outbox.c.state == "leased", outbox.c.lease_owner.is_(None)),
            )
        ),
    ),
    rule(
        "I15",
        "a message leased and never given back",
        select(outbox.c.id).where(outbox.c.state == "leased", outbox.c.next_at < now() - 10 * MINUTE),
    ),
    rule(
        "I16",
        "a session that leads back elsewhere than its hand-off says",
        select(sessions.c.id)
        .outerjoin(links, links.c.serial == sessions.c.link_serial)
        .where(func.coalesce(sessions.c.return_url, "") != func.coalesce(links.c.return_url, "")),
    ),
    rule(
        "I16",
        "a code that lives longer than 600 seconds",
        select(challenges.c.id).where(challenges.c.expires_at > challenges.c.created_at + 600 * SECOND),
    ),
    rule(
        "I16",
        "a link that lives longer than two years",
        select(links.c.serial).where(links.c.expires_at > links.c.created_at + 732 * DAY),
    ),
    rule(
        "I16",
        "an API key that lives longer than a year",
        select(api_keys.c.id).where(api_keys.c.expires_at > api_keys.c.created_at + 365 * DAY),
    ),
    rule(
        "I16",
        "a payment through a session of another guarantor or group",
        select(payments.c.id)
        .join(sessions, sessions.c.id == payments.c.session_id)
        .where(
            or_(
                sessions.c.guarantor_id != payments.c.guarantor_id,
                sessions.c.group_id != payments.c.group_id,
            )
        ),
    ),
)
