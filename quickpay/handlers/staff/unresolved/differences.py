"""Differences to the gateway's list: shown, and explained by a person, in two steps."""

from aiohttp import web

from quickpay.domain.differences import Explained, KeptDifference
from quickpay.domain.staff import StaffRole
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import NO_FORM, Form, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, faults_in, staff_frame
from quickpay.handlers.staff.unresolved import words
from quickpay.handlers.staff.unresolved.views import DifferenceLine, DifferencesPage, ExplainPage
from quickpay.handlers.staff.words import moment
from quickpay.ports.unresolved_tables import Comparison

_EXPLAINS = frozenset({StaffRole.BILLING, StaffRole.ADMIN})
_SURE = "yes"
_LONGEST_NUMBER = 15


async def show_list(request: web.Request) -> web.Response:
    """List those that are open, and those that ended lately."""
    staff, desk = staff_of(request), request.app[DESK].staff
    found = await desk.differences.list_(staff)
    groups = {group.id: group.name for group in await desk.view.groups(staff)}
    page = DifferencesPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        stands=_stands(request, found.stands),
        failed=_failed(request, found.stands),
        rows=tuple(_line(request, one, groups, found.names) for one in found.open),
        ended=tuple(_line(request, one, groups, found.names) for one in found.ended),
    )
    return show(page)


async def look(request: web.Request) -> web.Response:
    """Show one, and ask for the reason."""
    return await _page(request, NO_FORM)


async def explain(request: web.Request) -> web.Response:
    """Take the reason: first say what it will do, then do it."""
    form = form_of(request)
    reason = next((one for one in Explained if one == form.text("reason")), None)
    mistakes = faults_in(form, "reason")
    if reason is None or mistakes:
        return await _page(request, form, mistakes or (Mistake(field="reason", message=words.CHOOSE_REASON),))
    if form.text("sure") != _SURE:
        return await _page(request, form, sure=words.EXPLAINED[reason])
    done = await request.app[DESK].staff.differences.explain(staff_of(request), _number(request), reason)
    if done is None:
        raise web.HTTPNotFound
    return see_other(words.DIFFERENCES)


async def _page(
    request: web.Request, form: Form, mistakes: tuple[Mistake, ...] = (), *, sure: str = ""
) -> web.Response:
    staff, desk = staff_of(request), request.app[DESK].staff
    one = await desk.differences.difference(staff, _number(request))
    if one is None:
        raise web.HTTPNotFound
    groups = {group.id: group.name for group in await desk.view.groups(staff)}
    page = ExplainPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        row=_line(request, one, groups, {}),
        sure=sure,
        reason=form.text("reason"),
        reasons=(("", "Choose one"), *((kind.value, said) for kind, said in words.EXPLAINED.items())),
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


def _number(request: web.Request) -> int:
    text = request.match_info["difference"]
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST_NUMBER:
        raise web.HTTPNotFound
    return int(text)


def _line(
    request: web.Request, kept: KeptDifference, groups: dict[int, str], names: dict[str, str]
) -> DifferenceLine:
    staff, zone, one = staff_of(request), request.app[DESK].staff.zone, kept.difference
    kind, todo = words.kind(one)
    ended = ""
    if kept.ended_at is not None:
        how = "by itself" if kept.reason is None else words.EXPLAINED[kept.reason]
        by = "" if kept.reason is None else f" ({names.get(kept.ended_by or '', kept.ended_by)})"
        ended = f"{moment(kept.ended_at, zone)}: {how}{by}"
    return DifferenceLine(
        happened=moment(one.at, zone),
        kind=kind,
        todo=todo,
        group=groups.get(one.group_id or 0, words.NONE),
        payment=one.payment_id or words.NONE,
        charge=one.transaction or words.NONE,
        ours=words.cents(one.ours),
        theirs=words.cents(one.theirs),
        since=moment(kept.first_seen_at, zone),
        ended=ended,
        path=f"{words.DIFFERENCES}/{kept.id}/explain"
        if staff.role in _EXPLAINS and kept.ended_at is None
        else "",
    )


def _stands(request: web.Request, stands: Comparison | None) -> str:
    zone = request.app[DESK].staff.zone
    if stands is None or stands.finished_at is None or stands.until is None:
        return "Nothing was compared yet; it is done once a day."
    return (
        f"Last compared {moment(stands.finished_at, zone)}: {stands.charges} charges of the gateway and "
        f"{stands.payments} payments of ours, up to {moment(stands.until, zone)}."
    )


def _failed(request: web.Request, stands: Comparison | None) -> str:
    if stands is None or stands.failed_at is None:
        return ""
    when = moment(stands.failed_at, request.app[DESK].staff.zone)
    return f"{words.NOT_COMPARED} ({when}). It is tried again every hour."
