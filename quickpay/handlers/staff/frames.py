"""What stands around the staff's pages, and the token of their forms."""

import secrets
from collections.abc import Callable

from aiohttp import web

from quickpay.domain.digests import form_token
from quickpay.domain.staff import Staff
from quickpay.handlers.assets import STAFF_THEME, asset
from quickpay.handlers.cookies import STAFF, give_cookie, staff_visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.headers import Scripts
from quickpay.handlers.pages import Frame, Mistake, Page, show
from quickpay.handlers.staff.menu import menu_of
from quickpay.handlers.staff.views import Bar
from quickpay.handlers.staff.words import ROLES
from quickpay.handlers.words import FORM_FAULTS

_MISSING = {
    "name": "Enter your name.",
    "password": "Enter your password.",
    "again": "Type the password once more.",
    "code": "Enter the 6 digits your app shows.",
}


def staff_frame(request: web.Request, *, scripts: Scripts | None = None) -> Frame:
    """Put the frame around a page of somebody signed in."""
    secret = staff_visit_of(request).secret
    return _frame(b"" if secret is None else secret, scripts)


def bar_of(request: web.Request, staff: Staff) -> Bar:
    """Say who is here, and offer no more than she may open."""
    shown = request.app[DESK].staff.pops_management
    menu = menu_of(staff.role, request.path, pops_management=shown)
    return Bar(name=staff.name, role=ROLES[staff.role], menu=menu)


def at_the_door(request: web.Request, page: Callable[[Frame], Page], *, status: int = 200) -> web.Response:
    """Show a form to somebody who is not in; its token lives in a cookie that opens nothing (A53)."""
    brought = staff_visit_of(request).secret
    secret = secrets.token_bytes(32) if brought is None else brought
    response = show(page(_frame(secret)), status=status)
    if brought is None:
        give_cookie(response, secret, secure=request.app[DESK].secure, whose=STAFF)
    return response


def mistakes_in(request: web.Request, *names: str) -> tuple[Mistake, ...]:
    """Say what is missing or cannot be taken of these fields."""
    form = form_of(request)
    said = {name: FORM_FAULTS[fault] for name, fault in form.faults.items()}
    said |= {name: _MISSING[name] for name in names if name not in said and not form.text(name)}
    return tuple(
        Mistake(field=name if name in names else "", message=message) for name, message in said.items()
    )


def faults_in(form: Form, *shown: str) -> tuple[Mistake, ...]:
    """Say what cannot be taken of a form; a fault in a field the page does not show stands above it."""
    return tuple(
        Mistake(field=name if name in shown else "", message=FORM_FAULTS[fault])
        for name, fault in form.faults.items()
    )


def _frame(secret: bytes, scripts: Scripts | None = None) -> Frame:
    return Frame(theme=asset(STAFF_THEME), csrf=form_token(secret), scripts=scripts)
