"""Accounts of the staff, in POPS Management: list, add, change, reset and disable; each act in two steps."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.groups import Group
from quickpay.domain.staff import Staff, StaffRole
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import NO_FORM, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.account_pages import (
    LIST,
    account_page,
    account_row,
    groups_of,
    invited_page,
    new_page,
    sure_page,
)
from quickpay.handlers.staff.account_views import AccountsPage
from quickpay.handlers.staff.frames import bar_of, faults_in, staff_frame
from quickpay.handlers.staff.reach import groups_in, kept_of, role_in, words_of
from quickpay.handlers.staff.words import ROLES
from quickpay.services.staff.accounts import Changed, Disabled, Invited, LastAdmin, NoStaff

_ADMIN = StaffOnly(roles=frozenset({StaffRole.ADMIN}), pops_management=True)
_LAST = Mistake(
    field="",
    message="Nobody could keep the accounts without this one. Make another admin of every group first.",
)
_OWN = Mistake(field="", message="This is your own account. Another admin can change it for you.")


async def show_accounts(request: web.Request) -> web.Response:
    """List the accounts she may keep."""
    staff, groups = staff_of(request), await groups_of(request)
    found = await request.app[DESK].staff.accounts.list_(within=staff.groups)
    page = AccountsPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        rows=tuple(account_row(one, groups) for one in found),
    )
    return show(page)


async def ask_new(request: web.Request) -> web.Response:
    """Ask who is to have an account."""
    return await new_page(request, NO_FORM)


async def add(request: web.Request) -> web.Response:
    """Make it; the one-time address is on this answer and nowhere else."""
    form, staff, groups = form_of(request), staff_of(request), await groups_of(request)
    role, slugs = role_in(form), groups_in(form, groups)
    mistakes = faults_in(form, "name", "role") or _missing(role, slugs)
    if mistakes or role is None:
        return await new_page(request, form, mistakes)
    answer = await request.app[DESK].staff.accounts.add(
        form.text("name"), role=role, groups=slugs, by=staff.actor, within=staff.groups
    )
    if isinstance(answer, Invited):
        return invited_page(request, answer)
    return await new_page(
        request, form, tuple(Mistake(field=_at(one.path), message=one.message) for one in answer)
    )


async def show_account(request: web.Request) -> web.Response:
    """Show one, and what can be done about it."""
    return await account_page(request, await _account(request))


async def change(request: web.Request) -> web.Response:
    """Say what would change, and change it by a second press."""
    form, staff, groups = form_of(request), staff_of(request), await groups_of(request)
    one = await _account(request)
    role, slugs = role_in(form), groups_in(form, groups)
    mistakes = _own(one, staff) or faults_in(form, "role") or _missing(role, slugs)
    if mistakes or role is None:
        return await account_page(request, one, mistakes)
    if form.text("sure") != "yes":
        return sure_page(
            request,
            one,
            heading=f"Change what {one.name} may do?",
            words=(
                f"Now: {ROLES[one.role]}, {words_of(one.groups, groups)}.",
                f"Then: {ROLES[role]}, {words_of(_ids(slugs, groups), groups)}.",
                "It holds from the next page on.",
            ),
            button="Change it",
            kept=kept_of(form),
        )
    answer = await request.app[DESK].staff.accounts.change(
        one.name, role=role, groups=slugs, by=staff.actor, within=staff.groups
    )
    match answer:
        case Changed():
            return see_other(f"{LIST}/{one.id}")
        case LastAdmin():
            return await account_page(request, one, (_LAST,))
        case NoStaff():
            raise web.HTTPNotFound
        case tuple():
            said = tuple(Mistake(field=_at(each.path), message=each.message) for each in answer)
            return await account_page(request, one, said)
        case never:
            assert_never(never)


async def ask_reset(request: web.Request) -> web.Response:
    """Say what a reset takes away."""
    one = await _account(request)
    if one.id == staff_of(request).id:
        return await account_page(request, one, (_OWN,))
    return sure_page(
        request,
        one,
        heading=f"Let {one.name} enrol anew?",
        words=(
            "Password and app stop working at once, and every session ends.",
            "You get a one-time address to hand over; a disabled account can be used again by it.",
        ),
        button="Reset the account",
    )


async def reset(request: web.Request) -> web.Response:
    """Take password and app away; the new address is on this answer and nowhere else."""
    staff, one = staff_of(request), await _account(request)
    if one.id == staff.id:
        return await account_page(request, one, (_OWN,))
    answer = await request.app[DESK].staff.accounts.reset(one.name, by=staff.actor, within=staff.groups)
    match answer:
        case Invited():
            return invited_page(request, answer)
        case LastAdmin():
            return await account_page(request, one, (_LAST,))
        case NoStaff() | tuple():
            raise web.HTTPNotFound
        case never:
            assert_never(never)


async def ask_disable(request: web.Request) -> web.Response:
    """Say what disabling ends."""
    one = await _account(request)
    if one.id == staff_of(request).id:
        return await account_page(request, one, (_OWN,))
    return sure_page(
        request,
        one,
        heading=f"Disable the account of {one.name}?",
        words=(
            "Every session ends at once, and nobody can sign in with it. What was done stays in the audit.",
            "A reset lets it be used again.",
        ),
        button="Disable it now",
    )


async def disable(request: web.Request) -> web.Response:
    """End it; one that was ended before stays so."""
    staff, one = staff_of(request), await _account(request)
    if one.id == staff.id:
        return await account_page(request, one, (_OWN,))
    answer = await request.app[DESK].staff.accounts.disable(one.name, by=staff.actor, within=staff.groups)
    match answer:
        case Disabled() | NoStaff():
            return see_other(f"{LIST}/{one.id}")
        case LastAdmin():
            return await account_page(request, one, (_LAST,))
        case never:
            assert_never(never)


async def _account(request: web.Request) -> Staff:
    word = request.match_info["account"]
    number = int(word) if word.isascii() and word.isdigit() and len(word) <= 9 else 0  # noqa: PLR2004 - an id
    one = await request.app[DESK].staff.accounts.get(number, within=staff_of(request).groups)
    if one is None:
        raise web.HTTPNotFound
    return one


def _own(one: Staff, staff: Staff) -> tuple[Mistake, ...]:
    return (_OWN,) if one.id == staff.id else ()


def _missing(role: StaffRole | None, slugs: tuple[str, ...] | None) -> tuple[Mistake, ...]:
    found = () if role else (Mistake(field="role", message="Choose a role."),)
    if slugs == ():
        return (*found, Mistake(field="group", message="Tick at least one group."))
    return found


def _ids(slugs: tuple[str, ...] | None, groups: list[Group]) -> frozenset[int] | None:
    return None if slugs is None else frozenset(group.id for group in groups if group.slug in slugs)


def _at(path: str) -> str:
    return path if path in {"name", "role", "group"} else ""


def _one(step: str) -> str:
    return f"{LIST}/{{account}}{step}"


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=LIST, handler=show_accounts, access=_ADMIN),
    Route(method="GET", path=f"{LIST}/new", handler=ask_new, access=_ADMIN),
    Route(method="POST", path=f"{LIST}/new", handler=add, access=_ADMIN),
    Route(method="GET", path=_one(""), handler=show_account, access=_ADMIN),
    Route(method="POST", path=_one("/change"), handler=change, access=_ADMIN),
    Route(method="GET", path=_one("/reset"), handler=ask_reset, access=_ADMIN),
    Route(method="POST", path=_one("/reset"), handler=reset, access=_ADMIN),
    Route(method="GET", path=_one("/disable"), handler=ask_disable, access=_ADMIN),
    Route(method="POST", path=_one("/disable"), handler=disable, access=_ADMIN),
)
