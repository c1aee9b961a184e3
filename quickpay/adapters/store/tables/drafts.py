"""Drafts of groups in the database: the typed form as one document, replaced only knowingly."""

import json

from sqlalchemy import bindparam, delete, select, update

from quickpay.adapters.store.columns import micros, moment
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import group_drafts
from quickpay.adapters.store.statements import Statement, insert
from quickpay.ports.group_tables import Draft

_ROW = select(
    group_drafts.c.slug,
    group_drafts.c.version,
    group_drafts.c.typed,
    group_drafts.c.saved_at,
    group_drafts.c.saved_by,
    group_drafts.c.mark,
)
_GET = Statement(_ROW.where(group_drafts.c.slug == bindparam("which")))
_LIST = Statement(_ROW.order_by(group_drafts.c.slug))
_ADD = Statement(
    insert(group_drafts)
    .values({column.name: bindparam(column.name) for column in group_drafts.c})
    .on_conflict_do_nothing(index_elements=[group_drafts.c.slug])
)
_THIS = (group_drafts.c.slug == bindparam("which"), group_drafts.c.mark == bindparam("was"))
_REPLACE = Statement(
    update(group_drafts)
    .where(*_THIS)
    .values({column.name: bindparam(column.name) for column in group_drafts.c if column.name != "slug"})
)
_DROP = Statement(delete(group_drafts).where(*_THIS))


class GroupDrafts:
    """`ports.group_tables.GroupDrafts` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def get(self, slug: str) -> Draft | None:
        """Return the draft of an address."""
        row = await self._run.one(_GET, which=slug)
        return None if row is None else _draft(row)

    async def list_(self) -> list[Draft]:
        """Return all drafts."""
        return [_draft(row) for row in await self._run.all(_LIST)]

    async def put(self, draft: Draft) -> bool:
        """Keep it in place of the one with its mark, or of none."""
        at = micros(draft.saved_at)
        values = {
            "version": draft.version,
            "typed": json.dumps(dict(draft.typed), ensure_ascii=False),
            "saved_at": at,
            "saved_by": draft.saved_by,
            "mark": max(at, draft.mark + 1),
        }
        if draft.mark == 0:
            return await self._run.count(_ADD, slug=draft.slug, **values) == 1
        return await self._run.count(_REPLACE, which=draft.slug, was=draft.mark, **values) == 1

    async def drop(self, slug: str, *, mark: int) -> bool:
        """Forget the draft if it is still this one."""
        return await self._run.count(_DROP, which=slug, was=mark) == 1


def _draft(row: Row) -> Draft:
    slug, version, typed, saved_at, saved_by, mark = row
    return Draft(
        slug=slug,
        version=version,
        typed=json.loads(typed),
        saved_at=moment(saved_at),
        saved_by=saved_by,
        mark=mark,
    )
