"""Enrol: by a one-time address somebody of the staff sets a password, then shows that the app works."""

from dataclasses import dataclass, field

from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.faults import Fault
from quickpay.domain.staff import Staff, name_key, password_faults, same_password
from quickpay.mfa.codes import clean_code
from quickpay.mfa.limits import Limits
from quickpay.mfa.totp import address_of, new_secret, seal, step_of, unseal
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.passwords import Passwords
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.staff.stay import SignedIn, open_session, staff_event
from quickpay.services.stay import Visit

_COMMON = Fault(
    path="password",
    message="This is easy to guess: it is on a list, or made of your name, the keyboard or repeats. "
    "Use other words.",
)
_WRONG_CODE = Fault(
    path="code",
    message="That is not the app's code of this moment. Try the next one; is your phone's clock right?",
)


@dataclass(frozen=True, slots=True)
class NoEnrolment:
    """The address was used, has run out, or was never one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantsPassword:
    """The first step: the account waits for its password."""

    staff: Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class WantsCode:
    """The second step: the app is to be set up with this secret, and to give a first code."""

    staff: Staff
    secret: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet:
    """The first secret is used up; only who set the password knows the next."""

    next_secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """What is to be mended before this step is done."""

    step: WantsPassword | WantsCode
    faults: tuple[Fault, ...]


class Enrol:
    """The two steps; looking changes nothing, and shows the app's secret only after the password is set."""

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

    async def look(self, secret: bytes) -> WantsPassword | WantsCode | NoEnrolment:
        """Say which step this secret is for."""

        async def unit(tx: Tx) -> WantsPassword | WantsCode | NoEnrolment:
            return await self._step(tx, secret)

        return await self._store.read(unit)

    async def set_password(
        self, visit: Visit, secret: bytes, *, password: str, again: str
    ) -> PasswordSet | NotYet | NoEnrolment:
        """Keep the password's digest and a new secret for the app; the address it was done at ends."""
        step = await self.look(secret)
        if not isinstance(step, WantsPassword):
            return NoEnrolment()
        chosen = same_password(password)
        faults = password_faults(chosen, same_password(again))
        if not faults and await self._passwords.is_common(chosen, words=tuple(step.staff.name.split())):
            faults = (_COMMON,)
        if faults:
            return NotYet(step=step, faults=faults)
        digest = await self._passwords.digest(chosen)
        totp = seal(new_secret(), pepper=self._digests.peppers[0])
        next_secret, now = self._ids.secret(), self._clock.now()

        async def unit(tx: Tx) -> PasswordSet | NoEnrolment:
            kept = await tx.staff.set_proofs(
                enrol_hash=session_hash(secret),
                password=digest,
                totp=totp,
                next_hash=session_hash(next_secret),
                now=now,
            )
            if not kept:
                return NoEnrolment()
            await tx.audit.add(staff_event("staff.password_set", step.staff.actor, visit, now))
            return PasswordSet(next_secret=next_secret)

        return await self._store.write(unit)

    async def finish(self, visit: Visit, secret: bytes, *, code: str) -> SignedIn | NotYet | NoEnrolment:
        """Take the app's first code, end the enrolment and let her in; ten wrong codes end it as well."""
        typed, next_secret = clean_code(code) or "", self._ids.secret()

        async def unit(tx: Tx) -> SignedIn | NotYet | NoEnrolment:
            now = self._clock.now()
            step = await self._step(tx, secret)
            if not isinstance(step, WantsCode):
                return NoEnrolment()
            subject = self._digests.subject("staff_enrol", name_key(step.staff.name))
            limit = self._limits.staff_tries_per_account
            if not await tx.counters.bump(limit, subject, now=now):
                await tx.staff.disable(step.staff.id)
                await tx.counters.clear(limit.name, subject)
                await tx.audit.add(staff_event("staff.locked", step.staff.actor, visit, now))
                return NoEnrolment()
            used = step_of(step.secret, typed, now)
            if used is None:
                return NotYet(step=step, faults=(_WRONG_CODE,))
            if not await tx.staff.activate(enrol_hash=session_hash(secret), step=used, now=now):
                return NoEnrolment()
            await tx.counters.clear(limit.name, subject)
            await tx.audit.add(staff_event("staff.enrolled", step.staff.actor, visit, now))
            one = await tx.staff.get(step.staff.id)
            return await open_session(tx, one or step.staff, visit, secret=next_secret, now=now)

        return await self._store.write(unit)

    async def _step(self, tx: Tx, secret: bytes) -> WantsPassword | WantsCode | NoEnrolment:
        one = await tx.staff.invited(session_hash(secret), self._clock.now())
        if one is None:
            return NoEnrolment()
        proofs = await tx.staff.proofs(one.id)
        if proofs.totp is None:
            return WantsPassword(staff=one)
        shown = unseal(proofs.totp, pepper=self._digests.peppers[0])
        return WantsCode(staff=one, secret=shown, address=address_of(shown, name=one.name))
