"""The webhook inbox in the database: events that came in, each taken once."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select, tuple_

from quickpay.adapters.store.columns import micros, number
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import webhook_inbox
from quickpay.adapters.store.statements import Statement, insert

_TAKE = Statement(
    insert(webhook_inbox)
    .values({column.name: bindparam(column.name) for column in webhook_inbox.c})
    .on_conflict_do_nothing(index_elements=list(webhook_inbox.primary_key))
)
_OLD = (
    select(*webhook_inbox.primary_key)
    .where(webhook_inbox.c.source == bindparam("of"), webhook_inbox.c.received_at < bindparam("before"))
    .order_by(webhook_inbox.c.received_at)
    .limit(number("most"))
    .cte("old")
)
_FORGET = Statement(
    delete(webhook_inbox)
    .where(tuple_(*webhook_inbox.primary_key).in_(select(*_OLD.c)))
    .returning(webhook_inbox.c.event_id)
)


class Webhooks:
    """`ports.tables.Webhooks` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def first(self, *, source: str, event_id: str, now: datetime) -> bool:
        """Take the event; False when it came before (R100)."""
        taken = await self._run.count(_TAKE, source=source, event_id=event_id, received_at=micros(now))
        return taken == 1

    async def forget(self, source: str, before: datetime, *, most: int) -> int:
        """Forget up to `most` events of a source that came before."""
        return len(await self._run.all(_FORGET, of=source, before=micros(before), most=most))
