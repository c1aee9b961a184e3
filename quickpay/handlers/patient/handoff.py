"""The portal's entry: look without touching, open by a press, or be told the way back."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.tokens import TokenPurpose
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import frame_of, show
from quickpay.handlers.patient.answers import mistakes_of, way_back
from quickpay.handlers.patient.link import entered, no_link, refuse_prefetch, token_of
from quickpay.handlers.patient.notices import DeadLinkNotice
from quickpay.handlers.patient.views import HandoffFront
from quickpay.handlers.tongues import tongue_of
from quickpay.handlers.words import DEAD_HANDOFFS
from quickpay.services.entry.entrances import DeadLink, LinkPage, NotALink, Opened, TooManyBadLinks

_DOOR = TokenPurpose.PORTAL_HANDOFF


async def look(request: web.Request) -> web.Response:
    """Show the group's name, the way back and Continue; nothing is opened or counted by looking (R7)."""
    refuse_prefetch(request)
    return await _look(request)


async def open_(request: web.Request) -> web.Response:
    """Open the one session this hand-off is good for (R123)."""
    if form_of(request).faults:
        return await _look(request, status=422)
    outcome = await request.app[DESK].enter.open(_token(request), visit_of(request), door=_DOOR)
    match outcome:
        case Opened():
            return entered(request, outcome)
        case DeadLink():
            return _dead(request, outcome)
        case NotALink() | TooManyBadLinks():
            return no_link(request, outcome)
        case _:
            assert_never(outcome)


def _token(request: web.Request) -> str:
    return token_of(request, below="/handoff/")


async def _look(request: web.Request, *, status: int = 200) -> web.Response:
    desk = request.app[DESK]
    seen = await desk.enter.look(_token(request), visit_of(request), door=_DOOR)
    match seen:
        case LinkPage(group=group, link_id=link_id, return_url=return_url):
            page = HandoffFront(
                frame=frame_of(
                    group,
                    back=way_back(request, return_url),
                    scripts=new_scripts(),
                    tongue=tongue_of(request),
                ),
                csrf=desk.tokens.sign(TokenPurpose.CSRF, link_id),
                mistakes=mistakes_of(form_of(request)) if request.method == "POST" else (),
            )
            return show(page, status=status)
        case DeadLink():
            return _dead(request, seen)
        case NotALink() | TooManyBadLinks():
            return no_link(request, seen)
        case _:
            assert_never(seen)


def _dead(request: web.Request, dead: DeadLink) -> web.Response:
    heading, words = DEAD_HANDOFFS[dead.state]
    notice = DeadLinkNotice(
        frame=frame_of(dead.group, back=way_back(request, dead.return_url), tongue=tongue_of(request)),
        heading=heading,
        words=words,
        receipt_action=None,
        renewal=None,
        csrf="",
    )
    return show(notice, status=410)
