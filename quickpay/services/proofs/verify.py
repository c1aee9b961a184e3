"""Prove who you are: choose a way, get a code, type it; count, commit, judge, claim."""

from dataclasses import dataclass, replace
from datetime import datetime

from quickpay.domain.digests import Digests, session_hash
from quickpay.mfa.challenge import Challenge, ChallengeState, Locked, TryOutcome, Verified, refusal
from quickpay.mfa.codes import clean_code
from quickpay.mfa.limits import Limits
from quickpay.mfa.methods import Method
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.tasks import Tasks
from quickpay.services.messages.courier import CodeToSend, Courier
from quickpay.services.proofs.codes import ProofCodes, challenge_event
from quickpay.services.proofs.pages import (
    AlreadyProved,
    ChoosePage,
    CodePage,
    CodeRefused,
    CodeSent,
    NotACode,
    NotHere,
    NothingSent,
    NotYet,
    ProofLocked,
    Proved,
    TooManyCodes,
    WayNotOffered,
    code_page,
    is_bound,
)
from quickpay.services.proofs.sending import CodeSending
from quickpay.services.proofs.simulation import imagined_code
from quickpay.services.proofs.ways import choose_page, no_way, open_ways
from quickpay.services.stay import Gone, NoStay, Stay, Visit, stay_of

Sending = CodeSent | ProofLocked | TooManyCodes | NotHere


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A session with the last challenge it asked for."""

    page: ChoosePage
    challenge: Challenge
    code_page: CodePage

    @property
    def stay(self) -> Stay:
        return self.page.stay


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stale:
    """The last challenge is not for what is so now: its contact changed, or its method is not offered."""

    challenge: Challenge


class Verify:
    """Send codes and judge them."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        digests: Digests,
        limits: Limits,
        courier: Courier,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._most = limits.tries_per_challenge.most
        self._life = limits.code_life
        self._rest = limits.contact_rest
        self._codes = ProofCodes(ids=ids, digests=digests, limits=limits)
        self._counts = self._codes.counts
        self._sending = CodeSending(store=store, clock=clock, courier=courier, tasks=tasks)

    async def ways(self, visit: Visit) -> ChoosePage | NotHere:
        """Show the ways to get a code; nothing is sent by looking."""
        now = self._clock.now()

        async def unit(tx: Tx) -> ChoosePage | NotHere:
            return await self._offered(tx, visit, now)

        return await self._store.read(unit)

    async def code_page(
        self, visit: Visit, *, imagined: Method | None = None
    ) -> CodePage | ProofLocked | NothingSent | NotHere:
        """Show where the last code went; in a simulation, where one by the imagined way would have gone."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CodePage | ProofLocked | NothingSent | NotHere:
            if visit.simulation:
                page = await self._offered(tx, visit, now)
                if not isinstance(page, ChoosePage):
                    return page
                return imagined_code(page, imagined, life=self._life)
            asked = await self._asked(tx, visit, now)
            if isinstance(asked, _Stale):
                return NothingSent()
            if not isinstance(asked, _Asked):
                return asked
            locked = asked.challenge.state is ChallengeState.LOCKED
            return ProofLocked(stay=asked.stay) if locked else asked.code_page

        return await self._store.read(unit)

    async def send(self, visit: Visit, method: Method | None) -> WayNotOffered | Sending:
        """Send a code by this method; pressed twice within the wait, the one that was sent stays good."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CodeToSend | WayNotOffered | Sending:
            page = await self._offered(tx, visit, now)
            if not isinstance(page, ChoosePage):
                return page
            if method is None or all(way.method is not method for way in page.ways):
                return WayNotOffered(page=page)
            last = await tx.challenges.last_of(page.stay.session.id)
            open_ = last is not None and last.method is method and last.is_open(now)
            open_ = open_ and last is not None and is_bound(last, page)
            if last is not None and open_ and now < await tx.challenges.resend_at(last.id):
                return CodeSent()
            return await self._codes.make(tx, page.stay, visit, method, last, now)

        return await self._sending.send(unit)

    async def resend(self, visit: Visit) -> NotYet | NothingSent | Sending:
        """Send a new code to the same contact; the old one is dead, the tries stay counted (R24)."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CodeToSend | NotYet | NothingSent | Sending:
            asked = await self._asked(tx, visit, now)
            if isinstance(asked, _Stale):
                return await self._cancel(tx, asked.challenge, now)
            if not isinstance(asked, _Asked):
                return asked
            if asked.code_page.blocked:
                return NothingSent()  # the page of ways says why, and what else there is
            if asked.code_page.seconds_to_resend > 0:
                return NotYet(page=asked.code_page)
            method = asked.challenge.method
            return await self._codes.make(tx, asked.stay, visit, method, asked.challenge, now)

        return await self._sending.send(unit)

    async def check(
        self, visit: Visit, typed: str
    ) -> Proved | CodeRefused | NotACode | ProofLocked | NothingSent | NotHere:
        """Judge one typed code: the try is counted and on disk before anything is compared (R23)."""
        digits = clean_code(typed)
        now = self._clock.now()

        async def count(tx: Tx) -> _Asked | CodeRefused | NotACode | ProofLocked | NothingSent | NotHere:
            asked = await self._asked(tx, visit, now)
            if isinstance(asked, _Stale):
                return await self._cancel(tx, asked.challenge, now)
            if not isinstance(asked, _Asked):
                return asked
            if digits is None:
                return NotACode(page=asked.code_page)
            return await self._count(tx, asked, visit, now)

        counted = await self._store.write(count)
        if not isinstance(counted, _Asked):
            return counted
        outcome = self._codes.judge(counted.challenge, visit, digits or "", now)
        secret = self._ids.secret()

        async def claim(tx: Tx) -> Proved | CodeRefused | ProofLocked | NothingSent | NotHere:
            if isinstance(outcome, Verified):
                return await self._claim(tx, counted, visit, secret, now)
            return await self._refuse(tx, counted, outcome, now)

        return await self._store.write(claim)

    async def _offered(self, tx: Tx, visit: Visit, now: datetime) -> ChoosePage | NotHere:
        stay = await stay_of(tx, visit, now)
        return await choose_page(tx, stay, rested_since=now - self._rest) if isinstance(stay, Stay) else stay

    async def _asked(self, tx: Tx, visit: Visit, now: datetime) -> _Asked | _Stale | NothingSent | NotHere:
        stay = await stay_of(tx, visit, now)
        page = await open_ways(tx, stay, rested_since=now - self._rest) if isinstance(stay, Stay) else stay
        if not isinstance(page, ChoosePage):
            return page
        last = await tx.challenges.last_of(page.stay.session.id)
        if not page.ways and (last is None or not last.is_open(now)):
            return no_way(page)
        if last is None:
            return NothingSent()
        if not is_bound(last, page):
            return _Stale(challenge=last)
        resend_at = await tx.challenges.resend_at(last.id)
        report = await tx.texts.of_challenge(last.id) if last.method is Method.SMS else None
        shown = code_page(page, last, resend_at=resend_at, now=now, report=report)
        return _Asked(page=page, challenge=last, code_page=shown)

    async def _cancel(self, tx: Tx, challenge: Challenge, now: datetime) -> NothingSent:
        """End a challenge that what has changed since made worthless (R31, R45): choose again."""
        if await tx.challenges.move(challenge.id, ChallengeState.SUPERSEDED, now):
            await tx.audit.add(challenge_event(challenge, "challenge.cancelled", now))
        return NothingSent()

    async def _count(
        self, tx: Tx, asked: _Asked, visit: Visit, now: datetime
    ) -> _Asked | CodeRefused | ProofLocked | AlreadyProved:
        counted = await self._codes.count_try(tx, asked.challenge, asked.stay, visit, now)
        if isinstance(counted, Challenge):
            return replace(asked, challenge=counted)
        # Pressed twice at once, the other press may have used the code since this unit read it as open.
        return await self._proved_before(tx, asked) or _refused(asked, counted)

    async def _claim(
        self, tx: Tx, counted: _Asked, visit: Visit, secret: bytes, now: datetime
    ) -> Proved | CodeRefused | ProofLocked | NothingSent | NotHere:
        """Use the code once, give the role and change the session's id, all in this unit (R22, R64).

        Everything is asked once more: between count and claim the contact, the group or the session may
        have changed, or another press have used the code.
        """
        challenge = counted.challenge
        asked = await self._asked(tx, visit, now)
        if not isinstance(asked, _Asked) or asked.challenge.id != challenge.id:
            return await self._overtaken(tx, counted, asked, now)
        if not await tx.challenges.move(challenge.id, ChallengeState.VERIFIED, now):
            return await self._overtaken(tx, counted, asked, now)
        stay = asked.stay
        role = stay.group.options.authentication.mfa_success_role
        raised = await tx.sessions.raise_role(
            stay.session.id, role=role, token_hash=session_hash(secret), now=now
        )
        if not raised:
            return NoStay(why=Gone.SIGNED_OUT, group=stay.group, return_url=stay.session.return_url)
        subjects = self._counts.subjects(stay, visit, challenge.contact)
        await self._counts.succeeded(tx, subjects, challenge.method, now)
        await tx.audit.add(challenge_event(challenge, "challenge.verified", now, role=role.value))
        landing = stay.group.landing_of(role)
        return Proved(secret=secret, expires_at=stay.session.expires_at, landing=landing)

    async def _overtaken(
        self, tx: Tx, counted: _Asked, asked: _Asked | _Stale | NothingSent | NotHere, now: datetime
    ) -> CodeRefused | ProofLocked | NothingSent | NotHere:
        """Say what came first; a right code that came too late learns no more than a wrong one (R28)."""
        proved = await self._proved_before(tx, counted)
        if proved is not None:
            return proved
        if isinstance(asked, _Stale):
            return await self._cancel(tx, counted.challenge, now)
        if not isinstance(asked, _Asked):
            return asked
        current = await tx.challenges.get(counted.challenge.id)
        return _refused(counted, refusal(current, now=now, most=self._most))

    async def _proved_before(self, tx: Tx, asked: _Asked) -> AlreadyProved | None:
        current = await tx.challenges.get(asked.challenge.id)
        if current is None or current.state is not ChallengeState.VERIFIED:
            return None
        group = asked.stay.group
        return AlreadyProved(landing=group.landing_of(group.options.authentication.mfa_success_role))

    async def _refuse(
        self, tx: Tx, counted: _Asked, outcome: TryOutcome, now: datetime
    ) -> CodeRefused | ProofLocked:
        guarantor = counted.stay.guarantor
        return _refused(counted, await self._codes.refuse(tx, counted.challenge, guarantor, outcome, now))


def _refused(asked: _Asked, why: TryOutcome) -> CodeRefused | ProofLocked:
    match why:
        case Locked():
            return ProofLocked(stay=asked.stay)
        case Verified():
            raise AssertionError("a right code is claimed, not refused")
        case _:
            return CodeRefused(page=asked.code_page, why=why)
