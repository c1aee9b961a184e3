"""The port to the contacts that patients changed and confirmed."""

from datetime import datetime
from typing import Protocol

from quickpay.domain.contact_changes import ContactChange


class ContactChanges(Protocol):
    """Confirmed changes; one of a guarantor and a way stands at a time."""

    async def add(self, change: ContactChange) -> None:
        """Store it in place of the one that stood."""
        ...

    async def get(self, challenge_id: str) -> ContactChange | None: ...
    async def standing(self, guarantor_id: int) -> list[ContactChange]:
        """The changes in force."""
        ...

    async def resting(self, guarantor_id: int, contact: str, *, since: datetime) -> ContactChange | None:
        """The newest change to this contact that was confirmed after `since`, in force or not."""
        ...

    async def of_session(self, session_id: int, guarantor_id: int) -> list[ContactChange]:
        """What was changed in one session, in that order."""
        ...

    async def kept(self, challenge_id: str, *, now: datetime) -> bool:
        """Note that the PM system repeated itself; False when it did so before."""
        ...

    async def adopted(self, challenge_id: str, *, now: datetime) -> bool:
        """Note that the PM system says the same, from now on its own word; False when it did so before."""
        ...

    async def end(self, challenge_id: str, *, now: datetime) -> bool:
        """End one that stood."""
        ...
