"""The audit in the database: rows are added, never changed; what others want to hear of is told on."""

from sqlalchemy import bindparam

from quickpay.adapters.store.columns import micros, to_json
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import audit
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.announcing import announce
from quickpay.domain.audit import Event
from quickpay.domain.events_out import ANNOUNCED

_ADD = Statement(
    insert(audit).values({column.name: bindparam(column.name) for column in audit.c if column.name != "id"})
)


class Audit:
    """`ports.tables.Audit` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, event: Event) -> None:
        """Append it; if it cannot be, the whole unit fails (R131)."""
        detail = event.detail
        await self._run.count(
            _ADD,
            at=micros(event.at),
            type=event.type,
            group_id=event.group_id,
            guarantor_id=event.guarantor_id,
            link_serial=event.link_serial,
            session_id=event.session_id,
            payment_id=event.payment_id,
            actor=event.actor,
            request_id=event.request_id,
            detail=to_json(detail) if detail else "{}",
        )
        if event.type in ANNOUNCED:
            await announce(self._run, event)
