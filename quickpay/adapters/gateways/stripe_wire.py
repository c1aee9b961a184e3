"""Carry Stripe's requests over the house's own connections, and say which of them never arrived."""

from collections.abc import Mapping
from typing import Any

import aiohttp
import stripe

_MOST = 4 * 1024 * 1024


class NotConnected(Exception):
    """The request did not reach Stripe (X2, X36)."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Silent(Exception):
    """The request may have reached Stripe; no whole answer came back."""


class Wire(stripe.AIOHTTPClient):
    """Send once, over the session it is given; no redirect is followed, no answer read without end.

    Stripe's own makes one kind of trouble of a refused connection and of silence, and reads the body outside
    the place where it looks for trouble.
    """

    def __init__(self, *, session: aiohttp.ClientSession, timeout: aiohttp.ClientTimeout) -> None:
        super().__init__(session=session, timeout=timeout)
        self._house, self._limits = session, timeout

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send one request and read its answer.

        Raises:
            NotConnected: nothing was sent.
            Silent: nobody knows.
        """
        try:
            async with self._house.request(
                method,
                url,
                headers=dict(headers),
                data=post_data,
                timeout=self._limits,
                allow_redirects=False,
            ) as response:
                body = await response.content.read(_MOST)
                while not response.content.at_eof():
                    more = await response.content.read(_MOST)
                    if len(body) + len(more) > _MOST:
                        raise Silent
                    body += more
                return body, response.status, response.headers
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as trouble:
            tls = isinstance(trouble, aiohttp.ClientSSLError)
            raise NotConnected("tls_failed" if tls else "not_connected") from trouble
        except (TimeoutError, aiohttp.ClientError) as trouble:
            raise Silent from trouble
