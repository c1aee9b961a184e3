"""The port to where operators look: each alarm is said there once, and again while it goes on."""

from typing import Protocol

from quickpay.domain.alarms import Alarm


class AlarmLog(Protocol):
    """Say an alarm to whoever keeps watch."""

    def say(self, alarm: Alarm) -> None:
        """Say it with what to do."""
        ...
