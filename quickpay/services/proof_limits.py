"""The counts around a proof: by contact, by address and by link, all in the caller's unit."""

from dataclasses import dataclass
from datetime import datetime

from quickpay.domain.digests import Digests
from quickpay.mfa.limits import Limit, Limits
from quickpay.ports.tables import Tx
from quickpay.services.stay import Stay, Visit

_LOCK = "proof_lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Whom the counts are kept for, as keyed digests."""

    contact: bytes
    address: bytes
    link: bytes | None


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
        )

    async def count_try(self, tx: Tx, subjects: Subjects, now: datetime) -> bool:
        """Count one try everywhere; False when any count is full, and then nothing may be compared."""
        limits = self._limits
        open_ = await tx.counters.locked_until(_LOCK, subjects.contact, now=now) is None
        fits = [await self._bump(tx, limits.tries_per_contact, subjects.contact, now)]
        fits.append(await self._bump(tx, limits.tries_per_address, subjects.address, now))
        if subjects.link is not None:
            fits.append(await self._bump(tx, (limits.tries_per_link,), subjects.link, now))
        return open_ and all(fits)

    async def count_sending(self, tx: Tx, subjects: Subjects, now: datetime) -> bool:
        """Count one code to be sent (R36); False when any count is full."""
        limits = self._limits
        fits = [await self._bump(tx, limits.sends_per_contact, subjects.contact, now)]
        fits.append(await self._bump(tx, limits.sends_per_address, subjects.address, now))
        if subjects.link is not None:
            fits.append(await self._bump(tx, (limits.sends_per_link,), subjects.link, now))
        return all(fits)

    async def is_locked(self, tx: Tx, contact: bytes, now: datetime) -> bool:
        """Whether proofs by this contact are locked for now."""
        return await tx.counters.locked_until(_LOCK, contact, now=now) is not None

    async def lock(self, tx: Tx, contact: bytes, now: datetime) -> None:
        """Lock the contact for 15 minutes, twice as long each further time, a day at most (R29)."""
        before = await tx.counters.lock(_LOCK, contact, until=now + self._limits.lock_for(1), now=now)
        if before:
            await tx.counters.lock(_LOCK, contact, until=now + self._limits.lock_for(before + 1), now=now)

    async def succeeded(self, tx: Tx, subjects: Subjects) -> None:
        """Start the consecutive counts anew; the hourly and daily counts of tries stay (R26).

        A person who has just proved that she is there is not being bombed with codes (R36), so the short
        counts of sendings start anew as well; ten a day for one contact stay ten.
        """
        for limit in self._limits.tries_per_contact:
            if limit.cleared_by_success:
                await tx.counters.clear(limit.name, subjects.contact)
        for limit in self._limits.sends_per_contact[:-1]:
            await tx.counters.clear(limit.name, subjects.contact)
        if subjects.link is not None:
            await tx.counters.clear(self._limits.sends_per_link.name, subjects.link)

    async def _bump(self, tx: Tx, limits: tuple[Limit, ...], subject: bytes, now: datetime) -> bool:
        fits = [await tx.counters.bump(limit, subject, now=now) for limit in limits]
        return all(fits)
