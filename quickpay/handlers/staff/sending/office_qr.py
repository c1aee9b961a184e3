"""A code on the desk's screen: made by a press, good for minutes, ended by a press (J7)."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.links import LinkState
from quickpay.domain.origins import Origin
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of
from quickpay.handlers.staff.qr import qr_picture
from quickpay.handlers.staff.sending.asked import Whom, choose_page, form_key_of, new_form_key, scripted, whom
from quickpay.handlers.staff.sending.views import OfficeQrPage
from quickpay.handlers.staff.sending.words import FORM_USED, NO_GUARANTOR, OVER
from quickpay.handlers.staff.words import moment
from quickpay.services.links.desk import DeskLink, FormUsed, LinkMade, NobodyHere


async def ask_whom(request: web.Request) -> web.Response:
    """Ask whom the code is for."""
    return await _ask_whom(request)


async def make(request: web.Request) -> web.Response:
    """Make a link for the screen, once for each form, and lead to its page."""
    found = await whom(request)
    match found:
        case Whom(slug=slug, number=number):
            return await _make(request, slug, number)
        case tuple() as mistakes:
            return await _ask_whom(request, mistakes)
        case _:
            assert_never(found)


async def show_code(request: web.Request) -> web.Response:
    """Show the code while it is good; looking makes none."""
    staff, desk = staff_of(request), request.app[DESK].staff
    found = await _find(request)
    view = found.view
    live = view.state is LinkState.ACTIVE
    page = OfficeQrPage(
        frame=scripted(request),
        bar=bar_of(request, staff),
        link_id=view.link.id,
        group=found.group.name,
        slug=view.group,
        guarantor=found.guarantor.name,
        number=view.guarantor,
        qr=qr_picture(view.url) if live else None,
        url=view.url if live else "",
        match_code=view.match_code,
        until=moment(view.link.expires_at, desk.zone),
        seconds_left=found.seconds_left if live else 0,
        opened=view.link.uses,
        over="" if live else OVER[view.state],
        form_key=new_form_key(),
    )
    return show(page)


async def end(request: web.Request) -> web.Response:
    """End the code at once; a second press changes nothing."""
    staff, found = staff_of(request), await _find(request)
    link_id = found.view.link.id
    await request.app[DESK].staff.links.revoke(link_id, by=staff.actor, within=staff.reach)
    return see_other(f"/staff/office-qr/{link_id}")


async def _make(request: web.Request, slug: str, number: str) -> web.Response:
    made = await request.app[DESK].staff.desk_links.make(
        staff_of(request),
        slug,
        number,
        origin=Origin.OFFICE_QR,
        form_key=form_key_of(form_of(request)),
    )
    match made:
        case LinkMade(link_id=link_id):
            return see_other(f"/staff/office-qr/{link_id}")
        case FormUsed():
            return await _ask_whom(request, (Mistake(field="", message=FORM_USED),))
        case NobodyHere():
            return await _ask_whom(request, (Mistake(field="guarantor", message=NO_GUARANTOR),))
        case tuple():
            return await _ask_whom(request, tuple(Mistake(field="", message=one.message) for one in made))
        case _:
            assert_never(made)


async def _find(request: web.Request) -> DeskLink:
    found = await request.app[DESK].staff.desk_links.link(
        staff_of(request), request.match_info["link"], origin=Origin.OFFICE_QR
    )
    if found is None:
        raise web.HTTPNotFound
    return found


async def _ask_whom(request: web.Request, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    page = await choose_page(
        request,
        heading="Office QR",
        words="The code comes up on this screen. The patient scans it with a phone and pays there.",
        action="/staff/office-qr",
        button="Generate QR Code",
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)
