"""The port to texts after they were handed over: numbers whose carrier was told STOP, and reports."""

from datetime import datetime
from typing import Protocol

from quickpay.domain.text_fates import HandedText, TextFate, TextReport


class CarrierStops(Protocol):
    """Numbers whose holder replied STOP: nothing is texted there for anybody (R61)."""

    async def add(self, number: str, *, heard_by: str, asked_at: datetime, now: datetime) -> bool:
        """Stop a number; False when it was, or was lifted since `asked_at`: then this is old news."""
        ...

    async def since(self, contact: str) -> datetime | None:
        """Since when nothing may be texted there; None for an email address."""
        ...

    async def lift(self, number: str, *, now: datetime) -> bool:
        """Let texts go there again; False when nothing was stopped."""
        ...


class Texts(Protocol):
    """Texts by their provider's id, with how far they came (R60)."""

    async def hand_over(self, text: HandedText) -> TextFate:
        """Note whom a text was for; returns what was reported of it meanwhile."""
        ...

    async def report(self, sid: str, report: TextReport, *, now: datetime) -> TextFate | None:
        """Note a report; None unless it is further along than what is known."""
        ...

    async def of_challenge(self, challenge_id: str) -> TextReport | None:
        """The report on the newest text with a code of this challenge."""
        ...

    async def forget(self, before: datetime, *, most: int) -> int:
        """Drop texts handed over, or reported, before; returns how many (R132)."""
        ...
