"""The lines of the route table for reports."""

from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.gate import EVERY_ROLE
from quickpay.handlers.staff.reports import pages

_EVERYBODY = StaffOnly(roles=EVERY_ROLE, pops_management=False)

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/staff/reports", handler=pages.show_reports, access=_EVERYBODY),
    Route(method="GET", path=pages.SESSIONS, handler=pages.show_session_usage, access=_EVERYBODY),
    Route(method="GET", path=f"{pages.SESSIONS}.csv", handler=pages.session_usage_file, access=_EVERYBODY),
    Route(method="GET", path=pages.PAYMENTS, handler=pages.show_payments, access=_EVERYBODY),
    Route(method="GET", path=f"{pages.PAYMENTS}.csv", handler=pages.payments_file, access=_EVERYBODY),
)
