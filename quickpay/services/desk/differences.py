"""Differences to the gateway's list as the staff see and explain them, and what waits on their front page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from quickpay.domain.alarms import SHOWN_FOR, Alarm, AlarmKind
from quickpay.domain.audit import Event
from quickpay.domain.differences import Explained, KeptDifference
from quickpay.domain.staff import Staff
from quickpay.domain.unresolved import ASKED_FOR_AFTER
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.unresolved_tables import Comparison

_MOST = 200
_ENDED_LATELY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for somebody of the staff, of her groups."""

    unresolved: int
    oldest: timedelta | None
    differences: int
    not_compared: bool
    many_payments: tuple[tuple[str, Alarm], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceList:
    """Those that are open, those that ended lately, and how the last comparison went."""

    open: tuple[KeptDifference, ...]
    ended: tuple[KeptDifference, ...]
    stands: Comparison | None
    names: dict[str, str]


class DifferenceDesk:
    """List and explain; all within the groups of the one who asks."""

    def __init__(self, *, store: Store[Tx], clock: Clock, gateway: str) -> None:
        self._store = store
        self._clock = clock
        self._gateway = gateway

    async def waiting(self, staff: Staff) -> Waiting:
        """Count what waits, for the front page."""
        now, reach = self._clock.now(), staff.reach

        async def unit(tx: Tx) -> Waiting:
            oldest = await tx.unresolved.list_(within=reach, before=now - ASKED_FOR_AFTER, most=1)
            many = []
            for alarm in await tx.alarms.list_(AlarmKind.MANY_PAYMENTS, since=now - SHOWN_FOR):
                group = None if alarm.group_id is None else await tx.groups.get(alarm.group_id)
                if group is not None and staff.may_see(group.id):
                    many.append((group.name, alarm))
            stands = await tx.differences.comparison(self._gateway)
            return Waiting(
                unresolved=await tx.unresolved.count(within=reach, before=now - ASKED_FOR_AFTER),
                oldest=now - oldest[0].payment.created_at if oldest else None,
                differences=await tx.differences.count(within=reach),
                not_compared=stands is not None and stands.failed_at is not None,
                many_payments=tuple(many),
            )

        return await self._store.read(unit)

    async def list_(self, staff: Staff) -> DifferenceList:
        """List those of her groups; what is nobody's is seen by who sees every group."""

        async def unit(tx: Tx) -> DifferenceList:
            open_ = await tx.differences.list_(within=staff.reach, open_=True, most=_MOST)
            ended = await tx.differences.list_(within=staff.reach, open_=False, most=_ENDED_LATELY)
            return DifferenceList(
                open=tuple(open_),
                ended=tuple(ended),
                stands=await tx.differences.comparison(self._gateway),
                names={one.actor: one.name for one in await tx.staff.list_()},
            )

        return await self._store.read(unit)

    async def difference(self, staff: Staff, difference_id: int) -> KeptDifference | None:
        """Return one of hers."""
        return await self._store.read(lambda tx: tx.differences.get(difference_id, within=staff.reach))

    async def explain(self, staff: Staff, difference_id: int, reason: Explained) -> KeptDifference | None:
        """End an open one with the reason; one that ended before stays as it ended."""
        now = self._clock.now()

        async def unit(tx: Tx) -> KeptDifference | None:
            found = await tx.differences.get(difference_id, within=staff.reach)
            if found is None:
                return None
            if await tx.differences.explain(difference_id, reason=reason, by=staff.actor, now=now):
                await tx.audit.add(_explained(found, reason, staff, now))
            return await tx.differences.get(difference_id, within=staff.reach)

        return await self._store.write(unit)


def _explained(found: KeptDifference, reason: Explained, staff: Staff, now: datetime) -> Event:
    return Event(
        at=now,
        type="reconciliation.explained",
        group_id=found.difference.group_id,
        payment_id=found.difference.payment_id,
        actor=staff.actor,
        detail={"difference": found.id, "kind": found.difference.kind.value, "reason": reason.value},
    )
