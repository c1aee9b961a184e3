"""More time: a page for browsers without scripts, and the answer to the prompt of the others."""

from http import HTTPStatus
from typing import assert_never

from aiohttp import hdrs, web

from quickpay.domain.sessions import EXTENDABLE_BELOW
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.patient.answers import nobody, session_frame, time_of
from quickpay.handlers.patient.notices import MoreTime
from quickpay.handlers.words import minutes
from quickpay.services.entry.extend import Extended, NoMoreTime, TimeEnough
from quickpay.services.stay import NoStay, Stay

_JSON = "application/json"


async def look(request: web.Request) -> web.Response:
    """Say how much time is left, with the button where there may be more now."""
    stay = await request.app[DESK].extend.look(visit_of(request))
    return nobody(request, stay) if isinstance(stay, NoStay) else _page(request, stay)


async def extend(request: web.Request) -> web.Response:
    """Give more time; a script is told how much there is, everybody else is shown."""
    scripted = request.headers.get(hdrs.ACCEPT) == _JSON
    match await request.app[DESK].extend.extend(visit_of(request)):
        case Extended(stay=stay) | TimeEnough(stay=stay):
            return _told(stay) if scripted else see_other("/session/extend")
        case NoMoreTime(stay=stay):
            status = HTTPStatus.FORBIDDEN
            return _told(stay, status=status) if scripted else _page(request, stay, status=status)
        case NoStay() as why:
            return nobody(request, why)
        case never:
            assert_never(never)


def _told(stay: Stay, *, status: int = 200) -> web.Response:
    left = time_of(stay)
    return web.json_response({"seconds": left.seconds, "extendable": left.extendable}, status=status)


def _page(request: web.Request, stay: Stay, *, status: int = 200) -> web.Response:
    left = time_of(stay)
    page = MoreTime(
        frame=session_frame(request, stay, timed=False),
        time_left=minutes(left.seconds),
        offered=left.extendable and stay.left < EXTENDABLE_BELOW,
        later=left.extendable,
        offered_below=minutes(int(EXTENDABLE_BELOW.total_seconds())),
    )
    return show(page, status=status)
