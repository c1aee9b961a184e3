"""The statements by which the PM system's word ends what we deduct."""

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from quickpay.adapters.store.columns import number
from quickpay.adapters.store.schema import payments
from quickpay.adapters.store.statements import Statement
from quickpay.domain.payments import PaymentState

_SETTLED_BY_PM = (
    update(payments)
    .where(
        payments.c.guarantor_id == bindparam("guarantor"),
        payments.c.state.in_((PaymentState.SUCCEEDED, PaymentState.REFUNDED)),
        payments.c.settled_by_pm == 0,
    )
    .values(settled_by_pm=1)
)
ACKNOWLEDGED = Statement(_SETTLED_BY_PM.where(payments.c.acknowledged_at.is_not(None)))
NAMED = Statement(_SETTLED_BY_PM.where(payments.c.receipt_number == bindparam("receipt")))
NOT_SETTLED = Statement(
    select(
        payments.c.id,
        payments.c.amount,
        payments.c.refunded,
        payments.c.receipt_number,
        payments.c.acknowledged_at,
        payments.c.in_figures,
    )
    .where(
        payments.c.guarantor_id == bindparam("guarantor"),
        payments.c.state == PaymentState.SUCCEEDED.value,
        payments.c.settled_by_pm == 0,
    )
    .order_by(payments.c.created_at, payments.c.id)
)
IN_FIGURES = Statement(
    update(payments).where(payments.c.id == bindparam("payment")).values(in_figures=bindparam("is_in"))
)

_MORE_GIVEN_BACK = payments.c.refunded > payments.c.acknowledged_refunded
_told = number("given_back")
REFUNDS_NAMED = Statement(
    update(payments)
    .where(
        payments.c.guarantor_id == bindparam("guarantor"),
        payments.c.receipt_number == bindparam("receipt"),
        _MORE_GIVEN_BACK,
        payments.c.acknowledged_refunded < _told,
    )
    .values(acknowledged_refunded=case((_told < payments.c.refunded, _told), else_=payments.c.refunded))
)

ACKNOWLEDGE = Statement(
    update(payments)
    .where(
        payments.c.id == bindparam("payment"),
        payments.c.state.in_((PaymentState.SUCCEEDED, PaymentState.DECLINED, PaymentState.REFUNDED)),
        or_(payments.c.acknowledged_at.is_(None), _MORE_GIVEN_BACK),
    )
    .values(
        acknowledged_at=func.coalesce(payments.c.acknowledged_at, number("now")),
        acknowledged_refunded=payments.c.refunded,
        settled_by_pm=case(
            (and_(number("contained") == 1, payments.c.in_figures == 1), 1), else_=payments.c.settled_by_pm
        ),
    )
)
