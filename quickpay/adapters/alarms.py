"""Say alarms in the log, as errors with what to do about each."""

import structlog

from quickpay.domain.alarms import WHAT_TO_DO, Alarm

_log = structlog.get_logger("quickpay.alarms")


class LoggedAlarms:
    """Port `AlarmLog` over the log."""

    def say(self, alarm: Alarm) -> None:
        """Write a line."""
        _log.error(
            "alarm",
            kind=alarm.kind.value,
            subject=alarm.subject,
            group=alarm.group_id,
            times=alarm.times,
            do=WHAT_TO_DO[alarm.kind],
        )
