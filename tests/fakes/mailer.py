"""A mailer that keeps what it was given instead of sending it."""

from datetime import UTC, datetime

from quickpay.adapters.letters import compose
from quickpay.ports.messages import Delivery, Email, Sent, Uncertain


class FakeMailer:
    """Keep emails (port `Mailer`). `then` lets the next sendings end otherwise, in that order."""

    def __init__(self) -> None:
        self.sent: list[Email] = []
        self._next: list[Delivery] = []

    def then(self, *outcomes: Delivery) -> None:
        self._next.extend(outcomes)

    async def send(self, email: Email) -> Delivery:
        compose(email, date=datetime(2026, 1, 1, tzinfo=UTC))  # refuses what the real one refuses
        outcome = self._next.pop(0) if self._next else Sent(provider_id=None)
        if isinstance(outcome, Sent | Uncertain):  # an uncertain one may well have arrived, so here it has
            self.sent.append(email)
        return outcome
