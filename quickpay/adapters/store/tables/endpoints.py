"""Endpoints of events out in the database."""

import json
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from quickpay.adapters.store.columns import maybe_micros, maybe_moment, micros, moment, to_json, words
from quickpay.adapters.store.run import Row
from quickpay.adapters.store.schema import webhook_deliveries, webhook_endpoints, webhook_secrets
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.endpoint_secrets import EndpointSecrets
from quickpay.domain.endpoints import DisabledBy, Endpoint, EndpointHealth

_BY = words(DisabledBy)
_BY_ID = select(webhook_endpoints).where(webhook_endpoints.c.id == bindparam("id"))
_THIS = webhook_endpoints.c.serial == bindparam("which")

_ADD = Statement(
    insert(webhook_endpoints)
    .values({one.name: bindparam(one.name) for one in webhook_endpoints.c if one.name != "serial"})
    .on_conflict_do_nothing(index_elements=[webhook_endpoints.c.id])
    .returning(*webhook_endpoints.c)
)
_GET = Statement(_BY_ID)
_LOCK = Statement(_BY_ID.with_for_update())
_LIST = Statement(select(webhook_endpoints).order_by(webhook_endpoints.c.id))
_CHANGE = Statement(
    update(webhook_endpoints)
    .where(_THIS)
    .values(
        url=bindparam("new_url"),
        group_id=bindparam("new_group"),
        events=bindparam("new_events"),
        disabled_by=bindparam("rest"),
        changed_at=bindparam("now"),
    )
)
_DISABLE = Statement(
    update(webhook_endpoints)
    .where(_THIS, webhook_endpoints.c.disabled_by.is_(None))
    .values(disabled_by=bindparam("by"), changed_at=bindparam("now"))
)
_SKIP = Statement(
    update(webhook_deliveries)
    .where(
        webhook_deliveries.c.endpoint == bindparam("which"),
        webhook_deliveries.c.state.in_(("queued", "leased")),
    )
    .values(state="skipped", ended_at=bindparam("now"), lease_owner=None)
)
_REMOVE = tuple(
    Statement(delete(table).where(column == bindparam("which")))
    for table, column in (
        (webhook_deliveries, webhook_deliveries.c.endpoint),
        (webhook_secrets, webhook_secrets.c.endpoint),
        (webhook_endpoints, webhook_endpoints.c.serial),
    )
)
_WELL = Statement(
    update(webhook_endpoints).where(_THIS).values(succeeded_at=bindparam("now"), failures=0, trouble=None)
)
_ILL = Statement(
    update(webhook_endpoints)
    .where(_THIS)
    .values(failed_at=bindparam("now"), failures=webhook_endpoints.c.failures + 1, trouble=bindparam("why"))
)


class Endpoints(EndpointSecrets):
    """`ports.event_tables.Endpoints` over one open transaction."""

    __slots__ = ()

    async def add(self, endpoint: Endpoint) -> Endpoint | None:
        """Store it, its serial ignored; None when the id is taken."""
        row = await self._run.one(
            _ADD,
            id=endpoint.id,
            url=endpoint.url,
            group_id=endpoint.group_id,
            events=to_json(list(endpoint.events)),
            disabled_by=None if endpoint.disabled_by is None else endpoint.disabled_by.value,
            created_at=micros(endpoint.created_at),
            changed_at=micros(endpoint.changed_at),
            succeeded_at=maybe_micros(endpoint.health.succeeded_at),
            failed_at=maybe_micros(endpoint.health.failed_at),
            failures=endpoint.health.failures,
            trouble=endpoint.health.trouble,
        )
        return None if row is None else _endpoint(row)

    async def get(self, endpoint_id: str) -> Endpoint | None:
        """Return it."""
        row = await self._run.one(_GET, id=endpoint_id)
        return None if row is None else _endpoint(row)

    async def lock(self, endpoint_id: str) -> Endpoint | None:
        """Return it and keep other writers off until the unit ends."""
        row = await self._run.one(_LOCK, id=endpoint_id)
        return None if row is None else _endpoint(row)

    async def list_(self) -> list[Endpoint]:
        """All by id."""
        return [_endpoint(row) for row in await self._run.all(_LIST)]

    async def change(self, endpoint: Endpoint) -> None:
        """Replace what was asked for; what waits is skipped when it is put to rest."""
        rest = endpoint.disabled_by
        await self._run.count(
            _CHANGE,
            which=endpoint.serial,
            new_url=endpoint.url,
            new_group=endpoint.group_id,
            new_events=to_json(list(endpoint.events)),
            rest=None if rest is None else rest.value,
            now=micros(endpoint.changed_at),
        )
        if rest is not None:
            await self._run.count(_SKIP, which=endpoint.serial, now=micros(endpoint.changed_at))

    async def disable(self, serial: int, *, by: DisabledBy, now: datetime) -> bool:
        """Put it to rest if it is not; what waits for it is skipped."""
        changed = await self._run.count(_DISABLE, which=serial, by=by.value, now=micros(now))
        if changed == 1:
            await self._run.count(_SKIP, which=serial, now=micros(now))
        return changed == 1

    async def remove(self, serial: int) -> None:
        """Forget it with its secrets and deliveries."""
        for statement in _REMOVE:
            await self._run.count(statement, which=serial)

    async def fared(self, serial: int, *, trouble: str | None, now: datetime) -> None:
        """Note how a try went."""
        if trouble is None:
            await self._run.count(_WELL, which=serial, now=micros(now))
        else:
            await self._run.count(_ILL, which=serial, now=micros(now), why=trouble)


def _endpoint(row: Row) -> Endpoint:
    (
        serial,
        id_,
        url,
        group_id,
        events,
        disabled_by,
        created_at,
        changed_at,
        succeeded_at,
        failed_at,
        failures,
        trouble,
    ) = row
    return Endpoint(
        serial=serial,
        id=id_,
        url=url,
        group_id=group_id,
        events=tuple(json.loads(events)),
        disabled_by=None if disabled_by is None else _BY[disabled_by],
        created_at=moment(created_at),
        changed_at=moment(changed_at),
        health=EndpointHealth(
            succeeded_at=maybe_moment(succeeded_at),
            failed_at=maybe_moment(failed_at),
            failures=failures,
            trouble=trouble,
        ),
    )
