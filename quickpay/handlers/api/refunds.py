"""Refunds over the API: money given back once for each Idempotency-Key."""

from http import HTTPStatus
from typing import assert_never

from aiohttp import web

from quickpay.domain.faults import Fault
from quickpay.domain.money import Cents, format_usd
from quickpay.domain.refunds import RefundState, reason_fault
from quickpay.handlers.api.bodies import read_body
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.once import idempotency_key, made_headers, make_once
from quickpay.handlers.api.problems import Problem, faulty
from quickpay.handlers.api.shapes import NEW_REFUND, NewRefund
from quickpay.handlers.api.shown import payment_out
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup
from quickpay.services.once import Made, Refused
from quickpay.services.settling.refunds import (
    AnotherRefund,
    GiveBack,
    MoreThanLeft,
    NoPayment,
    NotGiven,
    NothingToGive,
)


async def refund_payment(call: Call) -> web.Response:
    """Give money back, and show the payment as it is then; without an answer yet, the refund is `pending`."""
    call.query()
    key = idempotency_key(call)
    new, body_hash = await read_body(call.request, NEW_REFUND)
    order = GiveBack(amount=_amount(new), reason=_reason(new), by=call.by)
    payment_id, refund_id = call.part("id"), call.desk.refunds.new_id()

    async def make(tx: Tx) -> Made:
        written = await call.desk.refunds.write_down(
            tx, payment_id, order, within=call.reach, refund_id=refund_id
        )
        if isinstance(written, NotGiven):
            raise _refusal(written)
        return Made(answer=written.id)

    endpoint = f"POST /payments/{payment_id}/refund"
    done = await make_once(call, endpoint, key=key, body_hash=body_hash, make=make)
    refund = await call.desk.refunds.get(done.answer)
    if refund is not None and isinstance(done, Made):
        refund = await call.desk.refunds.carry_out(refund)
    view = await call.desk.feed.get(payment_id, within=call.within)
    if refund is None or view is None:
        raise LookupError("a refund that was made is not there")
    if refund.state is RefundState.REFUSED:
        raise Problem(
            HTTPStatus.CONFLICT, f"Nothing was given back: the gateway refused ({refund.refused_because})."
        )
    headers = made_headers(done, location=f"/api/v1/payments/{payment_id}")
    return answer(payment_out(view), status=HTTPStatus.CREATED, headers=headers)


def _amount(new: NewRefund) -> Cents | None:
    return None if new.amount is None else Cents(new.amount)


def _reason(new: NewRefund) -> str:
    reason = " ".join(new.reason.split())
    if fault := reason_fault(reason):
        raise faulty((Fault(path="reason", message=fault),))
    return reason


def _refusal(why: NotGiven) -> Refused | Problem:
    match why:
        case NoPayment():
            return Refused(NoGroup())
        case MoreThanLeft(left=left):
            message = f"This is more than is left of the payment, {format_usd(left)}."
            return Refused((Fault(path="amount", message=message),))
        case NothingToGive():
            return Problem(HTTPStatus.CONFLICT, "The payment took no money, or all of it was given back.")
        case AnotherRefund():
            return Problem(
                HTTPStatus.CONFLICT, "Another refund of this payment has not ended; ask for the payment."
            )
        case never:
            assert_never(never)
