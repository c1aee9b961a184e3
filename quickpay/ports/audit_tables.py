"""The port to the audit's seals: a chain over its rows, written behind them so that no writer waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from quickpay.domain.audit import Harmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some seals held against their rows, in order; the next stretch begins at `last_id` and `head`."""

    looked_at: int
    last_id: int
    head: bytes
    harmed: tuple[Harmed, ...]


class AuditSeals(Protocol):
    """A digest for each row of the audit over that row and the seal before it (R130)."""

    async def seal(self, *, settled: datetime, most: int) -> int:
        """Seal the next rows, none that began at `settled` or later; how many. Two at once write the same."""
        ...

    async def look(self, *, after: int, head: bytes, most: int) -> Stretch:
        """Hold the next seals against their rows."""
        ...

    async def added(self, *, until: int, most: int) -> list[Harmed]:
        """Find rows with no seal that stand among sealed ones."""
        ...

    async def unsealed(self, *, after: int) -> int:
        """Count the rows that have no seal yet."""
        ...
