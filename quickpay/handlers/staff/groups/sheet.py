"""The editor's sheet: the form as it stands and all that is to be said of it, drawn as a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from aiohttp import web

from quickpay.domain.colours import is_colour
from quickpay.domain.faults import Caution, Fault
from quickpay.domain.groups import Group
from quickpay.domain.options import Options
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.headers import framing_scripts
from quickpay.handlers.pages import Mistake, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.groups.contrasts import contrasts_of
from quickpay.handlers.staff.groups.fields import Typed
from quickpay.handlers.staff.groups.kinds import Field, Kind
from quickpay.handlers.staff.groups.merge import merge
from quickpay.handlers.staff.groups.panels import PANELS
from quickpay.handlers.staff.groups.preview_views import aside_of
from quickpay.handlers.staff.groups.views import (
    Clash,
    ClashRow,
    DraftNote,
    EditorPage,
    FieldView,
    PanelView,
    Warned,
)
from quickpay.handlers.staff.groups.words import letters
from quickpay.handlers.staff.words import moment
from quickpay.ports.group_tables import Draft
from quickpay.services.groups.edits import Change

_GROUPS = "/staff/groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What an answer of the editor is made of; `typed` is the form, just as it was typed."""

    slug: str
    typed: Typed = field(repr=False)
    version: int
    adding: bool = False
    mark: int = 0
    draft_of: str = ""
    accepted: str = ""
    unreadable: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()
    cautions: tuple[Caution, ...] = ()
    clash: tuple[Change, int, tuple[ClashRow, ...]] | None = None
    draft: Draft | None = None
    draft_by: str = ""
    there: Draft | None = None
    there_by: str = ""
    replaces: bool = False
    """Whether saving this as a draft takes the place of the one that is there."""
    told: str = ""

    def behind(self, group: Group, change: Change, base: Options | None) -> "Sheet":
        """Bring it up to what was saved since, with all that differs named; it goes on from there."""
        merged = merge(self.typed, base=base, theirs=group.options)
        return replace(
            self, typed=merged.typed, version=group.version, clash=(change, group.version, merged.rows)
        )


def answer(request: web.Request, sheet: Sheet, status: int = HTTPStatus.OK) -> web.Response:
    """Draw the page."""
    staff = staff_of(request)
    draft = sheet.draft
    path = f"{_GROUPS}/new" if sheet.adding else f"{_GROUPS}/{sheet.slug}"
    page = EditorPage(
        frame=replace(staff_frame(request), scripts=framing_scripts()),
        bar=bar_of(request, staff),
        title="Add a group" if sheet.adding else f"Modify {sheet.typed['branding.name'] or sheet.slug}",
        slug=sheet.slug,
        existing="" if sheet.adding else sheet.slug,
        path=path,
        preview=aside_of(path),
        panels=_panels(sheet.typed),
        version=sheet.version,
        mark=letters(draft.mark if draft else sheet.mark) if draft or sheet.mark else "",
        draft_of=draft.slug if draft else sheet.draft_of,
        accepted=sheet.accepted,
        mistakes=tuple(Mistake(field=one.path, message=one.message) for one in sheet.faults),
        contrasts=contrasts_of(sheet.typed, sheet.faults),
        unsaved=bool(sheet.faults or sheet.cautions or sheet.clash or sheet.replaces),
        warned=tuple(Warned(field=one.path, message=one.message) for one in sheet.cautions),
        clash=_clash(request, sheet),
        own_draft=None if draft is None else _note(request, draft, sheet.draft_by),
        other_draft=None if sheet.there is None else _note(request, sheet.there, sheet.there_by),
        replaces=sheet.replaces,
        told=sheet.told,
    )
    return show(page, status=status)


def _panels(typed: Mapping[str, str]) -> tuple[PanelView, ...]:
    return tuple(
        PanelView(
            name=panel.name,
            title=panel.title,
            within=panel.within,
            fields=tuple(_field(one, typed[one.name]) for one in panel.fields),
        )
        for panel in PANELS
    )


def _field(one: Field, typed: str) -> FieldView:
    colour = typed.strip()
    swatch = colour if one.kind is Kind.COLOUR and is_colour(colour) else None
    return FieldView(field=one, typed=typed, swatch=swatch)


def _clash(request: web.Request, sheet: Sheet) -> Clash | None:
    if sheet.clash is None:
        return None
    change, version, rows = sheet.clash
    at = moment(change.at, request.app[DESK].staff.zone)
    return Clash(by=change.by, at=at, version=version, rows=rows)


def _note(request: web.Request, draft: Draft, by: str) -> DraftNote:
    at = moment(draft.saved_at, request.app[DESK].staff.zone)
    return DraftNote(by=by, at=at, path=f"{_GROUPS}/{draft.slug}/draft")
