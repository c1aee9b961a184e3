"""Link templates in the database: versions that never change, of which one is live for a name and channel."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from quickpay.adapters.store.columns import micros, moment, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import link_templates, link_words
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.link_templates import LinkTemplate, TemplateText
from quickpay.domain.messages import Channel

_CHANNELS = words(Channel)

_LIVE = link_templates.c.ended_at.is_(None)
_ROW = select(
    link_templates.c.id,
    link_templates.c.group_id,
    link_templates.c.name,
    link_templates.c.channel,
    link_templates.c.subject,
    link_templates.c.body,
    link_templates.c.changed_at,
    link_templates.c.changed_by,
    link_templates.c.ended_at,
)
_ADD = Statement(
    insert(link_templates)
    .values(
        group_id=bindparam("group"),
        name=bindparam("name"),
        name_key=bindparam("name_key"),
        channel=bindparam("channel"),
        subject=bindparam("subject"),
        body=bindparam("body"),
        changed_at=bindparam("now"),
        changed_by=bindparam("by"),
    )
    .on_conflict_do_nothing(
        index_elements=[link_templates.c.group_id, link_templates.c.name_key, link_templates.c.channel],
        index_where=_LIVE,
    )
    .returning(link_templates.c.id)
)
_END = Statement(
    update(link_templates)
    .where(link_templates.c.id == bindparam("template"), _LIVE)
    .values(ended_at=bindparam("now"))
)
_GET = Statement(_ROW.where(link_templates.c.id == bindparam("template")))
_FIND = Statement(
    _ROW.where(
        link_templates.c.group_id == bindparam("group"),
        link_templates.c.name_key == bindparam("name_key"),
        link_templates.c.channel == bindparam("channel"),
        _LIVE,
    )
)
_LIST = Statement(
    _ROW.where(link_templates.c.group_id == bindparam("group"), _LIVE).order_by(
        link_templates.c.name_key, link_templates.c.channel
    )
)
_USE = Statement(insert(link_words).values(link_id=bindparam("link"), template_id=bindparam("template")))
_OF_LINK = Statement(
    _ROW.join_from(link_templates, link_words, link_words.c.template_id == link_templates.c.id).where(
        link_words.c.link_id == bindparam("link")
    )
)


class LinkTemplates:
    """`ports.link_template_tables.LinkTemplates` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, group_id: int, text: TemplateText, *, now: datetime, by: str) -> LinkTemplate | None:
        """Store a live version. None: a live one has this name for this channel."""
        row = await self._run.one(
            _ADD,
            group=group_id,
            name=text.name,
            name_key=text.name.lower(),
            channel=text.channel.value,
            subject=text.subject,
            body=text.body,
            now=micros(now),
            by=by,
        )
        if row is None:
            return None
        return LinkTemplate(id=row[0], group_id=group_id, text=text, changed_at=now, changed_by=by, live=True)

    async def end(self, template_id: int, *, now: datetime) -> bool:
        """Take a live version out of use; False when it was before."""
        return await self._run.count(_END, template=template_id, now=micros(now)) == 1

    async def get(self, template_id: int) -> LinkTemplate | None:
        """Return any version, live or not."""
        row = await self._run.one(_GET, template=template_id)
        return None if row is None else _template(row)

    async def find(self, group_id: int, name: str, channel: Channel) -> LinkTemplate | None:
        """Return the live version of this name, letter case aside."""
        row = await self._run.one(_FIND, group=group_id, name_key=name.lower(), channel=channel.value)
        return None if row is None else _template(row)

    async def list_(self, group_id: int) -> list[LinkTemplate]:
        """Return the live ones by name."""
        return [_template(row) for row in await self._run.all(_LIST, group=group_id)]

    async def use(self, template_id: int, *, link_id: str) -> None:
        """Note the version a new link goes out with."""
        await self._run.count(_USE, link=link_id, template=template_id)

    async def of_link(self, link_id: str) -> LinkTemplate | None:
        """Return the version a link goes out with, live or not; None: QuickPay's own words."""
        row = await self._run.one(_OF_LINK, link=link_id)
        return None if row is None else _template(row)


def _template(row: Row) -> LinkTemplate:
    id_, group_id, name, channel, subject, body, changed_at, changed_by, ended_at = row
    return LinkTemplate(
        id=id_,
        group_id=group_id,
        text=TemplateText(name=name, channel=_CHANNELS[channel], subject=subject, body=body),
        changed_at=moment(changed_at),
        changed_by=changed_by,
        live=ended_at is None,
    )
