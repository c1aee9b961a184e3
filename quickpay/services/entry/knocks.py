"""Hear a knock, judge its codes, let in whom it shows; all in the caller's unit.

Whether anybody matched shows in no answer, no time and no count a stranger can see (A14, R39). A knock for
nobody asks the database the same questions and writes the same rows; only its code never goes out.
"""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.languages import Language, language_of
from quickpay.domain.sessions import Session
from quickpay.mfa.challenge import ChallengeState
from quickpay.mfa.codes import Code, code_digest, new_code, same_code
from quickpay.mfa.knock import Knock, KnockOutcome, judge
from quickpay.mfa.limits import Limits
from quickpay.mfa.methods import Method
from quickpay.ports.ids import Ids
from quickpay.ports.tables import Tx
from quickpay.services.entry.knock_pages import AtTheDoor, WhoSheSays
from quickpay.services.entry.knock_proofs import proof_of, website_session
from quickpay.services.messages.courier import CodeToSend
from quickpay.services.proofs.codes import challenge_event, tell_the_other_contact
from quickpay.services.proofs.limits import ProofLimits, Subjects
from quickpay.services.stay import Visit

_MOST_ALIKE = 20
"""How many guarantors with one contact are looked at: a family shares a mailbox, a city does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whom:
    """Whom a knock is for, if for anybody, and the contact a code goes to."""

    guarantor: Guarantor | None
    contact: str


class Knocks:
    """Write knocks, hold typed digits against them, and open sessions by them."""

    def __init__(self, *, ids: Ids, digests: Digests, limits: Limits) -> None:
        self._ids = ids
        self._digests = digests
        self._limits = limits
        self._counts = ProofLimits(limits=limits, digests=digests)

    async def may_knock(self, tx: Tx, visit: Visit, now: datetime) -> bool:
        """Count one more of this address; False when it said too often who it is."""
        address = self._digests.subject("address", visit.address)
        fits = [await tx.counters.bump(one, address, now=now) for one in self._limits.knocks_per_address]
        return all(fits)

    async def hear(
        self, tx: Tx, group: Group, visit: Visit, says: WhoSheSays, *, secret: bytes, now: datetime
    ) -> CodeToSend | None:
        """Write the knock; the code to send, or None where there is nobody to send it to."""
        whom = await _whom(tx, group, says)
        contact_digest = self._digests.subject("contact", whom.contact)
        counted = self._counts.subjects_at_the_door(
            group.id, visit, contact_digest, known=whom.guarantor is not None
        )
        receives = await self._receives(tx, counted, whom, says.method, now)
        email = says.method is Method.EMAIL
        knock = Knock(
            id=self._ids.link_id(),
            group_id=group.id,
            guarantor_id=None if receives is None else receives.id,
            method=says.method,
            masked=mask_email(says.contact) if email else mask_mobile(says.contact),
            contact_digest=contact_digest,
            state=ChallengeState.SENT,
            tries=0,
            sends=1,
            digest=None,
            created_at=now,
            resend_at=now + self._limits.cooldown(1),
            expires_at=now + self._limits.code_life,
        )
        code = new_code()
        knock = replace(knock, digest=self._digest(knock.id, secret, code))
        await tx.knocks.add(knock, token_hash=session_hash(secret))
        await tx.audit.add(knock_event("website.knocked", knock, visit, now, sends=1))
        return None if receives is None else _to_send(group, knock, code, whom.contact, receives, visit)

    async def hear_again(
        self, tx: Tx, asked: AtTheDoor, visit: Visit, *, now: datetime
    ) -> tuple[bool, CodeToSend | None]:
        """Give the knock a new code: whether it could get one, and the code if it is to be sent."""
        knock, code = asked.knock, new_code()
        whom = await self._same(tx, knock)
        receives = await self._receives(tx, self._subjects(knock, visit), whom, knock.method, now)
        after = replace(knock, sends=knock.sends + 1, expires_at=now + self._limits.code_life)
        renewed = await tx.knocks.renew(
            knock.id,
            digest=self._digest(knock.id, visit.secret or b"", code),
            resend_at=now + self._limits.cooldown(after.sends),
            expires_at=after.expires_at,
        )
        if renewed:
            await tx.audit.add(knock_event("website.knocked", after, visit, now, sends=after.sends))
        if not renewed or receives is None:
            return renewed, None
        return True, _to_send(asked.group, after, code, whom.contact, receives, visit)

    async def count_try(self, tx: Tx, knock: Knock, visit: Visit, now: datetime) -> bool:
        """Count a try by contact and address; False when it must not succeed.

        That is never said: a wrong code is, else a locked contact would show at the door.
        """
        return await self._counts.count_try(tx, self._subjects(knock, visit), now) is None

    def judge(self, knock: Knock, visit: Visit, digits: str) -> KnockOutcome:
        """Compare under each key that may have made the digest (X32)."""
        secret = visit.secret or b""
        peppers = range(len(self._digests.peppers))
        given = tuple(self._digest(knock.id, secret, digits, pepper=number) for number in peppers)
        return judge(knock, given=given, most=self._limits.tries_per_challenge.most)

    async def let_in(
        self, tx: Tx, asked: AtTheDoor, visit: Visit, *, secret: bytes, now: datetime
    ) -> Session | None:
        """Use the code once and open a session that has proved itself; None if that is no longer right."""
        knock, group = asked.knock, asked.group
        whom = await self._same(tx, knock)
        guarantor = whom.guarantor
        if guarantor is None or await tx.stops.holds(guarantor.id, whom.contact):
            return None
        if not await tx.knocks.end(knock.id, ChallengeState.VERIFIED, now):
            return None
        session = await tx.sessions.add(
            website_session(group, guarantor, now),
            token_hash=session_hash(secret),
        )
        proof = proof_of(knock, session, whom.contact)
        await tx.challenges.add(proof, resend_at=knock.resend_at)
        await self._counts.succeeded(tx, self._subjects(knock, visit), knock.method, now)
        opened = knock_event("session.opened", knock, visit, now)
        await tx.audit.add(replace(opened, session_id=session.id))
        await tx.audit.add(challenge_event(proof, "challenge.verified", now, role=session.role.value))
        return session

    async def lock(self, tx: Tx, knock: Knock, visit: Visit, now: datetime) -> None:
        """Lock the contact for a while and tell the other one (R29, R38); for nobody, nobody's contact."""
        await tx.knocks.end(knock.id, ChallengeState.LOCKED, now)
        await self._counts.lock(tx, self._subjects(knock, visit).contact, now)
        whom = await self._same(tx, knock)
        if whom.guarantor is not None:
            await tell_the_other_contact(tx, whom.guarantor, knock.method, subject=knock.id, now=now)

    async def _receives(
        self, tx: Tx, counted: Subjects, whom: _Whom, method: Method, now: datetime
    ) -> Guarantor | None:
        """Say who gets a code; for nobody the same is asked and counted, and the answer is nobody."""
        guarantor = whom.guarantor
        whose = 0 if guarantor is None else guarantor.id
        stopped = await tx.stops.holds(whose, whom.contact)
        since = now - self._limits.contact_rest
        rests = await tx.contact_changes.resting(whose, whom.contact, since=since) is not None
        untexted = await tx.carrier_stops.since(whom.contact) is not None
        locked = await self._counts.is_locked(tx, counted.contact, now=now)
        full = await self._counts.count_sending(tx, counted, method, now)
        return None if stopped or rests or untexted or locked or full is not None else guarantor

    async def _same(self, tx: Tx, knock: Knock) -> _Whom:
        """Find the contact on file again; one that was changed since is for nobody any more (R31)."""
        guarantor = await tx.guarantors.get(knock.guarantor_id or 0)
        contact = _contact(guarantor, knock.method) or ""
        same = same_code(knock.contact_digest, self._digests.subject("contact", contact))
        return _Whom(guarantor=guarantor if same else None, contact=contact)

    def _subjects(self, knock: Knock, visit: Visit) -> Subjects:
        known = knock.guarantor_id is not None
        return self._counts.subjects_at_the_door(knock.group_id, visit, knock.contact_digest, known=known)

    def _digest(self, knock_id: str, secret: bytes, code: Code | str, *, pepper: int = 0) -> bytes:
        return code_digest(
            pepper=self._digests.peppers[pepper], session_secret=secret, challenge_id=knock_id, code=code
        )


def knock_event(kind: str, knock: Knock, visit: Visit, now: datetime, **detail: str | int | None) -> Event:
    """Name a knock's group, and its guarantor if it has one, in an audit event."""
    return Event(
        at=now,
        type=kind,
        group_id=knock.group_id,
        guarantor_id=knock.guarantor_id,
        request_id=visit.request_id,
        detail={"method": knock.method.value, **detail},
    )


async def _whom(tx: Tx, group: Group, says: WhoSheSays) -> _Whom:
    """Find the one guarantor with this contact and these names; of two alike, none: the office helps."""
    alike = await tx.knocks.of_contact(group.id, says.contact, most=_MOST_ALIKE)
    first, last = _name(says.first_name), _name(says.last_name)
    found = [
        one
        for one in alike
        if _name(one.last_name) == last
        and first in {_name(one.first_name), _name(one.preferred_name or one.first_name)}
    ]
    guarantor = found[0] if len(found) == 1 else None
    return _Whom(guarantor=guarantor, contact=_contact(guarantor, says.method) or says.contact)


def _name(typed: str) -> str:
    """Write a name so that how it was typed does not matter: letter case, spaces, ways to compose letters."""
    return " ".join(unicodedata.normalize("NFKC", typed).casefold().split())


def _contact(guarantor: Guarantor | None, method: Method) -> str | None:
    if guarantor is None:
        return None
    return guarantor.email if method is Method.EMAIL else guarantor.mobile


def _to_send(
    group: Group, knock: Knock, code: Code, contact: str, guarantor: Guarantor, visit: Visit
) -> CodeToSend:
    return CodeToSend(
        challenge_id=knock.id,
        code=code,
        method=knock.method,
        contact=contact,
        group=group,
        guarantor_id=guarantor.id,
        sends=knock.sends,
        expires_at=knock.expires_at,
        language=visit.language or language_of(guarantor.language) or Language.EN,
    )
