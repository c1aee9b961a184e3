"""Make a thing once for each Idempotency-Key: the thing and the memory of it are one unit (R121)."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls which endpoint with which Idempotency-Key, and the digest of what was sent with it."""

    key_id: str
    endpoint: str
    key: str
    body_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Something was made: what to remember and say again. It holds no secret; those are derived anew."""

    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """It was made before by the same call; nothing was done now."""

    answer: str


@dataclass(frozen=True, slots=True)
class InFlight:
    """The first call with this key has not ended yet."""


@dataclass(frozen=True, slots=True)
class OtherBody:
    """The key was used for something else."""


class Refused(Exception):
    """Thrown by what should have made something: the unit is undone and the key stays free.

    Not an outcome for callers: `Once.run` hands `reason` back as a value.
    """

    def __init__(self, reason: object) -> None:
        super().__init__("nothing was made")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMade:
    """Nothing was made and nothing is remembered; the same key may be used again."""

    reason: object


class Once:
    """Remember what each key made. Keys are the caller's own: another API key's never meet (A69)."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(
        self, call: Call, make: Callable[[Tx], Awaitable[Made]]
    ) -> Made | Replayed | InFlight | OtherBody | NotMade:
        """Run `make` inside a unit unless the key was used before.

        The key is taken first, so of two calls at the same time one waits for the other and is told what it
        made. `make` may be called more than once (after a serialization failure) and raises `Refused` to
        make nothing.
        """
        now = self._clock.now()

        async def unit(tx: Tx) -> Made | Replayed | InFlight | OtherBody:
            where = {"key_id": call.key_id, "endpoint": call.endpoint, "key": call.key}
            if await tx.idempotency.begin(**where, body_hash=call.body_hash, now=now):
                made = await make(tx)
                await tx.idempotency.finish(**where, answer=made.answer)
                return made
            before = await tx.idempotency.get(**where)
            if before is None:
                return InFlight()
            if before.body_hash != call.body_hash:
                return OtherBody()
            return InFlight() if before.answer is None else Replayed(answer=before.answer)

        try:
            return await self._store.write(unit)
        except Refused as refused:
            return NotMade(reason=refused.reason)


def is_key(text: str) -> bool:
    """Tell whether text can be an Idempotency-Key: 1 to 255 visible ASCII characters."""
    return _KEY.fullmatch(text) is not None
