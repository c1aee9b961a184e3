"""Leave: end the session by a press, and the page that stands after it."""

from typing import assert_never
from urllib.parse import urlencode

from aiohttp import web

from quickpay.domain.groups import Group
from quickpay.domain.options import LogoutFunction
from quickpay.handlers.cookies import take_cookie, visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import frame_of, see_other, show
from quickpay.handlers.patient.answers import door_of, has_door, way_back
from quickpay.handlers.patient.notices import SignedOutNotice
from quickpay.handlers.tongues import tongue_of
from quickpay.services.entry.leave import NoControl, SignedOut
from quickpay.services.stay import NoStay


async def sign_out(request: web.Request) -> web.Response:
    """End the session in every tab; where the group offers no such control, refuse."""
    if form_of(request).faults:
        raise web.HTTPUnprocessableEntity
    match await request.app[DESK].leave.sign_out(visit_of(request)):
        case SignedOut(group=group, simulated=True):
            return _left(request, f"/g/{group.slug}/simulation-ended")
        case SignedOut(group=group, return_url=return_url):
            return _gone(request, group, return_url)
        case NoStay(group=group, return_url=return_url):
            return _gone(request, group, return_url)
        case NoControl():
            raise web.HTTPForbidden
        case never:
            assert_never(never)


async def signed_out(request: web.Request) -> web.Response:
    """Show the page after leaving; it says nothing of anybody.

    `back` in the address is believed only where it is one of the installation's return addresses (A11).
    """
    group = await request.app[DESK].groups.by_slug(request.match_info["group"])
    if group is None:
        raise web.HTTPNotFound
    closes = group.options.look_and_feel.logout_function is LogoutFunction.CLOSE
    back = way_back(request, request.query.get("back"))
    frame = frame_of(
        group,
        scripts=new_scripts() if closes else None,
        back=back,
        tongue=tongue_of(request, keep=_query(back)),
    )
    door = door_of(group) if back is None and has_door(group) else None
    return show(SignedOutNotice(frame=frame, closes=closes, door=door))


def _after(group: Group, back: str | None) -> str:
    """Lead to the sign-in page where the group has one and the portal has none; else say she has left."""
    logs_out = group.options.look_and_feel.logout_function is LogoutFunction.LOGOUT
    if logs_out and back is None and has_door(group):
        return f"{door_of(group)}?left=yes"
    return f"/g/{group.slug}/signed-out" + (f"?{_query(back)}" if back else "")


def _query(back: str | None) -> str:
    return urlencode({"back": back}) if back else ""


def _gone(request: web.Request, group: Group | None, return_url: str | None) -> web.Response:
    back = way_back(request, return_url)
    address = "/" if group is None else _after(group, back)
    return _left(request, address)


def _left(request: web.Request, address: str) -> web.Response:
    response = see_other(address)
    take_cookie(response, secure=request.app[DESK].secure)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
