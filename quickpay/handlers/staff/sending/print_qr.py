"""A code for a paper statement: made by a press, shown, printed, or taken away as SVG and PNG."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.links import LinkState
from quickpay.domain.origins import Origin
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.qr_files import PNG, SVG, AddressTooLong, Drawing, drawn
from quickpay.handlers.staff.frames import bar_of
from quickpay.handlers.staff.qr import qr_picture
from quickpay.handlers.staff.sending.asked import form_key_of, guarantor_path, new_form_key, scripted
from quickpay.handlers.staff.sending.views import NewPaperPage, PaperPage
from quickpay.handlers.staff.sending.words import FORM_USED, OVER
from quickpay.handlers.staff.words import moment
from quickpay.services.links.desk import DeskLink, FormUsed, LinkMade, NobodyHere


async def ask(request: web.Request) -> web.Response:
    """Say what a press makes."""
    return await _ask(request)


async def make(request: web.Request) -> web.Response:
    """Make a statement's link, once for each form, and lead to its code."""
    slug, number = _whom(request)
    made = await request.app[DESK].staff.desk_links.make(
        staff_of(request),
        slug,
        number,
        origin=Origin.STATEMENT,
        form_key=form_key_of(form_of(request)),
    )
    match made:
        case LinkMade(link_id=link_id):
            return see_other(f"/staff/links/{link_id}/qr")
        case FormUsed():
            return await _ask(request, (Mistake(field="", message=FORM_USED),))
        case NobodyHere():
            raise web.HTTPNotFound
        case tuple():
            return await _ask(request, tuple(Mistake(field="", message=one.message) for one in made))
        case _:
            assert_never(made)


async def show_code(request: web.Request) -> web.Response:
    """Show the code and its address, ready to be printed."""
    found = await _find(request)
    view, live = found.view, found.view.state is LinkState.ACTIVE
    page = PaperPage(
        frame=scripted(request),
        bar=bar_of(request, staff_of(request)),
        link_id=view.link.id,
        group=found.group.name,
        guarantor=found.guarantor.name,
        number=view.guarantor,
        qr=qr_picture(view.url) if live else None,
        url=view.url if live else "",
        until=moment(view.link.expires_at, request.app[DESK].staff.zone),
        over="" if live else OVER[view.state],
    )
    return show(page)


async def svg(request: web.Request) -> web.Response:
    """Give the code as a drawing that any size prints well of."""
    return await _file(request, SVG)


async def png(request: web.Request) -> web.Response:
    """Give the code as a picture of 30 mm at 600 dots an inch."""
    return await _file(request, PNG)


async def _file(request: web.Request, drawing: Drawing) -> web.Response:
    found = await _find(request)
    if found.view.state is not LinkState.ACTIVE:
        raise web.HTTPNotFound
    code = drawn(found.view.url, drawing)
    if isinstance(code, AddressTooLong):
        raise web.HTTPConflict
    # The link's id without its signature opens nothing, and finds its page.
    name = f"quickpay-{found.view.link.id}.{drawing.suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=code, content_type=drawing.content_type, headers=headers)


async def _ask(request: web.Request, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    staff, links = staff_of(request), request.app[DESK].staff.desk_links
    found = await links.find(staff, *_whom(request))
    if isinstance(found, NobodyHere):
        raise web.HTTPNotFound
    group, guarantor = found
    page = NewPaperPage(
        frame=scripted(request),
        bar=bar_of(request, staff),
        group=group.name,
        guarantor=guarantor.name,
        number=guarantor.number,
        here=f"{guarantor_path(group.slug, guarantor.number)}/qr",
        life=f"{links.life(Origin.STATEMENT).days} days",
        form_key=new_form_key(),
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


def _whom(request: web.Request) -> tuple[str, str]:
    return request.match_info["group"], request.match_info["guarantor"]


async def _find(request: web.Request) -> DeskLink:
    found = await request.app[DESK].staff.desk_links.link(
        staff_of(request), request.match_info["link"], origin=Origin.STATEMENT
    )
    if found is None:
        raise web.HTTPNotFound
    return found
