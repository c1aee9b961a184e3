"""See as patient: choose whose pages to look at, and begin."""

from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web

from quickpay.domain.launches import LaunchMode
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of, parse_form
from quickpay.handlers.gate import AT_THE_DESK, staff_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import Frame, Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.views import Bar
from quickpay.handlers.words import FORM_FAULTS
from quickpay.services.entry.launches import MadeLaunch

PATH = "/staff/launch"
_TICKED = "yes"
_MISSING = {"group": "Choose a group.", "guarantor": "Enter the guarantor\u2019s number."}


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPage:
    """The form; `simulate` unticked shows what is there after a proof too."""

    template: ClassVar[str] = "staff/launch.html"
    frame: Frame
    bar: Bar
    groups: tuple[tuple[str, str], ...]
    group: str
    guarantor: str
    simulate: bool
    mistakes: tuple[Mistake, ...] = ()


async def ask(request: web.Request) -> web.Response:
    """Show the form, with what the address names already filled in."""
    named = parse_form(request.rel_url.raw_query_string.encode())
    return await _page(request, named, simulate=True)


async def begin(request: web.Request) -> web.Response:
    """Make a launch and lead straight to it; the patient's pages open there by a press of Continue."""
    form = form_of(request)
    simulate = form.text("simulate") == _TICKED
    mistakes = _mistakes(form)
    if mistakes:
        return await _page(request, form, simulate=simulate, mistakes=mistakes)
    launches = request.app[DESK].launches
    made = await launches.create_for(
        staff_of(request),
        group=form.text("group"),
        guarantor=form.text("guarantor").strip(),
        mode=LaunchMode.QUICKPAY if simulate else LaunchMode.PORTAL,
    )
    if isinstance(made, MadeLaunch):
        return see_other(launches.path(made.id))
    said = tuple(Mistake(field=fault.path, message=fault.message) for fault in made)
    return await _page(request, form, simulate=simulate, mistakes=said)


def _mistakes(form: Form) -> tuple[Mistake, ...]:
    said = {name: FORM_FAULTS[fault] for name, fault in form.faults.items()}
    said |= {
        name: words for name, words in _MISSING.items() if name not in said and not form.text(name).strip()
    }
    return tuple(
        Mistake(field=name if name in _MISSING else "", message=words) for name, words in said.items()
    )


async def _page(
    request: web.Request, form: Form, *, simulate: bool, mistakes: tuple[Mistake, ...] = ()
) -> web.Response:
    staff = staff_of(request)
    groups = await request.app[DESK].staff.view.groups(staff)
    page = LaunchPage(
        frame=staff_frame(request, scripts=new_scripts()),
        bar=bar_of(request, staff),
        groups=tuple((group.name, group.slug) for group in groups),
        group=form.text("group") or (groups[0].slug if len(groups) == 1 else ""),
        guarantor=form.text("guarantor"),
        simulate=simulate,
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


_ACCESS = StaffOnly(roles=AT_THE_DESK, pops_management=False)

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=PATH, handler=ask, access=_ACCESS),
    Route(method="POST", path=PATH, handler=begin, access=_ACCESS),
)
