"""The pages of the staff's side that look after money and events: what has no end, who is told, reports."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.domain.differences import missing_here
from quickpay.domain.unresolved import GatewaySaid, Said
from quickpay.ports.tables import Tx
from quickpay.services.events.endpoints import EndpointAsked, EndpointKept
from tests.household import Household, settings_for
from tests.journeys.person import Person

Visit = Callable[[Person, str], Awaitable[None]]


async def look_into(house: Household, payment: str) -> None:
    """Let there be something to see: a word of the gateway's, a difference, an endpoint that rests."""
    settings = settings_for(base_url=house.base_url, world=house.world, database_url=house.database_url)
    now = datetime.now(UTC)

    async def unit(tx: Tx) -> None:
        await tx.unresolved.note(payment, GatewaySaid(at=now, said=Said.NOT_FOUND))
        lost = missing_here("ch_nobody", None, reference=None, amount=4_200, at=now)
        assert await tx.differences.see(lost, now=now)

    hook = EndpointAsked(
        url="https://hooks.example.com/in", group=None, events=("payment.succeeded",), enabled=False
    )
    async with open_world(settings) as outside:
        desk = furnish(settings, outside, BackgroundTasks()).desk
        await outside.store.write(unit)
        assert isinstance(await desk.endpoints.put("pm", hook, by="tests"), EndpointKept)


async def books(ada: Person, visit: Visit) -> None:
    """Walk them."""
    [payment] = (await ada.house.api("GET", "/payments?group=lakeside"))["data"]
    link = await ada.house.link("lakeside", "1001")
    await look_into(ada.house, payment["id"])
    for path, name in (
        (f"/staff/links/{link['id']}/unlock", "link-unlock"),
        ("/staff/payments/unresolved", "unresolved"),
        (f"/staff/payments/{payment['id']}/resolve", "resolve"),
        ("/staff/payments/differences", "differences"),
        ("/staff/payments/differences/1/explain", "difference"),
        ("/staff/payments/unacknowledged", "unacknowledged"),
        ("/staff/webhooks", "webhooks"),
        ("/staff/webhooks/pm", "webhook"),
        ("/staff/reports", "reports"),
        ("/staff/reports/session-usage", "report-usage"),
        ("/staff/reports/payments", "report-payments"),
        ("/staff/reports/payments?from=2026-10-02&to=2026-10-01", "report-error"),
    ):
        await ada.open(path)
        await visit(ada, f"staff-{name}")
