"""The way out to an address somebody gave us, without being led into a private network (R116, A49).

The name is resolved here, every address it has must be public, and the connection goes to one of those very
addresses: a name that answers otherwise the next time leads nowhere.
"""

import socket
from collections.abc import Callable
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from ssl import SSLContext

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from quickpay.domain.web_addresses import is_public_address

Address = IPv4Address | IPv6Address


class NoWay(Enum):
    """Why nothing connects."""

    NO_HOST = "no host"
    PRIVATE = "private"


class PublicWeb:
    """Find where an address leads, and open a session that goes there and nowhere else."""

    def __init__(
        self,
        *,
        resolver: AbstractResolver | None = None,
        may_connect: Callable[[Address], bool] = is_public_address,
        tls: SSLContext | None = None,
    ) -> None:
        """`resolver`, `may_connect` and `tls` are for tests, which have only loopback and their own CA."""
        self._resolver = resolver
        self._may_connect = may_connect
        self._tls = tls

    async def find(self, target: URL) -> list[ResolveResult] | NoWay:
        """Resolve a name; one address among its many that may not be connected to refuses them all."""
        if target.raw_host is None or target.explicit_port == 0:
            return NoWay.NO_HOST
        addresses = await self._addresses(target.raw_host, target.port or 443)
        if not addresses:
            return NoWay.NO_HOST
        if not all(self._may_connect(ip_address(one["host"])) for one in addresses):
            return NoWay.PRIVATE
        return addresses

    def session(self, addresses: list[ResolveResult]) -> aiohttp.ClientSession:
        """Open a session that knows only these addresses, no cookies, no proxy and no compression.

        Its time is the caller's to keep, resolving included.
        """
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(addresses),
            use_dns_cache=False,
            force_close=True,
            ssl=True if self._tls is None else self._tls,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
        )

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
