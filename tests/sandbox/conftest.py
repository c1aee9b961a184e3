"""A world on loopback ports of the system's choice, and the merchant who talks to it."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, async_playwright

from quickpay.sandbox import World

SECRETS = {
    "gateway_secret": "sk_sandbox_0123456789abcdef",
    "webhook_secret": "whsec_0123456789abcdef",
    "twilio_sid": "AC" + "0" * 32,
    "twilio_token": "0123456789abcdef0123456789abcdef",
    "smtp_user": "quickpay",
    "smtp_password": "correct horse battery staple",
}
MakeWorld = Callable[..., Awaitable[World]]


def make_world(
    data: Path,
    *,
    origin: str = "http://127.0.0.1:1",
    webhook_url: str | None = None,
    replies_url: str | None = None,
    port: int = 0,
) -> World:
    return World(
        data=data,
        port=port,
        webhook_url=webhook_url,
        replies_url=replies_url,
        merchant_origin=origin,
        **SECRETS,
    )


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that can only be asked for over a socket."""
    async with asyncio.timeout(20):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


@dataclass
class Merchant:
    """Speak to the world as a merchant's server and a patient's browser do."""

    http: aiohttp.ClientSession
    world: World

    async def token(self, number: str = "4242424242424242", **more: Any) -> str:
        card = {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"} | more
        async with self.http.post(f"{self.world.url}/v1/tokens", json=card) as said:
            body = await said.json()
            assert said.status == 200, body
            return str(body["token"])

    async def charge(
        self, token: str, *, key: str = "key-1", reference: str = "pay-1", amount: int = 15000, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        order = {"amount": amount, "currency": "usd", "token": token, "reference": reference} | more
        return await self.post("/v1/charges", order, key=key)

    async def post(self, path: str, body: object, *, key: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {SECRETS['gateway_secret']}", "Idempotency-Key": key}
        async with self.http.post(self.world.url + path, json=body, headers=headers) as said:
            return said.status, await said.json()

    async def ledger(self, **query: str) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.world.url}/v1/charges", params=query) as said:
            assert said.status == 200
            return list((await said.json())["data"])

    async def messages(self, to: str) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.world.url}/api/messages", params={"to": to}) as said:
            assert said.status == 200
            return list((await said.json())["data"])

    async def fault(self, **asked: Any) -> None:
        async with self.http.post(f"{self.world.url}/api/faults", json=asked) as said:
            assert said.status == 201, await said.text()

    async def faults(self) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.world.url}/api/faults") as said:
            return list((await said.json())["data"])

    async def kept_waiting(self, how_many: int) -> None:
        """Wait until a fault keeps so many callers waiting."""

        async def holds() -> bool:
            return sum(int(fault["waiting"]) for fault in await self.faults()) == how_many

        await until(holds)

    async def until_faults_are_over(self) -> None:
        async def holds() -> bool:
            return not await self.faults()

        await until(holds)

    async def until_charged(self) -> None:
        async def holds() -> bool:
            return bool(await self.ledger())

        await until(holds)

    async def end_faults(self) -> None:
        async with self.http.delete(f"{self.world.url}/api/faults") as said:
            assert said.status == 200

    async def text(self, to: str = "+16085550123", body: str = "Your code is 123456", **more: str) -> Any:
        sid, token = SECRETS["twilio_sid"], SECRETS["twilio_token"]
        form = {"To": to, "From": "+16085550100", "Body": body} | more
        async with self.http.post(
            f"{self.world.url}/2010-04-01/Accounts/{sid}/Messages.json",
            data={name: value for name, value in form.items() if value},
            headers={"Authorization": aiohttp.encode_basic_auth(sid, token)},
        ) as said:
            return said.status, await said.json()


@dataclass
class Listener:
    """Be the merchant's webhook address: keep what came, answer as told."""

    url: str = ""
    came: list[tuple[dict[str, str], str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.came.append((dict(request.headers), await request.text()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def until_came(self, how_many: int) -> list[dict[str, Any]]:
        """Wait for so many calls and return what they said, where that was JSON."""

        async def holds() -> bool:
            return len(self.came) >= how_many

        await until(holds)
        return [json.loads(body) for _, body in self.came if body.startswith("{")]

    def signed_right(self) -> bool:
        for headers, body in self.came:
            stamp, _, signature = headers["Sandbox-Signature"].removeprefix("t=").partition(",v1=")
            told = f"{stamp}.{body}".encode()
            if hmac.new(SECRETS["webhook_secret"].encode(), told, hashlib.sha256).hexdigest() != signature:
                return False
        return bool(self.came)


CHROMIUM = "/usr/bin/chromium"
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def listener() -> AsyncIterator[Listener]:
    made = Listener()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path, listener: Listener) -> AsyncIterator[World]:
    made = make_world(tmp_path / "world", webhook_url=listener.url)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def merchant(world: World) -> AsyncIterator[Merchant]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        yield Merchant(http=http, world=world)


@pytest_asyncio.fixture(loop_scope="session")
async def another_world() -> AsyncIterator[MakeWorld]:
    """Start worlds on a folder of the test's choice; each is stopped at the end if the test did not."""
    running: list[World] = []

    async def start(data: Path, **more: Any) -> World:
        made = make_world(data, **more)
        await made.start()
        running.append(made)
        return made

    yield start
    for made in running:
        await made.stop()
