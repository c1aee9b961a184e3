"""A whole QuickPay with the sandbox world beside it, over real sockets, for journeys and faults."""

import asyncio
import contextlib
import itertools
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.sandbox import World
from quickpay.serve import serving
from quickpay.settings import Settings, load
from quickpay.world import Wrap

SECRET = "journeys-only-signing-key-0123456789abcdef"
GATEWAY_SECRET = "journeys-only-gateway-secret"
WEBHOOK_SECRET = "journeys-only-webhook-secret"
PORTAL = "https://portal.example.com/bills?from=quickpay"
PATIENCE = 20.0


_PORTS = itertools.cycle(range(20_000 + os.getpid() % 100 * 100, 30_000))
"""Below those the kernel gives away by itself, and begun elsewhere by each process that tests."""


def free_port() -> int:
    """A loopback port nobody listens on, nor will until whoever asked does."""
    for port in itertools.islice(_PORTS, 10_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("every port of the tests is taken")


class Household:
    """What a test may do from outside: the PM system's API, and a look into the sandbox world."""

    def __init__(
        self, *, base_url: str, database_url: str, world: World, session: aiohttp.ClientSession, api_key: str
    ) -> None:
        self.base_url = base_url
        self.database_url = database_url
        self.world = world
        self.session = session
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._keys = 0

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API as the PM system does; anything but success fails the test."""
        headers = dict(self._headers)
        if method == "POST":
            self._keys += 1
            headers["Idempotency-Key"] = f"test-{self._keys}"
        url = f"{self.base_url}/api/v1{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            assert answer.status < 300, f"{method} {path}: {answer.status} {text}"
            return await answer.json()

    async def group(self, slug: str, **panels: Any) -> None:
        """Make a group that takes cards, emails receipts and lands on Pay, with these panels changed."""
        body: dict[str, Any] = {
            "branding": {"name": slug.title()},
            "payments": {"email_receipt": True},
            "notifications": {"email_from": f"office@{slug}.example.com"},
            "look_and_feel": {
                "footer_phone": "(608) 555-0100",
                "footer_email": f"office@{slug}.example.com",
                "landing_page": "pay",
            },
        }
        for panel, options in panels.items():
            body[panel] = {**body.get(panel, {}), **options}
        await self.api("PUT", f"/groups/{slug}", body)

    async def guarantor(self, group: str, number: str, **record: Any) -> None:
        """Make a guarantor who owes 150.00 on a statement and 80.00 since, unless said otherwise."""
        await self.api("PUT", f"/groups/{group}/guarantors/{number}", owing(number) | record)

    async def link(self, group: str, guarantor: str, origin: str = "sms", **asked: Any) -> dict[str, Any]:
        """Make a link."""
        body = {"group": group, "guarantor": guarantor, "origin": origin, **asked}
        made: dict[str, Any] = await self.api("POST", "/links", body)
        return made

    async def messages(self, to: str) -> list[dict[str, Any]]:
        """Everything that reached this contact, oldest first."""
        async with self.session.get(f"{self.world.url}/api/messages", params={"to": to}) as answer:
            found: list[dict[str, Any]] = (await answer.json())["data"]
            return found

    async def next_message(self, to: str, *, after: int = 0) -> dict[str, Any]:
        """The first message to this contact beyond the `after` there were."""

        async def arrived() -> dict[str, Any] | None:
            found = await self.messages(to)
            return found[after] if len(found) > after else None

        message: dict[str, Any] = await eventually(arrived)
        return message

    async def charges(self) -> list[dict[str, Any]]:
        """The gateway's own ledger."""
        async with self.session.get(f"{self.world.url}/v1/charges") as answer:
            found: list[dict[str, Any]] = (await answer.json())["data"]
            return found

    async def fault(self, part: str, fault: str, **how: Any) -> None:
        """Ask the world for trouble."""
        body = {"part": part, "fault": fault, **how}
        async with self.session.post(f"{self.world.url}/api/faults", json=body) as answer:
            assert answer.status < 300, await answer.text()

    async def no_faults(self) -> None:
        """End all trouble."""
        async with self.session.delete(f"{self.world.url}/api/faults") as answer:
            assert answer.status < 300, await answer.text()


def owing(number: str) -> dict[str, Any]:
    """One who has both contacts, owes 150.00 of a statement of 200.00, and 80.00 since."""
    line = {"code": "99213", "description": "Office visit", "adjusted": 0, "insurance_pending": 0}
    old = {"insurance_paid": 5_000, "patient_paid": 5_000, "billed": 25_000, "remaining": 15_000}
    new = {"insurance_paid": 6_000, "patient_paid": 0, "billed": 14_000, "remaining": 8_000}
    where = {"patient": "Alice Example", "facility": "Main Street", "provider": "Dr. Rivera"}
    return {
        "first_name": "Alice",
        "last_name": "Example",
        "language": "en",
        "email": f"alice{number}@example.com",
        "mobile": "+1608555" + f"{int(number) % 10_000:04d}",
        "patients": [{"id": "p1", "name": "Alice Example"}],
        "encounters": [
            {"id": "67563", "date": "2026-08-01", **where, "lines": [{"line": "1", **line, **old}]},
            {"id": "68110", "date": "2026-10-20", **where, "lines": [{"line": "1", **line, **new}]},
        ],
        "statements": [
            {
                "id": "S1",
                "date": "2026-09-15",
                "due_date": "2026-10-15",
                "balance": 20_000,
                "lines": ["67563-1"],
            },
        ],
    }


async def eventually(look: Callable[[], Awaitable[Any]], *, within: float = PATIENCE) -> Any:
    """Look until there is something; a test's only way to wait for the world."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        found = await look()
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing came within {within} s")


def settings_for(*, base_url: str, world: World, database_url: str, **more: str) -> Settings:
    """The settings of an installation beside this world."""
    given = names_and_values(base_url=base_url, world=world, database_url=database_url, **more)
    return load({f"QUICKPAY_{name}": value for name, value in given.items()})


def names_and_values(*, base_url: str, world: World, database_url: str, **more: str) -> dict[str, str]:
    """The same settings as an environment has them, without their prefix."""
    return {
        "BASE_URL": base_url,
        "LISTEN": base_url.removeprefix("http://"),
        "DATABASE_URL": database_url,
        "SECRET_KEYS": SECRET,
        "SMTP_URL": f"smtp+starttls://quickpay:mail-secret@127.0.0.1:{world.smtp_port}",
        "SMTP_CA_FILE": str(world.ca_file),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "twilio-token",
        "TWILIO_FROM": "+16085550199",
        "TWILIO_API_BASE": world.url,
        "SANDBOX_URL": world.url,
        "PORTAL_RETURN_URLS": PORTAL,
        "SANDBOX_SECRET": GATEWAY_SECRET,
        "SANDBOX_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "LIMITS": ",".join(
            f"{name}=100000"
            for name in (
                "sends_address_3600s",
                "tries_address_300s",
                "tries_address_3600s",
                "declines_address_3600s",
                "payments_address_3600s",
                "bad_tokens_address_60s",
                "renewals_address_3600s",
                "receipts_address_3600s",
                "staff_tries_address_1800s",
            )
        ),
        **more,
    }


@asynccontextmanager
async def sandbox_world(data: Path, *, base_url: str, webhooks: bool = True) -> AsyncIterator[World]:
    """A world of its own, on a port of its own."""
    world = World(
        data=data,
        port=0,
        gateway_secret=GATEWAY_SECRET,
        webhook_url=f"{base_url}/webhooks/sandbox" if webhooks else None,
        webhook_secret=WEBHOOK_SECRET,
        merchant_origin=base_url,
        twilio_sid="AC" + "0" * 32,
        twilio_token="twilio-token",
        replies_url=f"{base_url}/webhooks/twilio/status",
        smtp_user="quickpay",
        smtp_password="mail-secret",
    )
    await world.start()
    try:
        yield world
    finally:
        await world.stop()


@asynccontextmanager
async def household(
    data: Path,
    *,
    database_url: str | None = None,
    wrap: Wrap = lambda world: world,
    webhooks: bool = True,
    **more: str,
) -> AsyncIterator[Household]:
    """Start the world and the service; ends both."""
    from quickpay.adapters.tasks import BackgroundTasks  # noqa: PLC0415 - only here
    from quickpay.app import furnish  # noqa: PLC0415 - only here
    from quickpay.world import open_world  # noqa: PLC0415 - only here

    base_url = f"http://127.0.0.1:{free_port()}"
    url = database_url or f"sqlite:///{data / 'quickpay.db'}"
    async with (
        sandbox_world(data / "world", base_url=base_url, webhooks=webhooks) as world,
        aiohttp.ClientSession() as session,
    ):
        settings = settings_for(base_url=base_url, world=world, database_url=url, **more)
        async with serving(settings, wrap=wrap, create=True):
            async with open_world(settings) as outside:
                desk = furnish(settings, outside, BackgroundTasks()).desk
                key = await desk.keyring.create(name="tests", scopes=EVERY_SCOPE, by="tests")
                assert not isinstance(key, tuple), key
            yield Household(
                base_url=base_url, database_url=url, world=world, session=session, api_key=key.secret
            )
