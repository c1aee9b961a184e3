"""A texter that keeps what it was given instead of sending it."""

from quickpay.ports.messages import Delivery, Sent, Text, Uncertain


class FakeTexter:
    """Keep texts (port `Texter`). `then` lets the next sendings end otherwise, in that order."""

    def __init__(self) -> None:
        self.sent: list[Text] = []
        self._next: list[Delivery] = []

    def then(self, *outcomes: Delivery) -> None:
        self._next.extend(outcomes)

    async def send(self, text: Text) -> Delivery:
        outcome = self._next.pop(0) if self._next else Sent(provider_id=f"SM{len(self.sent):032x}")
        if isinstance(outcome, Sent | Uncertain):  # an uncertain one may well have arrived, so here it has
            self.sent.append(text)
        return outcome
