"""The lines of the route table for payments without an end and for differences."""

from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.gate import EVERY_ROLE
from quickpay.handlers.staff.unresolved import differences, payments
from quickpay.handlers.staff.unresolved.words import DIFFERENCES, UNRESOLVED

_EVERYBODY = StaffOnly(roles=EVERY_ROLE, pops_management=False)
_BILLING = StaffOnly(roles=frozenset({StaffRole.BILLING, StaffRole.ADMIN}), pops_management=False)

_RESOLVE = "/staff/payments/{payment}/resolve"
_EXPLAIN = f"{DIFFERENCES}/{{difference}}/explain"

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=UNRESOLVED, handler=payments.show_list, access=_EVERYBODY),
    Route(method="GET", path=_RESOLVE, handler=payments.look, access=_BILLING),
    Route(method="POST", path=_RESOLVE, handler=payments.resolve, access=_BILLING),
    Route(method="GET", path=DIFFERENCES, handler=differences.show_list, access=_EVERYBODY),
    Route(method="GET", path=_EXPLAIN, handler=differences.look, access=_BILLING),
    Route(method="POST", path=_EXPLAIN, handler=differences.explain, access=_BILLING),
)
