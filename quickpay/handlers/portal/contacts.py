"""Change one's own email address or mobile number: type it, confirm it by the code that went there."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.said import say
from quickpay.handlers.access import Access, Handler, Route
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.patient.answers import mistakes_of, stay_frame
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.portal import contact_words as words
from quickpay.handlers.portal.parts import not_a_member
from quickpay.handlers.portal.views import ConfirmContact, ContactField
from quickpay.handlers.words import ENTER_CODE, minutes, new_code_in
from quickpay.mfa.methods import Method
from quickpay.services.contacts.pages import (
    Changed,
    CodeUnread,
    CodeWrong,
    ConfirmPage,
    ContactPage,
    ContactRefused,
    EditingOff,
    NotAnEditor,
    NothingPending,
    TooSoon,
)
from quickpay.services.member import NotAuthorized
from quickpay.services.payer import LinkEnded
from quickpay.services.proofs.pages import CodeSent, ProofLocked, TooManyCodes
from quickpay.services.stay import MustProve, NoStay, Stay


def _ask(method: Method) -> Handler:
    async def ask(request: web.Request) -> web.Response:
        page = await request.app[DESK].contacts.page(visit_of(request), method)
        if not isinstance(page, ContactPage):
            return _not_an_editor(request, page)
        return _field_page(request, page, typed=page.pending)

    return ask


def _send(method: Method) -> Handler:
    async def send(request: web.Request) -> web.Response:
        form, name = form_of(request), words.FIELDS[method]
        typed = form.text(name)
        contacts, visit = request.app[DESK].contacts, visit_of(request)
        if form.faults:
            page = await contacts.page(visit, method)
            if not isinstance(page, ContactPage):
                return _not_an_editor(request, page)
            return _field_page(request, page, mistakes_of(form, name), typed=typed)
        match await contacts.send(visit, method, typed):
            case CodeSent():
                return see_other("/profile/confirm")
            case ContactRefused(page=page, why=why):
                mistake = Mistake(field=name, message=words.refused(method, why))
                return _field_page(request, page, (mistake,), typed=typed)
            case ProofLocked(stay=stay):
                return _notice(request, stay, words.LOCKED, status=429)
            case TooManyCodes(stay=stay):
                return _notice(request, stay, words.TOO_MANY, status=429)
            case NoStay() | MustProve() | LinkEnded() | NotAuthorized() | EditingOff() as why:
                return _not_an_editor(request, why)
            case never:
                assert_never(never)

    return send


async def ask_code(request: web.Request) -> web.Response:
    """Show where the code went and the field for it."""
    match await request.app[DESK].contacts.confirm_page(visit_of(request)):
        case ConfirmPage() as page:
            return _code_page(request, page)
        case ProofLocked(stay=stay):
            return _notice(request, stay, words.LOCKED, status=429)
        case NothingPending(method=method):
            return _start_again(method)
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() | EditingOff() as why:
            return _not_an_editor(request, why)
        case never:
            assert_never(never)


async def check(request: web.Request) -> web.Response:
    """Judge a typed code; a right one puts the new contact on file."""
    form = form_of(request)
    typed = "" if form.faults else form.text("code")
    match await request.app[DESK].contacts.check(visit_of(request), typed):
        case Changed(method=method):
            return see_other(f"/profile?changed={words.FIELDS[method]}")
        case CodeWrong(page=page, why=why):
            return _code_page(request, page, (Mistake(field="code", message=words.code_wrong(why)),))
        case CodeUnread(page=page):
            mistakes = mistakes_of(form, "code") or (Mistake(field="code", message=ENTER_CODE),)
            return _code_page(request, page, mistakes)
        case ProofLocked(stay=stay):
            return _notice(request, stay, words.LOCKED, status=429)
        case NothingPending(method=method):
            return _start_again(method)
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() | EditingOff() as why:
            return _not_an_editor(request, why)
        case never:
            assert_never(never)


async def resend(request: web.Request) -> web.Response:
    """Send a new code to the same new contact."""
    if form_of(request).faults:
        raise web.HTTPUnprocessableEntity
    match await request.app[DESK].contacts.resend(visit_of(request)):
        case CodeSent():
            return see_other("/profile/confirm")
        case TooSoon(page=page):
            response = _code_page(request, page, told=new_code_in(page.seconds_to_resend))
            response.headers["Retry-After"] = str(page.seconds_to_resend)
            response.set_status(429)
            return response
        case NothingPending(method=method):
            return _start_again(method)
        case ProofLocked(stay=stay):
            return _notice(request, stay, words.LOCKED, status=429)
        case TooManyCodes(stay=stay):
            return _notice(request, stay, words.TOO_MANY, status=429)
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() | EditingOff() as why:
            return _not_an_editor(request, why)
        case never:
            assert_never(never)


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/profile/email", handler=_ask(Method.EMAIL), access=Access.SESSION),
    Route(method="POST", path="/profile/email", handler=_send(Method.EMAIL), access=Access.SESSION),
    Route(method="GET", path="/profile/mobile", handler=_ask(Method.SMS), access=Access.SESSION),
    Route(method="POST", path="/profile/mobile", handler=_send(Method.SMS), access=Access.SESSION),
    Route(method="GET", path="/profile/confirm", handler=ask_code, access=Access.SESSION),
    Route(method="POST", path="/profile/confirm", handler=check, access=Access.SESSION),
    Route(method="POST", path="/profile/resend", handler=resend, access=Access.SESSION),
)


def _start_again(method: Method | None) -> web.Response:
    return see_other("/profile" if method is None else f"/profile/{words.FIELDS[method]}")


def _not_an_editor(request: web.Request, why: NotAnEditor) -> web.Response:
    if isinstance(why, EditingOff):
        return _notice(request, why.stay, words.OFF, status=403)
    return not_a_member(request, why)


def _notice(request: web.Request, stay: Stay, said: tuple[str, ...], *, status: int) -> web.Response:
    heading, *sentences = said
    notice = Notice(
        frame=stay_frame(request, stay, here="profile"),
        heading=heading,
        words=tuple(sentences),
        kind="warning",
        go_on=("/profile", say("Back to your profile")),
    )
    return show(notice, status=status)


def _field_page(
    request: web.Request, page: ContactPage, mistakes: tuple[Mistake, ...] = (), *, typed: str
) -> web.Response:
    method = page.method
    view = ContactField(
        frame=stay_frame(request, page.stay, here="profile"),
        heading=words.CHANGE[method] if page.on_file else words.ADD[method],
        name=words.FIELDS[method],
        label=words.LABELS[method],
        hint=words.HINTS[method],
        keyboard="email" if method is Method.EMAIL else "tel",
        on_file=page.on_file and words.written(method, page.on_file),
        kept=words.KEPT[method] if page.on_file else "",
        rests=words.RESTS,
        typed=typed,
        told=words.OVERTAKEN if page.overtaken and not mistakes else None,
        mistakes=mistakes,
    )
    return show(view, status=422 if mistakes else 200)


def _code_page(
    request: web.Request, page: ConfirmPage, mistakes: tuple[Mistake, ...] = (), *, told: str | None = None
) -> web.Response:
    view = ConfirmContact(
        frame=stay_frame(request, page.stay, here="profile"),
        way=words.WAYS[page.method],
        contact=words.written(page.method, page.contact),
        again=f"/profile/{words.FIELDS[page.method]}",
        undeliverable=page.undeliverable,
        open=page.open,
        time_left=minutes(page.seconds_left),
        seconds_to_resend=page.seconds_to_resend,
        mistakes=mistakes,
        told=told,
    )
    return show(view, status=422 if mistakes else 200)
