"""Carry forms to NMI and bring back what can be read: orders to transact.php, questions to query.php."""

from collections.abc import Mapping
from typing import Final

import aiohttp
import structlog

from quickpay.adapters.answers import read_body
from quickpay.adapters.gateways.nmi_book import Entry, read_book
from quickpay.adapters.gateways.nmi_words import read_form
from quickpay.ports.gateway import RUBBISH, NoAnswer, NotReceived

_log = structlog.get_logger(__name__)

_SALES: Final = "/api/transact.php"
_BOOK: Final = "/api/query.php"
_PAGE: Final = 100
_MOST_PAGES: Final = 500
_LARGEST_PAGE: Final = 2 * 1024 * 1024
# A front door that let nothing in.
_NOT_BEGUN: Final = frozenset({401, 403, 404, 429})


class NmiWire:
    """Speak form-encoded to one host with one private key; neither is ever logged."""

    def __init__(
        self,
        *,
        api_base: str,
        security_key: str,
        session: aiohttp.ClientSession,
        limits: aiohttp.ClientTimeout,
    ) -> None:
        self._base = api_base.rstrip("/")
        self._key = security_key
        self._session = session
        self._limits = limits

    async def send(self, form: Mapping[str, str]) -> dict[str, str] | NotReceived | NoAnswer:
        """Send one order to transact.php, once."""
        said = await self._post(_SALES, form)
        if not isinstance(said, bytes):
            return said
        answer = read_form(said)
        return NoAnswer(reason=RUBBISH) if answer is None else answer

    async def ask_book(self, query: Mapping[str, str]) -> tuple[Entry, ...] | NotReceived | NoAnswer:
        """Read what of the book answers the query."""
        said = await self._post(_BOOK, query)
        if not isinstance(said, bytes):
            return said
        found = read_book(said)
        return NoAnswer(reason=RUBBISH) if found is None else found

    async def pages(self, query: Mapping[str, str]) -> tuple[Entry, ...] | NoAnswer:
        """Read page after page until one tells nothing new, however many the gateway puts on one."""
        found: dict[str, Entry] = {}
        for number in range(_MOST_PAGES):
            page = await self.ask_book({**query, "result_limit": str(_PAGE), "page_number": str(number)})
            if not isinstance(page, tuple):
                return NoAnswer(reason=page.reason)
            new = {entry.transaction: entry for entry in page if entry.transaction not in found}
            found |= new
            if not new:
                return tuple(found.values())
        return NoAnswer(reason="endless")

    async def _post(self, path: str, form: Mapping[str, str]) -> bytes | NotReceived | NoAnswer:
        try:
            async with self._session.post(
                self._base + path,
                data={"security_key": self._key, **form},
                allow_redirects=False,
                timeout=self._limits,
            ) as response:
                if response.status in _NOT_BEGUN:
                    _log.error("gateway_refuses_us", gateway="nmi", status=response.status)
                    return NotReceived(reason=f"http_{response.status}")
                body = await read_body(response, limit=_LARGEST_PAGE)
                if response.status != 200 or body is None:  # noqa: PLR2004 - HTTP
                    return NoAnswer(reason=f"http_{response.status}")
                return body
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as trouble:
            tls = isinstance(trouble, aiohttp.ClientSSLError)
            reason = "tls_failed" if tls else "not_connected"
            _log.error("gateway_not_connected", gateway="nmi", reason=reason)
            return NotReceived(reason=reason)
        except (TimeoutError, aiohttp.ClientError):
            return NoAnswer(reason="silent")
