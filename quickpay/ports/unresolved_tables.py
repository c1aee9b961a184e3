"""The port to the tables of what is not resolved: unknown ends, differences to the gateway's list, alarms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from quickpay.domain.alarms import Alarm, AlarmKind
from quickpay.domain.differences import Difference, Explained, KeptDifference
from quickpay.domain.payments import Payment
from quickpay.domain.reach import Reach
from quickpay.domain.unresolved import Decided, GatewaySaid


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedRow:
    """A payment without an end, whose it is, and the gateway's last word on it."""

    payment: Payment
    group: str
    guarantor: str
    said: GatewaySaid | None


class Unresolved(Protocol):
    """What the gateway last said of payments without an end, and what a person decided."""

    async def note(self, payment_id: str, said: GatewaySaid) -> None:
        """Keep its last word; the one before is overwritten."""
        ...

    async def said(self, payment_id: str) -> GatewaySaid | None: ...
    async def decide(self, payment_id: str, decided: Decided) -> bool:
        """Keep a person's decision, once."""
        ...

    async def decided(self, payment_id: str) -> Decided | None: ...
    async def list_(self, *, within: Reach, before: datetime, most: int) -> list[UnresolvedRow]:
        """Payments without an end that were made before or are in review, the oldest first."""
        ...

    async def count(self, *, within: Reach, before: datetime) -> int: ...
    async def made_between(self, since: datetime, until: datetime) -> list[Payment]:
        """Every payment made in that time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the comparison with one gateway's list stands."""

    next_at: datetime
    until: datetime | None
    finished_at: datetime | None
    failed_at: datetime | None
    charges: int | None
    payments: int | None


class Differences(Protocol):
    """Differences between our payments and the gateway's list, and who compares them when."""

    async def see(self, difference: Difference, *, now: datetime) -> bool:
        """Keep one that is seen; True if it is new. One that was explained as it is stays ended."""
        ...

    async def end_unseen(
        self, *, since: datetime, until: datetime, seen_before: datetime, now: datetime
    ) -> int:
        """End those of the span that this run did not see any more."""
        ...

    async def list_(self, *, within: Reach, open_: bool, most: int) -> list[KeptDifference]:
        """Open ones, or ended ones, the newest first; what is nobody's is seen by who sees every group."""
        ...

    async def get(self, difference_id: int, *, within: Reach) -> KeptDifference | None: ...
    async def count(self, *, within: Reach) -> int:
        """How many are open."""
        ...

    async def explain(self, difference_id: int, *, reason: Explained, by: str, now: datetime) -> bool: ...
    async def claim(
        self, gateway: str, *, owner: str, now: datetime, until: datetime, early: bool
    ) -> Comparison | None:
        """Take the comparison for this process, if it is time for it (or `early`) and nobody else has it."""
        ...

    async def plan(self, gateway: str, *, next_at: datetime) -> None:
        """Say when the first comparison is; later ones follow each other."""
        ...

    async def finish(self, gateway: str, *, owner: str, comparison: Comparison) -> bool: ...
    async def comparison(self, gateway: str) -> Comparison | None: ...


class Alarms(Protocol):
    """Alarms, each once for its subject."""

    async def raise_(self, kind: AlarmKind, subject: str, *, group_id: int | None, now: datetime) -> bool:
        """Raise it, or count it once more; True if it is to be said: new, or gone on for an hour."""
        ...

    async def any_unsaid(self) -> bool: ...
    async def claim_unsaid(self, *, now: datetime, most: int) -> list[Alarm]:
        """Take what is to be said; nobody else gets the same."""
        ...

    async def list_(self, kind: AlarmKind, *, since: datetime) -> list[Alarm]: ...


class Pardons(Protocol):
    """Declined cards the staff let count no longer (R82)."""

    async def at(self, guarantor_id: int) -> datetime | None: ...
    async def pardon(self, guarantor_id: int, *, now: datetime) -> None: ...
