"""The staff's door: sign in, sign out; a form's token lives in the door's cookie until somebody is in."""

from http import HTTPStatus
from typing import assert_never

from aiohttp import web

from quickpay.domain.staff import LOCK
from quickpay.handlers.cookies import STAFF, give_cookie, staff_visit_of, take_cookie
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import SIGN_IN
from quickpay.handlers.pages import Mistake, see_other
from quickpay.handlers.staff.frames import at_the_door, mistakes_in
from quickpay.handlers.staff.views import SignInPage
from quickpay.handlers.staff.words import GONE, LOCKED, NOT_SIGNED_IN
from quickpay.services.staff.sign_in import NotSignedIn, SignedIn, SignInLocked, StaffStay

FRONT = "/staff"


async def ask(request: web.Request) -> web.Response:
    """Show the form; who is in already goes on."""
    stay = await request.app[DESK].staff.sign_in.who(staff_visit_of(request))
    if isinstance(stay, StaffStay):
        return see_other(FRONT)
    why = GONE[stay.why]
    return at_the_door(request, lambda frame: SignInPage(frame=frame, why=why))


async def sign_in(request: web.Request) -> web.Response:
    """Take name, password and code at once; what was wrong is not said."""
    form, desk = form_of(request), request.app[DESK]
    name = form.text("name")
    mistakes = mistakes_in(request, "name", "password", "code")
    if mistakes:
        return at_the_door(
            request, lambda frame: SignInPage(frame=frame, name=name, mistakes=mistakes), status=422
        )
    answer = await desk.staff.sign_in.sign_in(
        staff_visit_of(request), name=name, password=form.text("password"), code=form.text("code")
    )
    match answer:
        case SignedIn():
            return let_in(request, answer)
        case NotSignedIn():
            status, words = HTTPStatus.UNAUTHORIZED, NOT_SIGNED_IN
        case SignInLocked():
            status, words = HTTPStatus.TOO_MANY_REQUESTS, LOCKED
        case _:
            assert_never(answer)
    said = (Mistake(field="", message=words),)
    response = at_the_door(
        request, lambda frame: SignInPage(frame=frame, name=name, mistakes=said), status=status
    )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(int(LOCK.total_seconds()))
    return response


async def sign_out(request: web.Request) -> web.Response:
    """End the session in every tab."""
    desk = request.app[DESK]
    await desk.staff.sign_in.sign_out(staff_visit_of(request))
    response = see_other(SIGN_IN)
    take_cookie(response, secure=desk.secure, whose=STAFF)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def let_in(request: web.Request, answer: SignedIn) -> web.Response:
    """Hand the browser its new id and lead on."""
    response = see_other(FRONT)
    give_cookie(response, answer.secret, secure=request.app[DESK].secure, whose=STAFF)
    return response
