"""The port through which anything learns the time."""

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tell the time; nothing else in the house may."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...

    def put_back(self) -> timedelta:
        """Return how far `now` is before the machine's own clock, as that was put back meanwhile (X24)."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back; for measuring a span."""
        ...
