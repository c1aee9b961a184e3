"""Build the pages of the accounts from what the services say."""

from aiohttp import web

from quickpay.domain.groups import Group
from quickpay.domain.staff import Staff, StaffState
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import NO_FORM, Form, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import Mistake, show
from quickpay.handlers.staff.account_views import (
    AccountPage,
    AccountRow,
    InvitedPage,
    NewAccountPage,
    SurePage,
)
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.qr import qr_picture
from quickpay.handlers.staff.reach import reach_of, words_of
from quickpay.handlers.staff.words import ROLES, moment
from quickpay.services.staff.accounts import Invited

LIST = "/staff/accounts"
_STATES = {
    StaffState.INVITED: "Invited",
    StaffState.ACTIVE: "Active",
    StaffState.DISABLED: "Disabled",
}


async def groups_of(request: web.Request) -> list[Group]:
    """List the groups she may see."""
    return await request.app[DESK].staff.view.groups(staff_of(request))


def account_row(one: Staff, groups: list[Group]) -> AccountRow:
    """Say an account in words."""
    return AccountRow(
        id=one.id,
        name=one.name,
        role=ROLES[one.role],
        groups=words_of(one.groups, groups),
        state=_STATES[one.state],
    )


def sure_page(
    request: web.Request,
    one: Staff,
    *,
    heading: str,
    words: tuple[str, ...],
    button: str,
    kept: tuple[tuple[str, str], ...] = (),
) -> web.Response:
    """Say what a second press will do."""
    page = SurePage(
        frame=staff_frame(request),
        bar=bar_of(request, staff_of(request)),
        heading=heading,
        words=words,
        button=button,
        back=f"{LIST}/{one.id}",
        kept=kept,
    )
    return show(page)


async def new_page(request: web.Request, form: Form, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    """Ask who is to have an account."""
    staff = staff_of(request)
    page = NewAccountPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        name=form.text("name"),
        reach=reach_of(form, await groups_of(request), by=staff),
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


async def account_page(request: web.Request, one: Staff, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    """Show one account, and what can be done about it."""
    staff, groups = staff_of(request), await groups_of(request)
    form = form_of(request) if mistakes and request.method == "POST" else NO_FORM
    page = AccountPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        row=account_row(one, groups),
        own=one.id == staff.id,
        disabled=one.state is StaffState.DISABLED,
        reach=reach_of(form, groups, by=staff, now=one),
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


def invited_page(request: web.Request, invited: Invited) -> web.Response:
    """Show the one-time address, this once."""
    page = InvitedPage(
        frame=staff_frame(request, scripts=new_scripts()),
        bar=bar_of(request, staff_of(request)),
        name=invited.staff.name,
        until=moment(invited.until, request.app[DESK].staff.zone),
        url=invited.url,
        qr=qr_picture(invited.url),
    )
    return show(page)
