"""An audit event: who did what to which, when, and how it ended; never a name, contact, code or token."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the audit; `type` and `detail` hold only fixed words and numbers (R129)."""

    at: datetime
    type: str
    group_id: int | None = None
    guarantor_id: int | None = None
    link_serial: int | None = None
    session_id: int | None = None
    payment_id: str | None = None
    actor: str = "patient"
    request_id: str | None = None
    detail: dict[str, str | int | None] = field(default_factory=dict)


FIRST_SEAL = bytes(32)
"""What the oldest row of the audit is chained to."""

SEALED_AFTER = timedelta(minutes=5)
"""No transaction is open so long, so no older row is still to come."""


def seal_of(before: bytes, row: Sequence[int | str | None]) -> bytes:
    """Chain a row, as its columns hold it, to the seal of the row before; JSON keeps the columns apart."""
    return hashlib.sha256(before + json.dumps(list(row), separators=(",", ":")).encode()).digest()


class Harm(StrEnum):
    """What was done to a sealed row of the audit."""

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harmed:
    """A row of the audit that is not as it was sealed; `changed` is said too where the one before is gone."""

    row_id: int
    how: Harm


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a look at the whole chain found; `head` is its last seal, to be kept elsewhere and compared."""

    sealed: int
    unsealed: int
    last_id: int
    head: bytes
    harmed: tuple[Harmed, ...]
