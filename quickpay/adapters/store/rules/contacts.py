"""What must not be among contacts that patients changed (I4, I5, I12, I16)."""

from sqlalchemy import case, func, select

from quickpay.adapters.store.rules.rule import DAY, PROOFS_SURE, Rule, now, option_was_on, rule
from quickpay.adapters.store.schema import audit, challenges, contact_changes, guarantors

_confirmed = (
    select(challenges.c.id)
    .where(
        challenges.c.id == contact_changes.c.challenge_id,
        challenges.c.purpose == "contact_change",
        challenges.c.state == "verified",
        challenges.c.contact == contact_changes.c.contact,
        challenges.c.method == contact_changes.c.method,
        challenges.c.session_id == contact_changes.c.session_id,
        challenges.c.guarantor_id == contact_changes.c.guarantor_id,
    )
    .exists()
)
_on_file = case((contact_changes.c.method == "email", guarantors.c.email), else_=guarantors.c.mobile)

RULES: tuple[Rule, ...] = (
    rule(
        "I4",
        "a changed contact that no code confirmed",
        select(contact_changes.c.challenge_id).where(
            contact_changes.c.confirmed_at >= now() - PROOFS_SURE, ~_confirmed
        ),
    ),
    rule(
        "I5",
        "a code to a contact that the patient changed less than a day before",
        select(challenges.c.id)
        .join(contact_changes, contact_changes.c.guarantor_id == challenges.c.guarantor_id)
        .where(
            challenges.c.purpose == "view",
            func.lower(challenges.c.contact) == func.lower(contact_changes.c.contact),
            challenges.c.created_at >= contact_changes.c.confirmed_at,
            challenges.c.created_at < contact_changes.c.confirmed_at + DAY,
        ),
    ),
    rule(
        "I12",
        "a changed contact without its event",
        select(contact_changes.c.challenge_id).where(
            ~select(audit.c.id)
            .where(audit.c.session_id == contact_changes.c.session_id, audit.c.type == "contact.changed")
            .exists()
        ),
    ),
    rule(
        "I16",
        "a changed contact that is in force and not on file",
        select(contact_changes.c.challenge_id)
        .join(guarantors, guarantors.c.id == contact_changes.c.guarantor_id)
        .where(
            contact_changes.c.ended_at.is_(None), func.coalesce(_on_file, "") != contact_changes.c.contact
        ),
    ),
    rule(
        "I16",
        "a contact changed by the patient while her group did not allow it",
        select(contact_changes.c.challenge_id)
        .join(guarantors, guarantors.c.id == contact_changes.c.guarantor_id)
        .where(
            ~option_was_on(
                "contact_info_editing",
                group_id=guarantors.c.group_id,
                at=contact_changes.c.confirmed_at,
            )
        ),
    ),
)
