"""A payer's bank wants to hear from her before it pays (3-D Secure): where that happens, and how long."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

BANK_PATIENCE = timedelta(minutes=15)
"""How long a payer has for her bank; then the payment is called off, and nothing is charged."""

BANK_GAP = timedelta(seconds=3)
"""How often a payment that waits for its payer is asked after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStep:
    """What a payment waits for: a visit to `page`, or the gateway's script in our page, with `word`."""

    payment_id: str
    page: str | None = field(repr=False)
    word: str | None = field(repr=False)
    begun_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the payer had her time."""
        return now >= self.begun_at + BANK_PATIENCE
