"""A group's history: its versions, two of them side by side, and an old one made new again in two steps."""

from http import HTTPStatus
from typing import assert_never

from aiohttp import web

from quickpay.domain.faults import Caution, Fault
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.groups.views import (
    ComparePage,
    HistoryPage,
    RestorePage,
    VersionRow,
    Warned,
)
from quickpay.handlers.staff.groups.words import NO_SUCH_VERSION, differences, small_number
from quickpay.handlers.staff.words import moment
from quickpay.services.groups.edits import Cautioned, Refused, Saved, Stale, marks_of
from quickpay.services.groups.history import PastVersion
from quickpay.services.groups.keep import NoGroup

_SHOWN = 20


async def show_history(request: web.Request) -> web.Response:
    """List the versions, each with what it changed; `?from=3&to=7` shows what differs between two."""
    asked = request.query
    if "from" in asked or "to" in asked:
        before, after = (small_number(asked.get(name, "")) for name in ("from", "to"))
        return await _compare(request, before or 0, after or 0)
    return await _listed(request)


async def _listed(request: web.Request, *, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    staff, desk, asked = staff_of(request), request.app[DESK].staff, request.query
    until = _number(request, "until") if "until" in asked else None
    found = await desk.history.page(staff, request.match_info["group"], until=until)
    if isinstance(found, NoGroup):
        raise web.HTTPNotFound
    page = HistoryPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        name=found.group.name,
        slug=found.group.slug,
        newest=found.group.version,
        rows=tuple(_row(request, one, newest=found.group.version) for one in found.versions),
        older=found.older,
        compared=(
            asked.get("from", str(found.group.version - 1))[:_SHOWN],
            asked.get("to", str(found.group.version))[:_SHOWN],
        ),
        mistakes=mistakes,
    )
    return show(page, status=HTTPStatus.NOT_FOUND if mistakes else HTTPStatus.OK)


async def ask_restore(request: web.Request) -> web.Response:
    """Say what restoring a version would change; looking changes nothing."""
    return await _asked(request, _number(request, "version"))


async def restore(request: web.Request) -> web.Response:
    """Make a new version of an old one's options."""
    form = form_of(request)
    version, newest = small_number(form.text("version")), small_number(form.text("newest"))
    if version is None or newest is None:
        raise web.HTTPNotFound
    slug = request.match_info["group"]
    saved = await request.app[DESK].staff.history.restore(
        staff_of(request), slug, version, newest=newest, accepted=frozenset(form.text("accepted").split())
    )
    match saved:
        case Saved(group=group):
            return see_other(f"/staff/groups/{group.slug}?saved={group.version}")
        case Refused(faults=faults):
            return await _asked(request, version, faults=faults)
        case Cautioned(cautions=found):
            return await _asked(request, version, cautions=found)
        case Stale(change=change):
            at = moment(change.at, request.app[DESK].staff.zone)
            words = f"{change.by} saved this group on {at}. Below is what restoring would change now."
            return await _asked(request, version, faults=(Fault(path="", message=words),))
        case NoGroup():
            raise web.HTTPNotFound
        case _:
            assert_never(saved)


async def _compare(request: web.Request, before: int, after: int) -> web.Response:
    staff, desk = staff_of(request), request.app[DESK].staff
    found = await desk.history.compare(staff, request.match_info["group"], before=before, after=after)
    if isinstance(found, NoGroup):
        return await _listed(request, mistakes=(Mistake(field="from", message=NO_SUCH_VERSION),))
    newest = found.group.version
    page = ComparePage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        name=found.group.name,
        slug=found.group.slug,
        newest=newest,
        before=_row(request, found.before, newest=newest),
        after=_row(request, found.after, newest=newest),
        differences=differences(found.changes),
    )
    return show(page)


async def _asked(
    request: web.Request,
    version: int,
    *,
    faults: tuple[Fault, ...] = (),
    cautions: tuple[Caution, ...] | None = None,
) -> web.Response:
    staff, desk = staff_of(request), request.app[DESK].staff
    found = await desk.history.restorable(staff, request.match_info["group"], version)
    if isinstance(found, NoGroup):
        raise web.HTTPNotFound
    known = found.cautions if cautions is None else cautions
    page = RestorePage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        name=found.group.name,
        slug=found.group.slug,
        version=version,
        newest=found.group.version,
        at=moment(found.past.at, desk.zone),
        by=found.past.by,
        accepted=marks_of(known),
        differences=differences(found.changes),
        warned=tuple(Warned(field=one.path, message=one.message) for one in known),
        mistakes=tuple(Mistake(field="", message=one.message) for one in faults),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults or cautions else HTTPStatus.OK
    return show(page, status=status)


def _row(request: web.Request, one: PastVersion, *, newest: int) -> VersionRow:
    return VersionRow(
        version=one.version,
        at=moment(one.at, request.app[DESK].staff.zone),
        by=one.by,
        newest=one.version == newest,
        first=one.changes is None,
        differences=differences(one.changes or ()),
    )


def _number(request: web.Request, name: str) -> int:
    number = small_number(request.query.get(name, ""))
    if number is None:
        raise web.HTTPNotFound
    return number
