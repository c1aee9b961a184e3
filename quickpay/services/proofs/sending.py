"""Send the code of a challenge that a unit writes, or note that so many were sent that this one is not."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from quickpay.domain.audit import Event
from quickpay.mfa.challenge import Purpose
from quickpay.ports.clock import Clock
from quickpay.ports.store import Conflict, Store
from quickpay.ports.tables import Tx
from quickpay.ports.tasks import Tasks
from quickpay.services.messages.courier import CodeToSend, Courier
from quickpay.services.proofs.codes import Undone
from quickpay.services.proofs.pages import CodeSent, TooManyCodes

_Answer = TypeVar("_Answer")


class CodeSending:
    """What follows a press of "send me a code", whatever the code is to prove."""

    def __init__(self, *, store: Store[Tx], clock: Clock, courier: Courier, tasks: Tasks) -> None:
        self._store = store
        self._clock = clock
        self._courier = courier
        self._tasks = tasks

    async def send(
        self, unit: Callable[[Tx], Coroutine[Any, Any, CodeToSend | _Answer]]
    ) -> CodeSent | TooManyCodes | _Answer:
        """Write the challenge and hand its code to the courier; the answer does not wait for that."""
        try:
            made = await self._written(unit)
        except Undone as undone:
            await self._note_full(undone)
            return TooManyCodes(stay=undone.stay)
        if not isinstance(made, CodeToSend):
            return made
        self._tasks.start(self._courier.deliver(made), name="code")
        return CodeSent()

    async def _written(self, unit: Callable[[Tx], Coroutine[Any, Any, _Answer]]) -> _Answer:
        try:
            return await self._store.write(unit)
        except Conflict:  # the button was pressed twice at once: the other press made the one open challenge
            return await self._store.write(unit)

    async def _note_full(self, undone: Undone) -> None:
        about = {} if undone.purpose is Purpose.VIEW else {"purpose": undone.purpose.value}
        event = Event(
            at=self._clock.now(),
            type="rate.limited",
            group_id=undone.stay.group.id,
            guarantor_id=undone.stay.guarantor.id,
            session_id=undone.stay.session.id,
            detail={"limit": undone.limit, **about},
        )
        await self._store.write(lambda tx: tx.audit.add(event))
