"""Leave: end the session by a press, in the way the group chose."""

from dataclasses import dataclass

from quickpay.domain.audit import Event
from quickpay.domain.groups import Group
from quickpay.domain.options import LogoutFunction
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.stay import NoStay, Visit, stay_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """The session has ended; `return_url` is the portal's that had handed its user over.

    `simulated` says that it was one of staff who looked.
    """

    group: Group
    return_url: str | None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class NoControl:
    """The group offers no way to end a session; it ends by time."""


class Leave:
    """End sessions."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def sign_out(self, visit: Visit) -> SignedOut | NoControl | NoStay:
        """End the session at once, for every tab."""
        now = self._clock.now()

        async def unit(tx: Tx) -> SignedOut | NoControl | NoStay:
            stay = await stay_of(tx, visit, now, shares=True)
            if isinstance(stay, NoStay):
                return stay
            no_control = stay.group.options.look_and_feel.logout_function is LogoutFunction.NONE
            if no_control and stay.launch is None:
                return NoControl()
            await tx.sessions.end(stay.session.id, now)
            await tx.audit.add(
                Event(
                    at=now,
                    type="session.logged_out",
                    group_id=stay.group.id,
                    guarantor_id=stay.guarantor.id,
                    link_serial=stay.session.link_serial,
                    session_id=stay.session.id,
                    actor=stay.actor,
                    request_id=visit.request_id,
                ),
            )
            return SignedOut(
                group=stay.group,
                return_url=stay.session.return_url,
                simulated=stay.launch is not None,
            )

        return await self._store.write(unit)
