"""Tell other programs of events over https, signed by Standard Webhooks, without being led elsewhere."""

import asyncio
import base64
import secrets
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks import Webhook
from yarl import URL

from quickpay.adapters.public_web import Address, NoWay, PublicWeb
from quickpay.domain.receivers import receiver_fault
from quickpay.domain.web_addresses import is_public_address
from quickpay.ports.hooks import Gone, Hook, HookAnswer, NotTaken, Taken

SECONDS = 15.0
"""For the name, the connection, and the answer's head together."""

_PREFIX = "whsec_"
_SECRET_BYTES = 32
_LOOKING_UP = 8
_REDIRECTS = range(300, 400)
_SUCCESS = range(200, 300)


class HttpHooks:
    """`ports.hooks.Hooks` over aiohttp: no redirect, no proxy, no cookie, and of an answer only its status.

    `loopback_too`: this installation is reached by loopback only, and so may its receivers be.
    """

    def __init__(self, *, loopback_too: bool, web: PublicWeb | None = None, seconds: float = SECONDS) -> None:
        """`web` is for tests."""
        self._loopback_too = loopback_too
        self._seconds = seconds
        self._web = web or PublicWeb(
            resolver=_OwnThreads(), may_connect=_this_machine_too if loopback_too else is_public_address
        )

    def new_secret(self) -> str:
        """Draw 256 bits, in the form receivers take."""
        return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")

    async def send(self, hook: Hook) -> HookAnswer:
        """Try once, within the seconds allowed."""
        if receiver_fault(hook.url, loopback_too=self._loopback_too) is not None:
            return NotTaken(trouble="address")
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(hook)
        except TimeoutError:
            return NotTaken(trouble="timeout")
        except aiohttp.ClientSSLError:
            return NotTaken(trouble="untrusted")
        except (aiohttp.ClientError, OSError, ValueError):
            return NotTaken(trouble="unreachable")

    async def _post(self, hook: Hook) -> HookAnswer:
        target = URL(hook.url, encoded=True)
        addresses = await self._web.find(target)
        if isinstance(addresses, NoWay):
            return NotTaken(trouble=addresses.value)
        async with (
            self._web.session(addresses) as session,
            session.post(
                target, data=hook.body.encode(), headers=_headers(hook), allow_redirects=False
            ) as answer,
        ):
            # What else it says is not read: the connection is closed on it, however long it is.
            return _judged(answer.status)


class _OwnThreads(AbstractResolver):
    """Look names up in threads of our own: a name server that hangs must not hold up the house's others."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_LOOKING_UP, "hooks")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        ask = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._pool, ask)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _this_machine_too(address: Address) -> bool:
    return address.is_loopback or is_public_address(address)


def _headers(hook: Hook) -> dict[str, str]:
    signatures = [Webhook(secret).sign(hook.id, hook.at, hook.body) for secret in hook.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "QuickPay",  # and no version of anything
        "webhook-id": hook.id,
        "webhook-timestamp": str(int(hook.at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _judged(status: int) -> HookAnswer:
    if status in _SUCCESS:
        return Taken()
    if status == HTTPStatus.GONE:
        return Gone()
    return NotTaken(trouble="redirect" if status in _REDIRECTS else f"status {status}")
