"""Notice that the process stood still: something kept the event loop, and everybody waited (X26)."""

from collections.abc import Callable

import structlog

LOOKS_EVERY_SECONDS = 0.5
TOLERATED_SECONDS = 1.0


class Watchdog:
    """Look at a steady clock again and again; who comes much too late was kept from it."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._last = steady()

    async def look(self) -> None:
        """Say in the log for how long nobody was served, if it was longer than is tolerated."""
        before, self._last = self._last, self._steady()
        late = self._last - before - LOOKS_EVERY_SECONDS
        if late > TOLERATED_SECONDS:
            structlog.get_logger("quickpay.watchdog").warning("event_loop_blocked", seconds=round(late, 1))
