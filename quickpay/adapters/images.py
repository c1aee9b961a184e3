"""Fetch a picture from the public web without being led anywhere else (R116, A49)."""

import asyncio
from collections.abc import Callable
from ssl import SSLContext

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from quickpay.adapters.pictures import KINDS, redrawn
from quickpay.adapters.public_web import Address as Address
from quickpay.adapters.public_web import NoWay, PublicWeb
from quickpay.domain.images import Image, Purpose
from quickpay.domain.web_addresses import is_public_address, url_fault
from quickpay.ports.images import ImageRefused, Refusal

MOST_BYTES = 1024 * 1024
SECONDS = 5.0

_PIECE = 16 * 1024
_OK = 200
_REDIRECTS = range(300, 400)
_AT_ONCE = 2  # each may hold a picture of some tens of megabytes while it is redrawn

_NO_WAY = {NoWay.NO_HOST: Refusal.NO_HOST, NoWay.PRIVATE: Refusal.PRIVATE}


class HttpImageFetcher:
    """`ports.images.ImageFetcher` over https; no redirect is followed."""

    def __init__(
        self,
        *,
        resolver: AbstractResolver | None = None,
        may_connect: Callable[[Address], bool] = is_public_address,
        tls: SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """`resolver`, `may_connect` and `tls` are for tests, which have only loopback and their own CA."""
        self._web = PublicWeb(resolver=resolver, may_connect=may_connect, tls=tls)
        self._seconds = seconds
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, url: str, purpose: Purpose) -> Image | ImageRefused:
        """Fetch one picture within the seconds allowed, and redraw it."""
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._download(url)
        except TimeoutError:
            return ImageRefused(reason=Refusal.TOO_SLOW)
        if isinstance(found, Refusal):
            return ImageRefused(reason=found)
        async with self._turn:
            drawn = await asyncio.to_thread(redrawn, found, purpose)
        return ImageRefused(reason=drawn) if isinstance(drawn, Refusal) else drawn

    async def _download(self, url: str) -> bytes | Refusal:
        if url_fault(url) is not None:
            return Refusal.ADDRESS
        target = URL(url)
        addresses = await self._web.find(target)
        if isinstance(addresses, NoWay):
            return _NO_WAY[addresses]
        try:
            return await self._get(target, addresses)
        except aiohttp.ClientSSLError:
            return Refusal.UNTRUSTED
        except aiohttp.ClientPayloadError:
            return Refusal.DAMAGED
        except (aiohttp.ClientError, OSError, ValueError) as trouble:
            if isinstance(trouble, TimeoutError):
                raise
            return Refusal.UNREACHABLE

    async def _get(self, target: URL, addresses: list[ResolveResult]) -> bytes | Refusal:
        async with (
            self._web.session(addresses) as session,
            session.get(
                target,
                allow_redirects=False,
                headers={
                    "Accept": ", ".join(sorted(KINDS)),
                    "Accept-Encoding": "identity",
                    "User-Agent": "QuickPay",  # and no version of anything
                },
            ) as answer,
        ):
            return await _body(answer)


async def _body(answer: aiohttp.ClientResponse) -> bytes | Refusal:
    """Read at most what a picture may have, whatever length was said."""
    if answer.status in _REDIRECTS:
        return Refusal.REDIRECT
    if answer.status != _OK:
        return Refusal.NOT_THERE
    if answer.content_type not in KINDS or answer.headers.get("Content-Encoding", "identity") != "identity":
        return Refusal.NOT_A_PICTURE
    if (answer.content_length or 0) > MOST_BYTES:
        return Refusal.TOO_LARGE
    read = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        read += piece
        if len(read) > MOST_BYTES:
            return Refusal.TOO_LARGE
    return bytes(read)
