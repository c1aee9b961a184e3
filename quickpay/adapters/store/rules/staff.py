"""What must not be among staff accounts, their sessions and their releases (I4, I6, I7, I12, I16, I17)."""

from sqlalchemy import Text, cast, literal, or_, select

from quickpay.adapters.store.rules.rule import DAY, MINUTE, SECOND, Rule, now, rule
from quickpay.adapters.store.schema import audit, releases, sessions, staff, staff_sessions
from quickpay.mfa.limits import MOST_SPOKEN_TRIES

_others = releases.alias()
_enrolled = (
    select(audit.c.id)
    .where(audit.c.type == "staff.enrolled", audit.c.actor == literal("staff ") + cast(staff.c.id, Text))
    .exists()
)
_told = (
    select(audit.c.id)
    .where(audit.c.session_id == releases.c.session_id, audit.c.type == "challenge.released")
    .exists()
)

RULES: tuple[Rule, ...] = (
    rule(
        "I17",
        "an open session of an account that cannot be used",
        select(staff_sessions.c.id)
        .join(staff, staff.c.id == staff_sessions.c.staff_id)
        .where(staff_sessions.c.ended_at.is_(None), staff.c.state != "active"),
    ),
    rule(
        "I17",
        "a session of staff in use beyond its twelve hours",
        select(staff_sessions.c.id).where(staff_sessions.c.seen_at > staff_sessions.c.opened_at + DAY // 2),
    ),
    rule(
        "I17",
        "an active account without a password or an app",
        select(staff.c.id).where(
            staff.c.state == "active",
            or_(staff.c.password_hash.is_(None), staff.c.totp_nonce.is_(None), staff.c.totp_body.is_(None)),
        ),
    ),
    rule(
        "I17",
        "an active account that never finished an enrolment",
        select(staff.c.id).where(staff.c.state == "active", ~_enrolled),
    ),
    rule(
        "I17",
        "an enrolment of an account that is not invited",
        select(staff.c.id).where(staff.c.enrol_hash.is_not(None), staff.c.state != "invited"),
    ),
    rule(
        "I17",
        "an enrolment without its end",
        select(staff.c.id).where(staff.c.enrol_hash.is_not(None), staff.c.enrol_until.is_(None)),
    ),
    rule(
        "I16",
        "an enrolment that is good for more than a day",
        select(staff.c.id).where(staff.c.enrol_until > now() + DAY),
    ),
    rule(
        "I4",
        "a used release of a session that proved nothing",
        select(releases.c.id)
        .join(sessions, sessions.c.id == releases.c.session_id)
        .where(releases.c.state == "used", sessions.c.authentication != "mfa"),
    ),
    rule(
        "I17",
        "a release for another guarantor, group or link than its session's",
        select(releases.c.id)
        .join(sessions, sessions.c.id == releases.c.session_id)
        .where(
            or_(
                releases.c.guarantor_id != sessions.c.guarantor_id,
                releases.c.group_id != sessions.c.group_id,
                releases.c.link_serial != sessions.c.link_serial,
            )
        ),
    ),
    rule(
        "I6",
        "more than three tries of one spoken code",
        select(releases.c.id).where(releases.c.tries > MOST_SPOKEN_TRIES),
    ),
    rule(
        "I6",
        "two open releases in one session",
        select(releases.c.id).where(
            releases.c.state == "open",
            select(_others.c.id)
            .where(
                _others.c.session_id == releases.c.session_id,
                _others.c.id != releases.c.id,
                _others.c.state == "open",
            )
            .exists(),
        ),
    ),
    rule(
        "I7",
        "a spoken code's digest kept after its end",
        select(releases.c.id).where(releases.c.digest.is_not(None), releases.c.state != "open"),
    ),
    rule(
        "I7",
        "a spoken code's digest kept a minute after its life",
        select(releases.c.id).where(releases.c.digest.is_not(None), releases.c.expires_at < now() - MINUTE),
    ),
    rule(
        "I12",
        "a used release without its event",
        select(releases.c.id).where(releases.c.state == "used", ~_told),
    ),
    rule(
        "I16",
        "a spoken code that lives longer than 600 seconds",
        select(releases.c.id).where(releases.c.expires_at > releases.c.created_at + 600 * SECOND),
    ),
)
