"""Prove who you are: choose a way, get a code, type it; count, commit, judge, claim (security.md §5.2)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.mfa.challenge import (
    Challenge,
    ChallengeState,
    Locked,
    Purpose,
    TryOutcome,
    Verified,
    judge,
    refusal,
)
from quickpay.mfa.codes import Code, clean_code, code_digest, new_code, same_code
from quickpay.mfa.limits import Limits
from quickpay.mfa.methods import Method
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.tasks import Tasks
from quickpay.services.courier import CodeToSend, Courier
from quickpay.services.proof_limits import ProofLimits
from quickpay.services.proof_pages import (
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
    choose_page,
    code_page,
    contact_for,
)
from quickpay.services.stay import Stay, Visit, stay_of

NOTICE_WORTH_SENDING = timedelta(hours=24)

Sending = CodeSent | ProofLocked | TooManyCodes | NotHere

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A session with the last challenge it asked for."""

    page: ChoosePage
    challenge: Challenge
    code_page: CodePage

    @property
    def stay(self) -> Stay:
        return self.page.stay


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
        self._digests = digests
        self._limits = limits
        self._counts = ProofLimits(limits=limits, digests=digests)
        self._courier = courier
        self._tasks = tasks

    async def ways(self, visit: Visit) -> ChoosePage | NotHere:
        """Show the ways to get a code; nothing is sent by looking."""
        now = self._clock.now()

        async def unit(tx: Tx) -> ChoosePage | NotHere:
            stay = await stay_of(tx, visit, now)
            return await choose_page(tx, stay) if isinstance(stay, Stay) else stay

        return await self._store.read(unit)

    async def code_page(self, visit: Visit) -> CodePage | ProofLocked | NothingSent | NotHere:
        """Show where the last code went."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CodePage | ProofLocked | NothingSent | NotHere:
            asked = await self._asked(tx, visit, now)
            if not isinstance(asked, _Asked):
                return asked
            locked = asked.challenge.state is ChallengeState.LOCKED
            return ProofLocked(group=asked.stay.group) if locked else asked.code_page

        return await self._store.read(unit)

    async def send(self, visit: Visit, method: Method | None) -> WayNotOffered | Sending:
        """Send a code by this method; pressed twice within the wait, the one that was sent stays good."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CodeToSend | WayNotOffered | Sending:
            stay = await stay_of(tx, visit, now)
            page = await choose_page(tx, stay) if isinstance(stay, Stay) else stay
            if not isinstance(page, ChoosePage):
                return page
            if method is None or all(way.method is not method for way in page.ways):
                return WayNotOffered(page=page)
            last = await tx.challenges.last_of(page.stay.session.id)
            open_ = last is not None and last.method is method and last.is_open(now)
            if last is not None and open_ and now < await tx.challenges.resend_at(last.id):
                return CodeSent()
            return await self._make_code(tx, page.stay, visit, method, last, now)

        return self._carry(await self._store.write(unit))

    async def resend(self, visit: Visit) -> NotYet | NothingSent | Sending:
        """Send a new code to the same contact; the old one is dead, the tries stay counted (R24)."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CodeToSend | NotYet | NothingSent | Sending:
            asked = await self._asked(tx, visit, now)
            if not isinstance(asked, _Asked):
                return asked
            method = asked.challenge.method
            if all(way.method is not method for way in asked.page.ways):
                return NothingSent()  # the group's rule or the contact changed since: choose again (R45)
            if asked.code_page.seconds_to_resend > 0:
                return NotYet(page=asked.code_page)
            return await self._make_code(tx, asked.stay, visit, method, asked.challenge, now)

        return self._carry(await self._store.write(unit))

    async def check(
        self, visit: Visit, typed: str
    ) -> Proved | CodeRefused | NotACode | ProofLocked | NothingSent | NotHere:
        """Judge one typed code: the try is counted and on disk before anything is compared (R23)."""
        digits = clean_code(typed)
        now = self._clock.now()

        async def count(tx: Tx) -> _Asked | CodeRefused | NotACode | ProofLocked | NothingSent | NotHere:
            asked = await self._asked(tx, visit, now)
            if not isinstance(asked, _Asked):
                return asked
            if digits is None:
                return NotACode(page=asked.code_page)
            return await self._count(tx, asked, visit, now)

        counted = await self._store.write(count)
        if not isinstance(counted, _Asked):
            return counted
        outcome = self._judge(counted.challenge, visit, digits or "", now)
        secret = self._ids.secret()

        async def claim(tx: Tx) -> Proved | CodeRefused | ProofLocked | NotHere:
            if isinstance(outcome, Verified):
                return await self._claim(tx, counted, visit, secret, now)
            return await self._refuse(tx, counted, outcome, now)

        return await self._store.write(claim)

    async def _asked(self, tx: Tx, visit: Visit, now: datetime) -> _Asked | NothingSent | NotHere:
        stay = await stay_of(tx, visit, now)
        page = await choose_page(tx, stay) if isinstance(stay, Stay) else stay
        if not isinstance(page, ChoosePage):
            return page
        last = await tx.challenges.last_of(page.stay.session.id)
        if last is None:
            return NothingSent()
        resend_at = await tx.challenges.resend_at(last.id)
        return _Asked(
            page=page, challenge=last, code_page=code_page(page, last, resend_at=resend_at, now=now)
        )

    async def _make_code(
        self, tx: Tx, stay: Stay, visit: Visit, method: Method, last: Challenge | None, now: datetime
    ) -> CodeToSend | ProofLocked | TooManyCodes:
        """Write the challenge with the digest of a new code; the code itself goes nowhere but out."""
        contact = contact_for(stay, method)
        subjects = self._counts.subjects(stay, visit, contact)
        if await self._counts.is_locked(tx, subjects.contact, now):
            return ProofLocked(group=stay.group)
        if not await self._counts.count_sending(tx, subjects, now):
            return TooManyCodes(group=stay.group)
        code = new_code()
        challenge = self._challenge(stay, method, contact, subjects.contact, last, now)
        challenge = replace(challenge, digest=self._digest(challenge.id, visit, code))
        if last is not None:
            await tx.challenges.move(last.id, ChallengeState.SUPERSEDED, now)
        await tx.challenges.add(challenge, resend_at=now + self._limits.cooldown(challenge.sends))
        await tx.audit.add(
            _event(challenge, "challenge.made", now, method=method.value, sends=challenge.sends)
        )
        return CodeToSend(
            challenge_id=challenge.id,
            code=code,
            method=method,
            contact=contact,
            group=stay.group,
            sends=challenge.sends,
            expires_at=challenge.expires_at,
        )

    def _challenge(
        self,
        stay: Stay,
        method: Method,
        contact: str,
        contact_digest: bytes,
        last: Challenge | None,
        now: datetime,
    ) -> Challenge:
        """Go on from the last challenge of the session: a new one gives no guesses back (F13).

        A locked one is behind us once its lock has opened, else we would not be here.
        """
        carried = last if last is not None and last.state is not ChallengeState.LOCKED else None
        return Challenge(
            id=self._ids.link_id(),
            session_id=stay.session.id,
            link_id=stay.session.link_serial,
            group_id=stay.group.id,
            guarantor_id=stay.guarantor.id,
            method=method,
            contact=contact,
            contact_digest=contact_digest,
            purpose=Purpose.VIEW,
            state=ChallengeState.QUEUED,
            tries=0 if carried is None else carried.tries,
            sends=1 + (0 if last is None else last.sends),
            digest=None,
            created_at=now,
            sent_at=None,
            expires_at=now + self._limits.code_life,
        )

    def _digest(self, challenge_id: str, visit: Visit, code: Code | str, *, pepper: int = 0) -> bytes:
        return code_digest(
            pepper=self._digests.peppers[pepper],
            session_secret=visit.secret or b"",
            challenge_id=challenge_id,
            code=code,
        )

    def _carry(self, made: CodeToSend | _Answer) -> CodeSent | _Answer:
        """Hand a code that is on disk as a digest to the courier; the answer does not wait for it."""
        if not isinstance(made, CodeToSend):
            return made
        self._tasks.start(self._courier.deliver(made), name="code")
        return CodeSent()

    async def _count(
        self, tx: Tx, asked: _Asked, visit: Visit, now: datetime
    ) -> _Asked | CodeRefused | ProofLocked:
        challenge = asked.challenge
        subjects = self._counts.subjects(asked.stay, visit, challenge.contact)
        most = self._limits.tries_per_challenge.most
        counted = await tx.challenges.count_try(challenge.id, most=most, now=now)
        if counted is None:
            return _refused(asked, refusal(challenge, now=now, most=most))
        if not await self._counts.count_try(tx, subjects, now):
            await self._lock(tx, asked, now)
            return ProofLocked(group=asked.stay.group)
        return replace(asked, challenge=counted)

    def _judge(self, challenge: Challenge, visit: Visit, digits: str, now: datetime) -> TryOutcome:
        """Compare under each key that may have made the digest: one may have been added meanwhile (X32)."""
        given = [
            self._digest(challenge.id, visit, digits, pepper=number)
            for number in range(len(self._digests.peppers))
        ]
        made = challenge.digest or b""
        match = next((digest for digest in given if same_code(made, digest)), given[0])
        return judge(challenge, given_digest=match, now=now, most=self._limits.tries_per_challenge.most)

    async def _claim(
        self, tx: Tx, asked: _Asked, visit: Visit, secret: bytes, now: datetime
    ) -> Proved | CodeRefused | AlreadyProved:
        """Use the code once, give the role and change the session's id, all in this unit (R22, R64)."""
        challenge, stay = asked.challenge, asked.stay
        if not await tx.challenges.move(challenge.id, ChallengeState.VERIFIED, now):
            return AlreadyProved()
        role = stay.group.options.authentication.mfa_success_role
        await tx.sessions.raise_role(stay.session.id, role=role, token_hash=session_hash(secret), now=now)
        await self._counts.succeeded(tx, self._counts.subjects(stay, visit, challenge.contact))
        await tx.audit.add(_event(challenge, "challenge.verified", now, role=role.value))
        return Proved(secret=secret, expires_at=stay.session.expires_at)

    async def _refuse(
        self, tx: Tx, asked: _Asked, outcome: TryOutcome, now: datetime
    ) -> CodeRefused | ProofLocked:
        await tx.audit.add(_event(asked.challenge, "challenge.failed", now, tries=asked.challenge.tries))
        if isinstance(outcome, Locked):
            await self._lock(tx, asked, now)
        return _refused(asked, outcome)

    async def _lock(self, tx: Tx, asked: _Asked, now: datetime) -> None:
        """End the challenge, lock the contact for a while, and tell the other contact (R29, R38)."""
        challenge, guarantor = asked.challenge, asked.stay.guarantor
        if not await tx.challenges.move(challenge.id, ChallengeState.LOCKED, now):
            return
        await self._counts.lock(tx, challenge.contact_digest, now)
        await tx.audit.add(_event(challenge, "challenge.locked", now))
        by_email = challenge.method is Method.EMAIL
        other = guarantor.mobile if by_email else guarantor.email
        if other is None:
            return
        await tx.outbox.add(
            NewMessage(
                kind=MessageKind.LOCKED,
                subject=challenge.id,
                group_id=challenge.group_id,
                guarantor_id=challenge.guarantor_id,
                channel=Channel.SMS if by_email else Channel.EMAIL,
                recipient=other,
                now=now,
                give_up_at=now + NOTICE_WORTH_SENDING,
            ),
        )


def _refused(asked: _Asked, why: TryOutcome) -> CodeRefused | ProofLocked:
    match why:
        case Locked():
            return ProofLocked(group=asked.stay.group)
        case Verified():
            raise AssertionError("a right code is claimed, not refused")
        case _:
            return CodeRefused(page=asked.code_page, why=why)


def _event(challenge: Challenge, kind: str, now: datetime, **detail: str | int | None) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=challenge.group_id,
        guarantor_id=challenge.guarantor_id,
        link_serial=challenge.link_id,
        session_id=challenge.session_id,
        detail=detail,
    )
