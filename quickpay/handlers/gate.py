"""Let the staff in: a live session, one of the route's roles and, where it is hidden, the setting (R118)."""

from aiohttp import web

from quickpay.domain.staff import Staff, StaffRole
from quickpay.handlers.access import StaffOnly
from quickpay.handlers.cookies import staff_visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.pages import see_other
from quickpay.services.staff.sign_in import StaffStay

SIGN_IN = "/staff/sign-in"
EVERY_ROLE = frozenset(StaffRole)
AT_THE_DESK = EVERY_ROLE - {StaffRole.VIEWER}
"""Who acts for guarantors: makes, sends and ends links, shows what a patient sees."""

_STAFF: web.RequestKey[Staff] = web.RequestKey("STAFF", Staff)


async def admit(request: web.Request, only: StaffOnly) -> web.Response | None:
    """Keep out whoever may not come, None for who may; the handler finds her by `staff_of`.

    Raises:
        web.HTTPNotFound: of what is hidden, nobody learns that it is there.
        web.HTTPForbidden: the role may not.
    """
    desk = request.app[DESK].staff
    if only.pops_management and not desk.pops_management:
        raise web.HTTPNotFound
    stay = await desk.sign_in.who(staff_visit_of(request))
    if not isinstance(stay, StaffStay):
        return see_other(SIGN_IN)
    if stay.staff.role not in only.roles:
        raise web.HTTPNotFound if only.pops_management else web.HTTPForbidden
    request[_STAFF] = stay.staff
    return None


def staff_of(request: web.Request) -> Staff:
    """Give who the gate let in.

    Raises:
        KeyError: the route is not the staff's: a mistake in the table.
    """
    return request[_STAFF]
