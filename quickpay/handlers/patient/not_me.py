"""I am not this person: explain it, hear it by a second press, and say what happened."""

from dataclasses import replace
from typing import assert_never

from aiohttp import web

from quickpay.domain.said import say
from quickpay.handlers.cookies import take_cookie, visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.pages import Mistake, frame_of, see_other, show
from quickpay.handlers.patient.answers import home_of, mistakes_of, nobody, session_frame
from quickpay.handlers.patient.notices import Notice, NotMeQuestion
from quickpay.handlers.tongues import tongue_of
from quickpay.services.entry.not_me import CameOtherwise, MaySay, Said
from quickpay.services.stay import NoStay, Stay


async def ask(request: web.Request) -> web.Response:
    """Say what it does; nothing happens by looking."""
    return await _ask(request)


async def hear(request: web.Request) -> web.Response:
    """Put the link on hold and leave; the page after it stands at an address of nobody's."""
    form = form_of(request)
    if form.faults:
        return await _ask(request, mistakes_of(form))
    match await request.app[DESK].not_me.say(visit_of(request)):
        case Said(group=group):
            response = see_other(f"/g/{group.slug}/on-hold")
            take_cookie(response, secure=request.app[DESK].secure)
            response.headers["Clear-Site-Data"] = '"storage"'
            return response
        case CameOtherwise(stay=stay):
            return _ask_the_office(request, stay)
        case NoStay() as why:
            return nobody(request, why)
        case never:
            assert_never(never)


async def on_hold(request: web.Request) -> web.Response:
    """Say what was done; of whose link, the page does not know."""
    group = await request.app[DESK].groups.by_slug(request.match_info["group"])
    if group is None:
        raise web.HTTPNotFound
    notice = Notice(
        frame=frame_of(group, tongue=tongue_of(request)),
        heading=say("Thank you for telling us"),
        words=(
            say(
                "The link is on hold: nobody can open it, and no more messages about this bill go "
                "where it came."
            ),
            say("Nothing was charged by this. The office sees it and can undo it."),
            say("If you pressed it by mistake, or had paid with this link before, please call the office."),
        ),
        kind="success",
    )
    return show(notice)


async def _ask(request: web.Request, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    match await request.app[DESK].not_me.ask(visit_of(request)):
        case MaySay(stay=stay):
            frame = replace(session_frame(request, stay, home=home_of(stay)), not_me=False)
            return show(NotMeQuestion(frame=frame, mistakes=mistakes), status=422 if mistakes else 200)
        case CameOtherwise(stay=stay):
            return _ask_the_office(request, stay)
        case NoStay() as why:
            return nobody(request, why)
        case never:
            assert_never(never)


def _ask_the_office(request: web.Request, stay: Stay) -> web.Response:
    notice = Notice(
        frame=session_frame(request, stay),
        heading=say("Please contact the office"),
        words=(say("You came here without a link, so there is none to put on hold. The office can help."),),
    )
    return show(notice, status=403)
