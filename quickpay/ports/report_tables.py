"""The port to reports: counts and sums over sessions and payments, made where they lie."""

from datetime import date
from typing import Protocol

from quickpay.domain.reports import PaymentSums, PaymentsWanted, SessionCounts, SessionsWanted

Key = date | str
"""What a line is of: a day, or the word of a group, an origin, an account, a method, a state, a batch."""


class Reports(Protocol):
    """Lines of a report in the order of their keys; weeks and months come as days."""

    async def sessions(self, wanted: SessionsWanted) -> list[tuple[Key, SessionCounts]]:
        """Count patients' sessions by the day they began; looks at receipts and simulations are none."""
        ...

    async def payments(self, wanted: PaymentsWanted) -> list[tuple[Key, PaymentSums]]:
        """Add payments up by the day Pay was pressed."""
        ...

    async def batch_names(self, ids: frozenset[int]) -> dict[int, str]:
        """Say of each reference batch its date and description."""
        ...
