"""Faults that somebody has switched on: which part misbehaves, how, for how many calls and how long."""

import asyncio
import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

PARTS = ("gateway", "smtp", "sms", "webhooks")
KINDS = ("refuse", "hang", "slow", "drop_after_accept", "error", "late")
HOLDING = ("hang", "slow", "late")
MOST_CALLS = 1_000_000
LONGEST = 86_400


class UnknownFault(Exception):
    """Say which field of a fault somebody asked for is not one the world knows."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name
        self.message = message


@dataclass(slots=True, kw_only=True)
class Fault:
    """Hold one fault that is switched on."""

    id: int
    part: str
    kind: str
    code: int | None
    left: int | None
    ends_at: float | None
    delay: float | None = None
    chance: float | None = None
    waiting: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        """Tell whether it was ended or has run out of time."""
        return self.ended.is_set() or (self.ends_at is not None and time.monotonic() >= self.ends_at)

    @property
    def holds(self) -> bool:
        """Tell whether it keeps callers waiting."""
        return self.kind in HOLDING

    async def hold(self) -> None:
        """Wait for the delay of a slow part, or else until the fault is ended or its seconds have passed."""
        self.waiting += 1
        try:
            if not self.over:
                left = None if self.ends_at is None else self.ends_at - time.monotonic()
                waits = [one for one in (left, self.delay) if one is not None]
                async with asyncio.timeout(min(waits, default=None)):
                    await self.ended.wait()
        except TimeoutError:
            return
        finally:
            self.waiting -= 1

    def said(self) -> dict[str, Any]:
        """Return what the API shows of it."""
        left = None if self.ends_at is None else max(0.0, round(self.ends_at - time.monotonic(), 3))
        return {
            "id": self.id,
            "part": self.part,
            "fault": self.kind,
            "code": self.code,
            "count": self.left,
            "seconds": left,
            "delay": self.delay,
            "chance": self.chance,
            "waiting": self.waiting,
        }


class Faults:
    """Keep the faults that are on. They live in memory: a world that starts again behaves."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)
        self._dice = secrets.SystemRandom()

    def switch_on(self, asked: dict[str, Any]) -> Fault:
        """Switch on the fault that a JSON body asks for.

        Raises: UnknownFault, naming the field.
        """
        part, kind = asked.get("part"), asked.get("fault")
        if part not in PARTS:
            raise UnknownFault("part", f"must be one of {', '.join(PARTS)}")
        if kind not in KINDS:
            raise UnknownFault("fault", f"must be one of {', '.join(KINDS)}")
        if kind == "late" and part != "gateway":
            raise UnknownFault("fault", "late is for the gateway only")
        if extra := set(asked) - {"part", "fault", "count", "seconds", "delay", "code", "chance"}:
            raise UnknownFault(min(extra), "is not known")
        count = _whole(asked.get("count"), name="count", most=MOST_CALLS)
        seconds = _seconds(asked.get("seconds"), name="seconds")
        delay = _seconds(asked.get("delay"), name="delay")
        if (kind == "slow") != (delay is not None):
            raise UnknownFault("delay", "goes with slow, and slow goes with it")
        chance = _seconds(asked.get("chance"), name="chance")
        if chance is not None and chance > 1:
            raise UnknownFault("chance", "must be a number above 0 and at most 1")
        code = _whole(asked.get("code"), name="code", most=99_999)
        fault = Fault(
            id=next(self._ids),
            part=part,
            kind=kind,
            code=code,
            left=1 if count is None and seconds is None and chance is None else count,
            ends_at=None if seconds is None else time.monotonic() + seconds,
            delay=delay,
            chance=chance,
        )
        self._faults.append(fault)
        return fault

    def take(self, part: str, *kinds: str) -> Fault | None:
        """Use up one call of the oldest fault of a part, if one of these kinds (or any) is on."""
        for fault in self._faults:
            if fault.part != part or fault.over or fault.left == 0 or (kinds and fault.kind not in kinds):
                continue
            if fault.chance is not None and self._dice.random() >= fault.chance:
                continue
            if fault.left is not None:
                fault.left -= 1
            return fault
        return None

    def on(self) -> list[Fault]:
        """List the faults that still hold, or hold somebody."""
        # One that is used up stays in the list: whoever it keeps waiting must still be found by `end`.
        self._faults = [fault for fault in self._faults if not fault.over]
        return [fault for fault in self._faults if fault.left != 0 or fault.waiting]

    def end(self, number: int | None = None) -> None:
        """End one fault, or all; whoever was kept waiting goes on."""
        for fault in self._faults:
            if number is None or fault.id == number:
                fault.ended.set()
        self._faults = [f for f in self._faults if not f.ended.is_set()]


def _whole(value: object, *, name: str, most: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise UnknownFault(name, f"must be a whole number from 1 to {most}")
    return value


def _seconds(value: object, *, name: str) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= LONGEST:
        raise UnknownFault(name, f"must be a number above 0 and at most {LONGEST}")
    return float(value)
