"""Take a request's body in: so many bytes, in so much time, whoever sends it (R109)."""

import asyncio

from aiohttp import web

from quickpay.handlers.desk import DESK

LARGEST_BODY = 64 * 1024
"""Bytes of a body, where no other size is named."""


async def take_in(request: web.Request, *, largest: int = LARGEST_BODY) -> bytes:
    """Read the body, whatever its length header says; a larger one may take longer in proportion.

    Raises:
        web.HTTPException: 413 too large, 408 too slow.
    """
    announced = request.content_length or 0
    if announced > largest:
        raise web.HTTPRequestEntityTooLarge(max_size=largest, actual_size=announced)
    content = request.content
    if content.is_eof():  # mostly it came with the headers, and there is nothing to wait for
        whole = content.read_nowait()
        _stop_if_larger(whole, largest)
        return whole
    body = bytearray()
    try:
        async with asyncio.timeout(request.app[DESK].body_seconds * largest / LARGEST_BODY):
            while chunk := await content.readany():
                body += chunk
                _stop_if_larger(body, largest)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return bytes(body)


def _stop_if_larger(body: bytes | bytearray, largest: int) -> None:
    if len(body) > largest:
        raise web.HTTPRequestEntityTooLarge(max_size=largest, actual_size=len(body))
