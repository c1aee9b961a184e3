"""The port to the knocks at groups' doors on the web."""

from datetime import datetime
from typing import Protocol

from quickpay.domain.guarantors import Guarantor
from quickpay.mfa.challenge import ChallengeState
from quickpay.mfa.knock import Knock


class Knocks(Protocol):
    """Knocks, found by the hash of what the cookie holds."""

    async def add(self, knock: Knock, *, token_hash: bytes) -> None: ...
    async def find(self, token_hash: bytes) -> Knock | None: ...
    async def count_try(self, knock_id: str, *, most: int, now: datetime) -> Knock | None:
        """Count one try on an open, unexpired knock below `most`; returns it with its digest."""
        ...

    async def renew(self, knock_id: str, *, digest: bytes, resend_at: datetime, expires_at: datetime) -> bool:
        """Give an open knock a new code; its tries stay counted (R24)."""
        ...

    async def end(self, knock_id: str, state: ChallengeState, now: datetime) -> bool:
        """Move an open knock to its end and forget the digest; to `verified` only in time."""
        ...

    async def expire(self, now: datetime, *, forget_before: datetime) -> int:
        """End knocks whose life is over, and drop old ones whole; returns how many ended."""
        ...

    async def of_contact(self, group_id: int, contact: str, *, most: int) -> list[Guarantor]:
        """The group's guarantors who have this contact on file, at most so many."""
        ...
