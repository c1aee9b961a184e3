"""The staff's pages in states seldom met: second presses, another's draft, dead ends, simulations."""

import re
from datetime import UTC, datetime
from functools import partial

from playwright.async_api import Browser, Route, expect

from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.domain.differences import missing_here
from quickpay.domain.staff import StaffRole
from quickpay.domain.unresolved import GatewaySaid, Said
from quickpay.ports.tables import Tx
from quickpay.services.events.endpoints import EndpointAsked, EndpointKept
from quickpay.services.settling.undecided import to_review
from tests.household import Household, settings_for
from tests.journeys.bills import MFA
from tests.journeys.person import DESKTOP, PHONE, Person, somebody
from tests.journeys.staff_tour import Visit, signed_in
from tests.portal_records import family

SAVE = re.compile("^Save .*F2")
PREVIEWED = ("link", "details", "receipt_email", "text")


async def walk(browser: Browser, house: Household, visit: Visit) -> None:
    """Walk them as one admin beside another."""
    await house.group("orchard", branding={"name": "Orchard Dental"}, payments={"auto_post": False})
    await house.group(
        "meadow",
        branding={"name": "Meadow Family Care"},
        authentication=MFA,
        look_and_feel={"landing_page": "home"},
    )
    await house.guarantor("orchard", "5001")
    await house.guarantor("meadow", "5002", **family("5002"))
    paid, unknown = await _pay_twice(browser, house)
    await _let_something_wait(house, unknown)
    async with (
        signed_in(browser, house, "Mo Desk", viewport=DESKTOP) as mo,
        signed_in(browser, house, "Nan Desk", viewport=DESKTOP) as nan,
    ):
        await _what_waits(mo, unknown, visit)
        await _money(mo, paid, visit)
        await _two_at_a_group(mo, nan, visit)
        await _previews(mo, "/staff/groups/meadow", visit)
        await _release(mo, visit)
        await _simulation(mo, visit)
    async with signed_in(browser, house, "Vi Looker", StaffRole.VIEWER, viewport=DESKTOP) as vi:
        await vi.open(f"/staff/payments/{paid}/refund")
        await visit(vi, "staff-not-for-role")


async def _pay_twice(browser: Browser, house: Household) -> tuple[str, str]:
    """Pay once, and once into silence; gives both payments."""
    async with somebody(browser, house) as alice:
        await alice.come_to_pay(
            (await house.link("orchard", "5001", "statement", single_payment=False))["url"]
        )
        await alice.choose_amount("Other Amount", "25")
        await alice.pay()
        await alice.status("paid")
        paid = alice.path
        await alice.open("/pay")
        await alice.choose_amount("Other Amount", "30")
        await house.fault("webhooks", "refuse", seconds=120)
        await house.fault("gateway", "drop_after_accept", count=1)
        await house.fault("gateway", "error", seconds=120)
        await alice.pay()
        return paid.rpartition("/")[2], alice.path.rpartition("/")[2]


async def _let_something_wait(house: Household, unknown: str) -> None:
    """Let there be what a person must look at, and an endpoint to tell of it."""
    settings = settings_for(base_url=house.base_url, world=house.world, database_url=house.database_url)
    now = datetime.now(UTC)

    async def unit(tx: Tx) -> None:
        payment = await tx.payments.get(unknown)
        assert payment is not None
        await to_review(tx, payment, now, GatewaySaid(at=now, said=Said.NOT_FOUND))
        lost = missing_here("ch_orchard", None, reference=None, amount=4_200, at=now)
        assert await tx.differences.see(lost, now=now)

    hook = EndpointAsked(
        url="https://hooks.example.com/in", group=None, events=("payment.succeeded",), enabled=False
    )
    async with open_world(settings) as outside:
        desk = furnish(settings, outside, BackgroundTasks()).desk
        assert isinstance(await desk.endpoints.put("ledger", hook, by="tests"), EndpointKept)
        await outside.store.write(unit)


async def _what_waits(mo: Person, unknown: str, visit: Visit) -> None:
    page = mo.page
    await mo.open("/staff")
    await visit(mo, "staff-front-waiting")
    await mo.open(f"/staff/payments/{unknown}/resolve")
    await visit(mo, "staff-resolve-asked")
    await mo.press("Go on")
    await visit(mo, "staff-resolve-error")
    await page.get_by_role("radio").last.check()
    await page.locator("#because").select_option(index=1)
    await mo.press("Go on")
    await visit(mo, "staff-resolve-sure")
    await mo.house.no_faults()
    await mo.open("/staff/payments/differences")
    await page.locator("main td a, main th a").last.click()
    await mo.look()
    await page.locator("#reason").select_option(index=1)
    await mo.press("Go on")
    await visit(mo, "staff-difference-sure")
    await mo.press("It is explained")
    await mo.open("/staff/payments/differences")
    await visit(mo, "staff-differences-ended")


async def _money(mo: Person, paid: str, visit: Visit) -> None:
    await mo.open(f"/staff/payments/{paid}/post")
    await visit(mo, "staff-post")
    await mo.page.locator("input.cents").first.fill("1e3")
    await mo.press("Put on lines")
    await visit(mo, "staff-post-error")
    await mo.open(f"/staff/payments/{paid}/post")
    await mo.press("Put on lines")
    await visit(mo, "staff-payment-posted")
    await mo.open(f"/staff/payments/{paid}/refund")
    await mo.page.get_by_label("Why").fill("Paid twice")
    await mo.press("Go on")
    await mo.press(re.compile("^Refund "))
    await visit(mo, "staff-payment-refunded-whole")
    await mo.open(f"/staff/payments/{paid}/refund")
    await visit(mo, "staff-refund-nothing")
    await mo.open("/staff/webhooks/ledger")
    await mo.press("Send them again")
    await visit(mo, "staff-webhook-again")


async def _two_at_a_group(mo: Person, nan: Person, visit: Visit) -> None:
    path = "/staff/groups/orchard"
    for person in (mo, nan):
        await person.open(path)
    await nan.page.get_by_label("Footer Text").fill("Open on weekdays.")
    await nan.press(SAVE)
    await mo.page.get_by_label("Footer Text").fill("Open on Saturdays.")
    await mo.press(SAVE)
    await visit(mo, "staff-group-clash")
    for person in (mo, nan):
        await person.open(path)
    await nan.page.get_by_label("Footer Text").fill("Closed.")
    await nan.press("Save draft")
    await visit(nan, "staff-group-draft-saved")
    await mo.page.get_by_label("Footer Text").fill("Open.")
    await mo.press("Save draft")
    await visit(mo, "staff-group-draft-replaces")
    await mo.open(path)
    await visit(mo, "staff-group-draft-other")
    await mo.page.get_by_label("QuickPay Max Access Attempts required").fill("2")
    await mo.press(SAVE)
    await visit(mo, "staff-group-warned")


async def _previews(mo: Person, path: str, visit: Visit) -> None:
    """Press Preview as one whose browser runs no script, and look at what the frame was given."""
    await mo.open(path)
    for name in PREVIEWED:
        await mo.page.locator("#preview-page").select_option(name)
        await mo.page.evaluate("document.getElementById('preview-press').formTarget = '_self'")
        await mo.page.evaluate(
            "document.getElementById('editor').requestSubmit(document.getElementById('preview-press'))"
        )
        await expect(mo.page.locator("#preview-press")).to_have_count(0)
        html, url = await mo.page.content(), mo.page.url
        # Its policy runs no script, and so nothing that judges it either: it is shown once more without.
        await mo.page.route(url, partial(_answered, html))
        await mo.page.goto(url)
        await mo.page.set_viewport_size(PHONE)
        await visit(mo, f"preview-{name}")
        await mo.page.unroute(url)
        await mo.page.set_viewport_size(DESKTOP)
        await mo.open(path)


async def _answered(html: str, route: Route) -> None:
    await route.fulfill(body=html, content_type="text/html; charset=utf-8")


async def _release(mo: Person, visit: Visit) -> None:
    await mo.open("/staff/guarantors/orchard/5001/release")
    await visit(mo, "staff-release-off")
    await mo.open("/staff/guarantors/meadow/5002/release")
    await mo.page.get_by_role("radio").last.check()
    await visit(mo, "staff-release-account")


async def _simulation(mo: Person, visit: Visit) -> None:
    tab = await _launched(mo)
    await visit(tab, "simulation-verify")
    await tab.page.get_by_role("radio").first.check()
    await tab.press("Send code")
    await visit(tab, "simulation-code")
    await tab.press("See what comes after the right code", role="link")
    await visit(tab, "simulation-amount")
    await tab.page.get_by_role("radio", name="Other Amount").check()
    await tab.page.get_by_label("Amount in dollars").fill("12.34")
    await tab.press("Next")
    await visit(tab, "simulation-method")
    await tab.page.get_by_role("radio", name="Card").check()
    await tab.press("Next")
    await visit(tab, "simulation-details")
    await tab.open("/not-me")
    await visit(tab, "simulation-not-me")
    await tab.press("End simulation")
    await visit(tab, "simulation-ended")
    await tab.page.close()
    tab = await _launched(mo, portal=True)
    await visit(tab, "simulation-home")
    await tab.open("/profile")
    await visit(tab, "simulation-profile")
    await tab.page.close()


async def _launched(mo: Person, *, portal: bool = False) -> Person:
    """See as a patient of Meadow does, by a link or in the whole portal."""
    await mo.open("/staff/launch")
    await mo.page.locator("#group").select_option("meadow")
    await mo.page.locator("#guarantor").fill("5002")
    await mo.page.get_by_role("checkbox").set_checked(not portal)
    async with mo.page.expect_popup() as opened:
        await mo.page.get_by_role("button", name="Sign In [F2]").click()
    tab = Person(page=await opened.value, house=mo.house, watched=mo.watched)
    await tab.page.set_viewport_size(PHONE)
    await tab.press("Continue")
    return tab
