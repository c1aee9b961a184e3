"""Keep groups: check their options, save the next version, show them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from quickpay.domain.audit import Event
from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group, changes, is_slug
from quickpay.domain.images import Image, Purpose
from quickpay.domain.option_rules import faults, tidied
from quickpay.domain.options import Options
from quickpay.mfa.message import template_faults
from quickpay.ports.clock import Clock
from quickpay.ports.images import ImageFetcher
from quickpay.ports.store import Conflict, Store
from quickpay.ports.tables import GroupVersion, Tx
from quickpay.services.groups.images import Fetched, Wanted, fetch_all, keep, name_all, wanted

_NAME_TAKEN = Fault(
    path="branding.name", message="Another group already has this name; choose a different one."
)
_NOT_A_SLUG = Fault(path="slug", message="Use 1 to 63 of a-z, 0-9 and inner hyphens.")
_OUR_OWN_SLUG = Fault(path="slug", message="This word is part of QuickPay's own addresses; choose another.")
_OUR_OWN_SLUGS = {"new"}


@dataclass(frozen=True, slots=True)
class NoGroup:
    """There is no such group for this caller; said alike for another's and for none (A59)."""


@dataclass(frozen=True, slots=True)
class NotNewest:
    """Somebody else has saved the group since; nothing was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a revision was made from: the group's version, 0 for none; `then` ends the unit that saves it."""

    version: int
    then: Callable[[Tx], Awaitable[object]]


class GroupBook:
    """Groups, as the API, the staff pages and the import keep them."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        images: ImageFetcher,
        host: str,
        mail_from_domains: tuple[str, ...] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._images = images
        self._template_faults = partial(template_faults, host=host)
        self._mail_from_domains = mail_from_domains

    async def put(
        self, slug: str, options: Options, by: str, *, within: int | None = None
    ) -> Group | tuple[Fault, ...] | NoGroup:
        """Save the group's next version, or say everything that forbids it; takes effect on the next request.

        New picture addresses are fetched first, with no transaction open; only once nothing else is wrong.
        The same options again make no new version. `by` is who did it, for the history and the audit.
        `within` is the only group the caller may touch; None is any, and only then may one be made.
        """
        kept = tidied(options)
        fetched = await self._fetched(slug, kept, within=within)
        if not isinstance(fetched, dict):
            return fetched
        saved = await self._save(slug, kept, fetched, by)
        assert not isinstance(saved, NotNewest)
        return saved

    async def revise(
        self, slug: str, options: Options, by: str, *, basis: Basis
    ) -> Group | tuple[Fault, ...] | NotNewest:
        """Save like `put`, but only what was made from the newest version: of two at once one is kept."""
        kept = tidied(options)
        fetched = await self._fetched(slug, kept, within=None)
        if not isinstance(fetched, dict):
            assert not isinstance(fetched, NoGroup)
            return fetched
        return await self._save(slug, kept, fetched, by, basis)

    async def _fetched(
        self, slug: str, kept: Options, *, within: int | None
    ) -> dict[Purpose, Image] | tuple[Fault, ...] | NoGroup:
        wrong = (*slug_faults(slug), *self.check(kept))

        async def look(tx: Tx) -> Wanted | tuple[Fault, ...] | NoGroup:
            before = await tx.groups.by_slug(slug)
            if within is not None and (before is None or before.id != within):
                return NoGroup()
            taken = await tx.groups.name_taken(kept.branding.name, by_other_than=slug)
            if wrong or taken:
                return (*wrong, _NAME_TAKEN) if taken else wrong
            return await wanted(tx, slug, before, kept)

        found = await self._store.read(look)
        if not isinstance(found, Wanted):
            return found
        fetched = await fetch_all(self._images, found)
        return fetched if isinstance(fetched, tuple) else dict(fetched)

    async def _save(
        self, slug: str, kept: Options, fetched: Fetched, by: str, basis: Basis | None = None
    ) -> Group | tuple[Fault, ...] | NotNewest:
        now = self._clock.now()

        async def unit(tx: Tx) -> Group | tuple[Fault, ...] | NotNewest:
            before = await tx.groups.by_slug(slug)
            if await tx.groups.name_taken(kept.branding.name, by_other_than=slug):
                return (_NAME_TAKEN,)
            if before is not None and before.options == kept:
                if basis:
                    await basis.then(tx)
                return before
            images = await keep(tx, slug, kept, fetched)
            if basis is None:
                group = await tx.groups.put(slug=slug, options=kept, now=now, by=by, images=images)
            else:
                revised = await tx.groups.revise(
                    slug=slug, options=kept, now=now, by=by, images=images, version=basis.version
                )
                if revised is None:
                    # Pressed twice, the same form may have been first since `before` was read.
                    first = await tx.groups.by_slug(slug)
                    if first is None or first.options != kept:
                        return NotNewest()
                    await basis.then(tx)
                    return first
                group = revised
                await basis.then(tx)
            await name_all(tx, group, now)
            changed = () if before is None else changes(before.options, kept)
            await tx.audit.add(
                Event(
                    at=now,
                    type="staff.settings_change",
                    group_id=group.id,
                    actor=by,
                    detail={"version": group.version, "options": ", ".join(one.path for one in changed)},
                )
            )
            return group

        try:
            return await self._store.write(unit)
        except Conflict:
            # Somebody took the name between the look and the write: the database has the last word.
            return (_NAME_TAKEN,)

    async def image(self, slug: str, purpose: Purpose, image_id: str) -> Image | None:
        """Return a kept picture that this group has or had for this purpose."""

        async def unit(tx: Tx) -> Image | None:
            return await tx.images.of_group(slug, purpose, image_id)

        return await self._store.read(unit)

    def check(self, options: Options) -> tuple[Fault, ...]:
        """Name what forbids saving the options; whether the name is taken only the store knows."""
        return faults(
            tidied(options), template_faults=self._template_faults, mail_from_domains=self._mail_from_domains
        )

    async def get(self, slug: str, *, within: int | None = None) -> Group | None:
        """Return the group of an address, if this caller may know of it."""

        async def unit(tx: Tx) -> Group | None:
            return await group_within(tx, slug, within)

        return await self._store.read(unit)

    async def by_slug(self, slug: str) -> Group | None:
        """Return the group of an address."""
        return await self.get(slug)

    async def versions(self, slug: str, *, within: int | None = None) -> list[GroupVersion] | None:
        """Return every version of a group, the newest first; None if there is no such group."""

        async def unit(tx: Tx) -> list[GroupVersion] | None:
            group = await group_within(tx, slug, within)
            return None if group is None else await tx.groups.versions(group.id)

        return await self._store.read(unit)

    async def list_(self, *, within: int | None = None) -> list[Group]:
        """Return the groups this caller may know of, by name."""

        async def unit(tx: Tx) -> list[Group]:
            if within is None:
                return await tx.groups.list_()
            only = await tx.groups.get(within)
            return [] if only is None else [only]

        return await self._store.read(unit)


def slug_faults(slug: str) -> tuple[Fault, ...]:
    """Say why a group cannot have this slug in its addresses."""
    if slug in _OUR_OWN_SLUGS:
        return (_OUR_OWN_SLUG,)
    return () if is_slug(slug) else (_NOT_A_SLUG,)


async def group_within(tx: Tx, slug: str, within: int | None) -> Group | None:
    """Find a group by its slug for a caller who may touch only `within`, or any if that is None."""
    group = await tx.groups.by_slug(slug)
    return group if group is not None and within in {None, group.id} else None
