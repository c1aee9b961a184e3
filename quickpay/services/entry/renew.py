"""Renew a dead link by a press: a fresh one to the contact the dead one was sent to, never to another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quickpay.domain.audit import Event
from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.digests import Digests
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import DEFAULT_LIFETIMES, Link, LinkState
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.domain.origins import Origin
from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.links.keep import LINK_WORTH_SENDING
from quickpay.services.links.words import default_template
from quickpay.services.proofs.limits import ProofLimits
from quickpay.services.stay import Visit

RENEWABLE = frozenset({LinkState.EXPIRED, LinkState.USED_UP, LinkState.SUPERSEDED})
"""What staff ended stays ended, what is on hold waits for them, and a paid link has nothing to renew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A fresh link is on its way, or one went lately and this press was one too many: said alike."""

    group: Group
    masked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dead:
    """A dead link that may be renewed, and by which way its contact is reached."""

    link: Link
    contact: str
    channel: Channel
    group: Group
    guarantor: Guarantor

    @property
    def answer(self) -> Renewed:
        mask = mask_email if self.channel is Channel.EMAIL else mask_mobile
        return Renewed(group=self.group, masked=mask(self.contact))


class _TooOften(Exception):
    """Some count is full; raised so that this press uses up none of the others."""

    def __init__(self, dead: _Dead) -> None:
        super().__init__("renewed too often")
        self.dead = dead


class Renewal:
    """Offer and send fresh links; `channels` are those this installation has a server for."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        tokens: Tokens,
        digests: Digests,
        limits: Limits,
        lifetimes: Mapping[Origin, timedelta] = DEFAULT_LIFETIMES,
        channels: frozenset[Channel] = frozenset(Channel),
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._digests = digests
        self._limits = limits
        self._lifetimes = lifetimes
        self._channels = channels
        self._proofs = ProofLimits(limits=limits, digests=digests)

    async def offer(self, token: str) -> str | None:
        """Say where a fresh link would go, masked (R39), if this dead one may be renewed; changes nothing."""
        link_id = self._tokens.read(TokenPurpose.LINK, token)
        if link_id is None:
            return None
        now = self._clock.now()

        async def unit(tx: Tx) -> str | None:
            dead = await self._dead(tx, link_id, now)
            return None if dead is None else dead.answer.masked

        return await self._store.read(unit)

    async def renew(self, token: str, visit: Visit) -> Renewed | None:
        """Make a link like the dead one and queue its message, both or neither; None: it is not renewed."""
        link_id = self._tokens.read(TokenPurpose.LINK, token)
        if link_id is None:
            return None
        now = self._clock.now()
        fresh_id = self._ids.link_id()

        async def unit(tx: Tx) -> Renewed | None:
            dead = await self._dead(tx, link_id, now)
            if dead is None:
                return None
            if not await self._fits(tx, dead, visit, now):
                raise _TooOften(dead)
            await self._make(tx, dead, fresh_id, visit, now)
            return dead.answer

        try:
            return await self._store.write(unit)
        except _TooOften as refused:
            dead = refused.dead
            event = _event("rate.limited", dead.link, visit, now, limit="renewals")
            await self._store.write(lambda tx: tx.audit.add(event))
            return dead.answer

    async def _dead(self, tx: Tx, link_id: str, now: datetime) -> _Dead | None:
        """Find the link if it may be renewed, by the row, the group and the contacts as they are now."""
        link = await tx.links.get(link_id)
        if link is None or link.contact is None:
            return None
        group = await tx.groups.get(link.group_id)
        guarantor = await tx.guarantors.get(link.guarantor_id)
        if group is None or guarantor is None:
            return None
        options = group.options
        state = link.state_at(now, group_max=options.authentication.quickpay_max_access_attempts)
        channel = Channel.EMAIL if "@" in link.contact else Channel.SMS
        has_sender = channel is Channel.SMS or options.notifications.email_from is not None
        if state not in RENEWABLE or channel not in self._channels or not has_sender:
            return None
        if not _reaches(guarantor, link.contact, channel):
            return None
        if await tx.stops.holds(guarantor.id, link.contact):
            return None
        if await tx.carrier_stops.since(link.contact) is not None:
            return None
        # A link locked for proofs gets no new tries by renewal: staff make another (R25).
        if await self._proofs.is_locked(tx, self._digests.subject("link", str(link.serial)), now=now):
            return None
        return _Dead(link=link, contact=link.contact, channel=channel, group=group, guarantor=guarantor)

    async def _fits(self, tx: Tx, dead: _Dead, visit: Visit, now: datetime) -> bool:
        """Count one renewal everywhere (A36).

        A link and all that came of it by renewal have one guarantor and one contact: these name the chain.
        """
        limits, subject = self._limits, self._digests.subject
        chain = f"{dead.link.guarantor_id}\n{dead.contact}"
        counts = (
            (limits.renewals_per_contact, subject("contact", dead.contact)),
            (limits.renewals_per_link, subject("chain", chain)),
            (limits.renewals_per_address, subject("address", visit.address)),
        )
        fits = [
            await tx.counters.bump(limit, whose, now=now) for several, whose in counts for limit in several
        ]
        return all(fits)

    async def _make(self, tx: Tx, dead: _Dead, fresh_id: str, visit: Visit, now: datetime) -> None:
        old = dead.link
        life = self._lifetimes.get(old.origin) or DEFAULT_LIFETIMES[old.origin]
        fresh = await tx.links.add(
            replace(
                old,
                serial=0,
                id=fresh_id,
                state=LinkState.ACTIVE,
                uses=0,
                batch=None,
                created_at=now,
                expires_at=now + life,
            )
        )
        await tx.audit.add(_event("link.created", fresh, visit, now, sent=dead.channel))
        await tx.audit.add(_event("link.renewed", fresh, visit, now, old=old.id))
        await tx.audit.add(_event("link.renewed", old, visit, now, new=fresh.id))
        own = await default_template(tx, dead.group, dead.guarantor, dead.channel)
        if own is not None:
            await tx.link_templates.use(own.id, link_id=fresh.id)
        await tx.outbox.add(
            NewMessage(
                kind=MessageKind.LINK,
                subject=fresh.id,
                group_id=fresh.group_id,
                guarantor_id=fresh.guarantor_id,
                channel=dead.channel,
                recipient=dead.contact,
                now=now,
                give_up_at=min(fresh.expires_at, now + LINK_WORTH_SENDING),
            ),
        )


def _reaches(guarantor: Guarantor, contact: str, channel: Channel) -> bool:
    """Whether the contact is still the guarantor's own and may be written to."""
    if channel is Channel.EMAIL:
        return contact == guarantor.email
    return contact == guarantor.mobile and not guarantor.text_opt_out


def _event(kind: str, link: Link, visit: Visit, now: datetime, **detail: str) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=link.group_id,
        guarantor_id=link.guarantor_id,
        link_serial=link.serial,
        request_id=visit.request_id,
        detail={**detail},
    )
