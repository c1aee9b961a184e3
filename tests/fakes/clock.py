"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Tell the time it was given (port `Clock`)."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def put_back(self) -> timedelta:
        return timedelta()

    def advance(self, span: timedelta) -> None:
        """Let both clocks run on."""
        assert span >= timedelta(), "time does not go back; set() does"
        self._now += span
        self._monotonic += span.total_seconds()

    def set(self, now: datetime) -> None:
        """Put the wall clock right, as an operator would; the monotonic one does not see it."""
        assert now.utcoffset() == timedelta(), "aware and in UTC"
        self._now = now
