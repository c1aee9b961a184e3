"""Challenges in the database: tries are counted there, and an end forgets the digest."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from quickpay.adapters.store.columns import maybe_micros, maybe_moment, micros, moment, number, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import challenges
from quickpay.adapters.store.statements import Statement, insert
from quickpay.mfa.challenge import Challenge, ChallengeState, Purpose
from quickpay.mfa.methods import Method

_METHODS = words(Method)
_PURPOSES = words(Purpose)
_STATES = words(ChallengeState)

_ROW = [column for column in challenges.c if column.name != "resend_at"]
_OPEN = (challenges.c.id == bindparam("challenge"), challenges.c.state.in_(("queued", "sent")))
_IN_TIME = challenges.c.expires_at > bindparam("now")

_ADD = Statement(insert(challenges).values({column.name: bindparam(column.name) for column in challenges.c}))
_GET = Statement(select(*_ROW).where(challenges.c.id == bindparam("id")))
_LAST_OF = Statement(
    select(*_ROW)
    .where(challenges.c.session_id == bindparam("session"), challenges.c.purpose == bindparam("for_purpose"))
    # Sendings are counted on within a session; a clock may be put back (X24).
    .order_by(challenges.c.sends.desc(), challenges.c.created_at.desc(), challenges.c.id.desc())
    .limit(1)
)
_RESEND_AT = Statement(select(challenges.c.resend_at).where(challenges.c.id == bindparam("id")))
_COUNT_TRY = Statement(
    update(challenges)
    .where(*_OPEN, _IN_TIME, challenges.c.tries < bindparam("most"))
    .values(tries=challenges.c.tries + 1)
    .returning(*_ROW)
)
_RENEW = Statement(
    update(challenges)
    .where(*_OPEN)
    .values(
        state="queued",
        digest=bindparam("new_digest"),
        sends=challenges.c.sends + 1,
        sent_at=None,
        resend_at=bindparam("not_before"),
        expires_at=bindparam("until"),
    )
)
_SENT = Statement(
    update(challenges)
    .where(challenges.c.id == bindparam("challenge"), challenges.c.state == "queued")
    .values(state="sent", sent_at=bindparam("now"))
)
_END = update(challenges).values(state=bindparam("end"), digest=None)
_ENDED = Statement(_END.where(*_OPEN))
_VERIFIED = Statement(_END.where(*_OPEN, _IN_TIME))
_EXPIRE = Statement(
    update(challenges)
    .where(challenges.c.state.in_(("queued", "sent")), challenges.c.expires_at <= bindparam("now"))
    .values(state="expired", digest=None)
)
_OLD = (
    select(challenges.c.id)
    .where(challenges.c.created_at < bindparam("before"), challenges.c.state.not_in(("queued", "sent")))
    .order_by(challenges.c.created_at)
    .limit(number("most"))
    .cte("old")
)
_FORGET = Statement(
    delete(challenges).where(challenges.c.id.in_(select(_OLD.c.id))).returning(challenges.c.id)
)


class Challenges:
    """`ports.tables.Challenges` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, challenge: Challenge, *, resend_at: datetime) -> None:
        """Store it; a second open one in its session is a `Conflict`."""
        await self._run.count(
            _ADD,
            id=challenge.id,
            session_id=challenge.session_id,
            link_serial=challenge.link_id,
            group_id=challenge.group_id,
            guarantor_id=challenge.guarantor_id,
            method=challenge.method.value,
            contact=challenge.contact,
            contact_digest=challenge.contact_digest,
            purpose=challenge.purpose.value,
            state=challenge.state.value,
            tries=challenge.tries,
            sends=challenge.sends,
            digest=challenge.digest,
            created_at=micros(challenge.created_at),
            sent_at=maybe_micros(challenge.sent_at),
            resend_at=micros(resend_at),
            expires_at=micros(challenge.expires_at),
            replaces=challenge.replaces,
        )

    async def get(self, challenge_id: str) -> Challenge | None:
        """Return it."""
        row = await self._run.one(_GET, id=challenge_id)
        return None if row is None else _challenge(row)

    async def last_of(self, session_id: int, purpose: Purpose = Purpose.VIEW) -> Challenge | None:
        """The newest of the session for this purpose, open or not."""
        row = await self._run.one(_LAST_OF, session=session_id, for_purpose=purpose.value)
        return None if row is None else _challenge(row)

    async def resend_at(self, challenge_id: str) -> datetime:
        """Return when a new code may be asked for.

        Raises:
            LookupError: there is no such challenge.
        """
        row = await self._run.one(_RESEND_AT, id=challenge_id)
        if row is None:
            raise LookupError("there is no such challenge")
        return moment(row[0])

    async def count_try(self, challenge_id: str, *, most: int, now: datetime) -> Challenge | None:
        """Count one try on an open, unexpired challenge below `most`; returns it with its digest."""
        row = await self._run.one(_COUNT_TRY, challenge=challenge_id, most=most, now=micros(now))
        return None if row is None else _challenge(row)

    async def renew(
        self, challenge_id: str, *, digest: bytes, resend_at: datetime, expires_at: datetime
    ) -> bool:
        """Give an open challenge a new code; its tries stay counted (R24)."""
        changed = await self._run.count(
            _RENEW,
            challenge=challenge_id,
            new_digest=digest,
            not_before=micros(resend_at),
            until=micros(expires_at),
        )
        return changed == 1

    async def move(self, challenge_id: str, state: ChallengeState, now: datetime) -> bool:
        """Move an open challenge on; leaving `queued` and `sent` forgets the digest.

        To `sent` only from `queued`, to `verified` only in time.
        """
        if state is ChallengeState.SENT:
            changed = await self._run.count(_SENT, challenge=challenge_id, now=micros(now))
        elif state is ChallengeState.VERIFIED:
            changed = await self._run.count(
                _VERIFIED, challenge=challenge_id, end=state.value, now=micros(now)
            )
        elif state is ChallengeState.QUEUED:
            raise ValueError("only a new code brings a challenge back to its beginning")
        else:
            changed = await self._run.count(_ENDED, challenge=challenge_id, end=state.value)
        return changed == 1

    async def expire(self, now: datetime) -> int:
        """Move every open challenge whose life is over, and forget the digests (R32)."""
        return await self._run.count(_EXPIRE, now=micros(now))

    async def forget(self, before: datetime, *, most: int) -> int:
        """Drop those that ended and began before; returns how many."""
        return len(await self._run.all(_FORGET, before=micros(before), most=most))


def _challenge(row: Row) -> Challenge:
    (
        id_,
        session_id,
        link_serial,
        group_id,
        guarantor_id,
        method,
        contact,
        contact_digest,
        purpose,
        state,
        tries,
        sends,
        digest,
        created_at,
        sent_at,
        expires_at,
        replaces,
    ) = row
    return Challenge(
        id=id_,
        session_id=session_id,
        link_id=link_serial,
        group_id=group_id,
        guarantor_id=guarantor_id,
        method=_METHODS[method],
        contact=contact,
        contact_digest=contact_digest,
        purpose=_PURPOSES[purpose],
        state=_STATES[state],
        tries=tries,
        sends=sends,
        digest=digest,
        created_at=moment(created_at),
        sent_at=maybe_moment(sent_at),
        expires_at=moment(expires_at),
        replaces=replaces,
    )
