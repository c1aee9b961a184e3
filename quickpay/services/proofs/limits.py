"""The counts around a proof: by contact, by address and by link, all in the caller's unit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal

from quickpay.domain.digests import Digests
from quickpay.mfa.limits import Limit, Limits
from quickpay.mfa.methods import Method
from quickpay.ports.tables import Tx
from quickpay.services.stay import Stay, Visit

_LOCK = "proof_lock"
_TEXTS_SENT = Limit(name="texts_sent_3600s", most=1_000_000, per=timedelta(hours=1))
_TEXTS_USED = Limit(name="texts_used_3600s", most=1_000_000, per=timedelta(hours=1))
"""No limits by themselves: what a group's codes by text are sent for (R37)."""
_PROVED = Limit(name="contact_proved", most=1)
"""Kept for good: somebody has once typed a code that went to this contact."""

_FOR_GOOD = timedelta(days=36_500)
"""A link with too many tries proves nothing more; staff make another (R25)."""


class Full(Enum):
    """Why a try is not compared, though it was counted."""

    LOCKED = "locked"
    """The contact or the link was locked before."""
    CONTACT = "contact"
    """The contact's count is full with this one."""
    ELSEWHERE = "elsewhere"
    """The link's or the address's is: no reason to lock a contact that many links may need (A29)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Whom the counts are kept for, as keyed digests."""

    contact: bytes
    address: bytes
    link: bytes | None
    group: bytes


class ProofLimits:
    """Count tries and sendings; restarting anything never gives guesses back (F13)."""

    def __init__(self, *, limits: Limits, digests: Digests) -> None:
        self._limits = limits
        self._digests = digests

    def subjects(self, stay: Stay, visit: Visit, contact: str) -> Subjects:
        """Name whom this try or sending is counted for."""
        serial = stay.session.link_serial
        return Subjects(
            contact=self._digests.subject("contact", contact),
            address=self._digests.subject("address", visit.address),
            link=None if serial is None else self._digests.subject("link", str(serial)),
            group=self._digests.subject("group", str(stay.group.id)),
        )

    def subjects_of_new_contact(self, stay: Stay, visit: Visit, contact: str) -> Subjects:
        """Name whom a code to a contact is counted for that she says is hers.

        It counts beside the same contact's own proofs, not against them: she may have typed somebody else's,
        and must not lock it or use up its codes (A29). Nor is it a guess at what the link leads to.
        """
        return Subjects(
            contact=self._digests.subject("new contact", contact.lower()),
            address=self._digests.subject("address", visit.address),
            link=None,
            group=self._digests.subject("group", str(stay.group.id)),
        )

    async def count_new_contact(self, tx: Tx, stay: Stay, now: datetime) -> bool:
        """Count one code to a new contact of this guarantor; False when there were too many."""
        whose = self._digests.subject("guarantor", str(stay.guarantor.id))
        return await self._bump(tx, self._limits.new_contacts_per_guarantor, whose, now)

    async def proved(self, tx: Tx, contact: str, now: datetime) -> None:
        """Note that a code which went to this contact was typed (R37)."""
        await tx.counters.bump(_PROVED, self._digests.subject("contact", contact), now=now)

    def subjects_at_the_door(self, group_id: int, visit: Visit, contact: bytes, *, known: bool) -> Subjects:
        """Name whom a knock is counted for, by its contact's digest.

        One for nobody counts beside the real contact, not against it: else a stranger could lock the contact
        of somebody whose name he does not even know (A29).
        """
        return Subjects(
            contact=contact if known else self._digests.subject("nobody's contact", contact.hex()),
            address=self._digests.subject("address", visit.address),
            link=None,
            group=self._digests.subject("group" if known else "nobody's group", str(group_id)),
        )

    async def count_try(self, tx: Tx, subjects: Subjects, now: datetime) -> Full | None:
        """Count one try everywhere; unless it fits every count, nothing may be compared."""
        limits = self._limits
        locked = await self.is_locked(tx, subjects.contact, subjects.link, now=now)
        of_contact = await self._bump(tx, limits.tries_per_contact, subjects.contact, now)
        of_address = await self._bump(tx, limits.tries_per_address, subjects.address, now)
        of_link = True
        if subjects.link is not None:
            of_link = await self._bump(tx, (limits.tries_per_link,), subjects.link, now)
            if not of_link:
                await tx.counters.lock(_LOCK, subjects.link, until=now + _FOR_GOOD, now=now)
        if locked:
            return Full.LOCKED
        if not of_contact:
            return Full.CONTACT
        return None if of_address and of_link else Full.ELSEWHERE

    async def count_sending(
        self, tx: Tx, subjects: Subjects, method: Method, now: datetime
    ) -> Literal["sends", "spend"] | None:
        """Count one code to be sent (R36, R37); names what is full, if anything is.

        The caller then undoes its unit: a code that is not sent must not use up what is left of the others.
        """
        limits = self._limits
        fits = [await self._bump(tx, limits.sends_per_contact, subjects.contact, now)]
        fits.append(await self._bump(tx, limits.sends_per_address, subjects.address, now))
        if subjects.link is not None:
            fits.append(await self._bump(tx, (limits.sends_per_link,), subjects.link, now))
        if method is Method.SMS:
            fits.append(await self._bump(tx, (limits.texts_per_group,), subjects.group, now))
            if not await self._worth_a_text(tx, subjects, now):
                return "spend"
        return None if all(fits) else "sends"

    async def _worth_a_text(self, tx: Tx, subjects: Subjects, now: datetime) -> bool:
        """Count one text; while hardly any code texted for the group is used, only proved numbers get one."""
        limits = self._limits
        sent = await tx.counters.count(_TEXTS_SENT.name, subjects.group, now=now)
        used = await tx.counters.count(_TEXTS_USED.name, subjects.group, now=now)
        if limits.wasted(sent=sent, used=used):
            return bool(await tx.counters.count(_PROVED.name, subjects.contact, now=now))
        return await tx.counters.bump(_TEXTS_SENT, subjects.group, now=now)

    async def is_locked(self, tx: Tx, *subjects: bytes | None, now: datetime) -> bool:
        """Whether proofs by this contact, or through this link, are locked for now."""
        for subject in subjects:
            if subject and await tx.counters.locked_until(_LOCK, subject, now=now) is not None:
                return True
        return False

    async def lock(self, tx: Tx, contact: bytes, now: datetime) -> None:
        """Lock the contact for 15 minutes, twice as long each further time, a day at most (R29)."""
        before = await tx.counters.lock(_LOCK, contact, until=now + self._limits.lock_for(1), now=now)
        if before:
            await tx.counters.lock(_LOCK, contact, until=now + self._limits.lock_for(before + 1), now=now)

    async def succeeded(self, tx: Tx, subjects: Subjects, method: Method, now: datetime) -> None:
        """Start the consecutive counts anew; the hourly and daily counts of wrong tries stay (R26).

        The try that succeeded was counted beforehand and was none of them: it is taken back. A person who has
        just proved that she is there is not being bombed with codes (R36), so the short counts of sendings
        start anew as well; ten a day for one contact stay ten.
        """
        await tx.counters.bump(_PROVED, subjects.contact, now=now)
        if method is Method.SMS:
            await tx.counters.bump(_TEXTS_USED, subjects.group, now=now)
        for limit in self._limits.tries_per_contact:
            if limit.cleared_by_success:
                await tx.counters.clear(limit.name, subjects.contact)
            else:
                await tx.counters.take_back(limit.name, subjects.contact)
        for limit in self._limits.tries_per_address:
            await tx.counters.take_back(limit.name, subjects.address)
        for limit in self._limits.sends_per_contact[:-1]:
            await tx.counters.clear(limit.name, subjects.contact)
        if subjects.link is not None:
            await tx.counters.take_back(self._limits.tries_per_link.name, subjects.link)
            await tx.counters.clear(self._limits.sends_per_link.name, subjects.link)

    async def _bump(self, tx: Tx, limits: tuple[Limit, ...], subject: bytes, now: datetime) -> bool:
        fits = [await tx.counters.bump(limit, subject, now=now) for limit in limits]
        return all(fits)
