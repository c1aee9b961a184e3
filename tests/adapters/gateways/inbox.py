"""Take a gateway's webhooks as a merchant does."""

import asyncio
from collections.abc import Mapping

from aiohttp import web


class Inbox:
    """Keep what comes, with its headers, until a test asks for it."""

    def __init__(self) -> None:
        self._came: asyncio.Queue[tuple[Mapping[str, str], bytes]] = asyncio.Queue()

    async def take(self, request: web.Request) -> web.Response:
        await self._came.put((dict(request.headers), await request.read()))
        return web.Response()

    async def about(self, payment_id: str) -> tuple[Mapping[str, str], bytes]:
        while True:
            headers, body = await self._came.get()
            if payment_id.encode() in body:
                return headers, body
