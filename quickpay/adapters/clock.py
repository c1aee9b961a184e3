"""Read the machine's clock; the only module that does."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _wall() -> datetime:
    return datetime.now(UTC)


class SystemClock:
    """Tell the machine's time; within this process it never goes back (X24).

    The process keeps when its steady clock began by the wall clock, and believes the latest such beginning.
    Put forward, the wall clock is followed; put back, time runs on from where it was, second by second, until
    the wall clock has caught up. What was to end in ten minutes ends in ten minutes. Tests give the readings.
    """

    def __init__(
        self, *, wall: Callable[[], datetime] = _wall, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._beginning = self._begun()

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        self._beginning = max(self._beginning, self._begun())
        return self._beginning + timedelta(seconds=self._steady())

    def put_back(self) -> timedelta:
        """Return how far the wall clock was put back and has not caught up."""
        return max(self._beginning - self._begun(), timedelta())

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return self._steady()

    def _begun(self) -> datetime:
        wall = self._wall()  # first: whoever is held up between the two believes too early a beginning
        return wall - timedelta(seconds=self._steady())
