"""What is to be told to which endpoint, in the database: each leased by one worker at a time."""

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import bindparam, delete, exists, func, select, update

from quickpay.adapters.store.columns import maybe_moment, micros, moment, number, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import webhook_deliveries, webhook_endpoints
from quickpay.adapters.store.statements import Statement
from quickpay.domain.endpoints import ENDED, Delivery, DeliveryState
from quickpay.ports.event_tables import Counted

_STATES = words(DeliveryState)
_D = webhook_deliveries.c
_WAITING = _D.state.in_(("queued", "leased"))
_HAS_ENDED = _D.state.in_(tuple(state.value for state in ENDED))
_COLUMNS = (
    _D.id,
    _D.event_id,
    _D.endpoint,
    _D.type,
    _D.payload,
    _D.at,
    _D.state,
    _D.attempts,
    _D.next_at,
    _D.tried_at,
    _D.trouble,
)
_LEASED = (
    _D.id == bindparam("delivery"),
    _D.state == "leased",
    _D.lease_owner == bindparam("worker"),
)
_FRESH = {
    "state": "queued",
    "attempts": 0,
    "next_at": bindparam("now"),
    "lease_owner": None,
    "ended_at": None,
}

# Asked for each endpoint by the index of those that wait: there are few endpoints and may be many events.
_DUE = Statement(
    select(webhook_endpoints.c.serial)
    .where(
        webhook_endpoints.c.disabled_by.is_(None),
        exists(
            select(_D.id).where(
                _D.endpoint == webhook_endpoints.c.serial, _WAITING, _D.next_at <= bindparam("now")
            )
        ),
    )
    .order_by(webhook_endpoints.c.serial)
)
# A CTE, because PostgreSQL may run a plain subquery once for each row it is compared with, and lease more.
_MINE = (
    select(_D.id)
    .where(_D.endpoint == bindparam("which"), _WAITING, _D.next_at <= bindparam("now"))
    .order_by(_D.next_at, _D.id)
    .limit(number("most"))
    .with_for_update(skip_locked=True)
    .cte("mine")
)
_CLAIM = Statement(
    update(webhook_deliveries)
    .where(_D.id.in_(select(_MINE.c.id)))
    .values(
        state="leased",
        lease_owner=bindparam("worker"),
        next_at=bindparam("until"),
        attempts=_D.attempts + 1,
    )
    .returning(*_COLUMNS)
)
_FINISH = Statement(
    update(webhook_deliveries)
    .where(*_LEASED)
    .values(
        state=bindparam("end"),
        trouble=bindparam("why"),
        tried_at=bindparam("now"),
        ended_at=bindparam("now"),
        lease_owner=None,
    )
)
_RETRY = Statement(
    update(webhook_deliveries)
    .where(*_LEASED)
    .values(
        state="queued",
        trouble=bindparam("why"),
        tried_at=bindparam("now"),
        next_at=bindparam("then"),
        lease_owner=None,
    )
)
_AGAIN = Statement(
    update(webhook_deliveries)
    .where(_D.id == bindparam("delivery"), _D.endpoint == bindparam("which"), _HAS_ENDED)
    .values(_FRESH)
)
_SINCE = (_D.endpoint == bindparam("which"), _HAS_ENDED, _D.at >= bindparam("since"))
_OLD = select(_D.id).where(*_SINCE).order_by(_D.at, _D.id).limit(number("most")).cte("old")
# SQLite does not say how many rows a statement changed that begins with a CTE; the rows themselves do.
_AGAIN_SINCE = Statement(
    update(webhook_deliveries).where(_D.id.in_(select(_OLD.c.id))).values(_FRESH).returning(_D.id)
)
_ENDED_SINCE = Statement(select(func.min(_D.at)).where(*_SINCE))
_COUNTED = Statement(
    select(_D.state, func.count()).where(_D.endpoint == bindparam("which")).group_by(_D.state)
)
_GONE = ~exists(select(webhook_endpoints.c.serial).where(webhook_endpoints.c.serial == _D.endpoint))
_OVER = select(_D.id).where(_D.ended_at < bindparam("before")).limit(number("most")).cte("over")
_FORGET = Statement(delete(webhook_deliveries).where(_D.id.in_(select(_OVER.c.id))).returning(_D.id))
_FORGET_GONE = Statement(delete(webhook_deliveries).where(_WAITING, _GONE))  # the others end by their age


@cache
def _last(states: tuple[DeliveryState, ...] | None) -> Statement:
    query = select(*_COLUMNS).where(_D.endpoint == bindparam("which"))
    if states is not None:
        query = query.where(_D.state.in_(tuple(state.value for state in states)))
    return Statement(query.order_by(_D.id.desc()).limit(number("most")))


class Deliveries:
    """`ports.event_tables.Deliveries` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def due(self, now: datetime) -> list[int]:
        """The serials of endpoints for which something is due."""
        return [row[0] for row in await self._run.all(_DUE, now=micros(now))]

    async def claim(
        self, serial: int, *, owner: str, now: datetime, lease: timedelta, most: int
    ) -> list[Delivery]:
        """Lease what is due for one endpoint, leases that ran out included; the oldest first."""
        rows = await self._run.all(
            _CLAIM, which=serial, worker=owner, now=micros(now), until=micros(now + lease), most=most
        )
        return sorted((_delivery(row) for row in rows), key=lambda one: one.id)

    async def finish(
        self, delivery_id: int, *, owner: str, state: DeliveryState, trouble: str | None, now: datetime
    ) -> bool:
        """End one this worker has leased; False when the lease has gone to another."""
        changed = await self._run.count(
            _FINISH, delivery=delivery_id, worker=owner, end=state.value, why=trouble, now=micros(now)
        )
        return changed == 1

    async def retry(
        self, delivery_id: int, *, owner: str, next_at: datetime, trouble: str, now: datetime
    ) -> bool:
        """Give one this worker has leased back until `next_at`."""
        changed = await self._run.count(
            _RETRY, delivery=delivery_id, worker=owner, then=micros(next_at), why=trouble, now=micros(now)
        )
        return changed == 1

    async def again(self, serial: int, delivery_id: int, now: datetime) -> bool:
        """Send one once more that had ended."""
        return await self._run.count(_AGAIN, which=serial, delivery=delivery_id, now=micros(now)) == 1

    async def again_since(self, serial: int, *, since: datetime, most: int, now: datetime) -> int:
        """Send once more what had ended and is of events since then, the oldest first."""
        rows = await self._run.all(
            _AGAIN_SINCE, which=serial, since=micros(since), most=most, now=micros(now)
        )
        return len(rows)

    async def ended_since(self, serial: int, since: datetime) -> datetime | None:
        """Of when the oldest such event is that is not waiting."""
        row = await self._run.one(_ENDED_SINCE, which=serial, since=micros(since))
        return None if row is None else maybe_moment(row[0])

    async def last(
        self, serial: int, *, states: tuple[DeliveryState, ...] | None, most: int
    ) -> list[Delivery]:
        """The newest, of these states or all."""
        return [_delivery(row) for row in await self._run.all(_last(states), which=serial, most=most)]

    async def counted(self, serial: int) -> Counted:
        """How many wait, were given up, or came while it was at rest."""
        found = {row[0]: int(row[1]) for row in await self._run.all(_COUNTED, which=serial)}
        return Counted(
            waiting=found.get("queued", 0) + found.get("leased", 0),
            dead=found.get("dead", 0),
            skipped=found.get("skipped", 0),
        )

    async def forget(self, before: datetime, *, most: int) -> int:
        """Drop those that ended before, and those that wait for an endpoint that is gone."""
        dropped = await self._run.all(_FORGET, before=micros(before), most=most)
        return len(dropped) + await self._run.count(_FORGET_GONE)


def _delivery(row: Row) -> Delivery:
    id_, event_id, endpoint, type_, payload, at, state, attempts, next_at, tried_at, trouble = row
    return Delivery(
        id=id_,
        event_id=event_id,
        endpoint=endpoint,
        type=type_,
        payload=payload,
        at=moment(at),
        state=_STATES[state],
        attempts=attempts,
        next_at=moment(next_at),
        tried_at=maybe_moment(tried_at),
        trouble=trouble,
    )
