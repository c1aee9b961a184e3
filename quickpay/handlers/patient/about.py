"""Is this really my doctor: how to make sure of it, with the code that the desk can read out."""

from dataclasses import replace

from aiohttp import web

from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.pages import frame_of, show
from quickpay.handlers.patient.answers import home_of, session_frame
from quickpay.handlers.patient.notices import AboutOffice
from quickpay.handlers.tongues import tongue_of


async def show_about(request: web.Request) -> web.Response:
    """Show who the office is to anybody, and the match code to whoever has opened a link of it."""
    found = await request.app[DESK].about.page(request.match_info["group"], visit_of(request))
    if found is None:
        raise web.HTTPNotFound
    frame = (
        session_frame(request, found.here, home=home_of(found.here))
        if found.here
        else frame_of(found.group, tongue=tongue_of(request))
    )
    page = AboutOffice(
        frame=replace(frame, about=None),
        match_code=found.match_code,
        back="/pay" if found.here else None,
    )
    return show(page)
