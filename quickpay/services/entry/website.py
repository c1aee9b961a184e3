"""Come in by the group's website: say who you are, type the code that goes to a contact on file (J5)."""

import asyncio
from datetime import datetime

from quickpay.domain.contacts import ContactFault, normalise_email, normalise_mobile
from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.groups import Group
from quickpay.mfa.challenge import ChallengeState, Locked, Verified, WrongCode
from quickpay.mfa.codes import clean_code
from quickpay.mfa.knock import KnockOutcome, refusal
from quickpay.mfa.limits import Limits
from quickpay.mfa.methods import Method
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.tasks import Tasks
from quickpay.services.entry.knock_pages import (
    AtTheDoor,
    CameIn,
    KnockLocked,
    KnockNoCode,
    KnockNotYet,
    KnockPage,
    KnockRefused,
    KnockTaken,
    NoDoor,
    NoKnock,
    NoSuchGroup,
    NotAtTheDoor,
    TooManyKnocks,
    WhoSheSays,
    knock_page,
    refused,
)
from quickpay.services.entry.knocks import Knocks, knock_event
from quickpay.services.messages.courier import CodeToSend, Courier
from quickpay.services.stay import Visit

_AFTER_THE_ANSWER = 0.05
"""Seconds before a code is sent, so that the answer takes no longer where there is one to send."""


_NotIn = KnockRefused | KnockNoCode | KnockLocked | NoKnock | NotAtTheDoor


class Website:
    """The door on the web."""

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
        countries: tuple[str, ...] = ("US",),
        pause: float = _AFTER_THE_ANSWER,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._most = limits.tries_per_challenge.most
        self._knocks = Knocks(ids=ids, digests=digests, limits=limits)
        self._courier = courier
        self._tasks = tasks
        self._countries = countries
        self._pause = pause

    def read_contact(self, typed: str) -> tuple[Method, str] | ContactFault:
        """Tell an email address from a mobile number, and read it; says nothing of whether it is on file."""
        if "@" in typed:
            contact, method = normalise_email(typed), Method.EMAIL
        else:
            contact, method = normalise_mobile(typed, countries=self._countries), Method.SMS
        return contact if isinstance(contact, ContactFault) else (method, contact)

    async def door(self, slug: str) -> Group | NotAtTheDoor:
        """Show whose door it is."""

        async def unit(tx: Tx) -> Group | NotAtTheDoor:
            return await _door(tx, slug)

        return await self._store.read(unit)

    async def knock(
        self, visit: Visit, slug: str, says: WhoSheSays
    ) -> KnockTaken | TooManyKnocks | NotAtTheDoor:
        """Hear who she says she is; the answer is the same for everybody and waits for no delivery."""
        now, secret = self._clock.now(), self._ids.secret()

        async def unit(tx: Tx) -> CodeToSend | TooManyKnocks | NotAtTheDoor | None:
            group = await _door(tx, slug)
            if not isinstance(group, Group):
                return group
            if not await self._knocks.may_knock(tx, visit, now):
                return TooManyKnocks(group=group)
            return await self._knocks.hear(tx, group, visit, says, secret=secret, now=now)

        answer = await self._store.write(unit)
        if answer is None or isinstance(answer, CodeToSend):
            self._send_later(answer)
            return KnockTaken(secret=secret)
        return answer

    async def page(self, visit: Visit, slug: str) -> KnockPage | KnockLocked | NoKnock | NotAtTheDoor:
        """Show where the code went, if there was somebody to send it to."""
        now = self._clock.now()

        async def unit(tx: Tx) -> KnockPage | KnockLocked | NoKnock | NotAtTheDoor:
            asked = await _asked(tx, visit, slug)
            if not isinstance(asked, AtTheDoor):
                return asked
            locked = asked.knock.state is ChallengeState.LOCKED
            return KnockLocked(group=asked.group) if locked else knock_page(asked, now)

        return await self._store.read(unit)

    async def resend(
        self, visit: Visit, slug: str
    ) -> KnockTaken | KnockNotYet | KnockLocked | NoKnock | NotAtTheDoor:
        """Send a new code to the same contact; the old one is dead, the tries stay counted (R24)."""
        now = self._clock.now()

        async def unit(
            tx: Tx,
        ) -> tuple[bool, CodeToSend | None] | KnockNotYet | KnockLocked | NoKnock | NotAtTheDoor:
            asked = await _asked(tx, visit, slug)
            if not isinstance(asked, AtTheDoor):
                return asked
            if asked.knock.state is ChallengeState.LOCKED:
                return KnockLocked(group=asked.group)
            if now < asked.knock.resend_at:
                return KnockNotYet(page=knock_page(asked, now))
            renewed, code = await self._knocks.hear_again(tx, asked, visit, now=now)
            return (True, code) if renewed else NoKnock(group=asked.group)

        answer = await self._store.write(unit)
        if not isinstance(answer, tuple):
            return answer
        self._send_later(answer[1])
        return KnockTaken(secret=visit.secret or b"")

    async def check(self, visit: Visit, slug: str, typed: str) -> CameIn | _NotIn:
        """Judge one typed code: the try is counted and on disk before anything is compared (R23)."""
        now, digits = self._clock.now(), clean_code(typed)

        async def count(tx: Tx) -> tuple[AtTheDoor, bool] | _NotIn:
            asked = await _asked(tx, visit, slug)
            if not isinstance(asked, AtTheDoor):
                return asked
            if digits is None:
                return KnockNoCode(page=knock_page(asked, now))
            counted = await tx.knocks.count_try(asked.knock.id, most=self._most, now=now)
            if counted is None:
                return refused(asked, refusal(asked.knock, now=now, most=self._most), now)
            may_succeed = await self._knocks.count_try(tx, counted, visit, now)
            return AtTheDoor(group=asked.group, knock=counted), may_succeed

        tried = await self._store.write(count)
        if not isinstance(tried, tuple):
            return tried
        asked, may_succeed = tried
        outcome = self._knocks.judge(asked.knock, visit, digits or "")
        if isinstance(outcome, Verified) and not may_succeed:
            outcome = WrongCode(tries_left=self._most - asked.knock.tries)
        return await self._claim(visit, slug, asked, outcome, now)

    async def _claim(
        self, visit: Visit, slug: str, asked: AtTheDoor, outcome: KnockOutcome, now: datetime
    ) -> CameIn | KnockRefused | KnockLocked | NoKnock | NotAtTheDoor:
        """Let her in, or note the wrong code; everything is asked once more in this unit."""
        secret, knock = self._ids.secret(), asked.knock
        tries_left = self._most - knock.tries

        async def unit(tx: Tx) -> CameIn | KnockRefused | KnockLocked | NoKnock | NotAtTheDoor:
            still = await _asked(tx, visit, slug)
            if not isinstance(still, AtTheDoor):
                return still
            if isinstance(outcome, Verified):
                session = await self._knocks.let_in(tx, still, visit, secret=secret, now=now)
                if session is not None:
                    return CameIn(group=still.group, session=session, secret=secret)
            await tx.audit.add(knock_event("website.refused", knock, visit, now, tries=knock.tries))
            if tries_left > 0:
                return refused(still, WrongCode(tries_left=tries_left), now)
            await self._knocks.lock(tx, knock, visit, now)
            return refused(still, Locked(), now)

        return await self._store.write(unit)

    def _send_later(self, code: CodeToSend | None) -> None:
        self._tasks.start(self._deliver(code), name="code")

    async def _deliver(self, code: CodeToSend | None) -> None:
        await asyncio.sleep(self._pause)
        if code is not None:
            await self._courier.deliver(code)


async def _door(tx: Tx, slug: str) -> Group | NotAtTheDoor:
    group = await tx.groups.by_slug(slug)
    if group is None:
        return NoSuchGroup()
    return group if group.options.authentication.enable_mfa else NoDoor(group=group)


async def _asked(tx: Tx, visit: Visit, slug: str) -> AtTheDoor | NoKnock | NotAtTheDoor:
    group = await _door(tx, slug)
    if not isinstance(group, Group):
        return group
    knock = None if visit.secret is None else await tx.knocks.find(session_hash(visit.secret))
    if knock is None or knock.group_id != group.id or knock.state is ChallengeState.VERIFIED:
        return NoKnock(group=group)
    return AtTheDoor(group=group, knock=knock)
