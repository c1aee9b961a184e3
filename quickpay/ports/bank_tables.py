"""The port to payments that wait for their payer's bank."""

from typing import Protocol

from quickpay.domain.bank_steps import BankStep


class BankSteps(Protocol):
    """One step at most for each payment, and none once it has ended."""

    async def add(self, step: BankStep) -> bool:
        """Keep it; False when there was one."""
        ...

    async def of_payment(self, payment_id: str) -> BankStep | None: ...
    async def end(self, payment_id: str) -> None:
        """Forget it, with the word that was for this payment alone."""
        ...
