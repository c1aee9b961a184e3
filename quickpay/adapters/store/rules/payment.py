"""What must not be among payments, receipts and postings (I8 to I12, I15)."""

from sqlalchemy import ColumnElement, and_, func, or_, select

from quickpay.adapters.store.rules.rule import DAY, MINUTE, Rule, now, option_was_on, rule
from quickpay.adapters.store.schema import (
    audit,
    differences,
    guarantors,
    links,
    orders,
    outbox,
    payments,
    postings,
    receipts,
    sessions,
)

_LIVE = ("submitting", "unknown", "review", "succeeded", "refunded")
_IN_FLIGHT = ("submitting", "unknown")
_CHARGED = ("succeeded", "refunded")

_others = payments.alias()
_ENDED_AT = func.coalesce(payments.c.ended_at, payments.c.changed_at)  # of rows an earlier version ended
_posted = select(func.coalesce(func.sum(postings.c.amount), 0)).where(postings.c.payment_id == payments.c.id)
_ENDS = ("payment.succeeded", "payment.declined")
_ended = select(func.count()).where(audit.c.payment_id == payments.c.id, audit.c.type.in_(_ENDS))


def _another(*alike: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(_others.c.id).where(_others.c.id != payments.c.id, *alike).exists()


def _told(*types: str) -> ColumnElement[bool]:
    return select(audit.c.id).where(audit.c.payment_id == payments.c.id, audit.c.type.in_(types)).exists()


def _receipt(*alike: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(receipts.c.number)
        .where(
            receipts.c.payment_id == payments.c.id,
            receipts.c.number == payments.c.receipt_number,
            receipts.c.batch_id == payments.c.batch_id,
            *alike,
        )
        .exists()
    )


_mail = select(outbox.c.id).where(outbox.c.kind == "receipt", outbox.c.subject == payments.c.id).exists()

# By guarantor, as there is an index for that; what follows a payment's id says which sending it is.
_mail_again = (
    select(outbox.c.id)
    .where(
        outbox.c.guarantor_id == payments.c.guarantor_id,
        outbox.c.kind == "receipt",
        func.substr(outbox.c.subject, 1, func.length(payments.c.id)) == payments.c.id,
    )
    .exists()
)

RULES: tuple[Rule, ...] = (
    rule(
        "I8",
        "two live payments through one single-payment link",
        select(payments.c.id).where(
            payments.c.single_payment == 1,
            payments.c.state.in_(_LIVE),
            _another(_others.c.link_serial == payments.c.link_serial, _others.c.state.in_(_LIVE)),
        ),
    ),
    rule(
        "I8",
        "two payments of one guarantor in flight",
        select(payments.c.id).where(
            payments.c.state.in_(_IN_FLIGHT),
            _another(_others.c.guarantor_id == payments.c.guarantor_id, _others.c.state.in_(_IN_FLIGHT)),
        ),
    ),
    rule(
        "I8",
        "two live payments of one order",
        select(payments.c.id).where(
            payments.c.state.in_(_LIVE),
            _another(_others.c.order_id == payments.c.order_id, _others.c.state.in_(_LIVE)),
        ),
    ),
    rule(
        "I8",
        "a payment by a session that may only read a receipt",
        select(payments.c.id)
        .join(sessions, sessions.c.id == payments.c.session_id)
        .where(sessions.c.purpose == "receipt"),
    ),
    rule(
        "I9",
        "a charged payment whose single-payment link still opens",
        select(payments.c.id)
        .join(links, links.c.serial == payments.c.link_serial)
        .where(payments.c.single_payment == 1, payments.c.state.in_(_CHARGED), links.c.state == "active"),
    ),
    rule(
        "I9",
        "a paid link without a charged payment",
        select(links.c.serial).where(
            links.c.state == "paid",
            ~select(payments.c.id)
            .where(payments.c.link_serial == links.c.serial, payments.c.state.in_(_CHARGED))
            .exists(),
        ),
    ),
    rule(
        "I9",
        "a charged payment without its receipt of the same amount",
        select(payments.c.id).where(
            payments.c.state.in_(_CHARGED),
            ~_receipt(receipts.c.amount == payments.c.amount, receipts.c.status == "Paid"),
        ),
    ),
    rule(
        "I9",
        "a declined payment without its receipt of nothing",
        select(payments.c.id).where(
            payments.c.state == "declined",
            ~_receipt(receipts.c.amount == 0, receipts.c.status == "Unsuccessful"),
        ),
    ),
    rule(
        "I9",
        "a receipt of a payment that has not ended",
        select(receipts.c.number)
        .join(payments, payments.c.id == receipts.c.payment_id)
        .where(payments.c.state.not_in((*_CHARGED, "declined"))),
    ),
    rule(
        "I9",
        "a receipt for another guarantor than its payment's",
        select(receipts.c.number)
        .join(payments, payments.c.id == receipts.c.payment_id)
        .where(
            or_(
                receipts.c.guarantor_id != payments.c.guarantor_id,
                receipts.c.group_id != payments.c.group_id,
            )
        ),
    ),
    rule(
        "I9",
        "what is on lines, unapplied and given back is not the whole payment",
        select(payments.c.id).where(
            payments.c.state.in_(_CHARGED),
            payments.c.amount != payments.c.unapplied + payments.c.refunded + _posted.scalar_subquery(),
        ),
    ),
    rule(
        "I9",
        "postings of a payment that took no money",
        select(payments.c.id).where(payments.c.state.not_in(_CHARGED), _posted.scalar_subquery() > 0),
    ),
    rule(
        "I9",
        "a charged payment that asked for its receipt by email and got none queued",
        select(payments.c.id).where(
            payments.c.state == "succeeded",
            payments.c.receipt_email.is_not(None),
            option_was_on("email_receipt", group_id=payments.c.group_id, at=_ENDED_AT),
            ~_mail,
        ),
    ),
    rule(
        "I9",
        "a receipt by email of a payment that took no money",
        select(payments.c.id).where(payments.c.state.not_in(_CHARGED), _mail_again),
    ),
    rule(
        "I9",
        "a payment called declined that the gateway says it charged",
        select(payments.c.id).where(
            payments.c.state == "declined",
            _told("payment.contradicted"),
            ~select(differences.c.id)
            .where(differences.c.payment_id == payments.c.id, differences.c.reason.is_not(None))
            .exists(),
        ),
    ),
    rule(
        "I9",
        "a payment of a guarantor of another group",
        select(payments.c.id)
        .join(guarantors, guarantors.c.id == payments.c.guarantor_id)
        .where(guarantors.c.group_id != payments.c.group_id),
    ),
    rule(
        "I10",
        "a payment that is not of its order's amount or session",
        select(payments.c.id)
        .join(orders, orders.c.id == payments.c.order_id)
        .where(or_(orders.c.amount != payments.c.amount, orders.c.session_id != payments.c.session_id)),
    ),
    rule(
        "I11",
        "a payment that ended twice",
        select(payments.c.id).where(_ended.scalar_subquery() > 1),
    ),
    rule(
        "I11",
        "a payment that ended and is on its way again",
        select(payments.c.id).where(
            payments.c.state.in_((*_IN_FLIGHT, "review")), _ended.scalar_subquery() > 0
        ),
    ),
    rule(
        "I12",
        "a payment without the event of its submission",
        select(payments.c.id).where(~_told("payment.submitted")),
    ),
    rule(
        "I12",
        "an ended payment without the event of its end",
        select(payments.c.id).where(
            or_(
                and_(payments.c.state.in_(_CHARGED), ~_told("payment.succeeded")),
                and_(payments.c.state == "declined", ~_told("payment.declined")),
            )
        ),
    ),
    rule(
        "I15",
        "a payment left in submitting a minute after its deadline",
        select(payments.c.id).where(payments.c.state == "submitting", payments.c.deadline < now() - MINUTE),
    ),
    rule(
        "I15",
        "an unknown payment not given to a person after a day",
        select(payments.c.id).where(
            payments.c.state == "unknown", payments.c.created_at < now() - DAY - 120 * MINUTE
        ),
    ),
    rule(
        "I15",
        "a held payment nobody will ask after",
        select(payments.c.id).where(
            payments.c.state.in_((*_IN_FLIGHT, "review")), payments.c.next_look_up_at.is_(None)
        ),
    ),
)
