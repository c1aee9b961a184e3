"""Edit groups: save what was made from the newest version, keep drafts, restore; another's change is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from quickpay.domain.faults import Caution, Fault
from quickpay.domain.groups import Group
from quickpay.domain.option_rules import cautions, tidied
from quickpay.domain.options import Options
from quickpay.domain.staff import Staff
from quickpay.ports.group_tables import Draft
from quickpay.ports.store import Store
from quickpay.ports.tables import GroupVersion, Tx
from quickpay.services.groups.actors import actors, said
from quickpay.services.groups.keep import Basis, GroupBook, NoGroup, NotNewest, slug_faults


class Warnings(Protocol):
    """What more should be known before saving, found by asking the store; it changes nothing."""

    async def __call__(self, tx: Tx, group: Group | None, options: Options) -> tuple[Caution, ...]:
        """Name it; `group` is the group as it is now, None while there is none."""
        ...


async def no_warnings(tx: Tx, group: Group | None, options: Options) -> tuple[Caution, ...]:  # noqa: ARG001 - as `Warnings` has it
    """Find nothing."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who made the newest version of a group, by name, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A group to edit, None while there is only a draft of it; and its draft."""

    group: Group | None
    change: Change | None
    draft: Draft | None
    draft_by: str = ""
    base: Options | None = None
    """The options of the version the draft was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A form as it came: its options as far as they can be read, and what it was made from."""

    slug: str
    options: Options
    unreadable: tuple[Fault, ...] = ()
    version: int
    accepted: frozenset[str] = frozenset()
    """Marks of the cautions that were shown and accepted."""
    draft: tuple[str, int] | None = None
    """Slug and mark of the draft it was opened from, which is dropped when the edit is saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """It is in effect from the next request on."""

    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was kept; all that must be mended."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cautioned:
    """Nothing was kept yet; what should be known first, beyond what was accepted."""

    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """Nothing was kept: the group was saved since, or made. `base` is what the edit was made from."""

    group: Group
    change: Change
    base: Options | None
    faults: tuple[Fault, ...] = ()


Saving = Saved | Refused | Cautioned | Stale | NoGroup


class GroupEdits:
    """The editor's side of groups, always within the groups of the one who asks."""

    def __init__(self, *, store: Store[Tx], book: GroupBook, warnings: Warnings = no_warnings) -> None:
        self._store = store
        self._book = book
        self._warnings = warnings

    async def open(self, staff: Staff, slug: str) -> Opened | NoGroup:
        """Return a group to edit, with the draft of it if there is one."""

        async def unit(tx: Tx) -> Opened | NoGroup:
            group, draft = await tx.groups.by_slug(slug), await tx.drafts.get(slug)
            if not may_edit(staff, group) or (group is None and draft is None):
                return NoGroup()
            names = await actors(tx)
            change = None if group is None else await _last_change(tx, group, names)
            if draft is None:
                return Opened(group=group, change=change, draft=None)
            base = None if group is None else await _options_of(tx, group, draft.version)
            by = said(draft.saved_by, names)
            return Opened(group=group, change=change, draft=draft, draft_by=by, base=base)

        return await self._store.read(unit)

    async def save(self, staff: Staff, edit: Edit) -> Saving:
        """Make the group's next version of an edit, unless something is in the way, which is said."""
        kept = tidied(edit.options)
        faults = (*slug_faults(edit.slug), *edit.unreadable, *self._book.check(edit.options))

        async def look(tx: Tx) -> Stale | NoGroup | tuple[Caution, ...]:
            group = await tx.groups.by_slug(edit.slug)
            if not may_edit(staff, group) or (group is None and edit.version):
                return NoGroup()
            if group is not None and group.version != edit.version and group.options != kept:
                return await _stale(tx, group, edit.version, faults)
            return () if faults else await self._cautions(tx, group, edit.options)

        found = await self._store.read(look)
        if not isinstance(found, tuple):
            return found
        if faults:
            return Refused(faults=faults)
        if not edit.accepted.issuperset(mark_of(one) for one in found):
            return Cautioned(cautions=found)
        return await self._revised(staff, edit)

    async def _revised(self, staff: Staff, edit: Edit) -> Saving:
        draft = edit.draft

        async def then(tx: Tx) -> None:
            if draft is not None and may_edit(staff, await tx.groups.by_slug(draft[0])):
                await tx.drafts.drop(draft[0], mark=draft[1])

        basis = Basis(version=edit.version, then=then)
        saved = await self._book.revise(edit.slug, edit.options, staff.actor, basis=basis)
        if isinstance(saved, Group):
            return Saved(group=saved)
        if not isinstance(saved, NotNewest):
            return Refused(faults=saved)

        async def look(tx: Tx) -> Stale:
            group = await tx.groups.by_slug(edit.slug)
            assert group is not None  # groups are never taken away
            return await _stale(tx, group, edit.version, ())

        return await self._store.read(look)

    async def cautions(self, staff: Staff, slug: str, options: Options) -> tuple[Caution, ...]:
        """Name all that should be known before these options are saved."""

        async def unit(tx: Tx) -> tuple[Caution, ...]:
            group = await tx.groups.by_slug(slug)
            return await self._cautions(tx, group, options) if may_edit(staff, group) else ()

        return await self._store.read(unit)

    async def _cautions(self, tx: Tx, group: Group | None, options: Options) -> tuple[Caution, ...]:
        # The one place where cautions of every kind come together.
        kept = tidied(options)
        return (*cautions(kept), *await self._warnings(tx, group, kept))


def mark_of(caution: Caution) -> str:
    """Give a caution's name in forms: letters only, so that chance makes no card number of it."""
    digest = sha256(f"{caution.path}\n{caution.message}".encode()).hexdigest()[:16]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


def marks_of(found: Iterable[Caution]) -> str:
    """Write cautions' names as one field."""
    return " ".join(mark_of(one) for one in found)


def may_edit(staff: Staff, group: Group | None) -> bool:
    """Whether a group is hers; only who has every group may make one."""
    return staff.groups is None if group is None else staff.may_see(group.id)


async def _last_change(tx: Tx, group: Group, names: Mapping[str, str]) -> Change:
    last: GroupVersion | None = await tx.groups.version(group.id, group.version)
    assert last is not None  # each version is kept in the unit that makes it
    return Change(by=said(last.changed_by, names), at=last.changed_at)


async def _options_of(tx: Tx, group: Group, version: int) -> Options | None:
    found = await tx.groups.version(group.id, version)
    return None if found is None else found.options


async def _stale(tx: Tx, group: Group, version: int, faults: tuple[Fault, ...]) -> Stale:
    return Stale(
        group=group,
        change=await _last_change(tx, group, await actors(tx)),
        base=await _options_of(tx, group, version),
        faults=faults,
    )
