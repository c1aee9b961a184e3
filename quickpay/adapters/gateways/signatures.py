"""Check `t=…,v1=…` webhook signatures: raw body, constant time, several at once, fresh both ways."""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

TOLERANCE: Final = 300
"""Seconds a webhook's time may lie before or after ours (R99)."""

_TIME: Final = re.compile(r"[0-9]{1,12}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 4096


def fault(header: str | None, *, body: bytes, secret: bytes, now: datetime) -> str | None:
    """Say what is wrong with a signature header; None if it is genuine and fresh (R98, R99)."""
    if header is None:
        return "signature missing"
    if len(header) > _LONGEST or not header.isascii():
        return "signature malformed"
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    digests = [value for name, _, value in pairs if name == "v1" and _DIGEST.fullmatch(value)]
    if len(times) != 1 or not _TIME.fullmatch(times[0]) or not digests:
        return "signature malformed"
    expected = hmac.new(secret, times[0].encode("ascii") + b"." + body, hashlib.sha256).hexdigest()
    # A list, not a generator: every digest is compared, whichever fits.
    if not any([hmac.compare_digest(expected, digest) for digest in digests]):  # noqa: C419 - all of them, in the same time
        return "signature wrong"
    if abs(now.timestamp() - int(times[0])) > TOLERANCE:
        return "signature too old or from the future"
    return None


def untimely(header: str, *, now: datetime) -> str | None:
    """Say what is wrong with the time of a header that another has verified; None if it is fresh (R99)."""
    times = [part.strip()[2:] for part in header.split(",") if part.strip().startswith("t=")]
    if len(header) > _LONGEST or len(times) != 1 or not _TIME.fullmatch(times[0]):
        return "signature malformed"
    if abs(now.timestamp() - int(times[0])) > TOLERANCE:
        return "signature too old or from the future"
    return None
