"""A loopback stand-in for Twilio that records requests and answers as it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web

from tests.adapters.http import serve

SID = "AC" + "0" * 32
TOKEN = "canary-token"
FROM = "+16085550100"
TO = "+16085550123"


@dataclass(slots=True, kw_only=True)
class Counter:
    """Keep requests; `answers` go out in order, then 201s."""

    url: str = ""
    requests: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    silent: bool = False
    hang_up: bool = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.requests.append((request.method, request.path, dict(request.headers), body))
        if self.silent:
            await asyncio.Event().wait()
        if self.hang_up:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, text = self.answers.pop(0) if self.answers else (201, '{"sid": "SM' + "1" * 32 + '"}')
        headers = {"Location": f"{self.url}/elsewhere"} if status // 100 == 3 else {}
        return web.Response(status=status, text=text, content_type="application/json", headers=headers)


@contextlib.asynccontextmanager
async def counter() -> AsyncIterator[Counter]:
    """Listen on loopback."""
    standing = Counter()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", standing.answer)
    async with serve(app) as url:
        standing.url = url
        yield standing
