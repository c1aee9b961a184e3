"""Let the staff in: a live session, one of the route's roles and, where it is hidden, the setting (R118)."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

from aiohttp import web

from quickpay.domain.staff import Staff, StaffRole
from quickpay.handlers.access import StaffOnly
from quickpay.handlers.assets import STAFF_THEME, asset
from quickpay.handlers.cookies import staff_visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.pages import Frame, see_other, show
from quickpay.services.staff.sign_in import StaffStay

SIGN_IN = "/staff/sign-in"
EVERY_ROLE = frozenset(StaffRole)
AT_THE_DESK = EVERY_ROLE - {StaffRole.VIEWER}
"""Who acts for guarantors: makes, sends and ends links, shows what a patient sees."""

_STAFF: web.RequestKey[Staff] = web.RequestKey("STAFF", Staff)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotForRolePage:
    """What another role does: which one somebody has, and which ones it takes."""

    template: ClassVar[str] = "staff/not_for_role.html"
    frame: Frame
    role: str
    others: str


async def admit(request: web.Request, only: StaffOnly) -> web.Response | None:
    """Keep out whoever may not come, None for who may; the handler finds her by `staff_of`.

    A role that may not is told so, and who may, in the same words for whatever the address names.

    Raises:
        web.HTTPNotFound: of what is hidden, nobody learns that it is there.
    """
    desk = request.app[DESK].staff
    if only.pops_management and not desk.pops_management:
        raise web.HTTPNotFound
    stay = await desk.sign_in.who(staff_visit_of(request))
    if not isinstance(stay, StaffStay):
        return see_other(SIGN_IN)
    if stay.staff.role not in only.roles:
        if only.pops_management:
            raise web.HTTPNotFound
        return _not_for_her(stay.staff.role, only)
    request[_STAFF] = stay.staff
    return None


def _not_for_her(role: StaffRole, only: StaffOnly) -> web.Response:
    others = " or ".join(_name(one) for one in StaffRole if one in only.roles)
    page = NotForRolePage(frame=Frame(theme=asset(STAFF_THEME)), role=_name(role), others=others)
    return show(page, status=HTTPStatus.FORBIDDEN)


def _name(role: StaffRole) -> str:
    return role.value.replace("_", " ")


def staff_of(request: web.Request) -> Staff:
    """Give who the gate let in.

    Raises:
        KeyError: the route is not the staff's: a mistake in the table.
    """
    return request[_STAFF]
