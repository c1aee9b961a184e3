"""What must not be among refunds, and between them and the lines of their payments (I9, I12, I15)."""

from sqlalchemy import ColumnElement, func, or_, select

from quickpay.adapters.store.rules.rule import DAY, Rule, now, rule
from quickpay.adapters.store.schema import audit, payments, postings, refunds
from quickpay.domain.refunds import REFUND_IN_FLIGHT


def _sum_of(*states: str) -> ColumnElement[int]:
    return (
        select(func.coalesce(func.sum(refunds.c.amount), 0))
        .where(refunds.c.payment_id == payments.c.id, refunds.c.state.in_(states))
        .scalar_subquery()
    )


_told = select(func.count()).where(audit.c.payment_id == payments.c.id, audit.c.type == "payment.refunded")
_done = select(func.count()).where(refunds.c.payment_id == payments.c.id, refunds.c.state == "done")

RULES: tuple[Rule, ...] = (
    rule(
        "I9",
        "more given back, or on its way back, than was paid",
        select(payments.c.id).where(
            or_(
                _sum_of("done", *REFUND_IN_FLIGHT) > payments.c.amount,
                payments.c.refunded + payments.c.refunding > payments.c.amount,
            )
        ),
    ),
    rule(
        "I9",
        "a payment that does not say what its refunds gave back",
        select(payments.c.id).where(payments.c.refunded != _sum_of("done")),
    ),
    rule(
        "I9",
        "a payment that sets something else aside than its refund on its way",
        select(payments.c.id).where(payments.c.refunding != _sum_of(*REFUND_IN_FLIGHT)),
    ),
    rule(
        "I9",
        "a payment given back whole that is not called so, or called so and is not",
        select(payments.c.id).where(
            payments.c.state.in_(("succeeded", "refunded")),
            (payments.c.state == "refunded") != (payments.c.refunded == payments.c.amount),
        ),
    ),
    rule(
        "I9",
        "a refund of a payment that took no money",
        select(refunds.c.id)
        .join(payments, payments.c.id == refunds.c.payment_id)
        .where(payments.c.state.not_in(("succeeded", "refunded"))),
    ),
    rule(
        "I9",
        "less than nothing of a payment on a line",
        select(postings.c.payment_id)
        .group_by(postings.c.payment_id, postings.c.service_id)
        .having(func.sum(postings.c.amount) < 0),
    ),
    rule(
        "I12",
        "refunds that were done without an event for each",
        select(payments.c.id).where(_told.scalar_subquery() != _done.scalar_subquery()),
    ),
    rule(
        "I15",
        "a refund on its way that nobody will ask for, or that was not asked for in a day",
        select(refunds.c.id).where(
            refunds.c.state.in_(REFUND_IN_FLIGHT),
            or_(refunds.c.next_ask_at.is_(None), refunds.c.next_ask_at < now() - DAY),
        ),
    ),
)
