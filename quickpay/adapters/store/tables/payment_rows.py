"""A payment's row, read into the value."""

from quickpay.adapters.store.columns import maybe_moment, moment, words
from quickpay.adapters.store.run import Row
from quickpay.adapters.store.schema import payments
from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, Payment, PaymentState, Reason
from quickpay.domain.sessions import Authentication

_ORIGINS = words(Origin)
_METHODS = words(Method)
_STATES = words(PaymentState)
_REASONS = words(Reason)
_AUTHENTICATIONS = words(Authentication)

_OF_THE_PM = {"settled_by_pm", "in_figures", "acknowledged_refunded"}
PAYMENT = [column for column in payments.c if column.name not in _OF_THE_PM]
"""The columns `payment_of` reads, which come first in its row."""


def payment_of(row: Row) -> Payment:
    """Read one payment."""
    (
        id_,
        order_id,
        session_id,
        link_serial,
        group_id,
        guarantor_id,
        single_payment,
        amount,
        currency,
        method,
        state,
        reason,
        card_brand,
        card_last4,
        transaction,
        receipt_email,
        receipt_number,
        batch_id,
        unapplied,
        not_posted_because,
        origin,
        authentication,
        created_at,
        deadline,
        changed_at,
        change_number,
        look_ups,
        misses,
        next_look_up_at,
        acknowledged_at,
        refunded,
        refunding,
        ended_at,
        language,
        *_,
    ) = row
    return Payment(
        id=id_,
        order_id=order_id,
        session_id=session_id,
        link_serial=link_serial,
        group_id=group_id,
        guarantor_id=guarantor_id,
        single_payment=single_payment == 1,
        amount=Cents(amount),
        currency=currency,
        method=_METHODS[method],
        state=_STATES[state],
        reason=None if reason is None else _REASONS[reason],
        card_brand=card_brand,
        card_last4=card_last4,
        transaction=transaction,
        receipt_email=receipt_email,
        receipt_number=receipt_number,
        batch_id=batch_id,
        unapplied=Cents(unapplied),
        not_posted_because=not_posted_because,
        origin=_ORIGINS[origin],
        authentication=_AUTHENTICATIONS[authentication],
        created_at=moment(created_at),
        deadline=moment(deadline),
        changed_at=moment(changed_at),
        change_number=change_number,
        look_ups=look_ups,
        misses=misses,
        next_look_up_at=maybe_moment(next_look_up_at),
        acknowledged_at=maybe_moment(acknowledged_at),
        refunded=Cents(refunded),
        refunding=Cents(refunding),
        ended_at=maybe_moment(ended_at),
        language=language,
    )
