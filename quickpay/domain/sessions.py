"""A session: one stay, its role, how it was proved, and its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin

PLAIN_LIFE = timedelta(minutes=10)
EXTENDABLE_LIFE = timedelta(minutes=20)
MOST_EXTENSIONS = 10
EXTENDABLE_BELOW = timedelta(minutes=10)
"""How little time must be left before a session may be extended (R66)."""
OWN_RESULT_READABLE = timedelta(hours=24)
"""How long an expired (not signed-out) session may still read its own payment (R64)."""


class Purpose(StrEnum):
    """What a session was opened for; one for a receipt costs no use and cannot pay."""

    PAY = "pay"
    RECEIPT = "receipt"


class Role(StrEnum):
    """What has been proved: holds a link, or passed the challenge."""

    QUICKPAY = "quickpay"
    AUTHORIZED_PATIENT = "authorized_patient"


class Authentication(StrEnum):
    """By which method; Require MFA is satisfied by this, never by a role."""

    QUICKPAY = "quickpay"
    MFA = "mfa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One stay as the row has it; the cookie's secret is not in it, only in the browser.

    `return_url` is where the portal that handed its user over wants them back.
    """

    id: int
    link_serial: int | None
    group_id: int
    guarantor_id: int
    origin: Origin
    purpose: Purpose
    role: Role
    authentication: Authentication
    order_id: str | None
    opened_at: datetime
    expires_at: datetime
    extensions: int
    ended_at: datetime | None
    return_url: str | None = None
    share_amount: Cents | None = None
    """What may be paid in a session opened from a share, and nothing else; None in every other."""

    def ends_at(self, *, extendable: bool) -> datetime:
        """When it ends by itself, as its group decides now.

        Where extension was turned off since, that is 10 minutes after it began.
        """
        return self.expires_at if extendable else min(self.expires_at, self.opened_at + PLAIN_LIFE)


def first_end(now: datetime, *, extendable: bool) -> datetime:
    """When a session opened now ends by itself: 10 minutes, or 20 where it can be extended."""
    return now + (EXTENDABLE_LIFE if extendable else PLAIN_LIFE)
