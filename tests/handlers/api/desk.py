"""The API alone on loopback: real services, kernel and store; only what lies outside is fake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from quickpay.adapters.papers import TypstPapers
from quickpay.adapters.store import OpenStore
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish
from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.domain.money import Cents
from quickpay.handlers.desk import DESK, Desk
from quickpay.handlers.routes import add_routes
from quickpay.ports.gateway import Approved, Outcome
from quickpay.ports.tables import Tx
from quickpay.services.settling.settle import settle
from quickpay.services.staff.api_keys import NewKey
from quickpay.settings import load
from quickpay.world import World
from tests.factories import make_order, make_payment, make_session, some_hash
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import VISA, FakeGateway
from tests.fakes.ids import FakeIds
from tests.fakes.images import FakeImageFetcher
from tests.fakes.mailer import FakeMailer
from tests.fakes.texter import FakeTexter
from tests.household import PORTAL, free_port

_KEY = "api-tests-only-signing-key-0123456789abcdef"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Any
    text: str
    json: Any

    @property
    def paths(self) -> set[str]:
        """Which fields the problem names."""
        return {one["path"] for one in self.json["errors"]}


@dataclass(slots=True, kw_only=True)
class Api:
    """Call the API as a program with a key does."""

    base_url: str
    session: aiohttp.ClientSession
    desk: Desk
    clock: FakeClock
    gateway: FakeGateway
    store: OpenStore
    secret: str = ""
    said: list[str] = field(default_factory=list)

    async def call(
        self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str
    ) -> Answer:
        """Send one request; `raw` is a body as it stands, header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.secret}"
        more: dict[str, Any] = {"json": body} if raw is None and body is not None else {}
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
            more = {"data": BytesIO(raw)}
        prefix = "" if path.startswith(("/openapi", "/webhooks", "/livez", "/readyz")) else "/api/v1"
        url = self.base_url + prefix + path
        async with self.session.request(method, url, headers=sent, **more) as answer:
            text = await answer.text(errors="replace")
            self.said.append(text)
            is_json = answer.content_type.endswith("json")
            return Answer(
                status=answer.status,
                headers=answer.headers,
                text=text,
                json=await answer.json(content_type=None) if is_json else None,
            )

    async def key(self, *scopes: str, group: str | None = None) -> str:
        """Make another key and return its secret."""
        made = await self.desk.keyring.create(
            name="tests", scopes=scopes or EVERY_SCOPE, group=group, life=timedelta(days=30), by="tests"
        )
        assert isinstance(made, NewKey), made
        return made.secret

    async def group(self, slug: str = "lakeside", **panels: Any) -> Answer:
        """Make a group."""
        put = await self.call("PUT", f"/groups/{slug}", group_body(slug.title(), **panels))
        assert put.status == 200, put.text
        return put

    async def guarantor(self, group: str = "lakeside", number: str = "1001", **record: Any) -> Answer:
        """Make a guarantor."""
        put = await self.call("PUT", f"/groups/{group}/guarantors/{number}", guarantor_body(**record))
        assert put.status == 200, put.text
        return put

    async def link(self, *, key: str = "", **asked: Any) -> Answer:
        """Ask for a link, by default one by text for guarantor 1001."""
        body = {"group": "lakeside", "guarantor": "1001", "origin": "sms"} | asked
        return await self.call("POST", "/links", body, Idempotency_Key=key or f"k-{len(self.said)}")

    async def handoff(self, *, key: str = "", **asked: Any) -> Answer:
        """Hand guarantor 1001 over, as the portal does."""
        body = {"group": "lakeside", "guarantor": "1001", "return_url": PORTAL} | asked
        return await self.call("POST", "/portal-handoffs", body, Idempotency_Key=key or f"k-{len(self.said)}")

    async def launch(self, *, key: str = "", **asked: Any) -> Answer:
        """Ask to see what guarantor 1001 sees, as the dashboard does."""
        body = {"group": "lakeside", "guarantor": "1001", "staff": "Ada Admin"} | asked
        return await self.call("POST", "/staff-launches", body, Idempotency_Key=key or f"k-{len(self.said)}")


def group_body(name: str = "Lakeside", **panels: Any) -> dict[str, Any]:
    """Options of a group with only what it needs, and these panels."""
    return {"branding": {"name": name}, **panels}


def guarantor_body(**record: Any) -> dict[str, Any]:
    """Alice, who owes 150.00 of a statement and 80.00 since."""
    where = {"patient": "p1", "facility": "Main Street", "provider": "Dr. Rivera"}
    return {
        "first_name": "Alice",
        "last_name": "Example",
        "language": "en",
        "email": "alice@example.com",
        "mobile": "(608) 555-0101",
        "patients": [{"id": "p1", "name": "Alice Example"}],
        "encounters": [
            {"id": "67563", "date": "2026-08-01", **where, "lines": [{"line": "1", "remaining": 15_000}]},
            {"id": "68110", "date": "2026-10-20", **where, "lines": [{"line": "1", "remaining": 8_000}]},
        ],
        "statements": [
            {
                "id": "S1",
                "date": "2026-09-15",
                "due_date": "2026-10-15",
                "balance": 20_000,
                "lines": ["67563-1"],
            }
        ],
    } | record


@asynccontextmanager
async def api_alone(store: OpenStore) -> AsyncIterator[Api]:
    """Serve it, with a key for everything in hand."""
    base_url = f"http://127.0.0.1:{free_port()}"
    given = {
        "BASE_URL": base_url,
        "SECRET_KEYS": _KEY,
        "SANDBOX_URL": "http://127.0.0.1:1",
        "SANDBOX_SECRET": "gateway-secret-of-tests",
        "SANDBOX_WEBHOOK_SECRET": "webhook-secret-of-tests",
        "PORTAL_RETURN_URLS": f"{PORTAL},http://127.0.0.1:9000/",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "twilio-token-of-tests",
        "TWILIO_FROM": "+16085550199",
    }
    settings = load({f"QUICKPAY_{name}": value for name, value in given.items()})
    clock, gateway = FakeClock(), FakeGateway()
    gateway.name = "sandbox"
    images = FakeImageFetcher()
    world = World(
        store=store,
        clock=clock,
        ids=FakeIds(),
        mailer=FakeMailer(),
        texter=FakeTexter(),
        gateway=gateway,
        images=images,
        papers=TypstPapers(),
    )
    desk = furnish(settings, world, BackgroundTasks()).desk
    app = web.Application(client_max_size=64 * 1024)
    app[DESK] = desk
    add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    host, _, port = base_url.removeprefix("http://").partition(":")
    await web.TCPSite(runner, host, int(port)).start()
    async with aiohttp.ClientSession() as session:
        api = Api(base_url=base_url, session=session, desk=desk, clock=clock, gateway=gateway, store=store)
        api.secret = await api.key()
        yield api
    await runner.cleanup()


async def paid(api: Api, *, amount: int = 5_000, group: str = "lakeside", number: str = "1001") -> str:
    """Let a guarantor's payment succeed at the gateway, and return its id."""
    payment_id = await submitted(api, amount=amount, group=group, number=number)
    await end(api, payment_id, approved(payment_id, amount))
    return payment_id


def approved(payment_id: str, amount: int) -> Approved:
    """The gateway's yes."""
    return Approved(
        transaction=f"ch_{payment_id}", card=VISA, amount=amount, currency="usd", reference=payment_id
    )


async def end(api: Api, payment_id: str, outcome: Outcome) -> None:
    """Write what the gateway said."""

    async def unit(tx: Tx) -> None:
        await settle(tx, payment_id, outcome, now=api.clock.now(), zone=ZoneInfo("America/New_York"))

    await api.store.write(unit)


async def submitted(api: Api, *, amount: int, group: str = "lakeside", number: str = "1001") -> str:
    """Write down a payment that the gateway has not answered, and return its id."""
    now = api.clock.now()

    async def unit(tx: Tx) -> str:
        found = await tx.groups.by_slug(group)
        assert found is not None
        guarantor = await tx.guarantors.by_number(found.id, number)
        assert guarantor is not None
        whose = {"group_id": found.id, "guarantor_id": guarantor.id}
        session = await tx.sessions.add(make_session(**whose), token_hash=some_hash())
        order = make_order(session_id=session.id, amount=Cents(amount))
        await tx.orders.add(order)
        times = {"created_at": now, "changed_at": now, "deadline": now, "next_look_up_at": now}
        payment = make_payment(
            **whose, **times, order_id=order.id, session_id=session.id, amount=Cents(amount)
        )
        await tx.payments.add(payment)
        return payment.id

    return await api.store.write(unit)
