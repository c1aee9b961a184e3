"""Codes to new contacts: asked for, counted, judged, and what a right one does; all in the caller's unit."""

from dataclasses import dataclass, replace
from datetime import datetime

from quickpay.domain.contact_changes import ContactChange
from quickpay.domain.digests import Digests
from quickpay.mfa.challenge import (
    Challenge,
    ChallengeState,
    CodeExpired,
    Locked,
    NoChallenge,
    Purpose,
    TryOutcome,
    Verified,
    WrongCode,
    refusal,
)
from quickpay.mfa.limits import Limits
from quickpay.mfa.methods import Method
from quickpay.ports.ids import Ids
from quickpay.ports.tables import Tx
from quickpay.services.contacts.notice import tell_of_change
from quickpay.services.contacts.pages import (
    Changed,
    CodeUnread,
    CodeWrong,
    ConfirmPage,
    NotAnEditor,
    NothingPending,
    confirm_page,
    editor_of,
    is_for,
)
from quickpay.services.contacts.words import on_file
from quickpay.services.messages.courier import CodeToSend
from quickpay.services.proofs.codes import NewContact, ProofCodes, Undone, challenge_event
from quickpay.services.proofs.pages import ProofLocked
from quickpay.services.stay import Stay, Visit

Judged = Changed | CodeWrong | CodeUnread | ProofLocked | NothingPending | NotAnEditor


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who is here, with the change she asked for last and the page of its code."""

    stay: Stay
    challenge: Challenge
    page: ConfirmPage


class ContactCodes:
    """Write challenges for changes, hold typed digits against them, and put what is confirmed on file."""

    def __init__(self, *, ids: Ids, digests: Digests, limits: Limits) -> None:
        self._most = limits.tries_per_challenge.most
        self._codes = ProofCodes(ids=ids, digests=digests, limits=limits)
        self._counts = self._codes.counts

    async def asked(
        self, tx: Tx, visit: Visit, now: datetime, *, done_too: bool = False
    ) -> Asked | NothingPending | NotAnEditor:
        """Find the change this session asked for last, if it can still be made of what is on file."""
        stay = await editor_of(tx, visit, now)
        if not isinstance(stay, Stay):
            return stay
        last = await tx.challenges.last_of(stay.session.id, Purpose.CONTACT_CHANGE)
        if last is None:
            return NothingPending()
        done = last.state is ChallengeState.VERIFIED
        if (done and not done_too) or (not done and not is_for(last, stay)):
            return NothingPending(method=None if done else last.method)
        resend_at = await tx.challenges.resend_at(last.id)
        page = confirm_page(stay, last, resend_at=resend_at, now=now)
        return Asked(stay=stay, challenge=last, page=page)

    async def make(
        self,
        tx: Tx,
        stay: Stay,
        visit: Visit,
        method: Method,
        contact: str,
        last: Challenge | None,
        now: datetime,
    ) -> CodeToSend | ProofLocked:
        """Write the challenge of a change; a view's code that is still on its way is taken back.

        Raises:
            Undone: some count of sendings is full.
        """
        before = await tx.challenges.last_of(stay.session.id)
        if before is not None:  # the office may have let her in while a code was on its way
            await tx.challenges.move(before.id, ChallengeState.SUPERSEDED, now)
        if not await self._counts.count_new_contact(tx, stay, now):
            raise Undone(stay=stay, limit="sends", purpose=Purpose.CONTACT_CHANGE)
        new = NewContact(contact=contact, replaces=on_file(stay.guarantor, method))
        return await self._codes.make(tx, stay, visit, method, last, now, new=new)

    def judge(self, asked: Asked, visit: Visit, digits: str, now: datetime) -> TryOutcome:
        """Compare a try that was counted."""
        return self._codes.judge(asked.challenge, visit, digits, now)

    async def count(
        self, tx: Tx, asked: Asked, visit: Visit, now: datetime
    ) -> Asked | Changed | CodeWrong | ProofLocked:
        """Count one try; what is not `Asked` is not to be compared (R23)."""
        counted = await self._codes.count_try(tx, asked.challenge, asked.stay, visit, now)
        if isinstance(counted, Challenge):
            return replace(asked, challenge=counted)
        current = await tx.challenges.get(asked.challenge.id)
        if current is not None and current.state is ChallengeState.VERIFIED:
            return Changed(method=current.method)  # by the press beside this one, since it was asked
        return _refused(asked, counted)

    async def claim(self, tx: Tx, counted: Asked, visit: Visit, now: datetime) -> Judged:
        """Use the code once, put the contact on file and tell the old one, all in this unit (R22, R48).

        The guarantor's row is locked and everything asked once more: between count and claim the PM system
        may have said another contact, or another press have used the code.
        """
        challenge = counted.challenge
        await tx.guarantors.lock(challenge.guarantor_id)
        asked = await self.asked(tx, visit, now, done_too=True)
        if not isinstance(asked, Asked):
            if isinstance(asked, NothingPending) and await tx.challenges.move(
                challenge.id, ChallengeState.SUPERSEDED, now
            ):
                await tx.audit.add(challenge_event(challenge, "challenge.cancelled", now))
            return asked
        if asked.challenge.id == challenge.id and asked.challenge.state is ChallengeState.VERIFIED:
            return Changed(method=challenge.method)
        if asked.challenge.id != challenge.id or not await tx.challenges.move(
            challenge.id, ChallengeState.VERIFIED, now
        ):
            current = await tx.challenges.get(challenge.id)
            return _refused(counted, refusal(current, now=now, most=self._most))
        change = await _put_on_file(tx, asked.stay, challenge, now)
        subjects = self._codes.subjects(asked.stay, visit, challenge.contact, Purpose.CONTACT_CHANGE)
        await self._counts.succeeded(tx, subjects, challenge.method, now)
        await self._counts.proved(tx, challenge.contact, now)
        await tx.audit.add(challenge_event(challenge, "challenge.verified", now))
        added = "no" if change.before else "yes"
        await tx.audit.add(
            challenge_event(challenge, "contact.changed", now, method=change.method, added=added)
        )
        await tell_of_change(tx, asked.stay.guarantor, change, now=now)
        return Changed(method=challenge.method)

    async def refuse(
        self, tx: Tx, counted: Asked, outcome: TryOutcome, now: datetime
    ) -> CodeWrong | ProofLocked:
        """Write down a wrong try, and lock after the last."""
        guarantor = counted.stay.guarantor
        return _refused(counted, await self._codes.refuse(tx, counted.challenge, guarantor, outcome, now))


async def _put_on_file(tx: Tx, stay: Stay, challenge: Challenge, now: datetime) -> ContactChange:
    standing = {one.method: one for one in await tx.contact_changes.standing(stay.guarantor.id)}
    stood = standing.get(challenge.method.value)
    change = ContactChange(
        challenge_id=challenge.id,
        session_id=challenge.session_id,
        guarantor_id=challenge.guarantor_id,
        method=challenge.method.value,
        contact=challenge.contact,
        before=challenge.replaces,
        pm_contact=challenge.replaces if stood is None else stood.pm_contact,
        confirmed_at=now,
    )
    await tx.contact_changes.add(change)
    put = await tx.guarantors.set_contact(
        change.guarantor_id, challenge.method, change.contact, before=change.before, now=now
    )
    assert put  # the row is locked, and what it holds was looked at under the lock
    return change


def _refused(asked: Asked, why: TryOutcome) -> CodeWrong | ProofLocked:
    match why:
        case Locked():
            return ProofLocked(stay=asked.stay)
        case WrongCode() | CodeExpired() | NoChallenge():
            return CodeWrong(page=asked.page, why=why)
        case Verified():
            raise AssertionError("a right code is claimed, not refused")
