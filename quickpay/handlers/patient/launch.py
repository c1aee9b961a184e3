"""The staff's way into a simulation: look without touching, open by a press, or be told why not."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.tokens import TokenPurpose
from quickpay.handlers.cookies import give_cookie, visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import frame_of, see_other, show
from quickpay.handlers.patient.answers import mistakes_of
from quickpay.handlers.patient.landing import landing_of
from quickpay.handlers.patient.link import no_link, refuse_prefetch, token_of
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.patient.views import LaunchFront
from quickpay.handlers.words import DEAD_LAUNCHES
from quickpay.services.entry.entrances import DeadLink, LinkPage, NotALink, Opened, TooManyBadLinks

_DOOR = TokenPurpose.STAFF_LAUNCH


async def look(request: web.Request) -> web.Response:
    """Show the group's name and Continue; nothing is opened by looking (R7)."""
    refuse_prefetch(request)
    return await _look(request)


async def open_(request: web.Request) -> web.Response:
    """Open the one session this launch is good for; it takes the place of the one this browser had."""
    if form_of(request).faults:
        return await _look(request, status=422)
    outcome = await request.app[DESK].enter.open(_token(request), visit_of(request), door=_DOOR)
    match outcome:
        case Opened(group=group, role=role, must_prove=must_prove, secret=secret):
            response = see_other("/verify" if must_prove else landing_of(group, role))
            give_cookie(response, secret, secure=request.app[DESK].secure)
            return response
        case DeadLink():
            return _dead(outcome)
        case NotALink() | TooManyBadLinks():
            return no_link(request, outcome)
        case _:
            assert_never(outcome)


async def ended(request: web.Request) -> web.Response:
    """Say that the simulation is over; of whom it was, the page does not know."""
    group = await request.app[DESK].groups.by_slug(request.match_info["group"])
    if group is None:
        raise web.HTTPNotFound
    notice = Notice(
        frame=frame_of(group),
        heading="The simulation has ended",
        words=("Nothing was paid, sent or changed. You may close this tab.",),
        office=False,
    )
    return show(notice)


def _token(request: web.Request) -> str:
    return token_of(request, below="/launch/")


async def _look(request: web.Request, *, status: int = 200) -> web.Response:
    desk = request.app[DESK]
    seen = await desk.enter.look(_token(request), visit_of(request), door=_DOOR)
    match seen:
        case LinkPage(group=group, link_id=link_id):
            page = LaunchFront(
                frame=frame_of(group, scripts=new_scripts()),
                csrf=desk.tokens.sign(TokenPurpose.CSRF, link_id),
                mistakes=mistakes_of(form_of(request)) if request.method == "POST" else (),
            )
            return show(page, status=status)
        case DeadLink():
            return _dead(seen)
        case NotALink() | TooManyBadLinks():
            return no_link(request, seen)
        case _:
            assert_never(seen)


def _dead(dead: DeadLink) -> web.Response:
    heading, words = DEAD_LAUNCHES[dead.state]
    notice = Notice(frame=frame_of(dead.group), heading=heading, words=(words,), office=False)
    return show(notice, status=410)
