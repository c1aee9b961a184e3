"""A program on loopback that is told of events, and does with them what a test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook


@dataclass(slots=True, kw_only=True)
class Receiver:
    """What came, and how it answers; `None` hangs."""

    url: str = ""
    status: int | None = 200
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hanging: int = 0
    most_hanging: int = 0

    @property
    def ids(self) -> list[str]:
        """The ids in the order they came."""
        return [headers["webhook-id"] for headers, _ in self.came]

    def events(self, secret: str) -> list[Any]:
        """What it understood of it all, each verified with the library receivers use."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.came]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.came.append((dict(request.headers), await request.read()))
        if self.status is None:
            self.hanging += 1
            self.most_hanging = max(self.most_hanging, self.hanging)
            try:
                await asyncio.Event().wait()
            finally:
                self.hanging -= 1
        return web.Response(status=self.status or 500)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Serve one."""
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/hook", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()
