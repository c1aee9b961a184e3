"""The staff's front page."""

import re
from datetime import timedelta

from aiohttp import web

from quickpay.domain.staff import Staff, StaffRole
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.events import unacknowledged, webhooks
from quickpay.handlers.staff.events.words import age, counted
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.unresolved import words as unresolved_words
from quickpay.handlers.staff.views import FrontPage, Waiting
from quickpay.handlers.staff.words import may_do
from quickpay.services.staff.start import Start

# A link's id, alone or in the address it stands in.
_LINK_ID = re.compile(r"(?:\S*/q/)?([A-Za-z0-9_-]{22})(?:\.[A-Za-z0-9_-]{43})?", re.ASCII)


async def show_front(request: web.Request) -> web.Response:
    """Show where a day begins."""
    return await _front(request, staff_of(request))


async def find_link(request: web.Request) -> web.Response:
    """Lead from a pasted address or id to the link's page."""
    staff, typed = staff_of(request), form_of(request).text("link").strip()
    found = _LINK_ID.fullmatch(typed)
    file = await request.app[DESK].staff.view.link(staff, found[1]) if found else None
    if file is None:
        mistakes = (Mistake(field="link", message="None of your groups has such a link."),)
        return await _front(request, staff, mistakes=mistakes, link=typed, status=422)
    return see_other(f"/staff/links/{file.view.link.id}")


async def _front(
    request: web.Request,
    staff: Staff,
    *,
    mistakes: tuple[Mistake, ...] = (),
    link: str = "",
    status: int = 200,
) -> web.Response:
    bar, desk = bar_of(request, staff), request.app[DESK].staff
    found = await desk.start.look(staff)
    menu = bar.menu
    page = FrontPage(
        frame=staff_frame(request),
        bar=bar,
        ways=(*menu.bar[1:], *menu.more, *((menu.pops,) if menu.pops else ())),
        waiting=(
            *unresolved_words.waiting(await desk.differences.waiting(staff)),
            *_not_taken_over(found, desk.takeover.worrying),
            *(_ailing(found) if staff.role is StaffRole.ADMIN else ()),
            *(_waiting(found) if menu.pops else ()),
        ),
        groups=tuple((group.name, group.slug) for group in found.groups),
        every_group=staff.groups is None,
        may=may_do(staff.role, pops_management=desk.pops_management),
        mistakes=mistakes,
        link=link,
    )
    return show(page, status=status)


def _not_taken_over(found: Start, worrying: timedelta) -> tuple[Waiting, ...]:
    """Say what the PM system has not acknowledged, and whether it should have."""
    if found.oldest_age is None:
        return ()
    count = counted(found.backlog.count, "payment")
    are = "is" if found.backlog.count == 1 else "are"
    late = ", which is too long" if found.oldest_age > worrying else ""
    words = f"{count} {are} not acknowledged by the PM system; the oldest waits {age(found.oldest_age)}{late}"
    return (Waiting(words=words, path=unacknowledged.PATH),)


def _ailing(found: Start) -> tuple[Waiting, ...]:
    if not found.ailing:
        return ()
    do = "fails or rests" if found.ailing == 1 else "fail or rest"
    return (Waiting(words=f"{counted(found.ailing, 'webhook')} {do}", path=webhooks.LIST),)


def _waiting(found: Start) -> tuple[Waiting, ...]:
    """Say what waits for an admin, each as a way to the list behind the number."""
    said = (
        (found.keys_ending, "/staff/api-keys", "API key ends soon", "API keys end soon"),
        (
            found.drafts,
            "/staff/groups",
            "draft of a group is not published",
            "drafts of groups are not published",
        ),
    )
    return tuple(
        Waiting(words=f"{number} {one if number == 1 else many}", path=path)
        for number, path, one, many in said
        if number
    )
