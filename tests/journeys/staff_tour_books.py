"""The pages of the staff's side that look after money and events: what has no end, who is told, reports."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.domain.differences import missing_here
from quickpay.domain.unresolved import GatewaySaid, Said
from quickpay.ports.gateway import Mismatch
from quickpay.ports.tables import Tx
from quickpay.services.events.endpoints import EndpointAsked, EndpointKept
from quickpay.services.settling.settle import settle
from tests.faults.patient import DECLINED, FAILS_BEFORE_CHARGING, Patient
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


async def lock(house: Household) -> str:
    """Have cards declined through a link, by two of its visitors, until it takes no more; returns its id."""
    await house.guarantor("lakeside", "1004", first_name="Lo")
    link = await house.link("lakeside", "1004", origin="statement")
    for declines in (3, 2):
        visitor = _visitor(house)
        assert (await visitor.open(link)).status == 303
        for _ in range(declines):
            await visitor.choose("1.00")
            assert (await visitor.pay(DECLINED)).status == 303
        await visitor.close()
    return str(link["id"])


async def leave_undecided(house: Household) -> str:
    """Have a payment the gateway answered for with another sum, so that a person decides; returns its id."""
    await house.guarantor("lakeside", "1005", first_name="Una")
    visitor = _visitor(house)
    await visitor.come_to_pay(await house.link("lakeside", "1005"), amount="22.50")
    payment = (await visitor.pay(FAILS_BEFORE_CHARGING)).to.removeprefix("/payments/")
    await visitor.close()
    settings = settings_for(base_url=house.base_url, world=house.world, database_url=house.database_url)
    another = Mismatch(
        differs=("amount",), transaction="ch_other", amount=2_200, currency="usd", reference=payment
    )
    async with open_world(settings) as outside:
        now, zone = datetime.now(UTC), ZoneInfo(settings.time_zone)
        await outside.store.write(lambda tx: settle(tx, payment, another, now=now, zone=zone))
    return payment


def _visitor(house: Household) -> Patient:
    return Patient(
        address=house.base_url, host=house.base_url.removeprefix("http://"), world_url=house.world.url
    )


async def _decide(ada: Person, payment: str, visit: Visit) -> None:
    """Look at each step of a decision, up to where the gateway stands against it."""
    page = ada.page
    await ada.open(f"/staff/payments/{payment}")
    await ada.press("Look into it", role="link")
    await visit(ada, "staff-resolve-deciding")
    await page.get_by_role("radio", name="It was charged").check()
    await page.get_by_label("The gateway's number of the charge").fill("ch_other")
    await page.get_by_label("How do you know?").select_option("told_by_gateway")
    await ada.press("Go on")
    await visit(ada, "staff-resolve-sure")
    await ada.press("It was charged")
    await visit(ada, "staff-resolve-against")


async def books(ada: Person, visit: Visit) -> None:
    """Walk them."""
    [payment] = (await ada.house.api("GET", "/payments?group=lakeside"))["data"]
    link = await lock(ada.house)
    await _decide(ada, await leave_undecided(ada.house), visit)
    await look_into(ada.house, payment["id"])
    for path, name in (
        (f"/staff/links/{link}/unlock", "link-unlock"),
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
        ("/staff/reports/payments?from=2026-10-02&until=2026-10-01", "report-error"),
    ):
        await ada.open(path)
        await visit(ada, f"staff-{name}")
