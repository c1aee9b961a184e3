"""Hold card testing down: count declined cards by session, link, guarantor, contact and address (R82)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quickpay.domain.alarms import AlarmKind
from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests
from quickpay.domain.links import Link
from quickpay.domain.payments import Payment
from quickpay.mfa.limits import Limit, Limits
from quickpay.ports.tables import Tx
from quickpay.services.stay import Stay

_EVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """A limit that refuses the next card; `until_pardoned`: no waiting opens it, the office does."""

    limit: str
    until_pardoned: bool


@dataclass(frozen=True, slots=True)
class CardTesting:
    """Count before the gateway is asked, and take back what was no decline."""

    limits: Limits
    digests: Digests

    async def count(self, tx: Tx, stay: Stay, *, address: str, now: datetime) -> Full | None:
        """Count one try, or say which limit refuses it; the caller holds the guarantor's lock."""
        full = await self._declines(tx, stay, now) or await self._by_counter(tx, stay, address, now)
        if full is not None:
            await tx.audit.add(_refused(stay, full, now))
            return full
        group = stay.group.id
        alarm = self.limits.payments_per_group_alarm
        if not await tx.counters.bump(alarm, self.digests.subject("group", str(group)), now=now):
            await tx.alarms.raise_(AlarmKind.MANY_PAYMENTS, f"group {group}", group_id=group, now=now)
        return None

    async def take_back(self, tx: Tx, payment: Payment, *, address: str) -> None:
        """Count one less, as no card was declined; what is never taken back is over by itself."""
        contact = None if payment.link_serial is None else await contact_of(tx, payment.link_serial)
        for limit, subject in self._counted(contact, address):
            await tx.counters.take_back(limit.name, subject)

    async def pardon(self, tx: Tx, guarantor_id: int, contact: str | None, *, now: datetime) -> None:
        """Let the declines there were count no longer for this guarantor and contact."""
        await tx.pardons.pardon(guarantor_id, now=now)
        if contact is not None:
            limit = self.limits.declines_per_contact
            await tx.counters.clear(limit.name, self._contact(contact))

    async def standing(self, tx: Tx, link: Link, *, now: datetime) -> Full | None:
        """Say which limit that the office opens refuses the next card through a link; counts nothing."""
        if await self.link_is_full(tx, link.serial, link.guarantor_id):
            return Full(limit=self.limits.declines_per_link.name, until_pardoned=True)
        if await self._guarantor_is_full(tx, link.guarantor_id, now):
            return Full(limit=self.limits.declines_per_guarantor.name, until_pardoned=True)
        limit = self.limits.declines_per_contact
        if link.contact is not None and limit.is_full(
            await tx.counters.count(limit.name, self._contact(link.contact), now=now)
        ):
            return Full(limit=limit.name, until_pardoned=True)
        return None

    async def _guarantor_is_full(self, tx: Tx, guarantor_id: int, now: datetime) -> bool:
        limit = self.limits.declines_per_guarantor
        since = max(await tx.pardons.at(guarantor_id) or _EVER, now - (limit.per or timedelta(0)))
        return limit.is_full(await tx.payments.declines_of_session(None, guarantor_id, since=since))

    async def link_is_full(self, tx: Tx, link_serial: int, guarantor_id: int) -> bool:
        """Whether so many cards were declined through a link that it takes no more."""
        since = await tx.pardons.at(guarantor_id) or _EVER
        declines = await tx.payments.declines_of_link(link_serial, since=since)
        return self.limits.declines_per_link.is_full(declines)

    async def _declines(self, tx: Tx, stay: Stay, now: datetime) -> Full | None:
        """Hold the payments there are against the limits; one guarantor's are not made at the same time."""
        guarantor, serial = stay.guarantor.id, stay.session.link_serial
        pardoned = await tx.pardons.at(guarantor) or _EVER
        if serial is not None and await self.link_is_full(tx, serial, guarantor):
            return Full(limit=self.limits.declines_per_link.name, until_pardoned=True)
        of_session = self.limits.declines_per_session
        since = max(pardoned, now - (of_session.per or timedelta(0)))
        if of_session.is_full(await tx.payments.declines_of_session(stay.session.id, guarantor, since=since)):
            return Full(limit=of_session.name, until_pardoned=False)
        if await self._guarantor_is_full(tx, guarantor, now):
            return Full(limit=self.limits.declines_per_guarantor.name, until_pardoned=True)
        return None

    async def _by_counter(self, tx: Tx, stay: Stay, address: str, now: datetime) -> Full | None:
        """Count what is shared by several guarantors; each count is one statement, full or counted."""
        serial = stay.session.link_serial
        contact = None if serial is None else await contact_of(tx, serial)
        counted: list[tuple[Limit, bytes]] = []
        tries = (self.limits.payments_per_address, self.digests.subject("address", address))
        for limit, subject in (*self._counted(contact, address), tries):
            if not await tx.counters.bump(limit, subject, now=now):
                for earlier, of in counted:
                    await tx.counters.take_back(earlier.name, of)
                by_contact = limit is self.limits.declines_per_contact
                return Full(limit=limit.name, until_pardoned=by_contact)
            counted.append((limit, subject))
        return None

    def _counted(self, contact: str | None, address: str) -> tuple[tuple[Limit, bytes], ...]:
        by_address = (self.limits.declines_per_address, self.digests.subject("address", address))
        if contact is None:
            return (by_address,)
        return ((self.limits.declines_per_contact, self._contact(contact)), by_address)

    def _contact(self, contact: str) -> bytes:
        return self.digests.subject("contact", contact.lower())


async def contact_of(tx: Tx, link_serial: int) -> str | None:
    """Give the contact a link went to."""
    link = await tx.links.by_serial(link_serial)
    return None if link is None else link.contact


def _refused(stay: Stay, full: Full, now: datetime) -> Event:
    return Event(
        at=now,
        type="payment.refused",
        group_id=stay.group.id,
        guarantor_id=stay.guarantor.id,
        link_serial=stay.session.link_serial,
        session_id=stay.session.id,
        detail={"limit": full.limit},
    )
