"""What must not be among stored cards (I9, I12)."""

from sqlalchemy import or_, select

from quickpay.adapters.store.rules.rule import Rule, option_was_on, rule
from quickpay.adapters.store.schema import audit, guarantors, orders, payments, stored_cards

_HOW = ("card.stored", "card.not_kept")
"""How a card comes to be here: kept, or only to be dropped by the gateway."""

RULES: tuple[Rule, ...] = (
    rule(
        "I9",
        "a stored card of another guarantor or group than its payment's",
        select(stored_cards.c.id)
        .join(payments, payments.c.id == stored_cards.c.id)
        .join(guarantors, guarantors.c.id == stored_cards.c.guarantor_id)
        .where(
            or_(
                payments.c.guarantor_id != stored_cards.c.guarantor_id,
                payments.c.group_id != stored_cards.c.group_id,
                guarantors.c.group_id != stored_cards.c.group_id,
            )
        ),
    ),
    rule(
        "I9",
        "a card stored with a payment that took no money",
        select(stored_cards.c.id)
        .join(payments, payments.c.id == stored_cards.c.id)
        .where(payments.c.state.not_in(("succeeded", "refunded")), stored_cards.c.removed_at.is_(None)),
    ),
    rule(
        "I9",
        "a payment by a stored card of another guarantor",
        select(payments.c.id)
        .join(orders, orders.c.id == payments.c.order_id)
        .join(stored_cards, stored_cards.c.id == orders.c.stored_card)
        .where(payments.c.method == "stored", payments.c.guarantor_id != stored_cards.c.guarantor_id),
    ),
    rule(
        "I12",
        "a stored card without its event",
        select(stored_cards.c.id).where(
            ~select(audit.c.id)
            .where(audit.c.payment_id == stored_cards.c.id, audit.c.type.in_(_HOW))
            .exists()
        ),
    ),
    rule(
        "I9",
        "a payment by a stored card while its group took none",
        select(payments.c.id).where(
            payments.c.method == "stored",
            ~option_was_on("payment_method_storage", group_id=payments.c.group_id, at=payments.c.created_at),
        ),
    ),
)
