"""Times as the world keeps them (integer microseconds, UTC) and as it says them."""

import time
from datetime import UTC, datetime
from email.utils import format_datetime

SECOND = 1_000_000


def now() -> int:
    """Return the present in microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def rfc3339(at: int) -> str:
    """Write a moment as JSON answers carry it."""
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rfc2822(at: int) -> str:
    """Write a moment as Twilio's resources carry it."""
    return format_datetime(datetime.fromtimestamp(at // SECOND, UTC))
