"""Hear "I am not this person": suspend the link, end its sessions, and write to its contact no more."""

from dataclasses import dataclass

from quickpay.domain.audit import Event
from quickpay.domain.digests import session_hash
from quickpay.domain.groups import Group
from quickpay.domain.links import LinkState
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.links.whose import end_shares_of
from quickpay.services.stay import NoStay, Stay, Visit, stay_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MaySay:
    """There is an open session of a link, from which it may be said."""

    stay: Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """It was said, now or by another press: the link is on hold and nobody is here any more."""

    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class CameOtherwise:
    """The session was opened by no link: whoever opened it has proved elsewhere who she is."""

    stay: Stay


class NotMe:
    """Hear whoever got a bill that is not hers; only inside a session, for scanners press links (A7)."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def ask(self, visit: Visit) -> MaySay | CameOtherwise | NoStay:
        """Explain what saying it does; changes nothing."""
        now = self._clock.now()

        async def unit(tx: Tx) -> MaySay | CameOtherwise | NoStay:
            stay = await stay_of(tx, visit, now)
            if isinstance(stay, NoStay):
                return stay
            if stay.session.link_serial is None:
                return CameOtherwise(stay=stay)
            return MaySay(stay=stay)

        return await self._store.read(unit)

    async def say(self, visit: Visit) -> Said | CameOtherwise | NoStay:
        """Put the link on hold with all that was opened from it; staff can restore it."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Said | CameOtherwise | NoStay:
            stay = await stay_of(tx, visit, now)
            if isinstance(stay, NoStay):
                return await _said_before(tx, visit, stay)
            serial = stay.session.link_serial
            link = None if serial is None else await tx.links.by_serial(serial)
            if link is None:
                return CameOtherwise(stay=stay)
            # A link that has ended otherwise stays as it ended; its contact gets no more all the same.
            suspended = await tx.links.end(link.serial, LinkState.SUSPENDED)
            stopped = link.contact is not None and await tx.stops.add(
                stay.guarantor.id, link.contact, link_serial=link.serial, now=now
            )
            await end_shares_of(tx, link, by=stay.actor, now=now, request_id=visit.request_id)
            ended = await tx.sessions.end_of_link(link.serial, now)
            if ended:  # else another press was first
                await tx.audit.add(
                    Event(
                        at=now,
                        type="link.not_me",
                        group_id=stay.group.id,
                        guarantor_id=stay.guarantor.id,
                        link_serial=link.serial,
                        session_id=stay.session.id,
                        request_id=visit.request_id,
                        detail={
                            "suspended": int(suspended),
                            "contact_stopped": int(stopped),
                            "sessions_ended": ended,
                        },
                    ),
                )
            return Said(group=stay.group)

        return await self._store.write(unit)


async def _said_before(tx: Tx, visit: Visit, gone: NoStay) -> Said | NoStay:
    """Answer a second press as the first, for what it says has ended its session."""
    session = None if visit.secret is None else await tx.sessions.find(session_hash(visit.secret))
    if session is None or session.link_serial is None or gone.group is None:
        return gone
    link = await tx.links.by_serial(session.link_serial)
    if link is None or link.state is not LinkState.SUSPENDED:
        return gone
    return Said(group=gone.group)
