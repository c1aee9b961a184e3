"""The staff's front page and a link's timeline."""

import re

from aiohttp import web

from quickpay.domain.staff import Staff
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.views import FrontPage, LinkPage
from quickpay.handlers.staff.words import may_do, moment, sentence
from quickpay.services.links import LinkView

# A link's id, alone or in the address it stands in.
_LINK_ID = re.compile(r"(?:\S*/q/)?([A-Za-z0-9_-]{22})(?:\.[A-Za-z0-9_-]{43})?", re.ASCII)


async def show_front(request: web.Request) -> web.Response:
    """Say who you are and what you may do."""
    return await _front(request, staff_of(request))


async def find_link(request: web.Request) -> web.Response:
    """Lead from a pasted address or id to the link's page."""
    staff, typed = staff_of(request), form_of(request).text("link").strip()
    found = _LINK_ID.fullmatch(typed)
    view = await request.app[DESK].staff.view.link(staff, found[1]) if found else None
    if view is None:
        mistakes = (Mistake(field="link", message="None of your groups has such a link."),)
        return await _front(request, staff, mistakes=mistakes, link=typed, status=422)
    return see_other(f"/staff/links/{view.link.id}")


async def show_link(request: web.Request) -> web.Response:
    """Tell how a link fared; of another group, there is no such link."""
    staff, desk = staff_of(request), request.app[DESK].staff
    view = await desk.view.link(staff, request.match_info["link"])
    if view is None:
        raise web.HTTPNotFound
    page = LinkPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        link_id=view.link.id,
        facts=_facts(request, view),
        events=tuple((moment(one.at, desk.zone), sentence(one.type, one.detail)) for one in view.events),
    )
    return show(page)


def _facts(request: web.Request, view: LinkView) -> tuple[tuple[str, str], ...]:
    zone = request.app[DESK].staff.zone
    return (
        ("Group", view.group),
        ("Guarantor", view.guarantor),
        ("Origin", view.link.origin.value.replace("_", " ")),
        ("State", view.state.value.replace("_", " ")),
        ("Uses", f"{view.link.uses} of {view.max_uses}"),
        ("Until", moment(view.link.expires_at, zone)),
    )


async def _front(
    request: web.Request,
    staff: Staff,
    *,
    mistakes: tuple[Mistake, ...] = (),
    link: str = "",
    status: int = 200,
) -> web.Response:
    bar = bar_of(request, staff)
    groups = await request.app[DESK].staff.view.groups(staff)
    page = FrontPage(
        frame=staff_frame(request),
        bar=bar,
        groups=tuple((group.name, group.slug) for group in groups),
        every_group=staff.groups is None,
        may=may_do(staff.role, pops_management=request.app[DESK].staff.pops_management),
        mistakes=mistakes,
        link=link,
    )
    return show(page, status=status)
