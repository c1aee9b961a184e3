"""The editor of a group: show its form, take it, say what is in the way; drafts are the same form kept."""

from dataclasses import replace
from http import HTTPStatus
from typing import assert_never

from aiohttp import web

from quickpay.domain.faults import Fault
from quickpay.domain.options import Branding, Options
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import see_other
from quickpay.handlers.staff.groups.fields import (
    form_faults,
    read_typed,
    typed_from_form,
    typed_from_options,
)
from quickpay.handlers.staff.groups.sheet import Sheet, answer
from quickpay.handlers.staff.groups.words import DRAFT_KEPT, number_of, small_number
from quickpay.services.groups.drafts import DraftKept, DraftThere, NewDraft
from quickpay.services.groups.edits import Cautioned, Edit, Opened, Refused, Saved, Stale, marks_of
from quickpay.services.groups.keep import NoGroup

_GROUPS = "/staff/groups"
_EMPTY = Options(branding=Branding(name=""))


async def show_new(request: web.Request) -> web.Response:
    """Show an empty form with QuickPay's defaults."""
    if staff_of(request).groups is not None:
        raise web.HTTPNotFound
    return answer(request, Sheet(slug="", typed=typed_from_options(_EMPTY), version=0, adding=True))


async def show(request: web.Request) -> web.Response:
    """Show the group as it is; of a draft beside it, that there is one."""
    opened = await _opened(request)
    if opened.group is None:
        return see_other(f"{_draft_path(request.match_info['group'])}")
    group = opened.group
    sheet = Sheet(slug=group.slug, typed=typed_from_options(group.options), version=group.version)
    saved = request.query.get("saved") == str(group.version)
    told = f"Saved as version {group.version}. It is in effect from the next request." if saved else ""
    return answer(request, replace(sheet, there=opened.draft, there_by=opened.draft_by, told=told))


async def show_draft(request: web.Request) -> web.Response:
    """Show what was typed and not saved; what was saved since is told first."""
    opened = await _opened(request)
    draft, group = opened.draft, opened.group
    if draft is None:
        return see_other(f"{_GROUPS}/{request.match_info['group']}")
    start = typed_from_options(_EMPTY if group is None else group.options)
    sheet = Sheet(
        slug=draft.slug,
        adding=group is None,
        typed={name: draft.typed.get(name, text) for name, text in start.items()},
        version=draft.version,
        draft=draft,
        draft_by=opened.draft_by,
        told=DRAFT_KEPT if "kept" in request.query else "",
    )
    if group is not None and opened.change is not None and group.version != draft.version:
        sheet = sheet.behind(group, opened.change, opened.base)
    return answer(request, sheet)


async def take_new(request: web.Request) -> web.Response:
    """Take the form of a group that is not there yet."""
    if staff_of(request).groups is not None:
        raise web.HTTPNotFound
    return await _taken(request, form_of(request).text("slug").strip(" "))


async def take(request: web.Request) -> web.Response:
    """Take the form of a group."""
    return await _taken(request, request.match_info["group"])


async def discard(request: web.Request) -> web.Response:
    """Forget the draft that was looked at; another than that is shown instead."""
    slug, form = request.match_info["group"], form_of(request)
    gone = await request.app[DESK].staff.drafts.discard(
        staff_of(request), slug, mark=number_of(form.text("draft"))
    )
    match gone:
        case None:
            return see_other(f"{_GROUPS}?discarded")
        case DraftThere():
            return see_other(_draft_path(slug))
        case NoGroup():
            raise web.HTTPNotFound
        case _:
            assert_never(gone)


async def _taken(request: web.Request, slug: str) -> web.Response:
    form = form_of(request)
    sheet = Sheet(
        slug=slug,
        adding=request.match_info.get("group") is None,
        typed=typed_from_form(form),
        version=small_number(form.text("version")) or 0,
        mark=number_of(form.text("draft")),
        draft_of=form.text("draft_of"),
        accepted=form.text("accepted"),
        unreadable=form_faults(form),
    )
    if form.text("act") == "draft":
        return await _kept(request, sheet)
    return await _saved(request, sheet)


async def _saved(request: web.Request, sheet: Sheet) -> web.Response:
    reading = read_typed(sheet.typed, also=sheet.unreadable)
    edit = Edit(
        slug=sheet.slug,
        options=reading.options,
        unreadable=reading.faults,
        version=sheet.version,
        accepted=frozenset(sheet.accepted.split()),
        draft=(sheet.draft_of, sheet.mark) if sheet.mark else None,
    )
    saved = await request.app[DESK].staff.edits.save(staff_of(request), edit)
    match saved:
        case Saved(group=group):
            return see_other(f"{_GROUPS}/{group.slug}?saved={group.version}")
        case Refused(faults=faults):
            return answer(request, replace(sheet, faults=faults), HTTPStatus.UNPROCESSABLE_ENTITY)
        case Cautioned(cautions=found):
            return answer(request, replace(sheet, cautions=found, accepted=marks_of(found)))
        case Stale() if sheet.version == 0 and sheet.adding:
            words = (
                f"There is a group with this slug, {saved.group.name}; {saved.change.by} saved it last. "
                "Choose another slug."
            )
            faults = (Fault(path="slug", message=words), *saved.faults)
            return answer(request, replace(sheet, faults=faults), HTTPStatus.UNPROCESSABLE_ENTITY)
        case Stale():
            behind = sheet.behind(saved.group, saved.change, saved.base)
            return answer(request, replace(behind, faults=saved.faults), HTTPStatus.UNPROCESSABLE_ENTITY)
        case NoGroup():
            raise web.HTTPNotFound
        case _:
            assert_never(saved)


async def _kept(request: web.Request, sheet: Sheet) -> web.Response:
    if sheet.unreadable:  # nothing of such a field has come: the draft would have it emptied
        return answer(request, replace(sheet, faults=sheet.unreadable), HTTPStatus.UNPROCESSABLE_ENTITY)
    kept = await request.app[DESK].staff.drafts.keep(
        staff_of(request),
        NewDraft(slug=sheet.slug, version=sheet.version, typed=sheet.typed),
        instead_of=(sheet.draft_of, sheet.mark) if sheet.mark else None,
    )
    match kept:
        case DraftKept(slug=slug):
            return see_other(f"{_draft_path(slug)}?kept")
        case DraftThere(draft=there, by=by):
            # Its mark goes into the form: pressed once more, this draft takes that one's place, knowingly.
            told = replace(
                sheet, there=there, there_by=by, mark=there.mark, draft_of=there.slug, replaces=True
            )
            return answer(request, told, HTTPStatus.UNPROCESSABLE_ENTITY)
        case Refused(faults=faults):
            return answer(request, replace(sheet, faults=faults), HTTPStatus.UNPROCESSABLE_ENTITY)
        case NoGroup():
            raise web.HTTPNotFound
        case _:
            assert_never(kept)


async def _opened(request: web.Request) -> Opened:
    opened = await request.app[DESK].staff.edits.open(staff_of(request), request.match_info["group"])
    if isinstance(opened, NoGroup):
        raise web.HTTPNotFound
    return opened


def _draft_path(slug: str) -> str:
    return f"{_GROUPS}/{slug}/draft"
