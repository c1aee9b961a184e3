"""The list of groups: what each is called, who changed it last, and what is not published yet."""

from aiohttp import web

from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.groups.views import GroupRow, GroupsPage
from quickpay.handlers.staff.groups.words import DRAFT_DISCARDED, when
from quickpay.services.groups.drafts import GroupLine, GroupList


async def show_groups(request: web.Request) -> web.Response:
    """List her groups with their last change and their drafts."""
    staff, desk = staff_of(request), request.app[DESK].staff
    found = await desk.drafts.list_(staff)
    page = GroupsPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        rows=tuple(_row(request, one, found) for one in found.lines),
        may_add=found.may_add,
        told=DRAFT_DISCARDED if "discarded" in request.query else "",
    )
    return show(page)


def _row(request: web.Request, line: GroupLine, found: GroupList) -> GroupRow:
    zone = request.app[DESK].staff.zone
    group, draft = line.group, line.draft
    return GroupRow(
        name=line.slug if group is None else group.name,
        slug=line.slug,
        version=None if group is None else group.version,
        changed="" if line.changed_at is None else when(line.changed_at, found.now, zone),
        changed_by=line.changed_by,
        draft="" if draft is None else f"draft by {line.draft_by}, {when(draft.saved_at, found.now, zone)}",
    )
