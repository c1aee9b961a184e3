"""Import groups and guarantors: in batches, all or nothing for each, a clear line for each refusal."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from itertools import islice

from quickpay.domain.faults import Fault
from quickpay.domain.options import Options
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import GroupBook, NoGroup
from quickpay.services.guarantors.keep import GuarantorBook, put_checked
from quickpay.services.guarantors.records import GuarantorRecord

BATCH = 200
"""Guarantors in one unit: one commit for all of them, and never long in the way of a payment."""

_LONGEST_LINE = 1_000
"""What is said of one refusal; a file may call its fields anything."""

_NO_GROUP = Fault(path="group", message="There is no such group, neither in the file nor here.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEntry:
    """A group as the file has it; `where` names its place there, like `groups.lakeside`."""

    where: str
    slug: str
    options: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorEntry:
    """A guarantor as the file has it; `where` names its place there, like `guarantors.17`."""

    where: str
    group: str
    number: str
    record: GuarantorRecord = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEntry:
    """Something in the file that does not have the shape of a group or guarantor."""

    where: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the import is after one more batch, and what of that batch was refused."""

    groups: int
    guarantors: int
    refused: int
    refusals: tuple[BadEntry, ...]

    def lines(self) -> tuple[str, ...]:
        """Say each refusal of this batch in one line: place, field, what to do.

        Places and fields are named in the file's own words, which move no cursor and make no line (A61).
        """
        said = (
            f"{one.where}: {'; '.join(f'{fault.path}: {fault.message}' for fault in one.faults)}"
            for one in self.refusals
        )
        return tuple(map(_in_one_line, said))


class Importer:
    """Write what a file holds; a second run of the same file changes nothing more."""

    def __init__(
        self, *, store: Store[Tx], clock: Clock, groups: GroupBook, guarantors: GuarantorBook
    ) -> None:
        self._store = store
        self._clock = clock
        self._groups = groups
        self._guarantors = guarantors

    async def run(
        self,
        *,
        groups: Iterable[GroupEntry | BadEntry],
        guarantors: Iterable[GuarantorEntry | BadEntry],
        by: str,
    ) -> AsyncIterator[Progress]:
        """Import groups, then guarantors, and tell after each batch how far it is.

        Both iterables are read as they are needed, so a file need not be held in memory.
        """
        done = Progress(groups=0, guarantors=0, refused=0, refusals=())
        for entry in groups:
            refusal = entry if isinstance(entry, BadEntry) else await self._put_group(entry, by)
            done = _after(done, groups=1, refusals=[] if refusal is None else [refusal])
            yield done
        pending = iter(guarantors)
        known: dict[str, int | None] = {}
        while batch := list(islice(pending, BATCH)):
            refusals = await self._put_batch(batch, known)
            done = _after(done, guarantors=len(batch), refusals=refusals)
            yield done

    async def _put_group(self, entry: GroupEntry, by: str) -> BadEntry | None:
        put = await self._groups.put(entry.slug, entry.options, by)
        assert not isinstance(put, NoGroup)  # nobody limits an import to one group
        return BadEntry(where=entry.where, faults=put) if isinstance(put, tuple) else None

    async def _put_batch(
        self, batch: list[GuarantorEntry | BadEntry], known: dict[str, int | None]
    ) -> list[BadEntry]:
        """Judge the batch with no transaction open, then write what may be kept in one."""
        refusals: list[BadEntry] = []
        good: list[tuple[GuarantorEntry, GuarantorRecord]] = []
        for entry in batch:
            if isinstance(entry, BadEntry):
                refusals.append(entry)
                continue
            kept = self._guarantors.check(entry.number, entry.record)
            if isinstance(kept, tuple):
                refusals.append(BadEntry(where=entry.where, faults=kept))
            else:
                good.append((entry, kept))
        if not good:
            return refusals
        now = self._clock.now()
        # In one order for all who write several guarantors in a unit, so that none waits for another.
        good.sort(key=lambda one: (one[0].group, one[0].number))

        async def unit(tx: Tx) -> list[BadEntry]:
            homeless = []
            for entry, record in good:
                if entry.group not in known:
                    group = await tx.groups.by_slug(entry.group)
                    known[entry.group] = None if group is None else group.id
                group_id = known[entry.group]
                if group_id is None:
                    homeless.append(BadEntry(where=entry.where, faults=(_NO_GROUP,)))
                else:
                    await put_checked(tx, group_id, entry.number, record, now)
            return homeless

        return refusals + await self._store.write(unit)


def _in_one_line(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text[:_LONGEST_LINE])
    return shown if len(text) <= _LONGEST_LINE else f"{shown}…"


def _after(done: Progress, *, refusals: list[BadEntry], groups: int = 0, guarantors: int = 0) -> Progress:
    """Count on; `groups` and `guarantors` are what was read, the refused included."""
    return Progress(
        groups=done.groups + (groups and groups - len(refusals)),
        guarantors=done.guarantors + (guarantors and guarantors - len(refusals)),
        refused=done.refused + len(refusals),
        refusals=tuple(refusals),
    )
