"""Send batches of links as the desk sees them: how each fared, and what ending it would end."""

from dataclasses import dataclass
from datetime import timedelta

from quickpay.domain.groups import Group
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.desk_tables import BatchLine
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx

RECENT = timedelta(days=90)
AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch and whose it is; links of it that ran out by time or use are ended with the rest."""

    group: Group
    line: BatchLine
    to_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """One page of recent batches, the newest first, and the groups of the one who asks."""

    groups: tuple[Group, ...]
    lines: tuple[tuple[Group, BatchLine], ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryLink:
    """A group and how many active links it has."""

    group: Group
    to_end: int


class LinkBatches:
    """Look batches up, within the groups of the one who asks."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def recent(self, staff: Staff, *, page: int = 1) -> Batches:
        """Return batches with a link made in the last 90 days."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Batches:
            groups = {one.id: one for one in await tx.groups.list_() if staff.reach.holds(one.id)}
            lines = await tx.desk.batches(
                within=staff.reach, since=now - RECENT, now=now, skip=(page - 1) * AT_ONCE, most=AT_ONCE + 1
            )
            return Batches(
                groups=tuple(groups.values()),
                lines=tuple((groups[line.group_id], line) for line in lines[:AT_ONCE]),
                page=page,
                more=len(lines) > AT_ONCE,
            )

        return await self._store.read(unit)

    async def get(self, staff: Staff, group: str, batch: str) -> Batch | None:
        """Return one batch of one of her groups."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Batch | None:
            found = await tx.groups.by_slug(group)
            if found is None or not staff.reach.holds(found.id):
                return None
            line = await tx.desk.batch(found.id, batch, now)
            if line is None:
                return None
            to_end = await tx.desk.active_links(group_id=found.id, guarantor_id=None, batch=batch)
            return Batch(group=found, line=line, to_end=to_end)

        return await self._store.read(unit)

    async def of_group(self, staff: Staff, group: str) -> EveryLink | None:
        """Return one of her groups with how many active links it has in all."""

        async def unit(tx: Tx) -> EveryLink | None:
            found = await tx.groups.by_slug(group)
            if found is None or not staff.reach.holds(found.id):
                return None
            to_end = await tx.desk.active_links(group_id=found.id, guarantor_id=None, batch=None)
            return EveryLink(group=found, to_end=to_end)

        return await self._store.read(unit)
