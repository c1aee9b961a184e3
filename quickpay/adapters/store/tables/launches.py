"""Staff launches in the database; a row beside the link's."""

from sqlalchemy import bindparam, select

from quickpay.adapters.store.columns import words
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import staff_launches
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.launches import Launch, LaunchMode

_MODES = words(LaunchMode)
_ADD = Statement(
    insert(staff_launches).values({column.name: bindparam(column.name) for column in staff_launches.c})
)
_OF_LINK = Statement(select(staff_launches).where(staff_launches.c.link_serial == bindparam("link")))


class Launches:
    """`ports.launch_tables.Launches` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, launch: Launch) -> None:
        """Store it."""
        await self._run.count(
            _ADD,
            link_serial=launch.link_serial,
            staff=launch.staff,
            staff_id=launch.staff_id,
            mode=launch.mode.value,
        )

    async def of_link(self, link_serial: int) -> Launch | None:
        """Return what belongs to this link, None where it is no launch."""
        row = await self._run.one(_OF_LINK, link=link_serial)
        if row is None:
            return None
        serial, staff, staff_id, mode = row
        return Launch(link_serial=serial, staff=staff, staff_id=staff_id, mode=_MODES[mode])
