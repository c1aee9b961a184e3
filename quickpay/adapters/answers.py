"""Read a counterpart's HTTP answer without trusting its length or its manners."""

import json
from typing import Any, Final

from aiohttp import ClientResponse

LIMIT: Final = 256 * 1024
"""Bytes of an answer that are read at most; more is treated as no JSON."""


async def read_body(response: ClientResponse, *, limit: int = LIMIT) -> bytes | None:
    """Return the body; None if it is longer than `limit`."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            response.close()
            return None
    return bytes(body)


async def read_object(response: ClientResponse) -> dict[str, Any] | None:
    """Return the JSON object the body holds; None for anything else."""
    body = await read_body(response)
    if body is None:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
