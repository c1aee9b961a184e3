"""Make codes and judge them: the challenge's row, its digest, its lock; all in the caller's unit."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.languages import Language, language_of
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.mfa.challenge import (
    OPEN_STATES,
    Challenge,
    ChallengeState,
    Locked,
    Purpose,
    TryOutcome,
    judge,
    refusal,
)
from quickpay.mfa.codes import Code, code_digest, new_code, same_code
from quickpay.mfa.limits import Limits
from quickpay.mfa.methods import Method
from quickpay.ports.ids import Ids
from quickpay.ports.tables import Tx
from quickpay.services.messages.courier import CodeToSend
from quickpay.services.proofs.limits import Full, ProofLimits, Subjects
from quickpay.services.proofs.pages import ProofLocked, contact_for
from quickpay.services.stay import Stay, Visit

NOTICE_WORTH_SENDING = timedelta(hours=24)


class Undone(Exception):
    """So many codes were sent that this one is not (R36); raised so that its unit counts nothing."""

    def __init__(self, *, stay: Stay, limit: Literal["sends", "spend"], purpose: Purpose) -> None:
        super().__init__("too many codes")
        self.limit = limit
        self.purpose = purpose
        self.stay = stay


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A contact she says is hers, and what of hers is on file in its place."""

    contact: str = field(repr=False)
    replaces: str | None = field(repr=False)


class ProofCodes:
    """Write challenges, hold typed digits against them, and lock."""

    def __init__(self, *, ids: Ids, digests: Digests, limits: Limits) -> None:
        self._ids = ids
        self._digests = digests
        self._limits = limits
        self._most = limits.tries_per_challenge.most
        self.counts = ProofLimits(limits=limits, digests=digests)

    async def make(
        self,
        tx: Tx,
        stay: Stay,
        visit: Visit,
        method: Method,
        last: Challenge | None,
        now: datetime,
        *,
        new: NewContact | None = None,
    ) -> CodeToSend | ProofLocked:
        """Write the challenge with the digest of a new code; the code itself goes nowhere but out.

        To the contact on file, or to a `new` one that is not on file before it is confirmed.

        Raises:
            Undone: some count of sendings is full.
        """
        contact = contact_for(stay, method) if new is None else new.contact
        purpose = Purpose.VIEW if new is None else Purpose.CONTACT_CHANGE
        subjects = self.subjects(stay, visit, contact, purpose)
        # The last contact's lock holds for this session whatever the method: changing it gives no guesses.
        locked = (subjects.contact, subjects.link, None if last is None else last.contact_digest)
        if await self.counts.is_locked(tx, *locked, now=now):
            return ProofLocked(stay=stay)
        if last is not None and self._is_spent(last) and last.state in OPEN_STATES:
            # Whoever counted its last try was cut off before the lock; it is closed now.
            await self.lock(tx, last, stay.guarantor, now)
            return ProofLocked(stay=stay)
        full = await self.counts.count_sending(tx, subjects, method, now)
        if full is not None:
            raise Undone(stay=stay, limit=full, purpose=purpose)
        code = new_code()
        challenge = self._challenge(stay, method, contact, subjects.contact, last, now)
        if new is not None:
            challenge = replace(challenge, purpose=Purpose.CONTACT_CHANGE, replaces=new.replaces)
        challenge = replace(challenge, digest=self._digest(challenge.id, visit, code))
        if last is not None:
            await tx.challenges.move(last.id, ChallengeState.SUPERSEDED, now)
        await tx.challenges.add(challenge, resend_at=now + self._limits.cooldown(challenge.sends))
        await tx.audit.add(
            challenge_event(challenge, "challenge.made", now, method=method.value, sends=challenge.sends)
        )
        return CodeToSend(
            challenge_id=challenge.id,
            code=code,
            method=method,
            contact=contact,
            group=stay.group,
            guarantor_id=stay.guarantor.id,
            sends=challenge.sends,
            expires_at=challenge.expires_at,
            language=visit.language or language_of(stay.guarantor.language) or Language.EN,
        )

    async def count_try(
        self, tx: Tx, challenge: Challenge, stay: Stay, visit: Visit, now: datetime
    ) -> Challenge | TryOutcome:
        """Count one try; unless the challenge comes back with it, nothing may be compared (R23)."""
        counted = await tx.challenges.count_try(challenge.id, most=self._most, now=now)
        if counted is None:  # another try may have ended it just now
            return refusal(await tx.challenges.get(challenge.id), now=now, most=self._most)
        subjects = self.subjects(stay, visit, challenge.contact, challenge.purpose)
        match await self.counts.count_try(tx, subjects, now):
            case None:
                return counted
            case Full.CONTACT:
                await self.lock(tx, counted, stay.guarantor, now)
            case Full.LOCKED:
                await tx.challenges.move(challenge.id, ChallengeState.LOCKED, now)
            case Full.ELSEWHERE:
                await tx.audit.add(challenge_event(challenge, "rate.limited", now, limit="tries"))
        return Locked()

    def judge(self, challenge: Challenge, visit: Visit, digits: str, now: datetime) -> TryOutcome:
        """Compare under each key that may have made the digest: one may have been added meanwhile (X32)."""
        given = [
            self._digest(challenge.id, visit, digits, pepper=number)
            for number in range(len(self._digests.peppers))
        ]
        made = challenge.digest or b""
        match = next((digest for digest in given if same_code(made, digest)), given[0])
        return judge(challenge, given_digest=match, now=now, most=self._most)

    async def refuse(
        self, tx: Tx, challenge: Challenge, guarantor: Guarantor, outcome: TryOutcome, now: datetime
    ) -> TryOutcome:
        """Write down a wrong try and lock after the last; says what is to be said of it."""
        await tx.audit.add(challenge_event(challenge, "challenge.failed", now, tries=challenge.tries))
        if isinstance(outcome, Locked):
            await self.lock(tx, challenge, guarantor, now)
        current = await tx.challenges.get(challenge.id)
        return Locked() if current is not None and current.state is ChallengeState.LOCKED else outcome

    async def lock(self, tx: Tx, challenge: Challenge, guarantor: Guarantor, now: datetime) -> None:
        """End the challenge, lock its contact for a while, and tell the other contact (R29, R38).

        The contact is locked even if the challenge has ended otherwise meanwhile: a resend sent alongside
        the last wrong try must not save its sender from the lock.
        """
        await self.counts.lock(tx, challenge.contact_digest, now)
        if not await tx.challenges.move(challenge.id, ChallengeState.LOCKED, now):
            return
        await tx.audit.add(challenge_event(challenge, "challenge.locked", now))
        if challenge.purpose is Purpose.VIEW:
            await tell_the_other_contact(tx, guarantor, challenge.method, subject=challenge.id, now=now)

    def subjects(self, stay: Stay, visit: Visit, contact: str, purpose: Purpose) -> Subjects:
        """Name whom a try or a sending is counted for."""
        match purpose:
            case Purpose.VIEW:
                return self.counts.subjects(stay, visit, contact)
            case Purpose.CONTACT_CHANGE:
                return self.counts.subjects_of_new_contact(stay, visit, contact)

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

        A spent one is behind us once the lock it brought has opened, else we would not be here.
        """
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
            tries=0 if last is None or self._is_spent(last) else last.tries,
            sends=1 + (0 if last is None else last.sends),
            digest=None,
            created_at=now,
            sent_at=None,
            expires_at=now + self._limits.code_life,
        )

    def _is_spent(self, challenge: Challenge) -> bool:
        used_up = challenge.tries >= self._most
        return used_up or challenge.state is ChallengeState.LOCKED

    def _digest(self, challenge_id: str, visit: Visit, code: Code | str, *, pepper: int = 0) -> bytes:
        return code_digest(
            pepper=self._digests.peppers[pepper],
            session_secret=visit.secret or b"",
            challenge_id=challenge_id,
            code=code,
        )


async def tell_the_other_contact(
    tx: Tx, guarantor: Guarantor, locked: Method, *, subject: str, now: datetime
) -> None:
    """Queue the notice that proofs by one contact were locked, to the other contact (R38)."""
    by_email = locked is Method.EMAIL
    other = guarantor.mobile if by_email else guarantor.email
    if other is None or (by_email and guarantor.text_opt_out):
        return
    await tx.outbox.add(
        NewMessage(
            kind=MessageKind.LOCKED,
            subject=subject,
            group_id=guarantor.group_id,
            guarantor_id=guarantor.id,
            channel=Channel.SMS if by_email else Channel.EMAIL,
            recipient=other,
            now=now,
            give_up_at=now + NOTICE_WORTH_SENDING,
        ),
    )


def challenge_event(challenge: Challenge, kind: str, now: datetime, **detail: str | int | None) -> Event:
    """Name the challenge's session, link and people in an audit event."""
    if challenge.purpose is not Purpose.VIEW:
        detail = {**detail, "purpose": challenge.purpose.value}
    return Event(
        at=now,
        type=kind,
        group_id=challenge.group_id,
        guarantor_id=challenge.guarantor_id,
        link_serial=challenge.link_id,
        session_id=challenge.session_id,
        detail=detail,
    )
