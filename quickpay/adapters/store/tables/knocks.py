"""Knocks in the database: tries are counted there, and an end forgets the digest."""

from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, update

from quickpay.adapters.store.columns import micros, moment, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import guarantors, knocks
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.guarantors import GUARANTOR, guarantor_of
from quickpay.domain.guarantors import Guarantor
from quickpay.mfa.challenge import ChallengeState
from quickpay.mfa.knock import Knock
from quickpay.mfa.methods import Method

_METHODS = words(Method)
_STATES = words(ChallengeState)

_ROW = [column for column in knocks.c if column.name != "token_hash"]
_OPEN = (knocks.c.id == bindparam("knock"), knocks.c.state == "sent")
_IN_TIME = knocks.c.expires_at > bindparam("now")

_ADD = Statement(insert(knocks).values({column.name: bindparam(column.name) for column in knocks.c}))
_FIND = Statement(select(*_ROW).where(knocks.c.token_hash == bindparam("hash")))
_COUNT_TRY = Statement(
    update(knocks)
    .where(*_OPEN, _IN_TIME, knocks.c.tries < bindparam("most"))
    .values(tries=knocks.c.tries + 1)
    .returning(*_ROW)
)
_RENEW = Statement(
    update(knocks)
    .where(*_OPEN)
    .values(
        digest=bindparam("new_digest"),
        sends=knocks.c.sends + 1,
        resend_at=bindparam("not_before"),
        expires_at=bindparam("until"),
    )
)
_END = update(knocks).values(state=bindparam("end"), digest=None)
_ENDED = Statement(_END.where(*_OPEN))
_VERIFIED = Statement(_END.where(*_OPEN, _IN_TIME))
_EXPIRE = Statement(
    update(knocks)
    .where(knocks.c.state == "sent", knocks.c.expires_at <= bindparam("now"))
    .values(state="expired", digest=None)
)
_FORGET = Statement(delete(knocks).where(knocks.c.created_at < bindparam("before")))
_OF_CONTACT = Statement(
    select(*GUARANTOR)
    .where(
        guarantors.c.group_id == bindparam("group"),
        or_(func.lower(guarantors.c.email) == bindparam("one"), guarantors.c.mobile == bindparam("one")),
    )
    .order_by(guarantors.c.id)
    .limit(bindparam("most"))
)


class Knocks:
    """`ports.knock_tables.Knocks` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, knock: Knock, *, token_hash: bytes) -> None:
        """Store it."""
        await self._run.count(
            _ADD,
            id=knock.id,
            token_hash=token_hash,
            group_id=knock.group_id,
            guarantor_id=knock.guarantor_id,
            method=knock.method.value,
            masked=knock.masked,
            contact_digest=knock.contact_digest,
            state=knock.state.value,
            tries=knock.tries,
            sends=knock.sends,
            digest=knock.digest,
            created_at=micros(knock.created_at),
            resend_at=micros(knock.resend_at),
            expires_at=micros(knock.expires_at),
        )

    async def find(self, token_hash: bytes) -> Knock | None:
        """Return it by the hash of its secret."""
        row = await self._run.one(_FIND, hash=token_hash)
        return None if row is None else _knock(row)

    async def count_try(self, knock_id: str, *, most: int, now: datetime) -> Knock | None:
        """Count one try on an open, unexpired knock below `most`; returns it with its digest."""
        row = await self._run.one(_COUNT_TRY, knock=knock_id, most=most, now=micros(now))
        return None if row is None else _knock(row)

    async def renew(self, knock_id: str, *, digest: bytes, resend_at: datetime, expires_at: datetime) -> bool:
        """Give an open knock a new code; its tries stay counted (R24)."""
        changed = await self._run.count(
            _RENEW, knock=knock_id, new_digest=digest, not_before=micros(resend_at), until=micros(expires_at)
        )
        return changed == 1

    async def end(self, knock_id: str, state: ChallengeState, now: datetime) -> bool:
        """Move an open knock to its end and forget the digest; to `verified` only in time."""
        if state is ChallengeState.VERIFIED:
            return await self._run.count(_VERIFIED, knock=knock_id, end=state.value, now=micros(now)) == 1
        return await self._run.count(_ENDED, knock=knock_id, end=state.value) == 1

    async def expire(self, now: datetime, *, forget_before: datetime) -> int:
        """End knocks whose life is over, and drop old ones whole; returns how many ended."""
        await self._run.count(_FORGET, before=micros(forget_before))
        return await self._run.count(_EXPIRE, now=micros(now))

    async def of_contact(self, group_id: int, contact: str, *, most: int) -> list[Guarantor]:
        """Return the group's guarantors who have this contact on file, at most so many."""
        rows = await self._run.all(_OF_CONTACT, group=group_id, one=contact.lower(), most=most)
        return [guarantor_of(row) for row in rows]


def _knock(row: Row) -> Knock:
    (
        id_,
        group_id,
        guarantor_id,
        method,
        masked,
        contact_digest,
        state,
        tries,
        sends,
        digest,
        created_at,
        resend_at,
        expires_at,
    ) = row
    return Knock(
        id=id_,
        group_id=group_id,
        guarantor_id=guarantor_id,
        method=_METHODS[method],
        masked=masked,
        contact_digest=bytes(contact_digest),
        state=_STATES[state],
        tries=tries,
        sends=sends,
        digest=None if digest is None else bytes(digest),
        created_at=moment(created_at),
        resend_at=moment(resend_at),
        expires_at=moment(expires_at),
    )
