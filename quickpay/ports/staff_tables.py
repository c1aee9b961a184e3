"""The port to the tables of the staff: accounts with what they prove themselves by, and their sessions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from quickpay.domain.staff import Staff, StaffRole, StaffSession
from quickpay.mfa.totp import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffProofs:
    """What an account is proved by: the digest of its password and the app's secret, sealed."""

    password: str | None = field(repr=False)
    totp: Sealed | None = field(repr=False)


class StaffAccounts(Protocol):
    """Accounts, found by the key of their name or the hash of an enrolment's secret."""

    async def add(
        self, staff: Staff, *, enrol_hash: bytes, enrol_until: datetime, now: datetime
    ) -> Staff | None:
        """Store an invited account; the given id is ignored. None: the name is taken."""
        ...

    async def get(self, staff_id: int) -> Staff | None: ...
    async def by_name(self, name: str) -> Staff | None: ...
    async def list_(self) -> list[Staff]:
        """All accounts by name."""
        ...

    async def proofs(self, staff_id: int) -> StaffProofs: ...
    async def invite(self, staff_id: int, *, enrol_hash: bytes, enrol_until: datetime) -> None:
        """Take password and app away and have both set anew."""
        ...

    async def set_access(self, staff_id: int, *, role: StaffRole, groups: frozenset[int] | None) -> None: ...
    async def invited(self, enrol_hash: bytes, now: datetime) -> Staff | None:
        """The invited account of an enrolment that has not run out."""
        ...

    async def set_proofs(
        self, *, enrol_hash: bytes, password: str, totp: Sealed, next_hash: bytes, now: datetime
    ) -> bool:
        """Set both and let only the next hash go on: whoever is second finds the first secret used up."""
        ...

    async def activate(self, *, enrol_hash: bytes, step: int, now: datetime) -> bool:
        """End the enrolment; its secret is used up and the code's step too."""
        ...

    async def use_step(self, staff_id: int, step: int) -> bool:
        """Use a code's 30 seconds up; False when they, or later ones, were used before."""
        ...

    async def reseal(self, staff_id: int, totp: Sealed) -> None: ...
    async def rehash(self, staff_id: int, *, was: str, password: str) -> bool:
        """Keep the same password under another digest; False when it was changed meanwhile."""
        ...

    async def lock_admins(self) -> list[Staff]:
        """The active admins; nobody else changes one of them until the unit ends."""
        ...

    async def forget_enrolments(self, now: datetime) -> int:
        """Drop enrolments that ran out, with what was set in them."""
        ...

    async def disable(self, staff_id: int) -> bool:
        """End the account's use at once; False when it was disabled before."""
        ...


class StaffSessions(Protocol):
    """Sessions of the staff; nothing of them is a patient's."""

    async def add(self, staff_id: int, *, token_hash: bytes, now: datetime) -> StaffSession: ...
    async def find(self, token_hash: bytes) -> StaffSession | None: ...
    async def seen(self, session_id: int, now: datetime) -> None:
        """Mark that it is in use."""
        ...

    async def end(self, session_id: int, now: datetime) -> bool: ...
    async def end_all(self, staff_id: int, now: datetime) -> int:
        """End all that one account has open; returns how many there were."""
        ...

    async def forget(self, before: datetime) -> int:
        """Drop those that ended, or could no longer be used, before then."""
        ...
