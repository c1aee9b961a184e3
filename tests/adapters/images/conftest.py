"""A public web of one host on loopback, whose names resolve as a test says."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from quickpay.adapters.images import Address, HttpImageFetcher
from quickpay.domain.images import Image, Purpose
from quickpay.domain.web_addresses import is_public_address
from quickpay.ports.images import ImageRefused, Refusal
from tests.adapters.images.drawn import picture
from tests.adapters.mail.certificates import Authority

HOST = "pictures.example.com"
PUBLIC = "127.0.0.1"
"""The one loopback address that stands for the public net; all others stand for the private one."""


class Names(AbstractResolver):
    """Resolve names as told; each name's answers come in order, the last one again and again."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {HOST: [[PUBLIC]]}
        self.asked: list[str] = []
        self.silent = False

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: int = socket.AF_INET,  # noqa: ARG002 - the port's signature
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if self.silent:
            await asyncio.Event().wait()
        answers = self.answers.get(host)
        if answers is None:
            raise OSError("no such name")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(hostname=host, host=one, port=port, family=_family(one), proto=0, flags=0)
            for one in addresses
        ]

    async def close(self) -> None: ...


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


@dataclass(slots=True, kw_only=True)
class Web:
    """What the host serves, who asked for what, and a fetcher that reaches it."""

    names: Names
    authority: Authority
    port: int = 0
    connections: list[str] = field(default_factory=list)
    asked: list[web.Request] = field(default_factory=list)
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None

    def url(self, path: str = "/logo.png", host: str = HOST) -> str:
        return f"https://{host}:{self.port}{path}"

    def fetcher(
        self, *, seconds: float = 5.0, strictly: bool = False, trusting: bool = True
    ) -> HttpImageFetcher:
        """A fetcher; `strictly` keeps even the loopback that stands for the public net out."""

        def may_connect(address: Address) -> bool:
            return address == ip_address(PUBLIC) or is_public_address(address)

        return HttpImageFetcher(
            resolver=self.names,
            may_connect=is_public_address if strictly else may_connect,
            tls=ssl.create_default_context(cafile=str(self.authority.ca_file)) if trusting else None,
            seconds=seconds,
        )

    async def fetch(
        self,
        url: str | None = None,
        purpose: Purpose = Purpose.LOGO,
        *,
        seconds: float = 5.0,
        strictly: bool = False,
    ) -> Image | ImageRefused:
        return await self.fetcher(seconds=seconds, strictly=strictly).fetch(url or self.url(), purpose)

    async def refusal(
        self, url: str | None = None, *, seconds: float = 5.0, strictly: bool = False
    ) -> Refusal:
        """Fetch what must be refused, and say why it was."""
        found = await self.fetch(url, seconds=seconds, strictly=strictly)
        assert isinstance(found, ImageRefused), found
        return found.reason

    def serves(
        self, body: bytes, content_type: str = "image/png", *, status: int = 200, **headers: str
    ) -> None:
        """Answer everything so from now on."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            more = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=body, status=status, headers={"Content-Type": content_type, **more})

        self.answer = answer

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        assert request.transport is not None
        self.connections.append(request.transport.get_extra_info("sockname")[0])
        assert self.answer is not None
        return await self.answer(request)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority")
    return Authority(folder)


@pytest.fixture
async def net(authority: Authority) -> AsyncIterator[Web]:
    made = Web(names=Names(), authority=authority)
    made.serves(picture())
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    context = authority.server(host=HOST)
    await web.TCPSite(runner, PUBLIC, 0, ssl_context=context).start()
    made.port = runner.addresses[0][1]
    # The same port of another address, which stands for a machine inside.
    await web.TCPSite(runner, "127.0.0.2", made.port, ssl_context=context).start()
    yield made
    await runner.cleanup()


@contextlib.asynccontextmanager
async def raw_server(
    authority: Authority, said: bytes, *, host: str = HOST, then_hang: bool = False
) -> AsyncIterator[int]:
    """Say these bytes to whoever asks anything, and hang up or not."""
    over = asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            await writer.drain()
            if then_hang:
                await over.wait()
        writer.close()

    server = await asyncio.start_server(speak, PUBLIC, 0, ssl=authority.server(host=host))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        over.set()
        server.close()
        await server.wait_closed()
