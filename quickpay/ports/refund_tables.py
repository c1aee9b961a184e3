"""The port to refunds: their rows, and what they change on the payment they give back."""

from datetime import datetime
from typing import Protocol

from quickpay.domain.money import Cents
from quickpay.domain.refunds import Refund


class Refunds(Protocol):
    """Refunds; lock the guarantor and the payment before any of these that changes something."""

    async def add(self, refund: Refund) -> None: ...
    async def get(self, refund_id: str) -> Refund | None: ...
    async def of_payment(self, payment_id: str) -> list[Refund]:
        """Every refund of a payment, in the order they were made."""
        ...

    async def reserve(self, payment_id: str, amount: Cents) -> bool:
        """Set so much aside of a payment that took money, if that much is left and nothing is set aside."""
        ...

    async def let_go(self, payment_id: str) -> None:
        """Set nothing aside any more."""
        ...

    async def give_back(
        self, payment_id: str, amount: Cents, *, reserved: Cents, unapplied: Cents, now: datetime
    ) -> bool:
        """Count an amount as given back, `unapplied` of it from what is on no line.

        `reserved` is what of it was set aside. The payment gets the next change number, and is `refunded`
        once its whole amount is. False: no such payment, or more than its amount.
        """
        ...

    async def due(self, now: datetime, *, most: int) -> list[Refund]:
        """Return refunds whose outcome is to be asked for now, the longest due first."""
        ...

    async def claim(self, refund_id: str, *, next_ask_at: datetime, now: datetime) -> bool:
        """Take the next asking for oneself, if it is due and nobody took it."""
        ...

    async def asked(self, refund_id: str, *, at: datetime) -> None:
        """Note that the gateway is about to be asked once more."""
        ...

    async def to_unknown(self, refund_id: str, *, next_ask_at: datetime) -> bool:
        """Move one that got no answer on."""
        ...

    async def end(
        self, refund_id: str, *, transaction: str | None, refused_because: str | None, now: datetime
    ) -> bool:
        """Move one that has not ended to its end: refused if there is a reason, else done."""
        ...
