"""API keys, in POPS Management: list them, make one that is shown once, revoke one at once."""

import re
from datetime import timedelta
from typing import assert_never

from aiohttp import web

from quickpay.domain.api_keys import LONGEST_LIFE, Scope
from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import NO_FORM, Form, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.api_key_views import (
    SCOPES,
    STATES,
    KeyRow,
    KeysPage,
    NewKeyForm,
    NewKeyPage,
    RevokeKeyPage,
    ScopeChoice,
)
from quickpay.handlers.staff.frames import bar_of, faults_in, staff_frame
from quickpay.handlers.staff.sending.asked import FORM_KEY, form_key_of
from quickpay.handlers.staff.words import moment
from quickpay.services.staff.api_keys import KeyLine, KeyState, MadeBefore, NewKey

LIST = "/staff/api-keys"
NEW = "/staff/api-keys/new"
_ADMIN = StaffOnly(roles=frozenset({StaffRole.ADMIN}), pops_management=True)
_DAYS = re.compile(r"[0-9]{1,3}", re.ASCII)
_TICKED = "yes"
_SHOWN_AT = {"life": "days"}


async def show_keys(request: web.Request) -> web.Response:
    """List the keys with when they were last used."""
    lines = await request.app[DESK].keyring.lines(within=staff_of(request).groups)
    page = KeysPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff_of(request)),
        rows=tuple(_row(request, line) for line in lines),
    )
    return show(page)


async def ask(request: web.Request) -> web.Response:
    """Ask what a new key is to be; nothing is chosen beforehand."""
    return await _form_page(request, NO_FORM)


async def make(request: web.Request) -> web.Response:
    """Make it; its secret is on this answer and nowhere else."""
    form, staff = form_of(request), staff_of(request)
    days, mistakes = form.text("days").strip(), faults_in(form, "name", "group", "days")
    if not mistakes and not _DAYS.fullmatch(days):
        mistakes = (Mistake(field="days", message="Enter a number of days from 1 to 365."),)
    if mistakes or not FORM_KEY.fullmatch(form.text("form_key")):
        return await _form_page(request, form, mistakes or (Mistake(field="", message="Press once more."),))
    answer = await request.app[DESK].keyring.create_once(
        form.text("form_key"),
        name=form.text("name"),
        scopes=tuple(scope.value for scope in Scope if form.text(_field(scope)) == _TICKED),
        group=form.text("group") or None,
        life=timedelta(days=int(days)),
        by=staff.actor,
        within=staff.groups,
    )
    match answer:
        case NewKey(secret=secret):
            return _made_page(request, form.text("name").strip(), secret)
        case MadeBefore():
            return _made_page(request, form.text("name").strip(), None)
        case tuple():
            said = tuple(
                Mistake(field=_SHOWN_AT.get(one.path, one.path), message=one.message) for one in answer
            )
            return await _form_page(request, form, said)
        case never:
            assert_never(never)


async def ask_revoke(request: web.Request) -> web.Response:
    """Say what revoking does; nothing happens by looking."""
    line = await _line(request)
    if line is None or line.state in {KeyState.REVOKED, KeyState.ENDED}:
        raise web.HTTPNotFound
    page = RevokeKeyPage(
        frame=staff_frame(request), bar=bar_of(request, staff_of(request)), row=_row(request, line)
    )
    return show(page)


async def revoke(request: web.Request) -> web.Response:
    """End it at once; one that ended before stays as it is."""
    staff = staff_of(request)
    if await _line(request) is None:
        raise web.HTTPNotFound
    keyring = request.app[DESK].keyring
    await keyring.revoke(request.match_info["key"], by=staff.actor, within=staff.groups)
    return see_other(LIST)


async def _line(request: web.Request) -> KeyLine | None:
    lines = await request.app[DESK].keyring.lines(within=staff_of(request).groups)
    return next((line for line in lines if line.key.id == request.match_info["key"]), None)


def _field(scope: Scope) -> str:
    return f"scope.{scope.value.replace(':', '_')}"


def _row(request: web.Request, line: KeyLine) -> KeyRow:
    zone, key = request.app[DESK].staff.zone, line.key
    return KeyRow(
        id=key.id,
        name=key.name,
        group=line.group or "Every group",
        scopes=key.scopes,
        created=moment(key.created_at, zone),
        expires=moment(key.expires_at, zone),
        used="Never" if key.last_used_at is None else moment(key.last_used_at, zone),
        state=STATES[line.state],
        ending=line.state is KeyState.ENDING,
        live=line.state in {KeyState.GOOD, KeyState.ENDING},
    )


async def _form_page(request: web.Request, form: Form, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    staff = staff_of(request)
    groups = await request.app[DESK].staff.view.groups(staff)
    every = (("", "Every group, those made later too"),) if staff.groups is None else ()
    scopes = tuple(
        ScopeChoice(
            field=_field(scope),
            scope=scope.value,
            words=SCOPES[scope],
            ticked=form.text(_field(scope)) == _TICKED,
        )
        for scope in Scope
    )
    page = NewKeyForm(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        form_key=form_key_of(form),
        name=form.text("name"),
        group=form.text("group"),
        groups=(*every, *((group.slug, group.name) for group in groups)),
        scopes=scopes,
        days=form.text("days") or str(LONGEST_LIFE.days),
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


def _made_page(request: web.Request, name: str, secret: str | None) -> web.Response:
    page = NewKeyPage(
        frame=staff_frame(request, scripts=new_scripts()),
        bar=bar_of(request, staff_of(request)),
        name=name,
        secret=secret,
    )
    return show(page)


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=LIST, handler=show_keys, access=_ADMIN),
    Route(method="GET", path=NEW, handler=ask, access=_ADMIN),
    Route(method="POST", path=NEW, handler=make, access=_ADMIN),
    Route(method="GET", path="/staff/api-keys/{key}/revoke", handler=ask_revoke, access=_ADMIN),
    Route(method="POST", path="/staff/api-keys/{key}/revoke", handler=revoke, access=_ADMIN),
)
