"""The lines of the route table for payments and reference batches."""

from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.gate import EVERY_ROLE
from quickpay.handlers.staff.payments import batches, lists, payment, post, refund

_EVERYBODY = StaffOnly(roles=EVERY_ROLE, pops_management=False)
_MONEY = StaffOnly(roles=frozenset({StaffRole.BILLING, StaffRole.ADMIN}), pops_management=False)

_PAYMENT = "/staff/payments/{payment}"
_BATCH = "/staff/batches/{reference_batch}"

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/staff/payments", handler=lists.show_payments, access=_EVERYBODY),
    Route(method="GET", path=_PAYMENT, handler=payment.show_payment, access=_EVERYBODY),
    Route(method="GET", path=f"{_PAYMENT}/refund", handler=refund.ask, access=_MONEY),
    Route(method="POST", path=f"{_PAYMENT}/refund", handler=refund.give, access=_MONEY),
    Route(method="GET", path=f"{_PAYMENT}/post", handler=post.ask, access=_MONEY),
    Route(method="POST", path=f"{_PAYMENT}/post", handler=post.put, access=_MONEY),
    Route(method="GET", path="/staff/batches", handler=batches.show_batches, access=_EVERYBODY),
    Route(method="GET", path=_BATCH, handler=batches.show_batch, access=_EVERYBODY),
    Route(method="GET", path=f"{_BATCH}/close", handler=batches.ask_to_close, access=_MONEY),
    Route(method="POST", path=f"{_BATCH}/close", handler=batches.close, access=_MONEY),
)
