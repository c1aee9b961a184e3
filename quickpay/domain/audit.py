"""An audit event: who did what to which, when, and how it ended; never a name, contact, code or token."""

from dataclasses import dataclass, field
from datetime import datetime


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
