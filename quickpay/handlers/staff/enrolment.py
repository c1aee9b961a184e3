"""Enrolment: a one-time address that sets a password, and its successor that shows the app works."""

import base64
import re
from http import HTTPStatus
from typing import assert_never

from aiohttp import web

from quickpay.handlers.cookies import staff_visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.pages import Frame, Mistake, Page, see_other
from quickpay.handlers.staff.door import let_in
from quickpay.handlers.staff.frames import at_the_door, mistakes_in
from quickpay.handlers.staff.qr import qr_picture
from quickpay.handlers.staff.views import AppPage, NoEnrolmentPage, PasswordPage
from quickpay.services.staff.accounts import enrol_token
from quickpay.services.staff.enrol import NoEnrolment, NotYet, PasswordSet, WantsCode, WantsPassword
from quickpay.services.staff.sign_in import SignedIn

# 43 letters hold 32 bytes and two bits more; with those zero, one secret has one spelling.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
_LETTERS_TOGETHER = 4


async def look(request: web.Request) -> web.Response:
    """Show the step this address is for; looking changes nothing."""
    return _step(request, await _looked(request))


async def go_on(request: web.Request) -> web.Response:
    """Take the step's form."""
    enrol, visit, secret = request.app[DESK].staff.enrol, staff_visit_of(request), _secret(request)
    step, form = await _looked(request), form_of(request)
    if isinstance(step, NoEnrolment) or secret is None:
        return _gone(request)
    fields = ("password", "again") if isinstance(step, WantsPassword) else ("code",)
    mistakes = mistakes_in(request, *fields)
    if mistakes:
        return _step(request, step, mistakes)
    if isinstance(step, WantsPassword):
        password, again = form.text("password"), form.text("again")
        answer: PasswordSet | SignedIn | NotYet | NoEnrolment = await enrol.set_password(
            visit, secret, password=password, again=again
        )
    else:
        answer = await enrol.finish(visit, secret, code=form.text("code"))
    match answer:
        case PasswordSet(next_secret=next_secret):
            return see_other(f"/staff/enrol/{enrol_token(next_secret)}")
        case SignedIn():
            return let_in(request, answer)
        case NotYet(step=again_at, faults=faults):
            said = tuple(Mistake(field=one.path, message=one.message) for one in faults)
            return _step(request, again_at, said)
        case NoEnrolment():
            return _gone(request)
        case _:
            assert_never(answer)


async def _looked(request: web.Request) -> WantsPassword | WantsCode | NoEnrolment:
    secret = _secret(request)
    return NoEnrolment() if secret is None else await request.app[DESK].staff.enrol.look(secret)


def _secret(request: web.Request) -> bytes | None:
    token = request.match_info["token"]
    return base64.urlsafe_b64decode(token + "=") if _TOKEN.fullmatch(token) else None


def _step(
    request: web.Request,
    step: WantsPassword | WantsCode | NoEnrolment,
    mistakes: tuple[Mistake, ...] = (),
) -> web.Response:
    if isinstance(step, NoEnrolment):
        return _gone(request)

    def page(frame: Frame) -> Page:
        if isinstance(step, WantsPassword):
            return PasswordPage(frame=frame, name=step.staff.name, mistakes=mistakes)
        secret = step.secret
        groups = [secret[at : at + _LETTERS_TOGETHER] for at in range(0, len(secret), _LETTERS_TOGETHER)]
        return AppPage(
            frame=frame,
            name=step.staff.name,
            secret=" ".join(groups),
            qr=qr_picture(step.address),
            mistakes=mistakes,
        )

    return at_the_door(request, page, status=HTTPStatus.UNPROCESSABLE_ENTITY if mistakes else HTTPStatus.OK)


def _gone(request: web.Request) -> web.Response:
    return at_the_door(request, lambda frame: NoEnrolmentPage(frame=frame), status=HTTPStatus.GONE)
