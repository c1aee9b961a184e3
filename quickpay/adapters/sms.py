"""Hand texts to Twilio, never twice, through a transport that keeps its promises about time and silence."""

import json
import logging
import ssl
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from twilio.base.exceptions import TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from quickpay.adapters.answers import read_object
from quickpay.ports.messages import STOPPED, Delivery, Rejected, Sent, Text, Uncertain

_log = structlog.get_logger(__name__)

TWILIO: Final = "https://api.twilio.com"

_STOPPED: Final = 21610
# Sending again will not help (R51): no such number, STOP, no mobile, a landline, and what carriers report.
_PERMANENT: Final = frozenset({21211, _STOPPED, 21614, 21635, 30003, 30004, 30005, 30006, 30007})
_TOO_MANY: Final = 20429
_VALIDITY: Final = (timedelta(seconds=1), timedelta(hours=10))
_CONNECT_TIMEOUT: Final = 5.0
_ESSENCE: Final = {"sid": str, "code": int}


class TwilioTexter:
    """Send texts by Twilio's messages API (port `Texter`).

    The sender is either `from_number` (E.164 or a short code) or `messaging_service`, its SID. `timeout` is
    in seconds, for the whole call (R55). Loads Twilio's modules when built, for they take half a second.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        session: aiohttp.ClientSession,
        from_number: str | None = None,
        messaging_service: str | None = None,
        api_base: str = TWILIO,
        timeout: float = 10.0,
    ) -> None:
        if (from_number is None) == (messaging_service is None):
            raise ValueError(
                "set exactly one of QUICKPAY_TWILIO_FROM and QUICKPAY_TWILIO_MESSAGING_SERVICE_SID"
            )
        sender = {"from_": from_number, "messaging_service_sid": messaging_service}
        self._sender = {name: value for name, value in sender.items() if value is not None}
        transport = TwilioTransport(session, base=api_base, timeout=timeout)
        client = Client(account_sid, auth_token, http_client=transport)  # type: ignore[no-untyped-call]  # untyped
        self._messages = client.messages

    async def send(self, text: Text) -> Delivery:
        """Hand over one text with a single POST; Twilio is asked to forget its words and the number."""
        try:
            message = await self._messages.create_async(
                to=text.to,
                body=text.body,
                content_retention="discard",
                address_retention="obfuscate",
                **self._sender,
                **_options(text),
            )
        except TwilioRestException as answer:
            return _refusal(status=answer.status, code=answer.code or answer.status)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as trouble:
            return _no_connection(trouble)
        except (TimeoutError, aiohttp.ClientError):
            return Uncertain(reason="silent")
        return Sent(provider_id=message.sid)


class TwilioTransport(AsyncHttpClient):
    """Carry the twilio package's requests over the house's own session.

    The stock one ignores its timeout, posts a message again after a 500 and logs requests; this one does none
    of it. Everything goes to `base`, whatever region the package would pick. Of an answer only the message's
    SID or the error's code come through: the rest repeats the number and the words (R34).
    """

    def __init__(self, session: aiohttp.ClientSession, *, base: str, timeout: float) -> None:
        super().__init__(logging.getLogger("quickpay.twilio"), True, timeout)  # noqa: FBT003 - the base's signature
        parts = urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise ValueError("QUICKPAY_TWILIO_API_BASE must look like https://host")
        self._session = session
        self._base = base.rstrip("/")

    async def request(  # type: ignore[override]  # the base declares it without `async`
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the base's signature
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - the base's signature; none are followed
    ) -> Response:
        """Send one request, once. An answer that is no JSON object counts as an empty one."""
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = aiohttp.encode_basic_auth(*auth)
        limit = aiohttp.ClientTimeout(total=timeout or self.timeout, sock_connect=_CONNECT_TIMEOUT)
        async with self._session.request(
            method,
            self._base + urlsplit(url).path,
            params=params,
            data=data,
            headers=sent,
            allow_redirects=False,
            timeout=limit,
        ) as response:
            answer = await read_object(response) or {}
            essence = {
                name: answer[name] for name, kind in _ESSENCE.items() if type(answer.get(name)) is kind
            }
            return Response(response.status, json.dumps(essence))


def _options(text: Text) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if text.validity is not None:
        shortest, longest = _VALIDITY
        options["validity_period"] = int(min(max(text.validity, shortest), longest).total_seconds())
    if text.status_callback is not None:
        options["status_callback"] = text.status_callback
    return options


def _refusal(*, status: int, code: int) -> Rejected:
    if code == _STOPPED:
        return Rejected(reason=STOPPED, permanent=True)
    if code in _PERMANENT:
        return Rejected(reason=f"twilio_{code}", permanent=True)
    if code == _TOO_MANY or status in {408, 409, 425, 429} or status >= 500:  # noqa: PLR2004 - the HTTP classes
        return Rejected(reason=f"twilio_{code}", permanent=False)
    if status == 400:  # noqa: PLR2004 - the text itself is at fault, so it stays at fault
        _log.warning("text_refused", code=code)
        return Rejected(reason=f"twilio_{code}", permanent=True)
    _log.error("texter_refused", status=status, code=code)  # account, key or address: ours to mend
    return Rejected(reason=f"twilio_{code}", permanent=False)


def _no_connection(trouble: Exception) -> Rejected:
    if isinstance(trouble, ssl.SSLError | aiohttp.ClientSSLError | aiohttp.ClientConnectorCertificateError):
        _log.error("texter_not_connected", reason="tls_failed")
        return Rejected(reason="tls_failed", permanent=False)
    _log.warning("texter_not_connected", reason="not_connected")
    return Rejected(reason="not_connected", permanent=False)
