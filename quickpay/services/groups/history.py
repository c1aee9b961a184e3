"""A group's history: who changed what when, two versions side by side, an old one saved again."""

from dataclasses import dataclass
from datetime import datetime

from quickpay.domain.faults import Caution
from quickpay.domain.groups import Change, Group, changes
from quickpay.domain.staff import Staff
from quickpay.ports.store import Store
from quickpay.ports.tables import GroupVersion, Tx
from quickpay.services.groups.actors import actors, said
from quickpay.services.groups.edits import Edit, GroupEdits, Saving, may_edit
from quickpay.services.groups.keep import NoGroup

PAGE = 50
"""How many versions one page of the history has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVersion:
    """One version, by name of who made it, and how it differs from the one before; None: it was the first."""

    version: int
    at: datetime
    by: str
    changes: tuple[Change, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Versions of a group, the newest first; `older` is where the next page begins."""

    group: Group
    versions: tuple[PastVersion, ...]
    older: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What differs between two versions, in the order they were asked for."""

    group: Group
    before: PastVersion
    after: PastVersion
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restorable:
    """What restoring a version would change now, and what should be known first."""

    group: Group
    past: PastVersion
    changes: tuple[Change, ...]
    cautions: tuple[Caution, ...]


class GroupHistory:
    """Reading the versions of groups, and saving one anew, within the groups of the one who asks."""

    def __init__(self, *, store: Store[Tx], edits: GroupEdits) -> None:
        self._store = store
        self._edits = edits

    async def page(self, staff: Staff, slug: str, *, until: int | None = None) -> History | NoGroup:
        """Return a page of versions, from the newest or from `until` down."""

        async def unit(tx: Tx) -> History | NoGroup:
            group = await tx.groups.by_slug(slug)
            if group is None or not may_edit(staff, group):
                return NoGroup()
            names = await actors(tx)
            top = group.version if until is None else until
            found = await tx.groups.versions_until(group.id, until=top, most=PAGE + 1)
            befores = [*found[1:], None]
            versions = tuple(
                _past(one, before, said(one.changed_by, names))
                for one, before in zip(found, befores, strict=True)
            )
            older = found[PAGE].version if len(found) > PAGE else None
            return History(group=group, versions=versions[:PAGE], older=older)

        return await self._store.read(unit)

    async def compare(self, staff: Staff, slug: str, *, before: int, after: int) -> Compared | NoGroup:
        """Return what differs between two versions; a version that is not kept is no version."""

        async def unit(tx: Tx) -> Compared | NoGroup:
            group = await tx.groups.by_slug(slug)
            if group is None or not may_edit(staff, group):
                return NoGroup()
            names = await actors(tx)
            old, new = [await tx.groups.version(group.id, one) for one in (before, after)]
            if old is None or new is None:
                return NoGroup()
            return Compared(
                group=group,
                before=_past(old, None, said(old.changed_by, names)),
                after=_past(new, None, said(new.changed_by, names)),
                changes=changes(old.options, new.options),
            )

        return await self._store.read(unit)

    async def restorable(self, staff: Staff, slug: str, version: int) -> Restorable | NoGroup:
        """Return what restoring would change; nothing is changed by looking."""
        compared = await self._newest_against(staff, slug, version)
        if isinstance(compared, NoGroup):
            return compared
        group, old, by = compared
        return Restorable(
            group=group,
            past=_past(old, None, by),
            changes=changes(group.options, old.options),
            cautions=await self._edits.cautions(staff, slug, old.options),
        )

    async def restore(
        self, staff: Staff, slug: str, version: int, *, newest: int, accepted: frozenset[str]
    ) -> Saving:
        """Make a new version of an old one's options, judged by today's rules, if `newest` still is."""
        compared = await self._newest_against(staff, slug, version)
        if isinstance(compared, NoGroup):
            return compared
        edit = Edit(slug=slug, options=compared[1].options, version=newest, accepted=accepted)
        return await self._edits.save(staff, edit)

    async def _newest_against(
        self, staff: Staff, slug: str, version: int
    ) -> tuple[Group, GroupVersion, str] | NoGroup:
        async def unit(tx: Tx) -> tuple[Group, GroupVersion, str] | NoGroup:
            group = await tx.groups.by_slug(slug)
            if group is None or not may_edit(staff, group):
                return NoGroup()
            old = await tx.groups.version(group.id, version)
            if old is None:
                return NoGroup()
            return group, old, said(old.changed_by, await actors(tx))

        return await self._store.read(unit)


def _past(one: GroupVersion, before: GroupVersion | None, by: str) -> PastVersion:
    return PastVersion(
        version=one.version,
        at=one.changed_at,
        by=by,
        changes=None if before is None else changes(before.options, one.options),
    )
