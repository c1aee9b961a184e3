"""Extend: give a session more time, by a press, when little is left (R66)."""

from dataclasses import dataclass

from quickpay.domain.audit import Event
from quickpay.domain.sessions import EXTENDABLE_LIFE
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.stay import NoStay, Stay, Visit, stay_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """The session ends 20 minutes from now."""

    stay: Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEnough:
    """There are 10 minutes or more left: nothing was done, and nothing is lost by waiting."""

    stay: Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMoreTime:
    """The group offers no extension, or this session has had its ten."""

    stay: Stay


class Extend:
    """Look how much time is left, and give more."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def look(self, visit: Visit) -> Stay | NoStay:
        """Find the session and how much time it has."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Stay | NoStay:
            return await stay_of(tx, visit, now, shares=True)

        return await self._store.read(unit)

    async def extend(self, visit: Visit) -> Extended | TimeEnough | NoMoreTime | NoStay:
        """Set the end to 20 minutes from now; pressed twice at once, it is one extension."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Extended | TimeEnough | NoMoreTime | NoStay:
            stay = await stay_of(tx, visit, now, shares=True)
            if isinstance(stay, NoStay):
                return stay
            if not stay.extendable:
                return NoMoreTime(stay=stay)
            extended = await tx.sessions.extend(stay.session.id, until=now + EXTENDABLE_LIFE, now=now)
            after = await stay_of(tx, visit, now, shares=True)
            if isinstance(after, NoStay) or not extended:
                # There are ten minutes left, maybe by another press that was first: its time counts here too.
                return after if isinstance(after, NoStay) else TimeEnough(stay=after)
            await tx.audit.add(
                Event(
                    at=now,
                    type="session.extended",
                    group_id=stay.group.id,
                    guarantor_id=stay.guarantor.id,
                    link_serial=stay.session.link_serial,
                    session_id=stay.session.id,
                    request_id=visit.request_id,
                    detail={"times": after.session.extensions},
                ),
            )
            return Extended(stay=after)

        return await self._store.write(unit)
