"""Drafts of groups: kept without effect on any patient, replaced and discarded only knowingly."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.groups import Group
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.group_tables import ChangedGroup, Draft
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.groups.actors import actors, said
from quickpay.services.groups.edits import Refused, may_edit
from quickpay.services.groups.keep import NoGroup, slug_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftKept:
    """Patients never meet it."""

    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftThere:
    """Nothing was kept or dropped: there is another draft than the one that was meant."""

    draft: Draft
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """What was typed, and the version of the group it was made from."""

    slug: str
    version: int
    typed: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """One group of the list; `group` is None where there is only a draft, which may be opened by its slug."""

    slug: str
    group: Group | None
    changed_at: datetime | None = None
    changed_by: str = ""
    draft: Draft | None = None
    draft_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupList:
    """Her groups by name and then what there are only drafts of; and whether she may add one."""

    lines: tuple[GroupLine, ...]
    may_add: bool
    now: datetime


class GroupDrafts:
    """The list of groups, and what somebody typed and did not save."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def list_(self, staff: Staff) -> GroupList:
        """Return her groups, each with its last change and its draft (four statements for any number)."""

        async def unit(tx: Tx) -> tuple[GroupLine, ...]:
            names = await actors(tx)
            groups = await tx.groups.list_changed()
            drafts = {draft.slug: draft for draft in await tx.drafts.list_()}
            lines = [
                _line(one.group.slug, one, drafts.get(one.group.slug), names)
                for one in groups
                if staff.may_see(one.group.id)
            ]
            if staff.groups is None:
                made = {one.group.slug for one in groups}
                lines += [
                    _line(slug, None, draft, names) for slug, draft in drafts.items() if slug not in made
                ]
            return tuple(lines)

        lines = await self._store.read(unit)
        return GroupList(lines=lines, may_add=staff.groups is None, now=self._clock.now())

    async def keep(
        self, staff: Staff, draft: NewDraft, *, instead_of: tuple[str, int] | None
    ) -> DraftKept | DraftThere | Refused | NoGroup:
        """Keep what was typed, right or wrong, in place of the draft (slug and mark) it came from."""
        wrong = slug_faults(draft.slug)
        if wrong:
            return Refused(faults=wrong)
        now = self._clock.now()
        was, mark = instead_of or (draft.slug, 0)
        moved = was != draft.slug
        kept = Draft(
            slug=draft.slug,
            version=draft.version,
            typed=draft.typed,
            saved_at=now,
            saved_by=staff.actor,
            mark=0 if moved else mark,
        )

        async def unit(tx: Tx) -> DraftKept | DraftThere | NoGroup:
            group = await tx.groups.by_slug(draft.slug)
            if not may_edit(staff, group) or (group is None and draft.version):
                return NoGroup()
            there = None if await tx.drafts.put(kept) else await tx.drafts.get(draft.slug)
            if there is not None:
                return await _there(tx, there)
            if moved and may_edit(staff, await tx.groups.by_slug(was)):
                await tx.drafts.drop(was, mark=mark)
            await tx.audit.add(_event("staff.group_draft", now, staff, group))
            found = await tx.drafts.get(draft.slug)
            if found is None:  # the one it was made from was discarded meanwhile: nothing is lost by this one
                await tx.drafts.put(replace(kept, mark=0))
            return DraftKept(slug=draft.slug)

        return await self._store.write(unit)

    async def discard(self, staff: Staff, slug: str, *, mark: int) -> DraftThere | NoGroup | None:
        """Forget a draft, if it is still the one that was seen; None: there is none any more."""
        now = self._clock.now()

        async def unit(tx: Tx) -> DraftThere | NoGroup | None:
            group = await tx.groups.by_slug(slug)
            if not may_edit(staff, group):
                return NoGroup()
            if await tx.drafts.drop(slug, mark=mark):
                await tx.audit.add(_event("staff.group_draft_discarded", now, staff, group))
                return None
            there = await tx.drafts.get(slug)
            return None if there is None else await _there(tx, there)

        return await self._store.write(unit)


async def _there(tx: Tx, draft: Draft) -> DraftThere:
    return DraftThere(draft=draft, by=said(draft.saved_by, await actors(tx)))


def _event(kind: str, now: datetime, staff: Staff, group: Group | None) -> Event:
    return Event(at=now, type=kind, group_id=None if group is None else group.id, actor=staff.actor)


def _line(slug: str, one: ChangedGroup | None, draft: Draft | None, names: Mapping[str, str]) -> GroupLine:
    return GroupLine(
        slug=slug,
        group=None if one is None else one.group,
        changed_at=None if one is None else one.changed_at,
        changed_by="" if one is None else said(one.changed_by, names),
        draft=draft,
        draft_by="" if draft is None else said(draft.saved_by, names),
    )
