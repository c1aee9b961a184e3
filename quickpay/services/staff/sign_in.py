"""Sign in with a name, a password and an app's code; know who is here; sign out (R119)."""

from dataclasses import dataclass
from datetime import datetime

from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.staff import LOCK, Staff, StaffState, name_key, same_password
from quickpay.mfa.codes import clean_code
from quickpay.mfa.limits import Limit, Limits
from quickpay.mfa.totp import seal, step_of, unseal
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.passwords import Passwords
from quickpay.ports.staff_tables import StaffProofs
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.staff.stay import NoStaffStay as NoStaffStay
from quickpay.services.staff.stay import SignedIn as SignedIn
from quickpay.services.staff.stay import StaffStay as StaffStay
from quickpay.services.staff.stay import open_session, staff_event, stay_of_staff
from quickpay.services.stay import Gone, Visit

_LOCK = "staff_lock"
_NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """Name, password and code do not belong together; which of them, nobody is told."""


@dataclass(frozen=True, slots=True)
class SignInLocked:
    """Too many failures with this name, whether it is known or not, or from this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """Whom failures are counted for, as keyed digests."""

    name: bytes
    address: bytes


class SignIn:
    """The staff's door: sign in, look who is here, sign out."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        digests: Digests,
        limits: Limits,
        passwords: Passwords,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._digests = digests
        self._limits = limits
        self._passwords = passwords

    async def sign_in(
        self, visit: Visit, *, name: str, password: str, code: str
    ) -> SignedIn | NotSignedIn | SignInLocked:
        """Count the try and commit, compare aside, then claim: no burst gets more than the limit compared.

        An unknown name takes the same steps and as long.
        """
        counts = self._counts(visit, name)
        counted = await self._store.write(lambda tx: self._count(tx, counts, visit, name))
        if isinstance(counted, SignInLocked):
            return counted
        one, proofs = counted
        matches = await self._passwords.matches(same_password(password), proofs.password)
        typed = clean_code(code) or ""
        answer = await self._store.write(
            lambda tx: self._judge(tx, counts, visit, one, proofs, matches=matches, code=typed)
        )
        if isinstance(answer, SignedIn) and proofs.password is not None:
            await self._renew(answer.staff, same_password(password), was=proofs.password)
        return answer

    async def who(self, visit: Visit) -> StaffStay | NoStaffStay:
        """Look who a request is from, and keep the session alive by it."""
        secret, now = visit.secret, self._clock.now()
        if secret is None:
            return NoStaffStay(why=Gone.NEVER)

        async def look(tx: Tx) -> StaffStay | NoStaffStay:
            return await stay_of_staff(tx, secret, now)

        found = await self._store.read(look)
        if isinstance(found, StaffStay):
            session_id = found.session.id
            await self._store.write(lambda tx: tx.staff_sessions.seen(session_id, now))
        return found

    async def sign_out(self, visit: Visit) -> None:
        """End the session; there may be none."""
        secret, now = visit.secret, self._clock.now()
        if secret is None:
            return

        async def unit(tx: Tx) -> None:
            session = await tx.staff_sessions.find(session_hash(secret))
            if session is not None and await tx.staff_sessions.end(session.id, now):
                await tx.audit.add(staff_event("staff.logged_out", f"staff {session.staff_id}", visit, now))

        await self._store.write(unit)

    async def _renew(self, one: Staff, password: str, *, was: str) -> None:
        """Digest the password anew, at the one moment we know it, if the numbers have grown since."""
        if not self._passwords.outgrown(was):
            return
        digest = await self._passwords.digest(password)
        await self._store.write(lambda tx: tx.staff.rehash(one.id, was=was, password=digest))

    def _counts(self, visit: Visit, name: str) -> _Counts:
        return _Counts(
            name=self._digests.subject("staff", name_key(name)),
            address=self._digests.subject("address", visit.address),
        )

    async def _count(
        self, tx: Tx, counts: _Counts, visit: Visit, name: str
    ) -> tuple[Staff | None, StaffProofs] | SignInLocked:
        now, limits = self._clock.now(), self._limits
        one = await tx.staff.by_name(name)
        counted = (
            (limits.staff_tries_per_account, counts.name),
            (limits.staff_tries_per_address, counts.address),
        )
        fits = [await tx.counters.bump(limit, subject, now=now) for limit, subject in counted]
        # Looked for after the counting: who locks also clears the count, and a try that waited for its row
        # meanwhile must not find a fresh one.
        if await self._is_locked(tx, counts, now):
            for (limit, subject), fitted in zip(counted, fits, strict=True):
                if fitted:
                    await tx.counters.take_back(limit.name, subject)
            return SignInLocked()
        for (limit, subject), fitted in zip(counted, fits, strict=True):
            if not fitted:
                await self._lock(tx, limit, subject, one, visit, now)
        if not all(fits):
            return SignInLocked()
        if one is None or one.state is not StaffState.ACTIVE:
            return one, StaffProofs(password=None, totp=None)
        return one, await tx.staff.proofs(one.id)

    async def _judge(
        self,
        tx: Tx,
        counts: _Counts,
        visit: Visit,
        one: Staff | None,
        proofs: StaffProofs,
        *,
        matches: bool,
        code: str,
    ) -> SignedIn | NotSignedIn | SignInLocked:
        now, limits = self._clock.now(), self._limits
        if await self._is_locked(tx, counts, now):  # by others who were compared at the same time
            return SignInLocked()
        wrong = "unknown" if one is None else await self._claim(tx, one, proofs, code, now, matches=matches)
        if wrong is not None or one is None:
            await tx.audit.add(
                staff_event("staff.failed", _actor(one), visit, now, reason=wrong or "unknown")
            )
            for limit, subject in (
                (limits.staff_tries_per_account, counts.name),
                (limits.staff_tries_per_address, counts.address),
            ):
                if limit.is_full(await tx.counters.count(limit.name, subject, now=now)):
                    await self._lock(tx, limit, subject, one, visit, now)
            return NotSignedIn()
        await tx.counters.clear(limits.staff_tries_per_account.name, counts.name)
        await tx.counters.take_back(limits.staff_tries_per_address.name, counts.address)
        return await open_session(tx, one, visit, secret=self._ids.secret(), now=now)

    async def _claim(
        self, tx: Tx, one: Staff, proofs: StaffProofs, code: str, now: datetime, *, matches: bool
    ) -> str | None:
        """Use the code up if everything is right; else say what is wrong, for the audit alone."""
        today = await tx.staff.get(one.id)
        if today is None or today.state is not StaffState.ACTIVE or proofs.totp is None:
            return "not_active"
        if await tx.staff.proofs(one.id) != proofs:  # reset while we compared
            return "not_active"
        if not matches:
            return "password"
        for age, pepper in enumerate(self._digests.peppers):
            secret = unseal(proofs.totp, pepper=pepper)
            step = step_of(secret, code, now)
            if step is None:
                continue
            if not await tx.staff.use_step(one.id, step):
                return "used_code"
            if age:  # sealed under a key that is to go
                await tx.staff.reseal(one.id, seal(secret, pepper=self._digests.peppers[0]))
            return None
        return "code"

    async def _is_locked(self, tx: Tx, counts: _Counts, now: datetime) -> bool:
        for subject in (counts.name, counts.address):
            if await tx.counters.locked_until(_LOCK, subject, now=now) is not None:
                return True
        return False

    async def _lock(
        self, tx: Tx, limit: Limit, subject: bytes, one: Staff | None, visit: Visit, now: datetime
    ) -> None:
        await tx.counters.lock(_LOCK, subject, until=now + LOCK, now=now)
        await tx.counters.clear(limit.name, subject)
        await tx.audit.add(staff_event("staff.locked", _actor(one), visit, now, limit=limit.name))


def _actor(one: Staff | None) -> str:
    return _NOBODY if one is None else one.actor
