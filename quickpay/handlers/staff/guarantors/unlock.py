"""A link that takes no cards any more, as too many were declined: unlock it, in two steps."""

from aiohttp import web

from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors import words
from quickpay.handlers.staff.guarantors.addresses import link_path, with_query
from quickpay.handlers.staff.guarantors.views import EndingPage, Way


async def ask(request: web.Request) -> web.Response:
    """Say what unlocking does; nothing happens by looking."""
    staff = staff_of(request)
    found = await request.app[DESK].staff.card_unlock.look(staff, request.match_info["link"])
    if found is None:
        raise web.HTTPNotFound
    page = EndingPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        heading="Let this link take cards again?",
        words=words.UNLOCK if found.locked else words.NOT_LOCKED,
        button="Unlock this link" if found.locked else "",
        back=Way(label="Leave it as it is", path=link_path(found.link.id)),
        ends=False,
    )
    return show(page)


async def unlock(request: web.Request) -> web.Response:
    """Unlock it; pressed twice, it is unlocked once."""
    found = await request.app[DESK].staff.card_unlock.unlock(staff_of(request), request.match_info["link"])
    if found is None:
        raise web.HTTPNotFound
    return see_other(with_query(link_path(found.link.id), done="unlocked"))
