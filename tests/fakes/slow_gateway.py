"""A gateway that lets a test stand between asking and answering."""

import asyncio

from quickpay.ports.gateway import Charge, Outcome
from tests.fakes.gateway import FakeGateway


class SlowGateway(FakeGateway):
    """Charge only when let go; `cut_off` ends the asker instead, as the death of its process would.

    `cut_off`: "before" the charge is in the book, or "after".
    """

    def __init__(self) -> None:
        super().__init__()
        self.waiting = asyncio.Event()
        self.go_on = asyncio.Event()
        self.cut_off: str | None = None

    async def charge(self, charge: Charge) -> Outcome:
        self.waiting.set()
        if self.cut_off == "before":
            self.asked.append(charge)
            raise asyncio.CancelledError
        if self.cut_off is None:
            await self.go_on.wait()
        outcome = await super().charge(charge)
        if self.cut_off == "after":
            raise asyncio.CancelledError
        return outcome
