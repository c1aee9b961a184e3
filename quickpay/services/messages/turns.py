"""Whose turn it is where a mail server is slow: the newest code's, and of one contact no other's (X13)."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """One that waits; its turn comes, or it learns that a newer one took its place."""

    subject: object
    turn: asyncio.Future[bool]


@dataclass(slots=True)
class Turns:
    """So many places at once. A code is worth less every second, so who came last goes first."""

    places: int
    _waiting: dict[int, _Waiting] = field(default_factory=dict)
    _numbers: int = 0

    def number(self) -> int:
        """Draw a number: the higher, the newer; it is kept from one try to the next."""
        self._numbers += 1
        return self._numbers

    async def take(self, number: int, subject: object) -> bool:
        """Wait for a place, to be given back; False once a newer one waits for the same subject."""
        if self.places > 0:
            self.places -= 1
            return True
        for other, one in list(self._waiting.items()):
            if one.subject == subject and other > number:
                return False
            if one.subject == subject:
                del self._waiting[other]
                _say(one, is_its_turn=False)
        waiting = _Waiting(subject=subject, turn=asyncio.get_running_loop().create_future())
        self._waiting[number] = waiting
        try:
            return await waiting.turn
        except asyncio.CancelledError:
            self._waiting.pop(number, None)
            if waiting.turn.done() and not waiting.turn.cancelled() and waiting.turn.result():
                self.give_back()  # it came at the very moment when nobody waited for it any more
            raise

    def give_back(self) -> None:
        """Give the place to the newest that waits."""
        while self._waiting:
            if _say(self._waiting.pop(max(self._waiting)), is_its_turn=True):
                return
        self.places += 1


def _say(one: _Waiting, *, is_its_turn: bool) -> bool:
    """Tell it; False where nobody waits for it any more."""
    if one.turn.done():
        return False
    one.turn.set_result(is_its_turn)
    return True
