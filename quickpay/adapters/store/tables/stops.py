"""Contacts that must not be written to for a guarantor, in the database; one row for each pair."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from quickpay.adapters.store.columns import micros
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import contact_stops
from quickpay.adapters.store.statements import Statement, insert

_ROW = insert(contact_stops).values(
    guarantor_id=bindparam("guarantor"),
    contact=bindparam("written_to"),
    link_serial=bindparam("link"),
    at=bindparam("now"),
)
_ADD = Statement(
    _ROW.on_conflict_do_update(
        index_elements=list(contact_stops.primary_key),
        set_={"link_serial": _ROW.excluded.link_serial, "at": _ROW.excluded.at, "lifted_at": None},
        where=contact_stops.c.lifted_at.is_not(None),
    )
)
_STANDING = (
    contact_stops.c.guarantor_id == bindparam("guarantor"),
    contact_stops.c.contact == bindparam("written_to"),
    contact_stops.c.lifted_at.is_(None),
)
_HOLDS = Statement(select(contact_stops.c.at).where(*_STANDING))
_LIFT = Statement(update(contact_stops).where(*_STANDING).values(lifted_at=bindparam("now")))


class ContactStops:
    """`ports.tables.ContactStops` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, guarantor_id: int, contact: str, *, link_serial: int, now: datetime) -> bool:
        """Stop what goes to this contact for this guarantor; False when it was stopped before."""
        changed = await self._run.count(
            _ADD, guarantor=guarantor_id, written_to=contact.lower(), link=link_serial, now=micros(now)
        )
        return changed == 1

    async def holds(self, guarantor_id: int, contact: str) -> bool:
        """Whether nothing may go to this contact for this guarantor."""
        row = await self._run.one(_HOLDS, guarantor=guarantor_id, written_to=contact.lower())
        return row is not None

    async def lift(self, guarantor_id: int, contact: str, *, now: datetime) -> bool:
        """Let messages go there again; False when nothing was stopped."""
        changed = await self._run.count(
            _LIFT, guarantor=guarantor_id, written_to=contact.lower(), now=micros(now)
        )
        return changed == 1
