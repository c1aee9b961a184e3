"""The webhook inbox in the database: events that came in, each taken once."""

from datetime import datetime

from sqlalchemy import bindparam

from quickpay.adapters.store.columns import micros
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import webhook_inbox
from quickpay.adapters.store.statements import Statement, insert

_TAKE = Statement(
    insert(webhook_inbox)
    .values({column.name: bindparam(column.name) for column in webhook_inbox.c})
    .on_conflict_do_nothing(index_elements=list(webhook_inbox.primary_key))
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
