"""Release a caller's session: find the guarantor, ask the caller, and say the code that is shown once."""

from http import HTTPStatus
from typing import assert_never
from urllib.parse import quote

from aiohttp import web

from quickpay.domain.digests import clean_letters
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.cookies import staff_visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.gate import AT_THE_DESK, staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, faults_in, staff_frame
from quickpay.handlers.staff.release_views import (
    ASKED,
    Asked,
    ReleaseCodePage,
    ReleaseFindPage,
    ReleaseFormPage,
)
from quickpay.handlers.staff.words import moment
from quickpay.mfa.release import Identifier, Said
from quickpay.services.proofs.release import Given, NoGuarantor, NotGiven, ReleasePage, Why

_DESK = StaffOnly(roles=AT_THE_DESK, pops_management=False)
_FIELDS = {
    Identifier.VISIT_DATE: ("visit_date", "Enter the date the caller said."),
    Identifier.SERVICE_ID: ("service_id", "Enter the service id the caller said, like 67563-4."),
    Identifier.ACCOUNT_AND_PATIENT: ("account", "Enter the account number and the patient the caller said."),
}
_WHY = {
    Why.NO_MATCH: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        (
            "Call code and answer do not belong together for this guarantor. Nobody was let in. "
            "Check both with the caller, and do not help her with the answer."
        ),
    ),
    Why.LOCKED: (
        HTTPStatus.TOO_MANY_REQUESTS,
        (
            "There were too many answers that did not fit. Nobody can be let in this way for a day or more; "
            "ask the caller to come to the office."
        ),
    ),
    Why.COLLEAGUE: (
        HTTPStatus.CONFLICT,
        "A colleague has just given a code for this caller's screen. It is good for 5 minutes.",
    ),
    Why.TOO_MANY: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "Several codes were given for this caller's screen already. Ask the caller to open the link again.",
    ),
    Why.OFF: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This group asks for no codes, so there is nothing to release.",
    ),
}


async def look_for(request: web.Request) -> web.Response:
    """Ask for whom it is."""
    return await _find_page(request)


async def find(request: web.Request) -> web.Response:
    """Lead to the guarantor's page."""
    form, staff = form_of(request), staff_of(request)
    group, number = form.text("group"), form.text("guarantor").strip()
    mistakes = faults_in(form, "group", "guarantor")
    if not mistakes:
        page = await request.app[DESK].staff.release.look(staff, group=group, guarantor=number)
        if isinstance(page, ReleasePage):
            return see_other(f"/staff/guarantors/{quote(group, safe='')}/{quote(number, safe='')}/release")
        mistakes = (Mistake(field="guarantor", message="This group has no such guarantor."),)
    return await _find_page(request, mistakes)


async def ask(request: web.Request) -> web.Response:
    """Show what to ask the caller."""
    page = await request.app[DESK].staff.release.look(staff_of(request), **_whose(request))
    if isinstance(page, NoGuarantor):
        raise web.HTTPNotFound
    return _form_page(request, page)


async def give(request: web.Request) -> web.Response:
    """Check what the caller said; the code is on this answer and nowhere else."""
    desk, staff, form = request.app[DESK].staff, staff_of(request), form_of(request)
    whose = _whose(request)
    page = await desk.release.look(staff, **whose)
    if isinstance(page, NoGuarantor):
        raise web.HTTPNotFound
    call_code = clean_letters(form.text("call_code"))
    said = _said(form, page)
    mistakes = _mistakes(form, call_code, said)
    if mistakes or call_code is None or said is None:
        return _form_page(request, page, mistakes)
    answer = await desk.release.give(staff, staff_visit_of(request), **whose, call_code=call_code, said=said)
    match answer:
        case Given():
            return _code_page(request, answer)
        case NotGiven(page=again, why=why):
            status, words = _WHY[why]
            return _form_page(request, again, (Mistake(field="", message=words),), status=status)
        case NoGuarantor():
            raise web.HTTPNotFound
        case never:
            assert_never(never)


def _whose(request: web.Request) -> dict[str, str]:
    return {"group": request.match_info["group"], "guarantor": request.match_info["guarantor"]}


def _said(form: Form, page: ReleasePage) -> Said | None:
    chosen = form.text("identifier")
    if chosen not in page.identifiers:
        return None
    kind = Identifier(chosen)
    return Said(identifier=kind, text=form.text(_FIELDS[kind][0]), patient=form.text("patient"))


def _mistakes(form: Form, call_code: str | None, said: Said | None) -> tuple[Mistake, ...]:
    found = faults_in(form, "call_code", "visit_date", "service_id", "account", "patient")
    if found:
        return found
    if call_code is None:
        found = (Mistake(field="call_code", message="Enter the 6 letters and digits of the call code."),)
    if said is None:
        return (*found, Mistake(field="identifier", message="Choose what you asked for."))
    if not said.readable:
        field, words = _FIELDS[said.identifier]
        return (*found, Mistake(field=field, message=words))
    return found


async def _find_page(request: web.Request, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    staff = staff_of(request)
    groups = await request.app[DESK].staff.view.groups(staff)
    form = form_of(request) if mistakes else None
    page = ReleaseFindPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        groups=tuple((group.slug, group.name) for group in groups),
        group="" if form is None else form.text("group"),
        guarantor="" if form is None else form.text("guarantor"),
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


def _form_page(
    request: web.Request,
    page: ReleasePage,
    mistakes: tuple[Mistake, ...] = (),
    *,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> web.Response:
    typed = form_of(request).values if mistakes else {}
    asked = tuple(Asked(kind=kind, **ASKED[kind]) for kind in page.identifiers)
    view = ReleaseFormPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff_of(request)),
        name=page.guarantor.name,
        number=page.guarantor.number,
        group=page.group.name,
        off=page.off,
        locked=page.locked,
        asked=asked,
        chosen=typed.get("identifier", ""),
        typed={
            name: typed.get(name, "") for name in ("call_code", *(f[0] for f in _FIELDS.values()), "patient")
        },
        mistakes=mistakes,
    )
    return show(view, status=status if mistakes else 200)


def _code_page(request: web.Request, given: Given) -> web.Response:
    digits = given.code.reveal()
    page = ReleaseCodePage(
        frame=staff_frame(request),
        bar=bar_of(request, staff_of(request)),
        name=given.page.guarantor.name,
        code=digits,
        until=moment(given.until, request.app[DESK].staff.zone),
        again=request.path,
    )
    return show(page)


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/staff/release", handler=look_for, access=_DESK),
    Route(method="POST", path="/staff/release", handler=find, access=_DESK),
    Route(method="GET", path="/staff/guarantors/{group}/{guarantor}/release", handler=ask, access=_DESK),
    Route(method="POST", path="/staff/guarantors/{group}/{guarantor}/release", handler=give, access=_DESK),
)
