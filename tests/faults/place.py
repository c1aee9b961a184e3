"""The service in its own process, the sandbox world and a mail server beside it, and the PM system's view."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from quickpay.adapters.clock import SystemClock
from quickpay.adapters.store import open_store
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish
from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.sandbox import World
from quickpay.services.running.checks import Checks
from quickpay.settings import Settings, load
from quickpay.world import open_world
from tests.adapters.mail.servers import Postbox, mail_server
from tests.faults.books import Books, books
from tests.faults.crashing import MovedClock
from tests.faults.door import Door, door
from tests.faults.patient import Patient
from tests.faults.service import Service
from tests.household import Household, eventually, free_port, names_and_values, sandbox_world

GROUP = "lakeside"
OPEN = ("pending", "unknown")
SETTLING_SECONDS = 40.0
_CODE = re.compile(r"\b[0-9]{6}\b")


class Serve(Protocol):
    """Make a service of its settings; it is not started yet."""

    def __call__(self, settings: dict[str, str], *, ahead: Path) -> Service: ...


class Place(Household):
    """A household whose service is another process; `later` moves that process's clock."""

    def __init__(
        self,
        *,
        base_url: str,
        world: World,
        session: aiohttp.ClientSession,
        api_key: str,
        service: Service,
        postbox: Postbox,
        ahead: Path,
        database_url: str,
        gate: Door,
        mail_gate: Door,
    ) -> None:
        super().__init__(
            base_url=base_url, database_url=database_url, world=world, session=session, api_key=api_key
        )
        self.service = service
        self.postbox = postbox
        self.gate = gate
        self.mail_gate = mail_gate
        self.ahead = ahead
        self._numbers: Iterator[int] = count(1001)
        self._patients: list[Patient] = []

    async def arrange(self, **panels: Any) -> None:
        """Make the group."""
        await self.group(GROUP, **panels)

    async def owes(self, **record: Any) -> str:
        """Make a guarantor who owes 230.00; returns the number."""
        number = self.next_number()
        await self.guarantor(GROUP, number, **record)
        return number

    def next_number(self) -> str:
        """A number no guarantor has."""
        return str(next(self._numbers))

    def turn(self, address: str) -> None:
        """Let the PM system speak to another process."""
        self.base_url = address
        self.session.headers["Host"] = self.service.host

    async def forget(self, patient: Patient) -> None:
        """Let somebody go who is done."""
        await patient.close()
        self._patients.remove(patient)

    async def link_for(self, number: str, **asked: Any) -> dict[str, Any]:
        return await self.link(GROUP, number, **asked)

    def patient(self, service: Service | None = None) -> Patient:
        """Somebody at a new browser."""
        serving = service or self.service
        one = Patient(address=serving.address, host=serving.host, world_url=self.world.url)
        self._patients.append(one)
        return one

    async def at_the_card(self, *, number: str | None = None, amount: str = "", **asked: Any) -> Patient:
        """A patient who has chosen an amount and is asked for the card."""
        patient = self.patient()
        await patient.come_to_pay(await self.link_for(number or await self.owes(), **asked), amount=amount)
        return patient

    def later(self, seconds: float) -> None:
        """Let the service's clock run on."""
        fresh = self.ahead.with_suffix(".new")
        fresh.write_text(str(float(self.ahead.read_text("utf-8")) + seconds), "utf-8")
        fresh.replace(self.ahead)

    async def payments(self) -> list[dict[str, Any]]:
        """The whole feed."""
        found: list[dict[str, Any]] = []
        cursor = "0"
        while True:
            page = await self.api("GET", f"/payments?limit=200&after={cursor}")
            found += page["data"]
            if not page["next"]:
                return list({one["id"]: one for one in found}.values())
            cursor = page["next"]

    async def only_payment(self) -> dict[str, Any]:
        found = await self.payments()
        assert len(found) == 1, found
        return found[0]

    async def status_becomes(self, status: str, *, step: float = 0.0, within: float = 20.0) -> dict[str, Any]:
        """Wait until the only payment has this status, moving the clock by `step` at each look."""

        async def there() -> dict[str, Any] | None:
            payment = await self.only_payment()
            if payment["status"] == status:
                return payment
            self.later(step)
            return None

        found: dict[str, Any] = await eventually(there, within=within)
        return found

    async def settles(self, *, step: float = 5.0, within: float = SETTLING_SECONDS) -> None:
        """Wait until nothing is in flight and nothing waits to be sent, moving the clock meanwhile."""

        async def at_rest() -> bool:
            unsettled = [one for one in await self.payments() if one["status"] in OPEN]
            waiting = (await self.books()).waiting
            if unsettled or waiting:
                self.later(step)
            return not unsettled and not waiting

        await eventually(at_rest, within=within)

    async def books(self) -> Books:
        return await books(self.database_url)

    def receipts(self) -> list[EmailMessage]:
        """Every receipt the mail server took, duplicates included."""
        return [one for one in self.postbox.messages() if "receipt" in str(one["Message-ID"])]

    def newest_code(self) -> str | None:
        """The code of the newest email, if any came."""
        messages = self.postbox.messages()
        body = messages[-1].get_body(("plain",)) if messages else None
        found = None if body is None else _CODE.search(body.get_content())
        return None if found is None else found[0]

    async def agrees(self) -> None:
        """Hold our books against the gateway's and the mail server's (G1-G6), and ours against themselves."""
        payments, charges = await self.payments(), await self.charges()
        charged = Counter(one["reference"] for one in charges if one["status"] == "succeeded")
        keys = {one["idempotency_key"]: one["reference"] for one in charges}
        assert all(key == reference for key, reference in keys.items()), (
            "a key of another payment, or no key of ours"
        )
        taken = {one["reference"]: one["amount"] for one in charges if one["status"] == "succeeded"}
        assert all(times == 1 for times in charged.values()), f"charged twice: {charged}"
        ours = {one["id"]: one for one in payments}
        assert set(charged) <= set(ours), "charged for a payment that was never written down"
        for payment in payments:
            assert payment["status"] not in OPEN, f"stuck: {payment}"
            assert (payment["status"] == "succeeded") == (payment["id"] in charged), payment
            if payment["status"] == "succeeded":
                assert payment["amount"] == taken[payment["id"]], payment
        kept = await self.books()
        assert kept.over_their_uses == [], kept.over_their_uses
        assert kept.miscounted == [], kept.miscounted
        assert kept.over_their_tries == [], kept.over_their_tries
        self._receipts_agree(kept, {one for one in ours if ours[one]["status"] == "succeeded"})
        store = await open_store(self.database_url)
        try:
            clock = MovedClock(SystemClock(), self.ahead)
            checks = Checks(store=store, clock=clock)
            assert await checks.run() == []
        finally:
            await store.close()

    def _receipts_agree(self, kept: Books, succeeded: set[str]) -> None:
        """Each success that asked for a receipt has exactly one, under one Message-ID (G3)."""
        wanted = {payment for payment, asked in kept.receipt_asked.items() if asked} & succeeded
        assert kept.receipts_sent == wanted, (kept.receipts_sent, wanted)
        arrived = Counter(str(one["Message-ID"]) for one in self.receipts())
        assert len(arrived) == len(wanted), (arrived, wanted)

    async def close(self) -> None:
        for one in self._patients:
            await one.close()


@asynccontextmanager
async def place(
    folder: Path,
    *,
    database_url: str,
    webhooks: bool = False,
    start: bool = True,
    postbox: Postbox | None = None,
    serve: Serve = Service,
    **more: str,
) -> AsyncIterator[Place]:
    """Start the world, a mail server and the service; `database_url` is migrated already.

    `webhooks` lets the gateway tell how payments end. Gateway and mail are reached through doors.
    """
    base_url = f"http://127.0.0.1:{free_port()}"
    ahead = folder / "ahead"
    ahead.write_text("0", "utf-8")
    postbox = postbox or Postbox()
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(
            sandbox_world(folder / "world", base_url=base_url, webhooks=webhooks)
        )
        await stack.enter_async_context(mail_server(postbox))
        gate = await stack.enter_async_context(door(int(world.url.rpartition(":")[2])))
        mail_gate = await stack.enter_async_context(door(postbox.port))
        ways = {
            "SANDBOX_URL": f"http://127.0.0.1:{gate.port}",
            "SMTP_URL": f"smtp://127.0.0.1:{mail_gate.port}",
        }
        settings = names_and_values(
            base_url=base_url, world=world, database_url=database_url, **(ways | more)
        )
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        )
        service = serve(settings, ahead=ahead)
        stack.push_async_callback(service.kill)
        made = Place(
            base_url=base_url,
            world=world,
            session=session,
            api_key=await new_key(settings),
            service=service,
            postbox=postbox,
            ahead=ahead,
            database_url=database_url,
            gate=gate,
            mail_gate=mail_gate,
        )
        stack.push_async_callback(made.close)
        if start:
            await service.start()
        yield made


async def new_key(settings: dict[str, str]) -> str:
    """An API key with every scope, made before the service starts."""
    given = settings_of(settings)
    async with open_world(given) as outside:
        desk = furnish(given, outside, BackgroundTasks()).desk
        key = await desk.keyring.create(name="faults", scopes=EVERY_SCOPE, by="tests")
        assert not isinstance(key, tuple), key
        return key.secret


def settings_of(settings: dict[str, str]) -> Settings:
    return load({f"QUICKPAY_{name}": value for name, value in settings.items()})


async def all_of(*work: Any) -> list[Any]:
    """Do all of it at once."""
    return list(await asyncio.gather(*work))
