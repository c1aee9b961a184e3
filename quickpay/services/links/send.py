"""Send a link now: by which ways it can go, how the message will read, and off it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from quickpay.domain.balances import Balances
from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.link_templates import DEFAULT_NAME, LinkTemplate
from quickpay.domain.messages import Channel
from quickpay.domain.origins import Origin
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.notes import LinkNote, Notes
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now
from quickpay.services.links.desk import DeskLinks, MadeOrNot, NobodyHere, guarantor_for
from quickpay.services.links.keep import NewLink
from quickpay.services.links.templates import INVENTED_TOKEN, Preview, preview_of
from quickpay.services.links.words import own_words, template_for

_ORIGIN = {Channel.EMAIL: Origin.EMAIL, Channel.SMS: Origin.SMS}


class WhyNot(StrEnum):
    """Why nothing can be sent by a way; the page has the words."""

    NO_CONTACT = "no_contact"
    OPTED_OUT = "opted_out"
    NOT_THIS_PERSON = "not_this_person"
    CARRIER_STOP = "carrier_stop"
    NO_SERVER = "no_server"
    NO_SENDER = "no_sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """One way a link can go, or why it cannot."""

    channel: Channel
    contact: str | None = field(repr=False)
    why_not: WhyNot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the desk sees before it sends."""

    group: Group
    guarantor: Guarantor
    ways: tuple[WayOut, ...]
    templates: tuple[LinkTemplate, ...]
    balances: Balances
    days: Mapping[Channel, int]

    @property
    def open_ways(self) -> tuple[WayOut, ...]:
        """Those something can be sent by."""
        return tuple(way for way in self.ways if way.why_not is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be sent: by which way, in whose words, for how many uses and days."""

    channel: Channel
    template: str = DEFAULT_NAME
    max_uses: int | None = None
    days: int | None = None


class SendLink:
    """Sending at the desk; `channels` are those this installation has a server for."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        desk: DeskLinks,
        notes: Notes,
        base_url: str,
        zone: ZoneInfo,
        channels: frozenset[Channel] = frozenset(Channel),
    ) -> None:
        self._store = store
        self._clock = clock
        self._desk = desk
        self._notes = notes
        self._url = f"{base_url}/q/{INVENTED_TOKEN}"
        self._zone = zone
        self._channels = channels

    async def look(self, staff: Staff, slug: str, number: str) -> Before | NobodyHere:
        """Say what can be sent to whom."""

        async def unit(tx: Tx) -> Before | NobodyHere:
            found = await guarantor_for(tx, staff, slug, number)
            if isinstance(found, NobodyHere):
                return found
            group, guarantor = found
            return Before(
                group=group,
                guarantor=guarantor,
                ways=tuple([await self._way(tx, group, guarantor, one) for one in Channel]),
                templates=tuple(await tx.link_templates.list_(group.id)),
                balances=(await account_now(tx, guarantor.id)).balances,
                days={one: self._desk.life(_ORIGIN[one]).days for one in Channel},
            )

        return await self._store.read(unit)

    async def preview(
        self, staff: Staff, slug: str, number: str, asked: Asked
    ) -> Preview | tuple[Fault, ...] | NobodyHere:
        """Show the message as it will go out, with dots where the address will stand."""

        async def unit(tx: Tx) -> Preview | tuple[Fault, ...] | NobodyHere:
            found = await guarantor_for(tx, staff, slug, number)
            if isinstance(found, NobodyHere):
                return found
            group, guarantor = found
            life = self._desk.life(_ORIGIN[asked.channel]) if asked.days is None else timedelta(asked.days)
            day = (self._clock.now() + life).astimezone(self._zone).date()
            template = await template_for(tx, group, guarantor, name=asked.template, channel=asked.channel)
            if isinstance(template, tuple):
                return template
            own = None
            if template is not None:
                filled = await own_words(
                    tx, template.text, group=group, guarantor=guarantor, url=self._url, day=day
                )
                if isinstance(filled, tuple):
                    return filled
                own = filled
            note = LinkNote(url=self._url, good_until=day, own=own)
            return preview_of(self._notes, note, asked.channel, group=group, language=guarantor.language)

        return await self._store.read(unit)

    async def send(self, staff: Staff, slug: str, number: str, asked: Asked, *, form_key: str) -> MadeOrNot:
        """Make a link and queue its message, once for each form."""

        async def blocked(tx: Tx) -> tuple[Fault, ...]:
            found = await guarantor_for(tx, staff, slug, number)
            if isinstance(found, NobodyHere):
                return ()  # the link says so
            way = await self._way(tx, *found, asked.channel)
            return () if way.why_not is None else (Fault(path="contact", message=way.why_not.value),)

        new = NewLink(
            group=slug,
            guarantor=number,
            origin=_ORIGIN[asked.channel],
            send=True,
            template=asked.template,
            contact=asked.channel.value,
            max_uses=asked.max_uses,
            expires_in=None if asked.days is None else f"{asked.days}d",
        )
        return await self._desk.make_once(staff, new, form_key=form_key, blocked=blocked)

    async def _way(self, tx: Tx, group: Group, guarantor: Guarantor, channel: Channel) -> WayOut:
        contact = guarantor.email if channel is Channel.EMAIL else guarantor.mobile
        why: WhyNot | None = None
        if contact is None:
            why = WhyNot.NO_CONTACT
        elif channel is Channel.SMS and guarantor.text_opt_out:
            why = WhyNot.OPTED_OUT
        elif await tx.stops.holds(guarantor.id, contact):
            why = WhyNot.NOT_THIS_PERSON
        elif await tx.carrier_stops.since(contact) is not None:
            why = WhyNot.CARRIER_STOP
        elif channel not in self._channels:
            why = WhyNot.NO_SERVER
        elif channel is Channel.EMAIL and group.options.notifications.email_from is None:
            why = WhyNot.NO_SENDER
        return WayOut(channel=channel, contact=contact, why_not=why)
