"""The batch kill switch: recent send batches, and the end of every link of one, or of a group."""

from aiohttp import web

from quickpay.domain.staff import StaffRole
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors import words
from quickpay.handlers.staff.guarantors.addresses import (
    BATCHES,
    batch_path,
    group_path,
    number_in,
    page_in,
    with_query,
)
from quickpay.handlers.staff.guarantors.views import BatchesPage, BatchRow, EndingPage, Way
from quickpay.handlers.staff.words import moment


async def show_batches(request: web.Request) -> web.Response:
    """List what was sent in batches of late, and how it fared."""
    staff, desk = staff_of(request), request.app[DESK].staff
    found = await desk.batches.recent(staff, page=page_in(request))
    ended = number_in(request, "ended")
    page = BatchesPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        rows=tuple(
            BatchRow(
                batch=line.batch,
                group=group.name,
                made_on=moment(line.first_made_at, desk.zone),
                made=line.made,
                opened=line.opened,
                paid=line.paid,
                active=line.active,
                end=batch_path(group.slug, line.batch),
            )
            for group, line in found.lines
        ),
        earlier=with_query(BATCHES, page=found.page - 1) if found.page > 1 else "",
        later=with_query(BATCHES, page=found.page + 1) if found.more else "",
        groups=tuple(Way(label=one.name, path=group_path(one.slug)) for one in found.groups)
        if staff.role is StaffRole.ADMIN
        else (),
        done="" if ended is None else f"{words.links(ended).capitalize()} ended.",
    )
    return show(page)


async def ask_to_end(request: web.Request) -> web.Response:
    """Say what ending a batch does; nothing happens by looking."""
    staff = staff_of(request)
    batch = await request.app[DESK].staff.batches.get(
        staff, request.match_info["group"], request.match_info["batch"]
    )
    if batch is None:
        raise web.HTTPNotFound
    line = batch.line
    fared = f"Of {words.links(line.made)} made, {line.opened:,} were opened and {line.paid:,} paid."
    return _ask(
        request,
        heading=f"End every link of batch {line.batch} of {batch.group.name}?",
        fared=fared,
        to_end=batch.to_end,
    )


async def end(request: web.Request) -> web.Response:
    """End every active link of a batch; a second press ends none."""
    return await _end(request, request.match_info["group"], request.match_info["batch"])


async def ask_to_end_all(request: web.Request) -> web.Response:
    """Say what ending every link of a group does; nothing happens by looking."""
    found = await request.app[DESK].staff.batches.of_group(staff_of(request), request.match_info["group"])
    if found is None:
        raise web.HTTPNotFound
    return _ask(
        request,
        heading=f"End every link of {found.group.name}?",
        fared="This ends what was sent to everybody in this group, statements included.",
        to_end=found.to_end,
    )


async def end_all(request: web.Request) -> web.Response:
    """End every active link of a group; a second press ends none."""
    return await _end(request, request.match_info["group"], None)


async def _end(request: web.Request, group: str, batch: str | None) -> web.Response:
    staff = staff_of(request)
    ended = await request.app[DESK].staff.links.revoke_many(
        group=group, batch=batch, by=staff.actor, within=staff.reach
    )
    if not isinstance(ended, int):
        raise web.HTTPNotFound
    return see_other(with_query(BATCHES, ended=ended))


def _ask(request: web.Request, *, heading: str, fared: str, to_end: int) -> web.Response:
    count = words.links(to_end)
    return show(
        EndingPage(
            frame=staff_frame(request),
            bar=bar_of(request, staff_of(request)),
            heading=heading,
            words=(fared, *words.END_MANY) if to_end else (fared, "There is no active link to end."),
            button=f"End {count}" if to_end else "",
            back=Way(label="Leave them as they are", path=BATCHES),
        )
    )
