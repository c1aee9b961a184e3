"""The live preview of the group editor: the patient's own pages of options nobody has saved (R125)."""

import json
from dataclasses import replace
from typing import assert_never
from urllib.parse import urlencode

from aiohttp import web

from quickpay.domain.colours import is_colour
from quickpay.domain.groups import Group
from quickpay.domain.staff import StaffRole
from quickpay.domain.themes import GROUNDS, INKS, Theme, stylesheet
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.assets import asset
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.headers import FRAMED_POLICY
from quickpay.handlers.menu import menu_at
from quickpay.handlers.pages import Frame, Page, frame_of, html_of, render
from quickpay.handlers.patient.amount import amount_view
from quickpay.handlers.patient.details import details_view
from quickpay.handlers.patient.method import method_view
from quickpay.handlers.patient.notices import AboutOffice, Notice
from quickpay.handlers.patient.payment import payment_view
from quickpay.handlers.patient.proof import choose_view, code_view
from quickpay.handlers.patient.views import LinkFront
from quickpay.handlers.portal.account import account_view
from quickpay.handlers.portal.home import home_view
from quickpay.handlers.staff.groups.fields import (
    FIELDS,
    Reading,
    form_faults,
    read_typed,
    typed_from_form,
)
from quickpay.handlers.staff.groups.inert import inert
from quickpay.handlers.staff.groups.preview_views import NAMES, Mark, TextPreview
from quickpay.services.groups.keep import NoGroup
from quickpay.services.payer import AmountPage
from quickpay.services.paying.order import DetailsPage, MethodPage
from quickpay.services.paying.result import ResultPage
from quickpay.services.portal.account import AccountPage
from quickpay.services.portal.pages import HomePage
from quickpay.services.previews.looks import (
    AboutLook,
    Absent,
    Checked,
    LinkLook,
    Mail,
    PageLook,
    Preview,
    Shown,
    TextMessage,
)
from quickpay.services.proofs.pages import ChoosePage, CodePage

_THEME = "/staff/theme.css"
_CSS = "text/css; charset=utf-8"
_COLOURS = (*GROUNDS, *INKS)
_LOGO_COMES = "The new logo is fetched when you save; until then the name stands here."
# An email has no stylesheet to link to: how it looks stands in its own attributes, which can run nothing.
_MAIL_POLICY = f"{FRAMED_POLICY}; style-src-attr 'unsafe-inline'"


async def preview(request: web.Request) -> web.Response:
    """Show one page as the form has it now; nothing is kept, sent or audited."""
    form = form_of(request)
    word = request.query.get("page") or form.text("page") or Shown.LINK
    if word not in set(Shown):
        raise web.HTTPNotFound
    reading = _reading(form)
    found = await request.app[DESK].staff.preview.show(
        staff_of(request),
        request.match_info["group"],
        reading.options,
        Shown(word),
        unreadable=reading.faults,
    )
    if isinstance(found, NoGroup):
        raise web.HTTPNotFound
    return _shown(found, Shown(word))


async def check(request: web.Request) -> web.Response:
    """Say to the editor's script what stands in the way, and how every colour stands."""
    reading = _reading(form_of(request))
    found = await request.app[DESK].staff.preview.check(
        staff_of(request), request.match_info["group"], reading.options, unreadable=reading.faults
    )
    if isinstance(found, NoGroup):
        raise web.HTTPNotFound
    return web.Response(
        body=json.dumps(_judgement(found)).encode(), headers={"Content-Type": "application/json"}
    )


async def theme(request: web.Request) -> web.Response:
    """Serve nine colours as a stylesheet, named in the address; anything but `#RRGGBB` is refused (A47)."""
    asked = request.query
    dark = asked.getall("dark", [])
    values = {name: asked.getall(name, []) for name in _COLOURS}
    named = {*_COLOURS, *(("dark",) if dark else ())}
    whole = set(asked) == named and dark in ([], ["1"])
    if not whole or not all(len(one) == 1 and is_colour(one[0]) for one in values.values()):
        raise web.HTTPUnprocessableEntity
    body = stylesheet(Theme(**{name: one[0] for name, one in values.items()}, dark=bool(dark)))
    return web.Response(body=body.encode(), headers={"Content-Type": _CSS})


def _reading(form: Form) -> Reading:
    return read_typed(typed_from_form(form), also=form_faults(form))


def _shown(found: Preview, shown: Shown) -> web.Response:
    """Write it with nothing left in it that can be pressed or sent."""
    group, look = found.group, found.look
    unshown = [f"{FIELDS[one.path].label}: {one.message}" for one in found.unshown]
    header: tuple[tuple[str, str], ...] = ()
    if isinstance(look, Mail):
        text, policy = look.words.html, _MAIL_POLICY
        header = (("From", look.sender), ("Subject", look.words.subject))
    else:
        text, policy = render(_page(group, look)), FRAMED_POLICY
    if found.logo_comes:
        unshown.append(_LOGO_COMES)
    mark = Mark(name=NAMES[shown], header=header, unshown=tuple(unshown))
    logo = _frame(group).logo
    body = inert(
        text,
        head=f'<link rel="stylesheet" href="{asset("preview.css")}">',
        mark=render(mark),
        pictures={} if logo is None else {"cid:logo": logo},
    )
    response = html_of(body)
    response.headers["Content-Security-Policy"] = policy
    return response


def _page(group: Group, look: PageLook) -> Page:
    frame = _frame(group)
    match look:
        case LinkLook() | TextMessage() | Absent():
            return _page_outside(look, _outside(frame))
        case ChoosePage():
            return choose_view(look, _before_proof(frame))
        case CodePage():
            return code_view(look, _before_proof(frame))
        case AboutLook(match_code=code):
            return AboutOffice(frame=replace(frame, about=None), match_code=code, back="/pay")
        case AmountPage():
            return amount_view(look, frame)
        case MethodPage():
            return method_view(look, frame)
        case DetailsPage():
            return details_view(look, frame)
        case ResultPage():
            return payment_view(look, frame)
        case HomePage() | AccountPage():
            return _page_proved(look, replace(frame, home="/home", view_account=False))
        case _:
            assert_never(look)


def _page_proved(look: HomePage | AccountPage, frame: Frame) -> Page:
    match look:
        case HomePage():
            return home_view(look, replace(frame, menu=menu_at("home")))
        case AccountPage():
            return account_view(look, replace(frame, menu=menu_at("account")))


def _page_outside(look: LinkLook | TextMessage | Absent, frame: Frame) -> Page:
    match look:
        case LinkLook():
            return LinkFront(frame=frame, csrf="")
        case TextMessage(body=body):
            return TextPreview(frame=frame, lines=tuple(body.split("\n")))
        case Absent(option=option, value=value):
            words = (f"With {option} {value}, no patient gets to see this.",)
            return Notice(frame=frame, heading="Not shown", words=words, office=False)
        case _:
            assert_never(look)


def _frame(group: Group) -> Frame:
    """Put the branding around it as in a session, with colours that are in no group yet and no token."""
    proof_helps = group.options.authentication.enable_mfa
    frame = frame_of(group, csrf="-", home="/pay", view_account=proof_helps)
    return replace(frame, csrf="", theme=_theme_address(group.options.theme))


def _before_proof(frame: Frame) -> Frame:
    return replace(frame, home=None, view_account=False)


def _outside(frame: Frame) -> Frame:
    """Take away what is there only for somebody who has come in."""
    return replace(frame, home=None, leave=None, view_account=False, not_me=False)


def _theme_address(theme: Theme) -> str:
    named = [(name, getattr(theme, name)) for name in _COLOURS]
    return f"{_THEME}?{urlencode([*named, *((('dark', '1'),) if theme.dark else ())])}"


def _judgement(found: Checked) -> dict[str, object]:
    return {
        "faults": [{"field": one.path, "message": one.message} for one in found.faults],
        "cautions": [{"field": one.path, "message": one.message} for one in found.cautions],
        "colours": [
            {
                "name": one.name,
                "passes": one.passes,
                "nearest": one.nearest,
                "pairs": [
                    {"ink": pair.ink, "ground": pair.ground, "ratio": pair.said, "passes": pair.passes}
                    for pair in one.pairs
                ],
            }
            for one in found.colours
        ],
    }


_ONLY = StaffOnly(roles=frozenset({StaffRole.ADMIN}), pops_management=True)

ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/staff/groups/{group}/preview", handler=preview, access=_ONLY),
    Route(method="POST", path="/staff/groups/{group}/check", handler=check, access=_ONLY),
    Route(method="GET", path=_THEME, handler=theme, access=_ONLY),
)
