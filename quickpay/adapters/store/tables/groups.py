"""Groups in the database: the options as one document, and every version of it."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, select, update

from quickpay.adapters.store.columns import micros, moment
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import group_versions, groups
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.groups import Group, options_from_json, options_to_json
from quickpay.domain.images import NO_IMAGES, ImageIds
from quickpay.domain.options import Options
from quickpay.ports.group_tables import ChangedGroup
from quickpay.ports.tables import GroupVersion

_ROW = select(
    groups.c.id,
    groups.c.slug,
    groups.c.version,
    groups.c.options,
    groups.c.favicon,
    groups.c.logo,
    groups.c.home_asset,
)
_GET = Statement(_ROW.where(groups.c.id == bindparam("id")))
_BY_SLUG = Statement(_ROW.where(groups.c.slug == bindparam("slug")))
_LIST = Statement(_ROW.order_by(groups.c.name_key))
_LIST_CHANGED = Statement(
    _ROW.add_columns(group_versions.c.changed_at, group_versions.c.changed_by)
    .join(
        group_versions,
        and_(group_versions.c.group_id == groups.c.id, group_versions.c.version == groups.c.version),
    )
    .order_by(groups.c.name_key)
)
_NAME_TAKEN = Statement(
    select(groups.c.id).where(groups.c.name_key == bindparam("name_key"), groups.c.slug != bindparam("slug"))
)
_NEW = insert(groups).values(
    slug=bindparam("slug"),
    name=bindparam("name"),
    name_key=bindparam("name_key"),
    version=1,
    max_uses=bindparam("max_uses"),
    options=bindparam("options"),
    favicon=bindparam("favicon"),
    logo=bindparam("logo"),
    home_asset=bindparam("home_asset"),
    changed_at=bindparam("changed_at"),
)
_PUT = Statement(
    _NEW.on_conflict_do_update(
        index_elements=[groups.c.slug],
        set_={
            "name": _NEW.excluded.name,
            "name_key": _NEW.excluded.name_key,
            "version": groups.c.version + 1,
            "max_uses": _NEW.excluded.max_uses,
            "options": _NEW.excluded.options,
            "favicon": _NEW.excluded.favicon,
            "logo": _NEW.excluded.logo,
            "home_asset": _NEW.excluded.home_asset,
            "changed_at": _NEW.excluded.changed_at,
        },
    ).returning(groups.c.id, groups.c.version)
)
_MAKE = Statement(
    _NEW.on_conflict_do_nothing(index_elements=[groups.c.slug]).returning(groups.c.id, groups.c.version)
)
_REVISE = Statement(
    update(groups)
    .where(groups.c.slug == bindparam("which"), groups.c.version == bindparam("was"))
    .values(
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        version=groups.c.version + 1,
        max_uses=bindparam("max_uses"),
        options=bindparam("options"),
        favicon=bindparam("favicon"),
        logo=bindparam("logo"),
        home_asset=bindparam("home_asset"),
        changed_at=bindparam("changed_at"),
    )
    .returning(groups.c.id, groups.c.version)
)
_VERSION_ROW = select(
    group_versions.c.version,
    group_versions.c.options,
    group_versions.c.changed_at,
    group_versions.c.changed_by,
).where(group_versions.c.group_id == bindparam("group"))
_VERSIONS = Statement(_VERSION_ROW.order_by(group_versions.c.version.desc()))
_VERSION = Statement(_VERSION_ROW.where(group_versions.c.version == bindparam("which")))
_VERSIONS_UNTIL = Statement(
    _VERSION_ROW.where(group_versions.c.version <= bindparam("until"))
    .order_by(group_versions.c.version.desc())
    .limit(bindparam("most"))
)
_KEEP_VERSION = Statement(
    insert(group_versions).values({column.name: bindparam(column.name) for column in group_versions.c})
)


class Groups:
    """`ports.tables.Groups` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def get(self, group_id: int) -> Group | None:
        """Return it as its newest version makes it."""
        row = await self._run.one(_GET, id=group_id)
        return None if row is None else _group(row)

    async def by_slug(self, slug: str) -> Group | None:
        """Return the group of an address."""
        row = await self._run.one(_BY_SLUG, slug=slug)
        return None if row is None else _group(row)

    async def list_(self) -> list[Group]:
        """Return all groups by name."""
        return [_group(row) for row in await self._run.all(_LIST)]

    async def list_changed(self) -> list[ChangedGroup]:
        """Return all groups by name, each with its last change."""
        return [
            ChangedGroup(group=_group(row[:-2]), changed_at=moment(row[-2]), changed_by=row[-1])
            for row in map(tuple, await self._run.all(_LIST_CHANGED))
        ]

    async def name_taken(self, name: str, *, by_other_than: str) -> bool:
        """Whether another slug already has this name, letter case aside."""
        row = await self._run.one(_NAME_TAKEN, name_key=_name_key(name), slug=by_other_than)
        return row is not None

    async def versions(self, group_id: int) -> list[GroupVersion]:
        """Return every version kept, the newest first."""
        return [_version(row) for row in await self._run.all(_VERSIONS, group=group_id)]

    async def version(self, group_id: int, version: int) -> GroupVersion | None:
        """Return one version."""
        row = await self._run.one(_VERSION, group=group_id, which=version)
        return None if row is None else _version(row)

    async def versions_until(self, group_id: int, *, until: int, most: int) -> list[GroupVersion]:
        """Return versions up to this one, the newest first."""
        rows = await self._run.all(_VERSIONS_UNTIL, group=group_id, until=until, most=most)
        return [_version(row) for row in rows]

    async def revise(
        self, *, slug: str, options: Options, now: datetime, by: str, images: ImageIds, version: int
    ) -> Group | None:
        """Make the next version of the group if this is still its newest, or the group if there is none."""
        values = _values(options, images, now)
        if version == 0:
            row = await self._run.one(_MAKE, slug=slug, **values)
        else:
            row = await self._run.one(_REVISE, which=slug, was=version, **values)
        if row is None:
            return None
        return await self._kept(row, slug=slug, options=options, images=images, now=now, by=by)

    async def put(
        self, *, slug: str, options: Options, now: datetime, by: str, images: ImageIds = NO_IMAGES
    ) -> Group:
        """Make the group or its next version, and keep the version."""
        row = await self._run.one(_PUT, slug=slug, **_values(options, images, now))
        assert row is not None
        return await self._kept(row, slug=slug, options=options, images=images, now=now, by=by)

    async def _kept(
        self, row: Row, *, slug: str, options: Options, images: ImageIds, now: datetime, by: str
    ) -> Group:
        group_id, version = row
        await self._run.count(
            _KEEP_VERSION,
            group_id=group_id,
            version=version,
            options=options_to_json(options),
            changed_at=micros(now),
            changed_by=by,
        )
        return Group(id=group_id, slug=slug, version=version, options=options, images=images)


def _values(options: Options, images: ImageIds, now: datetime) -> dict[str, Any]:
    return {
        "name": options.branding.name,
        "name_key": _name_key(options.branding.name),
        "max_uses": options.authentication.quickpay_max_access_attempts,
        "options": options_to_json(options),
        "favicon": images.favicon,
        "logo": images.logo,
        "home_asset": images.home_asset,
        "changed_at": micros(now),
    }


def _version(row: Row) -> GroupVersion:
    version, options, changed_at, by = row
    return GroupVersion(
        version=version, options=_options(options), changed_at=moment(changed_at), changed_by=by
    )


def _name_key(name: str) -> str:
    return " ".join(name.casefold().split())


# Options never change once made, so all groups that read one text share them.
_options = lru_cache(maxsize=1024)(options_from_json)


def _images(favicon: str | None, logo: str | None, home_asset: str | None) -> ImageIds:
    if favicon is None and logo is None and home_asset is None:
        return NO_IMAGES
    return ImageIds(favicon=favicon, logo=logo, home_asset=home_asset)


def _group(row: Row | tuple[Any, ...]) -> Group:
    id_, slug, version, options, *images = row
    return Group(id=id_, slug=slug, version=version, options=_options(options), images=_images(*images))
