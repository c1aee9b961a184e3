"""API keys in the database, and what each Idempotency-Key made."""

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, tuple_, update

from quickpay.adapters.store.columns import maybe_micros, maybe_moment, micros, moment, number
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import api_keys, idempotency
from quickpay.adapters.store.statements import Statement, insert
from quickpay.ports.tables import ApiKey, Remembered

_KEY = [column for column in api_keys.c if column.name != "secret_hash"]
_ADD = Statement(insert(api_keys).values({column.name: bindparam(column.name) for column in api_keys.c}))
_FIND = Statement(select(*_KEY).where(api_keys.c.secret_hash == bindparam("secret_hash")))
_LIST = Statement(select(*_KEY).order_by(api_keys.c.created_at, api_keys.c.id))
_REVOKE = Statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("key"), api_keys.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)
_MARK_USED = Statement(
    update(api_keys)
    .where(
        api_keys.c.id == bindparam("key"),
        or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < bindparam("at")),
    )
    .values(last_used_at=bindparam("at"))
)

_TAKEN_BY = (
    idempotency.c.key_id == bindparam("by"),
    idempotency.c.endpoint == bindparam("where"),
    idempotency.c.key == bindparam("which"),
)
_BEGIN = Statement(
    insert(idempotency)
    .values(
        key_id=bindparam("by"),
        endpoint=bindparam("where"),
        key=bindparam("which"),
        body_hash=bindparam("body_hash"),
        created_at=bindparam("now"),
    )
    .on_conflict_do_nothing(index_elements=list(idempotency.primary_key))
)
_REMEMBERED = Statement(
    select(idempotency.c.body_hash, idempotency.c.answer, idempotency.c.created_at).where(*_TAKEN_BY)
)
_OLD = (
    select(*idempotency.primary_key)
    .where(idempotency.c.created_at < bindparam("before"))
    .order_by(idempotency.c.created_at)
    .limit(number("most"))
    .cte("old")
)
_FORGET = Statement(
    delete(idempotency)
    .where(tuple_(*idempotency.primary_key).in_(select(*_OLD.c)))
    .returning(idempotency.c.key)
)
_FINISH = Statement(update(idempotency).where(*_TAKEN_BY).values(answer=bindparam("answered")))


class ApiKeys:
    """`ports.tables.ApiKeys` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, key: ApiKey, *, secret_hash: bytes) -> None:
        """Store it with the hash of its secret."""
        await self._run.count(
            _ADD,
            id=key.id,
            name=key.name,
            group_id=key.group_id,
            scopes=" ".join(key.scopes),
            secret_hash=secret_hash,
            created_at=micros(key.created_at),
            expires_at=micros(key.expires_at),
            revoked_at=maybe_micros(key.revoked_at),
            last_used_at=maybe_micros(key.last_used_at),
        )

    async def find(self, secret_hash: bytes) -> ApiKey | None:
        """Return the key of a secret, revoked or expired ones too."""
        row = await self._run.one(_FIND, secret_hash=secret_hash)
        return None if row is None else _key(row)

    async def list_(self) -> list[ApiKey]:
        """Return all keys, oldest first."""
        return [_key(row) for row in await self._run.all(_LIST)]

    async def revoke(self, key_id: str, now: datetime) -> bool:
        """Revoke it; False when it was revoked before or does not exist."""
        return await self._run.count(_REVOKE, key=key_id, now=micros(now)) == 1

    async def mark_used(self, key_id: str, *, at: datetime) -> None:
        """Note when the key was last used; never back to an earlier time."""
        await self._run.count(_MARK_USED, key=key_id, at=micros(at))


class Idempotency:
    """`ports.tables.Idempotency` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def begin(self, *, key_id: str, endpoint: str, key: str, body_hash: bytes, now: datetime) -> bool:
        """Take the key; False when it was taken before."""
        taken = await self._run.count(
            _BEGIN, by=key_id, where=endpoint, which=key, body_hash=body_hash, now=micros(now)
        )
        return taken == 1

    async def get(self, *, key_id: str, endpoint: str, key: str) -> Remembered | None:
        """Return what the key was used for."""
        row = await self._run.one(_REMEMBERED, by=key_id, where=endpoint, which=key)
        if row is None:
            return None
        body_hash, answer, created_at = row
        return Remembered(body_hash=bytes(body_hash), answer=answer, created_at=moment(created_at))

    async def finish(self, *, key_id: str, endpoint: str, key: str, answer: str) -> None:
        """Keep the answer for those who send the same again."""
        await self._run.count(_FINISH, by=key_id, where=endpoint, which=key, answered=answer)

    async def forget(self, before: datetime, *, most: int) -> int:
        """Forget up to `most` keys that were taken before; one whose call still runs is not there yet."""
        return len(await self._run.all(_FORGET, before=micros(before), most=most))


def _key(row: Row) -> ApiKey:
    id_, name, group_id, scopes, created_at, expires_at, revoked_at, last_used_at = row
    return ApiKey(
        id=id_,
        name=name,
        group_id=group_id,
        scopes=tuple(scopes.split()),
        created_at=moment(created_at),
        expires_at=moment(expires_at),
        revoked_at=maybe_moment(revoked_at),
        last_used_at=maybe_moment(last_used_at),
    )
