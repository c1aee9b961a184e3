"""Make links, show how they fared, end them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from annotated_types import Interval, Len

from quickpay.domain.audit import Event
from quickpay.domain.contacts import ContactFault, normalise_email, normalise_mobile
from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import DEFAULT_LIFETIMES, Link, LinkState, single_payment_by_origin
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.domain.options import FORBID_UNKNOWN, MOST_USES
from quickpay.domain.origins import Origin
from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import LinkEvent, Tx
from quickpay.services.groups import NoGroup, group_within

MADE_HERE = (Origin.SMS, Origin.EMAIL, Origin.STATEMENT, Origin.OFFICE_QR, Origin.WEBSITE)
"""Origins a link may be given by hand; portal and staff entries have their own doors."""

LONGEST_LIFE = timedelta(days=366 * 2)
LINK_WORTH_SENDING = timedelta(hours=24)
"""How long a message with a link is tried; one that expires sooner, no longer than that."""

_SPAN = re.compile(r"([1-9][0-9]{0,8})(s|m|h|d)")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_LINK_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link as it is asked for; what is left out follows from the origin and the group (product.md §5)."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    group: Annotated[str, Len(1, 63)]
    guarantor: Annotated[str, Len(1, 64)]
    origin: Origin
    send: bool = False
    template: Annotated[str, Len(1, 64)] | None = None
    contact: Annotated[str, Len(1, 320)] | None = field(default=None, repr=False)
    max_uses: Annotated[int, Interval(ge=1, le=MOST_USES)] | None = None
    expires_in: int | str | None = None
    single_payment: bool | None = None
    supersede: bool = False
    batch: Annotated[str, Len(1, 64)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """One link as it stands now; `url` lets its holder in, so it is shown only to who may make links."""

    link: Link
    url: str = field(repr=False)
    group: str
    guarantor: str
    state: LinkState
    max_uses: int
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
        base_url: str,
        lifetimes: Mapping[Origin, timedelta] = DEFAULT_LIFETIMES,
        countries: tuple[str, ...] = ("US",),
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
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
        wrong: list[Fault] = []
        link = self._link(new, group, guarantor, now, wrong)
        channel = _channel(new, link, guarantor, wrong)
        if wrong:
            return tuple(wrong)
        link = await tx.links.add(link)
        await tx.audit.add(_event("link.created", link, now, by, template=new.template, sent=channel))
        if new.supersede:
            for serial in await tx.links.end_others(
                guarantor.id, but=link.serial, state=LinkState.SUPERSEDED
            ):
                await tx.audit.add(_ended("link.superseded", link, serial, now, by))
        if channel is not None and link.contact is not None:
            await tx.outbox.add(
                NewMessage(
                    kind=MessageKind.LINK,
                    subject=link.id,
                    group_id=group.id,
                    guarantor_id=guarantor.id,
                    channel=channel,
                    recipient=link.contact,
                    now=now,
                    give_up_at=min(link.expires_at, now + LINK_WORTH_SENDING),
                ),
            )
        return self._view(link, group, guarantor, now)

    async def get(self, link_id: str, *, within: int | None = None) -> LinkView | None:
        """Return one link with its timeline, if this caller may know of it."""
        now = self._clock.now()

        async def unit(tx: Tx) -> LinkView | None:
            found = await _find(tx, link_id, within)
            if found is None:
                return None
            events = await tx.links.events(found[0].serial)
            return self._view(*found, now, events=events)

        return await self._store.read(unit)

    async def revoke(self, link_id: str, *, by: str, within: int | None = None) -> LinkView | None:
        """End a link at once; one that has ended already stays as it ended, and asking again is no fault."""
        now = self._clock.now()

        async def unit(tx: Tx) -> LinkView | None:
            found = await _find(tx, link_id, within)
            if found is None:
                return None
            link, group, guarantor = found
            if await tx.links.end(link.serial, LinkState.REVOKED):
                await tx.audit.add(_event("link.revoked", link, now, by))
            link = await tx.links.by_serial(link.serial) or link
            events = await tx.links.events(link.serial)
            return self._view(link, group, guarantor, now, events=events)

        return await self._store.write(unit)

    def _link(
        self, new: NewLink, group: Group, guarantor: Guarantor, now: datetime, wrong: list[Fault]
    ) -> Link:
        origin = new.origin
        if origin not in MADE_HERE:
            choices = ", ".join(one.value for one in MADE_HERE)
            wrong.append(
                Fault(path="origin", message=f"Such a link is not made here; choose from {choices}.")
            )
        if new.max_uses is not None and not 1 <= new.max_uses <= MOST_USES:
            wrong.append(Fault(path="max_uses", message=f"Send a whole number from 1 to {MOST_USES}."))
        for name in ("template", "batch"):
            word = getattr(new, name)
            if word is not None and not _WORD.fullmatch(word):
                message = "Use 1 to 64 letters, digits and . _ : - and begin with a letter or digit."
                wrong.append(Fault(path=name, message=message))
        life = _life(new.expires_in, wrong) or self._lifetimes.get(origin, DEFAULT_LIFETIMES[origin])
        single = single_payment_by_origin(origin) if new.single_payment is None else new.single_payment
        return Link(
            serial=0,
            id=self._ids.link_id(),
            group_id=group.id,
            guarantor_id=guarantor.id,
            origin=origin,
            state=LinkState.ACTIVE,
            uses=0,
            max_uses=new.max_uses,
            single_payment=single,
            contact=self._contact(new, guarantor, wrong),
            batch=new.batch,
            created_at=now,
            expires_at=now + life,
        )

    def _contact(self, new: NewLink, guarantor: Guarantor, wrong: list[Fault]) -> str | None:
        """Find the contact on file that is meant; nothing is ever sent to one that is not (R57)."""
        if new.contact is None:
            return {Origin.SMS: guarantor.mobile, Origin.EMAIL: guarantor.email}.get(new.origin)
        on_file = {guarantor.email, guarantor.mobile} - {None}
        found: str | ContactFault | None
        if new.contact in {"email", "sms"}:
            found = guarantor.email if new.contact == "email" else guarantor.mobile
        elif "@" in new.contact:
            found = normalise_email(new.contact)
        else:
            found = normalise_mobile(new.contact, countries=self._countries)
        if found is None or isinstance(found, ContactFault) or found not in on_file:
            wrong.append(Fault(path="contact", message="The guarantor has no such contact on file."))
            return None
        return found

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
            events=tuple(events),
        )


async def _find(tx: Tx, link_id: str, within: int | None) -> tuple[Link, Group, Guarantor] | None:
    link = await tx.links.get(link_id) if _LINK_ID.fullmatch(link_id) else None
    if link is None or within not in {None, link.group_id}:
        return None
    group = await tx.groups.get(link.group_id)
    guarantor = await tx.guarantors.get(link.guarantor_id)
    if group is None or guarantor is None:
        raise LookupError("a link of nobody: the database holds the references")
    return link, group, guarantor


def _channel(new: NewLink, link: Link, guarantor: Guarantor, wrong: list[Fault]) -> Channel | None:
    """Say how the link is sent, if it is: by its origin, else by the contact it was given."""
    by_contact = None if link.contact is None else Channel.EMAIL if "@" in link.contact else Channel.SMS
    must_be = {Origin.SMS: Channel.SMS, Origin.EMAIL: Channel.EMAIL}.get(new.origin)
    if by_contact is not None and must_be is not None and by_contact is not must_be:
        message = f"A link of origin {new.origin.value} goes to {_A_CONTACT[must_be]}."
        wrong.append(Fault(path="contact", message=message))
    if not new.send:
        return None
    if by_contact is None:
        if not any(fault.path == "contact" for fault in wrong):
            message = "There is no contact on file to send it to."
            wrong.append(Fault(path="contact", message=message))
        return None
    if by_contact is Channel.SMS and guarantor.text_opt_out:
        wrong.append(Fault(path="send", message="The guarantor has opted out of texts."))
    return by_contact


_A_CONTACT = {Channel.SMS: "a mobile number", Channel.EMAIL: "an email address"}


def _life(asked: int | str | None, wrong: list[Fault]) -> timedelta | None:
    """Read `expires_in`: seconds, or a number with s, m, h or d."""
    if asked is None:
        return None
    match = _SPAN.fullmatch(asked if isinstance(asked, str) else f"{asked}s")
    life = int(match[1]) * _UNITS[match[2]] if match else timedelta(0)
    if not timedelta(0) < life <= LONGEST_LIFE:
        message = f"Send seconds, or a span like 45m, 12h or 30d; at most {LONGEST_LIFE.days}d."
        wrong.append(Fault(path="expires_in", message=message))
        return None
    return life


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


def _ended(kind: str, by_link: Link, serial: int, now: datetime, by: str) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=by_link.group_id,
        guarantor_id=by_link.guarantor_id,
        link_serial=serial,
        actor=by,
    )
