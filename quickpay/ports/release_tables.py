"""The port to the table of releases: who of the staff let which session in, by a code said once."""

from datetime import datetime
from typing import Protocol

from quickpay.mfa.release import Release


class Releases(Protocol):
    """Releases; at most one open in each session."""

    async def add(self, release: Release) -> bool:
        """Store it; False when the session has an open one already."""
        ...

    async def get(self, release_id: str) -> Release | None: ...
    async def supersede(self, session_id: int, *, of_staff: int, now: datetime) -> int:
        """End this one's own open release of the session, and one whose time is over."""
        ...

    async def count_try(self, session_id: int, *, most: int, now: datetime) -> Release | None:
        """Count one try of the session's open, unexpired release below `most`; returns it with its digest."""
        ...

    async def use(self, release_id: str, now: datetime) -> bool:
        """Use it up, once, in time; it forgets the digest."""
        ...

    async def lock(self, release_id: str) -> bool:
        """End it after too many tries."""
        ...

    async def expire(self, now: datetime) -> int:
        """End every open one whose life is over, and forget the digests."""
        ...
