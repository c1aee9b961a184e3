"""The port to receipts as a guarantor looks at them: all of them, each with the payment it records."""

from typing import Protocol

from quickpay.domain.payments import Payment
from quickpay.domain.receipts import Receipt


class Receipts(Protocol):
    """Receipts of one guarantor."""

    async def of_guarantor(self, guarantor_id: int) -> list[tuple[Receipt, Payment]]:
        """Every receipt with its payment, the newest first."""
        ...
