"""The lines of the route table for unacknowledged payments and for endpoints of events."""

from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.gate import EVERY_ROLE
from quickpay.handlers.staff.events import unacknowledged, webhooks

_ANY_STAFF = StaffOnly(roles=EVERY_ROLE, pops_management=False)
_ADMIN = StaffOnly(roles=frozenset({StaffRole.ADMIN}), pops_management=False)
_ONE = "/staff/webhooks/{endpoint}"

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=unacknowledged.PATH, handler=unacknowledged.show_page, access=_ANY_STAFF),
    Route(method="GET", path=webhooks.LIST, handler=webhooks.show_endpoints, access=_ADMIN),
    Route(method="GET", path=_ONE, handler=webhooks.show_endpoint, access=_ADMIN),
    Route(method="POST", path=f"{_ONE}/again", handler=webhooks.send_again, access=_ADMIN),
    Route(method="POST", path=f"{_ONE}/rest", handler=webhooks.rest, access=_ADMIN),
    Route(
        method="POST",
        path=_ONE + "/deliveries/{delivery}/again",
        handler=webhooks.send_one_again,
        access=_ADMIN,
    ),
)
