"""The sealed secrets of endpoints in the database, several of which may sign at once."""

from datetime import datetime

from sqlalchemy import bindparam, case, delete, func, or_, select, update

from quickpay.adapters.store.columns import maybe_moment, micros, number
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import webhook_secrets
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.endpoints import KeptSecret

_ADD_SECRET = Statement(
    insert(webhook_secrets)
    .values(endpoint=bindparam("which"), sealed=bindparam("sealed"), made_at=bindparam("now"))
    .returning(webhook_secrets.c.id)
)
_OLD_END = Statement(
    update(webhook_secrets)
    .where(webhook_secrets.c.endpoint == bindparam("which"))
    .values(
        ends_at=case(
            (
                func.coalesce(webhook_secrets.c.ends_at, number("old_until")) < number("old_until"),
                webhook_secrets.c.ends_at,
            ),
            else_=number("old_until"),
        )
    )
)
_KEPT = (webhook_secrets.c.id, webhook_secrets.c.sealed, webhook_secrets.c.ends_at)
_SECRETS = Statement(
    select(*_KEPT)
    .where(
        webhook_secrets.c.endpoint == bindparam("which"),
        or_(webhook_secrets.c.ends_at.is_(None), webhook_secrets.c.ends_at > bindparam("now")),
    )
    .order_by(webhook_secrets.c.id.desc())
)
_SECRET = Statement(
    select(*_KEPT).where(
        webhook_secrets.c.endpoint == bindparam("which"), webhook_secrets.c.id == bindparam("secret")
    )
)
_EVERY_SECRET = Statement(select(*_KEPT).order_by(webhook_secrets.c.id))
_RESEAL = Statement(
    update(webhook_secrets)
    .where(webhook_secrets.c.id == bindparam("secret"))
    .values(sealed=bindparam("new_seal"))
)
_FORGET = Statement(delete(webhook_secrets).where(webhook_secrets.c.ends_at <= bindparam("now")))


class EndpointSecrets:
    """The part of `ports.event_tables.Endpoints` that keeps secrets."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add_secret(self, serial: int, sealed: str, *, now: datetime, old_until: datetime) -> int:
        """Keep a new secret and return its id; those before it end then, if they do not sooner."""
        await self._run.count(_OLD_END, which=serial, old_until=micros(old_until))
        row = await self._run.one(_ADD_SECRET, which=serial, sealed=sealed, now=micros(now))
        assert row is not None
        return int(row[0])

    async def secrets(self, serial: int, now: datetime) -> list[KeptSecret]:
        """Those that sign now, the newest first."""
        return [_secret(row) for row in await self._run.all(_SECRETS, which=serial, now=micros(now))]

    async def every_secret(self) -> list[KeptSecret]:
        """All that are kept."""
        return [_secret(row) for row in await self._run.all(_EVERY_SECRET)]

    async def secret(self, serial: int, secret_id: int) -> KeptSecret | None:
        """Return one of an endpoint's."""
        row = await self._run.one(_SECRET, which=serial, secret=secret_id)
        return None if row is None else _secret(row)

    async def reseal(self, secret_id: int, sealed: str) -> None:
        """Keep the same secret under another key."""
        await self._run.count(_RESEAL, secret=secret_id, new_seal=sealed)

    async def forget_secrets(self, now: datetime) -> int:
        """Drop secrets that sign no more."""
        return await self._run.count(_FORGET, now=micros(now))


def _secret(row: Row) -> KeptSecret:
    id_, sealed, ends_at = row
    return KeptSecret(id=id_, sealed=sealed, ends_at=maybe_moment(ends_at))
