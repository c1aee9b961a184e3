"""Pictures in the database: each once by its content, and from which address a group has it."""

from datetime import datetime

from sqlalchemy import bindparam, select

from quickpay.adapters.store.columns import micros
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import group_images, groups, images
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.images import Image, Purpose

_PICTURE = select(images.c.png, images.c.width, images.c.height)
_GET = Statement(_PICTURE.where(images.c.id == bindparam("id")))
_THIS_GROUPS = (
    select(group_images.c.image_id)
    .join(groups, groups.c.id == group_images.c.group_id)
    .where(groups.c.slug == bindparam("slug"), group_images.c.purpose == bindparam("purpose"))
)
_OF_GROUP = Statement(
    _PICTURE.where(
        images.c.id == bindparam("id"),
        images.c.id.in_(_THIS_GROUPS),
    )
)
_KEPT = Statement(_THIS_GROUPS.where(group_images.c.url == bindparam("url")))
_ADD = Statement(
    insert(images)
    .values({column.name: bindparam(column.name) for column in images.c})
    .on_conflict_do_nothing(index_elements=[images.c.id])
)
_NAME = Statement(
    insert(group_images)
    .values({column.name: bindparam(column.name) for column in group_images.c})
    .on_conflict_do_nothing(
        index_elements=[group_images.c.group_id, group_images.c.purpose, group_images.c.url]
    )
)


class Images:
    """`ports.tables.Images` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def get(self, image_id: str) -> Image | None:
        """Return a kept picture."""
        return _image(await self._run.one(_GET, id=image_id))

    async def of_group(self, slug: str, purpose: Purpose, image_id: str) -> Image | None:
        """Return the picture, if this group has or had it for this purpose."""
        return _image(await self._run.one(_OF_GROUP, slug=slug, purpose=purpose.value, id=image_id))

    async def kept(self, slug: str, purpose: Purpose, url: str) -> str | None:
        """Return the id of the picture that was fetched from this address for this group."""
        row = await self._run.one(_KEPT, slug=slug, purpose=purpose.value, url=url)
        return None if row is None else str(row[0])

    async def add(self, image: Image) -> None:
        """Keep it; one that is there already stays."""
        await self._run.count(_ADD, id=image.id, png=image.png, width=image.width, height=image.height)

    async def name(self, group_id: int, purpose: Purpose, url: str, image_id: str, now: datetime) -> None:
        """Keep from which address the group has a kept picture; the first stays."""
        await self._run.count(
            _NAME,
            group_id=group_id,
            purpose=purpose.value,
            url=url,
            image_id=image_id,
            fetched_at=micros(now),
        )


def _image(row: Row | None) -> Image | None:
    return None if row is None else Image(png=bytes(row[0]), width=row[1], height=row[2])
