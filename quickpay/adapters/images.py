"""Fetch a picture from the public web without being led anywhere else (R116, A49)."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from ssl import SSLContext

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from quickpay.adapters.pictures import KINDS, redrawn
from quickpay.domain.images import Image, Purpose
from quickpay.domain.web_addresses import is_public_address, url_fault
from quickpay.ports.images import ImageRefused, Refusal

MOST_BYTES = 1024 * 1024
SECONDS = 5.0

_PIECE = 16 * 1024
_OK = 200
_REDIRECTS = range(300, 400)
_AT_ONCE = 2  # each may hold a picture of some tens of megabytes while it is redrawn

Address = IPv4Address | IPv6Address


class HttpImageFetcher:
    """`ports.images.ImageFetcher` over https.

    The name is resolved here, every address it has must be public, and the connection goes to one of those
    very addresses: a name that answers otherwise the next time leads nowhere. No redirect is followed.
    """

    def __init__(
        self,
        *,
        resolver: AbstractResolver | None = None,
        may_connect: Callable[[Address], bool] = is_public_address,
        tls: SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """`resolver`, `may_connect` and `tls` are for tests, which have only loopback and their own CA."""
        self._resolver = resolver
        self._may_connect = may_connect
        self._tls = tls
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
        if target.raw_host is None or target.explicit_port == 0:
            return Refusal.ADDRESS
        addresses = await self._addresses(target.raw_host, target.port or 443)
        if not addresses:
            return Refusal.NO_HOST
        if not all(self._may_connect(ip_address(one["host"])) for one in addresses):
            return Refusal.PRIVATE
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

    async def _addresses(self, host: str, port: int) -> list[ResolveResult]:
        resolver = self._resolver or aiohttp.ThreadedResolver()
        try:
            ip_address(host)
        except ValueError:
            try:
                return await resolver.resolve(host, port, socket.AF_UNSPEC)
            except OSError:
                return []
        # The connector asks no resolver about what is an address already.
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return [
            ResolveResult(hostname=host, host=host, port=port, family=family, proto=0, flags=0),
        ]

    async def _get(self, target: URL, addresses: list[ResolveResult]) -> bytes | Refusal:
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(addresses),
            use_dns_cache=False,
            force_close=True,
            ssl=True if self._tls is None else self._tls,
        )
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # ours, above, covers the name's resolving too
                auto_decompress=False,
                trust_env=False,
            ) as session,
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


class _Pinned(AbstractResolver):
    """Answer every question with the addresses that were checked."""

    def __init__(self, addresses: list[ResolveResult]) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,  # noqa: ARG002 - the signature of aiohttp's resolvers
        port: int = 0,  # noqa: ARG002
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        return self._addresses

    async def close(self) -> None:
        return None


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
