"""Payments over the API."""

import re
from http import HTTPStatus

from aiohttp import web

from quickpay.domain.faults import Fault
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.paging import after_fault, limit_of, refuse
from quickpay.handlers.api.problems import Problem, not_found
from quickpay.handlers.api.shapes import PaymentList
from quickpay.handlers.api.shown import payment_out
from quickpay.services.events.feed import STATUSES, NotEnded
from quickpay.services.groups.keep import NoGroup

_NUMBER = re.compile(r"[0-9]{1,18}")


async def list_payments(call: Call) -> web.Response:
    """Show payments in the order of their last change."""
    query = call.query("after", "group", "status", "limit")
    after, limit, status = query.get("after", "0"), limit_of(query), query.get("status")
    wrong = [limit] if isinstance(limit, Fault) else []
    if not _NUMBER.fullmatch(after):
        wrong.append(after_fault())
    if status is not None and status not in STATUSES:
        wrong.append(Fault(path="status", message=f"Choose from {', '.join(STATUSES)}."))
    if wrong or isinstance(limit, Fault):
        raise refuse(*wrong)
    page = await call.desk.feed.list_(
        after=int(after), group=query.get("group"), status=status, limit=limit, within=call.within
    )
    if isinstance(page, NoGroup):
        raise not_found()
    next_ = None if page.next is None else str(page.next)
    return answer(PaymentList(data=[payment_out(view) for view in page.payments], next=next_))


async def get_payment(call: Call) -> web.Response:
    """Show one payment."""
    call.query()
    view = await call.desk.feed.get(call.part("id"), within=call.within)
    if view is None:
        raise not_found()
    return answer(payment_out(view))


async def ack_payment(call: Call) -> web.Response:
    """Hear that the PM system has the payment."""
    call.query()
    acked = await call.desk.feed.ack(call.part("id"), by=call.by, within=call.within)
    if acked is None:
        raise not_found()
    if isinstance(acked, NotEnded):
        raise Problem(HTTPStatus.CONFLICT, "This payment has not ended; there is nothing to acknowledge yet.")
    return answer(payment_out(acked))
