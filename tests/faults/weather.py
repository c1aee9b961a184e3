"""Bad weather: each outside party fails with a chance, in every kind there is; fronts come and go."""

import asyncio
import random

from aiosmtpd.smtp import SMTP, Envelope, Session

from quickpay.sandbox import World
from tests.adapters.mail.servers import Postbox

_GARBAGE = 200
KINDS = {
    "gateway": (
        {"fault": "refuse"},
        {"fault": "hang"},
        {"fault": "late"},
        {"fault": "drop_after_accept"},
        {"fault": "error"},
        {"fault": "error", "code": _GARBAGE},
    ),
    "sms": ({"fault": "refuse"}, {"fault": "hang"}, {"fault": "drop_after_accept"}, {"fault": "error"}),
    "webhooks": ({"fault": "refuse"}, {"fault": "drop_after_accept"}, {"fault": "error"}),
}
FRONT_SECONDS = 3.0
"""After so long whoever hangs is let go, and what was late is done."""


class Weather:
    """Switch faults on in the world until it is calmed."""

    def __init__(self, world: World, postbox: "MoodyPostbox", *, chance: float) -> None:
        self._world = world
        self._postbox = postbox
        self._chance = chance
        self._task: asyncio.Task[None] | None = None

    def rise(self) -> None:
        """Begin."""
        self._postbox.chance = self._chance
        self._task = asyncio.create_task(self._blow())

    async def calm(self) -> None:
        """End it all."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._world.faults.end()
        self._postbox.chance = 0.0

    async def _blow(self) -> None:
        while True:
            self._world.faults.end()
            for part, kinds in KINDS.items():
                for kind in kinds:
                    self._world.faults.switch_on(
                        {"part": part, **kind, "chance": self._chance / len(kinds), "seconds": 60}
                    )
            await asyncio.sleep(FRONT_SECONDS)


class MoodyPostbox(Postbox):
    """A mail server that fails with a chance, in every way it can."""

    def __init__(self, *, seed: int) -> None:
        super().__init__()
        self.chance = 0.0
        self._dice = random.Random(seed)  # noqa: S311 - a run that can be repeated, not a secret

    async def handle_MAIL(  # noqa: N802 - the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._dice.random() < self.chance / 5:
            return "421 Not now"
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mood = self._dice.random() * 5
        if mood < self.chance:
            return "451 Try again"
        if mood < 2 * self.chance:
            return "Good morning, this is no answer"
        if mood < 3 * self.chance:
            self._cut(server)
        said = await super().handle_DATA(server, session, envelope)
        if mood < 4 * self.chance and mood >= 3 * self.chance:
            self._cut(server)
        return said

    def _cut(self, server: SMTP) -> None:
        if server.transport is not None:
            server.transport.close()
