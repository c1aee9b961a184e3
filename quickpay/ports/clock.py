"""The port through which anything learns the time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tell the time; nothing else in the house may."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back; for measuring a span."""
        ...
