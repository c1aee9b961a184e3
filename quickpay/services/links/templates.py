"""Keep a group's templates for links: write, replace and remove them, and show what one will say."""

from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from quickpay.domain.audit import Event
from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.link_templates import (
    LinkTemplate,
    TemplateText,
    fields_forbidden,
    fill,
    tidied,
    writing_faults,
)
from quickpay.domain.messages import Channel
from quickpay.domain.money import Cents
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.notes import LinkNote, Notes
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup
from quickpay.services.links.words import longest_faults, texts_needed, values_for

INVENTED_TOKEN = "L" * 22 + "." + "x" * 43
"""As long as a real one, so that texts are counted right; opens nothing, and is not shown."""

_SHOWN = "…"
_INVENTED_NAME = "Alice"
_INVENTED_DUE, _INVENTED_CURRENT = Cents(15_000), Cents(23_000)
_INVENTED_LIFE = timedelta(days=30)
_TAKEN = Fault(path="name", message="The group has a template of this name; choose another or modify that.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A message as it goes out; of a text, `texts` is how many it takes, and there is no subject."""

    channel: Channel
    subject: str
    text: str
    texts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTemplates:
    """A group with its templates, each with who wrote it; `by` is a name where it was one of the staff."""

    group: Group
    rows: tuple[tuple[LinkTemplate, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTemplate:
    """A live template and its group."""

    group: Group
    template: LinkTemplate


@dataclass(frozen=True, slots=True)
class NoTemplate:
    """There is no such template for her, or somebody replaced or removed it meanwhile."""


class LinkTemplateBook:
    """Templates, always within the groups of the one who asks."""

    def __init__(
        self, *, store: Store[Tx], clock: Clock, notes: Notes, base_url: str, zone: ZoneInfo
    ) -> None:
        self._store = store
        self._clock = clock
        self._notes = notes
        self._url = f"{base_url}/q/{INVENTED_TOKEN}"
        self._zone = zone

    async def list_(self, staff: Staff, slug: str) -> GroupTemplates | NoGroup:
        """Return a group's templates by name."""

        async def unit(tx: Tx) -> GroupTemplates | NoGroup:
            group = await group_of(tx, staff, slug)
            if group is None:
                return NoGroup()
            names = {one.actor: one.name for one in await tx.staff.list_()}
            found = await tx.link_templates.list_(group.id)
            rows = tuple((one, names.get(one.changed_by, one.changed_by)) for one in found)
            return GroupTemplates(group=group, rows=rows)

        return await self._store.read(unit)

    async def get(self, staff: Staff, slug: str, template_id: int) -> OneTemplate | NoTemplate:
        """Return a live one."""

        async def unit(tx: Tx) -> OneTemplate | NoTemplate:
            return await _live(tx, staff, slug, template_id)

        return await self._store.read(unit)

    async def add(
        self, staff: Staff, slug: str, text: TemplateText
    ) -> OneTemplate | tuple[Fault, ...] | NoGroup:
        """Write a new one; it may be chosen from the next request on."""
        kept, now = tidied(text), self._clock.now()

        async def unit(tx: Tx) -> OneTemplate | tuple[Fault, ...] | NoGroup:
            group = await group_of(tx, staff, slug)
            if group is None:
                return NoGroup()
            wrong = self.check(kept, group)
            if wrong:
                return wrong
            made = await tx.link_templates.add(group.id, kept, now=now, by=staff.actor)
            if made is None:
                return (_TAKEN,)
            await tx.audit.add(_event("template.added", made, staff, self._clock))
            return OneTemplate(group=group, template=made)

        return await self._store.write(unit)

    async def replace(
        self, staff: Staff, slug: str, template_id: int, text: TemplateText
    ) -> OneTemplate | tuple[Fault, ...] | NoTemplate:
        """Put another version in the place of a live one; what waits goes out as it was shown."""
        kept, now = tidied(text), self._clock.now()

        async def unit(tx: Tx) -> OneTemplate | tuple[Fault, ...] | NoTemplate:
            found = await _live(tx, staff, slug, template_id)
            if isinstance(found, NoTemplate):
                return found
            # What a message travels by stays: it is another template that is written for texts.
            mine = replace(kept, channel=found.template.text.channel)
            wrong = self.check(mine, found.group)
            if not wrong and mine == found.template.text:
                return found
            other = await tx.link_templates.find(found.group.id, mine.name, mine.channel)
            if wrong or (other is not None and other.id != template_id):
                return wrong or (_TAKEN,)
            if not await tx.link_templates.end(template_id, now=now):
                return NoTemplate()
            made = await tx.link_templates.add(found.group.id, mine, now=now, by=staff.actor)
            if made is None:
                raise LookupError("the name was free in this very unit")
            await tx.audit.add(_event("template.modified", made, staff, self._clock, before=template_id))
            return OneTemplate(group=found.group, template=made)

        return await self._store.write(unit)

    async def remove(self, staff: Staff, slug: str, template_id: int) -> OneTemplate | NoTemplate:
        """Take one out of use; what waits to be sent with it is sent with it."""
        now = self._clock.now()

        async def unit(tx: Tx) -> OneTemplate | NoTemplate:
            found = await _live(tx, staff, slug, template_id)
            if isinstance(found, NoTemplate) or not await tx.link_templates.end(template_id, now=now):
                return NoTemplate()
            await tx.audit.add(_event("template.removed", found.template, staff, self._clock))
            return found

        return await self._store.write(unit)

    def check(self, text: TemplateText, group: Group) -> tuple[Fault, ...]:
        """Name all that forbids keeping a template in this group."""
        wrong = (*writing_faults(text), *fields_forbidden(text, group.options))
        # Only a body whose fields are all known can be filled in and counted.
        broken = any(fault.path == "body" for fault in wrong)
        return wrong if broken else (*wrong, *longest_faults(text, group=group, url=self._url))

    def preview(self, text: TemplateText, group: Group) -> Preview | None:
        """Show what it will say of an invented guarantor; None while it cannot be filled in."""
        kept = tidied(text)
        if any(fault.path != "name" for fault in self.check(kept, group)):
            return None
        day = (self._clock.now() + _INVENTED_LIFE).astimezone(self._zone).date()
        values = values_for(
            kept.channel,
            group=group,
            first_name=_INVENTED_NAME,
            due=_INVENTED_DUE,
            current=_INVENTED_CURRENT,
            url=self._url,
            day=day,
        )
        note = LinkNote(url=self._url, good_until=day, own=fill(kept, values))
        return preview_of(self._notes, note, kept.channel, group=group, language="en")

    def preview_default(self, channel: Channel, group: Group) -> Preview:
        """Show QuickPay's own words, which go out where the group wrote none."""
        day = (self._clock.now() + _INVENTED_LIFE).astimezone(self._zone).date()
        note = LinkNote(url=self._url, good_until=day)
        return preview_of(self._notes, note, channel, group=group, language="en")


def preview_of(notes: Notes, note: LinkNote, channel: Channel, *, group: Group, language: str) -> Preview:
    """Write a message as the outbox will."""
    if channel is Channel.SMS:
        text = notes.sms(note, group=group, language=language)
        shown = text.replace(INVENTED_TOKEN, _SHOWN)
        return Preview(channel=channel, subject="", text=shown, texts=texts_needed(text))
    words = notes.email(note, group=group, language=language)
    shown = words.text.strip().replace(INVENTED_TOKEN, _SHOWN)
    return Preview(channel=channel, subject=words.subject, text=shown, texts=0)


async def group_of(tx: Tx, staff: Staff, slug: str) -> Group | None:
    """Find a group by its slug if it is one of hers; of another, there is none."""
    group = await tx.groups.by_slug(slug)
    return group if group is not None and staff.may_see(group.id) else None


async def _live(tx: Tx, staff: Staff, slug: str, template_id: int) -> OneTemplate | NoTemplate:
    group = await group_of(tx, staff, slug)
    found = None if group is None else await tx.link_templates.get(template_id)
    if group is None or found is None or not found.live or found.group_id != group.id:
        return NoTemplate()
    return OneTemplate(group=group, template=found)


def _event(kind: str, template: LinkTemplate, staff: Staff, clock: Clock, **detail: int) -> Event:
    return Event(
        at=clock.now(),
        type=kind,
        group_id=template.group_id,
        actor=staff.actor,
        detail={"template": template.id, "channel": template.text.channel.value, **detail},
    )
