"""Prove who you are: choose where the code goes, type it, or ask for another."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.options import LandingPage
from quickpay.domain.said import say
from quickpay.handlers.cookies import give_cookie, visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import Frame, Mistake, see_other, show
from quickpay.handlers.patient.answers import mistakes_of, nobody, session_frame
from quickpay.handlers.patient.landing import landing_address
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.patient.views import ChooseWay, TypeCode, WayChoice
from quickpay.handlers.walking import walked
from quickpay.handlers.words import (
    CHOOSE_WAY,
    ENTER_CODE,
    TEXTS_BLOCKED,
    aloud,
    code_refused,
    minutes,
    new_code_in,
    text_report,
)
from quickpay.mfa.methods import Method
from quickpay.services.proofs.pages import (
    AlreadyProved,
    CannotProve,
    ChoosePage,
    CodePage,
    CodeRefused,
    CodeSent,
    NotACode,
    NotHere,
    NothingSent,
    NotYet,
    ProofLocked,
    ProofNotOffered,
    Proved,
    TooManyCodes,
    Way,
    WayNotOffered,
)
from quickpay.services.stay import NoStay, Stay

BY = {Method.EMAIL: say("email"), Method.SMS: say("text message")}
_LABELS = {Method.EMAIL: say("Email"), Method.SMS: say("Text message")}


async def choose(request: web.Request) -> web.Response:
    """Show the ways to get a code; nothing is sent by looking."""
    match await request.app[DESK].verify.ways(visit_of(request)):
        case ChoosePage() as page:
            return _choose_page(request, page)
        case NoStay() | AlreadyProved() | CannotProve() | ProofNotOffered() as why:
            return not_here(request, why)
        case never:
            assert_never(never)


async def send(request: web.Request) -> web.Response:
    """Send a code by the chosen way."""
    form = form_of(request)
    word = form.text("method")
    method = Method(word) if word in set(Method) and not form.faults else None
    match await request.app[DESK].verify.send(visit_of(request), method):
        case CodeSent():
            return see_other("/verify/code")
        case WayNotOffered(page=page):
            mistakes = mistakes_of(form, "method") or (Mistake(field="method", message=CHOOSE_WAY),)
            return _choose_page(request, page, mistakes)
        case ProofLocked(stay=stay):
            return _locked(request, stay)
        case TooManyCodes(stay=stay):
            return _too_many_codes(request, stay)
        case NoStay() | AlreadyProved() | CannotProve() | ProofNotOffered() as why:
            return not_here(request, why)
        case never:
            assert_never(never)


async def ask(request: web.Request) -> web.Response:
    """Show where the code went and the field for it."""
    word = walked(request).text("method")
    imagined = Method(word) if word in set(Method) else None
    match await request.app[DESK].verify.code_page(visit_of(request), imagined=imagined):
        case CodePage() as page:
            return _code_page(request, page)
        case ProofLocked(stay=stay):
            return _locked(request, stay)
        case NothingSent():
            return see_other("/verify")
        case NoStay() | AlreadyProved() | CannotProve() | ProofNotOffered() as why:
            return not_here(request, why)
        case never:
            assert_never(never)


async def check(request: web.Request) -> web.Response:
    """Judge a typed code."""
    form = form_of(request)
    match await request.app[DESK].verify.check(visit_of(request), "" if form.faults else form.text("code")):
        case Proved(secret=secret, landing=landing):
            return let_in(request, secret, landing)
        case CodeRefused(page=page, why=why):
            return _code_page(request, page, (Mistake(field="code", message=code_refused(why)),))
        case NotACode(page=page):
            mistakes = mistakes_of(form, "code") or (Mistake(field="code", message=ENTER_CODE),)
            return _code_page(request, page, mistakes)
        case ProofLocked(stay=stay):
            return _locked(request, stay)
        case NothingSent():
            return see_other("/verify")
        case NoStay():
            # A double click: its first press may have proved it and changed the cookie meanwhile.
            return see_other("/verify")
        case AlreadyProved() | CannotProve() | ProofNotOffered() as why:
            return not_here(request, why)
        case never:
            assert_never(never)


async def resend(request: web.Request) -> web.Response:
    """Send a new code to the same contact."""
    if form_of(request).faults:
        raise web.HTTPUnprocessableEntity
    match await request.app[DESK].verify.resend(visit_of(request)):
        case CodeSent():
            return see_other("/verify/code")
        case NotYet(page=page):
            response = _code_page(request, page, told=new_code_in(page.seconds_to_resend))
            response.headers["Retry-After"] = str(page.seconds_to_resend)
            response.set_status(429)
            return response
        case NothingSent():
            return see_other("/verify")
        case ProofLocked(stay=stay):
            return _locked(request, stay)
        case TooManyCodes(stay=stay):
            return _too_many_codes(request, stay)
        case NoStay() | AlreadyProved() | CannotProve() | ProofNotOffered() as why:
            return not_here(request, why)
        case never:
            assert_never(never)


def let_in(request: web.Request, secret: bytes, landing: LandingPage) -> web.Response:
    """Lead on whoever has just proved who she is, under her session's new id."""
    response = see_other(landing_address(landing))
    give_cookie(response, secret, secure=request.app[DESK].secure)
    return response


def not_here(request: web.Request, why: NotHere) -> web.Response:
    """Answer whoever has nothing to prove here, or no way to."""
    match why:
        case NoStay():
            return nobody(request, why)
        case AlreadyProved(landing=landing):
            return see_other(landing_address(landing))
        case ProofNotOffered():
            return see_other("/pay")
        case CannotProve(stay=stay, office=office, blocked=blocked):
            by_phone = (
                (say("While you are on the phone, it can open your bill on this screen."),) if office else ()
            )
            notice = Notice(
                frame=session_frame(request, stay),
                heading=say("Please contact the office"),
                words=(
                    *(() if blocked is None else (TEXTS_BLOCKED,)),
                    say("We cannot send you a code from here. The office can help you to pay."),
                    *by_phone,
                ),
                go_on=("/verify/office", say("I am calling the office")) if office else None,
            )
            return show(notice, status=403)
        case _:
            assert_never(why)


def _choose_page(request: web.Request, page: ChoosePage, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    view = choose_view(page, session_frame(request, page.stay), mistakes)
    return show(view, status=422 if mistakes else 200)


def choose_view(page: ChoosePage, frame: Frame, mistakes: tuple[Mistake, ...] = ()) -> ChooseWay:
    """Make the page of the ways to get a code."""
    ways = tuple(_way(way) for way in page.ways)
    return ChooseWay(
        frame=frame,
        required=page.required,
        office=page.office,
        ways=ways,
        chosen=ways[0].method if len(ways) == 1 else None,
        blocked=None if page.blocked is None else _way(page.blocked),
        blocked_words=TEXTS_BLOCKED,
        mistakes=mistakes,
    )


def _code_page(
    request: web.Request, page: CodePage, mistakes: tuple[Mistake, ...] = (), *, told: str | None = None
) -> web.Response:
    frame = session_frame(request, page.stay, scripts=new_scripts())
    return show(code_view(page, frame, mistakes, told=told), status=422 if mistakes else 200)


def code_view(
    page: CodePage, frame: Frame, mistakes: tuple[Mistake, ...] = (), *, told: str | None = None
) -> TypeCode:
    """Make the page a code is typed into."""
    return TypeCode(
        frame=frame,
        office=page.office,
        way=_way(page.way),
        other_ways=page.other_ways,
        undeliverable=page.undeliverable,
        open=page.open,
        blocked=TEXTS_BLOCKED if page.blocked else "",
        report="" if page.blocked else text_report(page.report),
        time_left=minutes(page.seconds_left),
        seconds_to_resend=page.seconds_to_resend,
        mistakes=mistakes,
        told=told,
    )


def _way(way: Way) -> WayChoice:
    return WayChoice(
        method=way.method,
        label=_LABELS[way.method],
        by=BY[way.method],
        masked=way.masked,
        aloud=aloud(way.masked),
    )


def _locked(request: web.Request, stay: Stay) -> web.Response:
    """Say it alike for a right and a wrong code, and whoever asks (R28)."""
    notice = Notice(
        frame=session_frame(request, stay),
        heading=say("Too many tries"),
        words=(
            say("For your safety no code is taken for a while. Nothing was charged."),
            say("Please wait 15 minutes and ask for a new code, or contact the office."),
        ),
        kind="warning",
        go_on=("/verify", say("Ask for a new code")),
        go_on_later=True,
    )
    return show(notice, status=429)


def _too_many_codes(request: web.Request, stay: Stay) -> web.Response:
    notice = Notice(
        frame=session_frame(request, stay),
        heading=say("Please wait before asking for another code"),
        words=(
            say(
                "Several codes were sent already. The newest one is good for some minutes after it was sent."
            ),
            say("Please try again later, or contact the office."),
        ),
        kind="warning",
        go_on=("/verify/code", say("Type the code")),
    )
    return show(notice, status=429)
