"""The staff's lines of the route table; each names its roles."""

from quickpay.handlers.access import Access, Route, StaffOnly
from quickpay.handlers.gate import EVERY_ROLE, SIGN_IN
from quickpay.handlers.staff import accounts, api_keys, door, enrolment, front, launch, release
from quickpay.handlers.staff.events import routes as events
from quickpay.handlers.staff.groups import routes as groups
from quickpay.handlers.staff.guarantors import routes as guarantors
from quickpay.handlers.staff.payments import routes as payments
from quickpay.handlers.staff.reports import routes as reports
from quickpay.handlers.staff.sending import routes as sending
from quickpay.handlers.staff.unresolved import routes as unresolved

_ANY_STAFF = StaffOnly(roles=EVERY_ROLE, pops_management=False)

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/staff", handler=front.show_front, access=_ANY_STAFF),
    Route(method="GET", path=SIGN_IN, handler=door.ask, access=Access.STAFF_DOOR),
    Route(method="POST", path=SIGN_IN, handler=door.sign_in, access=Access.STAFF_DOOR),
    Route(method="POST", path="/staff/sign-out", handler=door.sign_out, access=_ANY_STAFF),
    Route(method="GET", path="/staff/enrol/{token}", handler=enrolment.look, access=Access.STAFF_DOOR),
    Route(method="POST", path="/staff/enrol/{token}", handler=enrolment.go_on, access=Access.STAFF_DOOR),
    Route(method="POST", path="/staff/links", handler=front.find_link, access=_ANY_STAFF),
    *guarantors.ROUTES,
    *payments.ROUTES,
    *sending.ROUTES,
    *launch.ROUTES,
    *release.ROUTES,
    *reports.ROUTES,
    *groups.ROUTES,
    *api_keys.ROUTES,
    *accounts.ROUTES,
    *unresolved.ROUTES,
    *events.ROUTES,
)
