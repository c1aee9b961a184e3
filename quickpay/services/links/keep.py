"""Make links, show how they fared, end them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests
from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import DEFAULT_LIFETIMES, Link, LinkState
from quickpay.domain.messages import MessageKind, NewMessage
from quickpay.domain.origins import Origin
from quickpay.domain.payments import PaymentState
from quickpay.domain.reach import EVERYWHERE, Reach
from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import LinkEvent, Tx
from quickpay.services.groups.keep import NoGroup, group_within
from quickpay.services.links.new import NewLink as NewLink
from quickpay.services.links.new import draft
from quickpay.services.links.whose import WhoseLinks, end_shares_of, end_some, whose_links
from quickpay.services.links.words import all_faults, template_for

LINK_WORTH_SENDING = timedelta(hours=24)
"""How long a message with a link is tried; one that expires sooner, no longer than that."""

_ENDED_AT_ONCE = 200
_STOPPED = (
    "Somebody who got a link by this contact said that they are not this person: restore that link first."
)
_CARRIER_STOPPED = "Texts to this number are blocked: its holder replied STOP to the carrier."
_LINK_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """One link as it stands now; `url` lets its holder in, so it is shown only to who may make links."""

    link: Link
    url: str = field(repr=False)
    group: str
    guarantor: str
    state: LinkState
    max_uses: int
    match_code: str
    events: tuple[LinkEvent, ...] = ()


class LinkBook:
    """Links, as the API, the staff pages and the command line make them."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        tokens: Tokens,
        digests: Digests,
        base_url: str,
        lifetimes: Mapping[Origin, timedelta] = DEFAULT_LIFETIMES,
        countries: tuple[str, ...] = ("US",),
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._digests = digests
        self._base_url = base_url
        self._lifetimes = lifetimes
        self._countries = countries

    def url(self, link_id: str) -> str:
        """Give the address of a link; the same id has the same address until the signing key changes."""
        return f"{self._base_url}/q/{self._tokens.sign(TokenPurpose.LINK, link_id)}"

    async def create(
        self, new: NewLink, *, by: str, within: int | None = None
    ) -> LinkView | tuple[Fault, ...] | NoGroup:
        """Make a link and, if asked, queue the message that carries it, both or neither (R48)."""

        async def unit(tx: Tx) -> LinkView | tuple[Fault, ...] | NoGroup:
            return await self.create_in(tx, new, by=by, within=within)

        return await self._store.write(unit)

    async def create_in(
        self, tx: Tx, new: NewLink, *, by: str, within: int | None = None
    ) -> LinkView | tuple[Fault, ...] | NoGroup:
        """Do what `create` does inside the caller's unit."""
        group = await group_within(tx, new.group, within)
        if group is None:
            return NoGroup()
        guarantor = await tx.guarantors.by_number(group.id, new.guarantor)
        if guarantor is None:
            return (Fault(path="guarantor", message="This group has no such guarantor."),)
        now = self._clock.now()
        link_id, lives = self._ids.link_id(), self._lifetimes
        drafted = draft(new, guarantor, link_id=link_id, now=now, lifetimes=lives, countries=self._countries)
        channel = None if isinstance(drafted, tuple) else drafted.send_by
        template = await template_for(tx, group, guarantor, name=new.template, channel=channel)
        if isinstance(drafted, tuple) or isinstance(template, tuple):
            return all_faults(drafted, template)
        contact = drafted.link.contact
        if drafted.send_by is not None and contact and await tx.stops.holds(guarantor.id, contact):
            return (Fault(path="send", message=_STOPPED),)
        if drafted.send_by is not None and contact and await tx.carrier_stops.since(contact) is not None:
            return (Fault(path="send", message=_CARRIER_STOPPED),)
        link = await tx.links.add(drafted.link)
        await tx.audit.add(_event("link.created", link, now, by, template=new.template, sent=drafted.send_by))
        if new.supersede:
            others = await tx.links.end_others(guarantor.id, but=link.serial, state=LinkState.SUPERSEDED)
            for serial in others:
                await tx.audit.add(_event("link.superseded", replace(link, serial=serial), now, by))
        if template is not None:
            await tx.link_templates.use(template.id, link_id=link.id)
        if drafted.send_by is not None and link.contact is not None:
            await tx.outbox.add(
                NewMessage(
                    kind=MessageKind.LINK,
                    subject=link.id,
                    group_id=group.id,
                    guarantor_id=guarantor.id,
                    channel=drafted.send_by,
                    recipient=link.contact,
                    now=now,
                    give_up_at=min(link.expires_at, now + LINK_WORTH_SENDING),
                ),
            )
        return self._view(link, group, guarantor, now)

    async def get(self, link_id: str, *, within: Reach = EVERYWHERE) -> LinkView | None:
        """Return one link with its timeline, if this caller may know of it."""
        now = self._clock.now()

        async def unit(tx: Tx) -> LinkView | None:
            found = await _find(tx, link_id, within)
            if found is None:
                return None
            events = await tx.links.events(found[0].serial)
            return self._view(*found, now, events=events)

        return await self._store.read(unit)

    async def revoke(self, link_id: str, *, by: str, within: Reach = EVERYWHERE) -> LinkView | None:
        """End a link at once; one that has ended already stays as it ended, and asking again is no fault."""
        now = self._clock.now()

        async def unit(tx: Tx) -> LinkView | None:
            found = await _find(tx, link_id, within)
            if found is None:
                return None
            link, group, guarantor = found
            if await tx.links.end(link.serial, LinkState.REVOKED):
                await tx.audit.add(_event("link.revoked", link, now, by))
            await end_shares_of(tx, link, by=by, now=now)
            link = await tx.links.by_serial(link.serial) or link
            events = await tx.links.events(link.serial)
            return self._view(link, group, guarantor, now, events=events)

        return await self._store.write(unit)

    async def restore(self, link_id: str, *, by: str, within: Reach = EVERYWHERE) -> LinkView | None:
        """Make a suspended link good again and let messages go to its contact; asking again is no fault."""
        now = self._clock.now()

        async def unit(tx: Tx) -> LinkView | None:
            found = await _find(tx, link_id, within)
            if found is None:
                return None
            link, group, guarantor = found
            active = await tx.links.restore(link.serial)
            lifted = link.contact is not None and await tx.stops.lift(guarantor.id, link.contact, now=now)
            if active or lifted:
                await tx.audit.add(_event("link.restored", link, now, by, contact_lifted=int(lifted)))
            if active and link.single_payment and await _is_paid(tx, link):
                await tx.links.end(link.serial, LinkState.PAID)  # what was on its way has arrived meanwhile
            link = await tx.links.by_serial(link.serial) or link
            events = await tx.links.events(link.serial)
            return self._view(link, group, guarantor, now, events=events)

        return await self._store.write(unit)

    async def revoke_many(
        self,
        *,
        group: str | None = None,
        guarantor: str | None = None,
        batch: str | None = None,
        by: str,
        within: Reach = EVERYWHERE,
    ) -> int | tuple[Fault, ...] | NoGroup:
        """End every active link of all that is given, in units of a few hundred; returns how many.

        A guarantor needs its group. A crash on the way leaves some ended and some not: asking again goes on.
        """
        if guarantor is not None and group is None:
            return (Fault(path="group", message="Name the guarantor's group."),)
        if group is None and batch is None:
            return (Fault(path="", message="Name a group, a guarantor with its group, or a batch."),)
        now = self._clock.now()

        async def unit(tx: Tx) -> int | tuple[Fault, ...] | NoGroup:
            whose = await whose_links(tx, group, guarantor, within)
            if not isinstance(whose, WhoseLinks):
                return whose
            ended = await end_some(tx, whose, batch=batch, most=_ENDED_AT_ONCE)
            for link in ended:
                await tx.audit.add(_event("link.revoked", link, now, by, batch=batch))
                await end_shares_of(tx, link, by=by, now=now)
            return len(ended)

        revoked = 0
        while True:
            ended = await self._store.write(unit)
            if not isinstance(ended, int):
                return ended
            revoked += ended
            if ended < _ENDED_AT_ONCE:
                return revoked

    def _view(
        self,
        link: Link,
        group: Group,
        guarantor: Guarantor,
        now: datetime,
        *,
        events: Iterable[LinkEvent] = (),
    ) -> LinkView:
        group_max = group.options.authentication.quickpay_max_access_attempts
        return LinkView(
            link=link,
            url=self.url(link.id),
            group=group.slug,
            guarantor=guarantor.number,
            state=link.state_at(now, group_max=group_max),
            max_uses=link.limit(group_max),
            match_code=self._digests.match_code(link.id),
            events=tuple(events),
        )


async def _find(tx: Tx, link_id: str, within: Reach) -> tuple[Link, Group, Guarantor] | None:
    link = await tx.links.get(link_id) if _LINK_ID.fullmatch(link_id) else None
    if link is None or not within.holds(link.group_id):
        return None
    group = await tx.groups.get(link.group_id)
    guarantor = await tx.guarantors.get(link.guarantor_id)
    if group is None or guarantor is None:
        raise LookupError("a link of nobody: the database holds the references")
    return link, group, guarantor


async def _is_paid(tx: Tx, link: Link) -> bool:
    payment = await tx.payments.live_of_link(link.serial)
    return payment is not None and payment.state in {PaymentState.SUCCEEDED, PaymentState.REFUNDED}


def _event(kind: str, link: Link, now: datetime, by: str, **detail: str | int | None) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=link.group_id,
        guarantor_id=link.guarantor_id,
        link_serial=link.serial,
        actor=by,
        detail={name: value for name, value in detail.items() if value is not None},
    )
