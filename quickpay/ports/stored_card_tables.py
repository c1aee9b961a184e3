"""The port to the table of stored cards."""

from datetime import datetime
from typing import Protocol

from quickpay.domain.stored_cards import StoredCard


class StoredCards(Protocol):
    """Cards kept for guarantors; a removed one is only known until the gateway has dropped it."""

    async def add(self, card: StoredCard) -> None: ...
    async def of_guarantor(self, guarantor_id: int) -> list[StoredCard]:
        """Those not removed, the newest first."""
        ...

    async def get(self, card_id: str, guarantor_id: int) -> StoredCard | None:
        """Return one of this guarantor's, removed or not."""
        ...

    async def remove(self, card_id: str, guarantor_id: int, *, now: datetime) -> bool:
        """Take a card of this guarantor's away at once; the gateway is asked to drop it from now on."""
        ...

    async def to_forget(self, now: datetime, *, gateway: str, most: int) -> list[StoredCard]:
        """Removed ones this gateway is to drop now; none of a guarantor with a payment in flight."""
        ...

    async def token_in_use(self, card_id: str) -> bool:
        """Whether a card that is kept has the token of this removed one."""
        ...

    async def forgotten(self, card_id: str) -> bool:
        """Note that the gateway has dropped it, and drop the token here."""
        ...

    async def not_forgotten(self, card_id: str, *, next_at: datetime) -> None:
        """Note one try that did not drop it."""
        ...
