"""The group's door on the web: who are you, and the code that shows it; the same for whoever knocks (J5)."""

import secrets
from dataclasses import replace
from http import HTTPStatus
from typing import assert_never

from aiohttp import web

from quickpay.domain.contacts import ContactFault
from quickpay.domain.digests import form_token
from quickpay.domain.groups import Group
from quickpay.domain.said import say
from quickpay.handlers.cookies import give_cookie, visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.headers import Scripts, new_scripts
from quickpay.handlers.pages import SIMULATION, Frame, Mistake, frame_of, see_other, show
from quickpay.handlers.patient.answers import mistakes_of
from quickpay.handlers.patient.door_views import KnockCode, SignIn
from quickpay.handlers.patient.landing import landing_of
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.tongues import tongue_of
from quickpay.handlers.words import (
    CONTACT_FAULT,
    CONTACT_FAULTS,
    ENTER_CODE,
    aloud,
    code_refused,
    minutes,
    new_code_in,
)
from quickpay.services.entry.knock_pages import (
    CameIn,
    KnockLocked,
    KnockNoCode,
    KnockNotYet,
    KnockPage,
    KnockRefused,
    KnockTaken,
    NoDoor,
    NoKnock,
    NoSuchGroup,
    TooManyKnocks,
    WhoSheSays,
)

_FIELDS = ("first_name", "last_name", "contact")
_MISSING = {
    "first_name": say("Enter your first name."),
    "last_name": say("Enter your last name."),
    "contact": say("Enter your email address or mobile number."),
}
_WAYS = {"email": say("email"), "sms": say("text message")}


async def ask(request: web.Request) -> web.Response:
    """Show the form."""
    group = await request.app[DESK].website.door(request.match_info["group"])
    return _form(request, group) if isinstance(group, Group) else _not_in(request, group)


async def knock(request: web.Request) -> web.Response:
    """Hear who somebody says she is, and lead on to the code, whoever it is."""
    desk, form, slug = request.app[DESK], form_of(request), request.match_info["group"]
    typed = {name: form.text(name).strip() for name in _FIELDS}
    mistakes = mistakes_of(form, *_FIELDS) or tuple(
        Mistake(field=name, message=_MISSING[name]) for name in _FIELDS if not typed[name]
    )
    read = desk.website.read_contact(typed["contact"])
    if not mistakes and isinstance(read, ContactFault):
        mistakes = (Mistake(field="contact", message=CONTACT_FAULTS.get(read, CONTACT_FAULT)),)
    if mistakes or isinstance(read, ContactFault):
        group = await desk.website.door(slug)
        return _form(request, group, mistakes) if isinstance(group, Group) else _not_in(request, group)
    says = WhoSheSays(
        first_name=typed["first_name"], last_name=typed["last_name"], method=read[0], contact=read[1]
    )
    answer = await desk.website.knock(visit_of(request), slug, says)
    if not isinstance(answer, KnockTaken):
        return _not_in(request, answer)
    response = see_other(f"/g/{slug}/sign-in/code")
    give_cookie(response, answer.secret, secure=desk.secure)
    return response


async def ask_code(request: web.Request) -> web.Response:
    """Show where the code went, if there was somebody to send it to, and the field for it."""
    answer = await request.app[DESK].website.page(visit_of(request), request.match_info["group"])
    return _code_page(request, answer) if isinstance(answer, KnockPage) else _not_in(request, answer)


async def check(request: web.Request) -> web.Response:
    """Judge a typed code; the right one opens the session."""
    desk, form, slug = request.app[DESK], form_of(request), request.match_info["group"]
    typed = "" if form.faults else form.text("code")
    match await desk.website.check(visit_of(request), slug, typed):
        case CameIn(group=group, session=session, secret=secret):
            response = see_other(landing_of(group, session.role))
            give_cookie(response, secret, secure=desk.secure)
            return response
        case KnockRefused(page=page, why=why):
            return _code_page(request, page, (Mistake(field="code", message=code_refused(why)),))
        case KnockNoCode(page=page):
            mistakes = mistakes_of(form, "code") or (Mistake(field="code", message=ENTER_CODE),)
            return _code_page(request, page, mistakes)
        case KnockLocked() | NoKnock() | NoDoor() | NoSuchGroup() as why:
            return _not_in(request, why)
        case never:
            assert_never(never)


async def resend(request: web.Request) -> web.Response:
    """Send another code, once its wait is over."""
    slug = request.match_info["group"]
    match await request.app[DESK].website.resend(visit_of(request), slug):
        case KnockTaken():
            return see_other(f"/g/{slug}/sign-in/code")
        case KnockNotYet(page=page):
            told = new_code_in(page.seconds_to_resend)
            response = _code_page(request, page, told=told, status=HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(page.seconds_to_resend)
            return response
        case KnockLocked() | NoKnock() | NoDoor() | NoSuchGroup() as why:
            return _not_in(request, why)
        case never:
            assert_never(never)


def _form(request: web.Request, group: Group, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    brought = visit_of(request).secret
    secret = secrets.token_bytes(32) if brought is None else brought
    form = form_of(request) if request.method == "POST" else None
    typed = {name: "" if form is None else form.text(name) for name in _FIELDS}
    page = SignIn(
        # Of the staff within a simulation, who finds the form but cannot send it.
        frame=replace(_frame(request, group, secret), simulation=request.get(SIMULATION)),
        action=f"/g/{group.slug}/sign-in",
        left=request.query.get("left") == "yes",
        mistakes=mistakes,
        first_name=typed["first_name"],
        last_name=typed["last_name"],
        contact=typed["contact"],
    )
    response = show(page, status=422 if mistakes else 200)
    if brought is None:
        give_cookie(response, secret, secure=request.app[DESK].secure)
    return response


def _code_page(
    request: web.Request,
    page: KnockPage,
    mistakes: tuple[Mistake, ...] = (),
    *,
    told: str = "",
    status: int = 200,
) -> web.Response:
    view = KnockCode(
        frame=_frame(request, page.group, visit_of(request).secret or b"", scripts=new_scripts()),
        action=f"/g/{page.group.slug}/sign-in",
        way=_WAYS[page.method],
        masked=page.masked,
        aloud=aloud(page.masked),
        open=page.open,
        time_left=minutes(page.seconds_left),
        seconds_to_resend=page.seconds_to_resend,
        told=told,
        mistakes=mistakes,
    )
    return show(view, status=422 if mistakes else status)


def _frame(request: web.Request, group: Group, secret: bytes, *, scripts: Scripts | None = None) -> Frame:
    return frame_of(group, door_csrf=form_token(secret), scripts=scripts, tongue=tongue_of(request))


def _not_in(
    request: web.Request, why: KnockLocked | NoKnock | TooManyKnocks | NoDoor | NoSuchGroup
) -> web.Response:
    """Answer whoever cannot come in here and now."""
    tongue = tongue_of(request)
    match why:
        case NoSuchGroup():
            raise web.HTTPNotFound
        case NoKnock(group=group):
            return see_other(f"/g/{group.slug}/sign-in")
        case NoDoor(group=group):
            words = say(
                "This office has no sign-in here. Your bill opens from the link in your text or email."
            )
            notice = Notice(
                frame=frame_of(group, tongue=tongue), heading=say("Please open your link"), words=(words,)
            )
            return show(notice, status=HTTPStatus.FORBIDDEN)
        case KnockLocked(group=group):
            heading = say("Too many tries")
            words = say("For your safety, this sign-in is closed for a while. The office can help you.")
        case TooManyKnocks(group=group):
            heading = say("Please wait a while")
            words = say("Somebody tried to sign in many times from here. Please try again in an hour.")
        case never:
            assert_never(never)
    notice = Notice(frame=frame_of(group, tongue=tongue), heading=heading, words=(words,), kind="warning")
    return show(notice, status=HTTPStatus.TOO_MANY_REQUESTS)
