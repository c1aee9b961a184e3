"""Every page of the staff's side, one after the other, for whoever wants to look at them all."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyotp
from playwright.async_api import Browser

from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.domain.staff import StaffRole
from quickpay.services.staff.accounts import Invited
from tests.household import Household, settings_for
from tests.journeys.bills import MFA
from tests.journeys.person import DESKTOP, Person, somebody
from tests.journeys.staff_tour_books import books

Visit = Callable[[Person, str], Awaitable[None]]
NAME = "Ada Quill"
PASSWORD = "a heron waits by seven boats"
LONG = {"first_name": "Maximiliane-Alexandra", "last_name": "Featherstonehaugh-Wolfeschlegelstein"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """The paths of the pages met, and how many bytes each took with all that it brought."""

    paths: frozenset[str]
    sizes: dict[str, int]


async def prepare(house: Household) -> None:
    """Make groups and guarantors with something to see."""
    await house.group(
        "lakeside",
        branding={"name": "Lakeside Family Medicine"},
        payments={"email_receipt": True},
        notifications={"email_from": "office@example.com"},
    )
    await house.group("maple", branding={"name": "Maple Family Dental"}, authentication=MFA)
    await house.group(
        "prairie", branding={"name": "Prairie Heart and Vascular Center of Northern Wisconsin, S.C."}
    )
    await house.guarantor("lakeside", "1001")
    await house.guarantor("lakeside", "1002", encounters=[], statements=[], **LONG)
    await house.guarantor("lakeside", "1003", email=None, mobile=None, first_name="Bert")
    await house.guarantor("maple", "2001", email=None)
    for _ in range(2):
        await house.link("lakeside", "1001", batch="autumn-2026", origin="email")


async def invited(house: Household, name: str, role: StaffRole, *groups: str) -> str:
    """Make an account; returns the address to enrol by."""
    settings = settings_for(
        base_url=house.base_url, world=house.world, database_url=house.database_url, POPS_MANAGEMENT="true"
    )
    async with open_world(settings) as outside:
        desk = furnish(settings, outside, BackgroundTasks()).desk.staff
        made = await desk.accounts.add(name, role=role, groups=groups or None, by="tests")
    assert isinstance(made, Invited), made
    return made.url


@asynccontextmanager
async def signed_in(
    browser: Browser, house: Household, name: str, role: StaffRole = StaffRole.ADMIN, **device: Any
) -> AsyncIterator[Person]:
    """Give somebody of the staff who has just enrolled, and so is in."""
    invitation = await invited(house, name, role)
    async with somebody(browser, house, **device) as person:
        await person.open(invitation)
        await _enrol(person)
        yield person


async def walk(browser: Browser, house: Household, visit: Visit) -> Tour:
    """Walk them all as an admin where POPS Management is shown."""
    await prepare(house)
    await invited(house, "Bea Billing", StaffRole.BILLING, "lakeside")
    invitation = await invited(house, NAME, StaffRole.ADMIN)
    async with somebody(browser, house, viewport=DESKTOP) as ada:
        await _door(ada, invitation, visit)
        await _guarantors(ada, browser, visit)
        await _payments(ada, visit)
        await books(ada, visit)
        await _sending(ada, visit)
        await _patient(ada, browser, visit)
        await _messages(ada, visit)
        await _groups(ada, visit)
        await _keys_and_accounts(ada, visit)
        await ada.open(invitation)
        await visit(ada, "staff-no-enrolment")
        return await _tour(ada)


async def _tour(ada: Person) -> Tour:
    await ada.watched.settled()
    base = ada.house.base_url
    size: dict[str, int] = {}
    for one in ada.watched.exchanges:  # what the browser had kept weighs nothing the second time
        size[one.url] = max(size.get(one.url, 0), one.size)
    pages = {one.url for one in ada.watched.exchanges if one.kind == "document" and one.method == "GET"}
    brought: dict[str, set[str]] = {url: {url} for url in pages}
    for url, page in ada.watched.urls:
        brought.get(page, set()).add(url)
    return Tour(
        paths=frozenset(url.removeprefix(base).partition("?")[0] for url in pages),
        sizes={page: sum(size.get(url, 0) for url in urls) for page, urls in brought.items()},
    )


async def _enrol(person: Person) -> None:
    page = person.page
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("The same password again").fill(PASSWORD)
    await person.press("Continue")
    app = pyotp.TOTP((await page.locator("#totp-secret").inner_text()).replace(" ", ""))
    await page.get_by_label("Code", exact=True).fill(app.at(datetime.now(UTC)))
    await person.press("Finish")


async def _door(ada: Person, invitation: str, visit: Visit) -> None:
    page = ada.page
    await ada.open("/staff")
    await visit(ada, "staff-sign-in")
    for label, typed in (("Name", "Nobody"), ("Password", "not the password"), ("Code", "123456")):
        await page.get_by_label(label, exact=True).fill(typed)
    await ada.press("Sign in")
    await visit(ada, "staff-sign-in-error")
    await ada.open(invitation)
    await visit(ada, "staff-enrol-password")
    await page.get_by_label("Password", exact=True).fill("password1234567")
    await page.get_by_label("The same password again").fill("password1234567")
    await ada.press("Continue")
    await visit(ada, "staff-enrol-password-error")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("The same password again").fill(PASSWORD)
    await ada.press("Continue")
    await visit(ada, "staff-enrol-app")
    app = pyotp.TOTP((await page.locator("#totp-secret").inner_text()).replace(" ", ""))
    await page.get_by_label("Code", exact=True).fill(app.at(datetime.now(UTC)))
    await ada.press("Finish")
    await visit(ada, "staff-front")
    await page.get_by_label("Address or id of the link").fill("nothing of ours")
    await ada.press("Show its timeline")
    await visit(ada, "staff-front-error")


async def _guarantors(ada: Person, browser: Browser, visit: Visit) -> None:
    page, house = ada.page, ada.house
    await ada.open("/staff/guarantors")
    await visit(ada, "staff-guarantors")
    for name, typed in (("found", "a"), ("none", "nobody of that name")):
        await page.get_by_label("Name, account number").fill(typed)
        await ada.press("Search")
        await visit(ada, f"staff-guarantors-{name}")
    paid = await house.link("lakeside", "1001", origin="statement")
    held = await house.link("lakeside", "1001", origin="sms")
    async with somebody(browser, house) as alice:
        await alice.come_to_pay(paid["url"])
        await alice.choose_amount("Other Amount", "25.00")
        await alice.pay()
        await alice.status("paid")
    async with somebody(browser, house) as other:
        await other.come_to_pay(held["url"])
        await other.open("/not-me")
        await other.press("I am not this person")
    for number in ("1001", "1002", "1003"):
        await ada.open(f"/staff/guarantors/lakeside/{number}")
        await visit(ada, f"staff-guarantor-{number}")
    [payment] = (await house.api("GET", "/payments?group=lakeside"))["data"]
    await ada.open(f"/staff/guarantors/lakeside/1001/receipts/{payment['id']}")
    await visit(ada, "staff-receipt-again")
    await ada.open("/staff/guarantors/lakeside/1001/texts")
    await visit(ada, "staff-texts")
    await ada.open(f"/staff/links/{paid['id']}")
    await visit(ada, "staff-link")
    await ada.open("/staff/guarantors/lakeside/1001/end-links")
    await visit(ada, "staff-end-links")
    await ada.open(f"/staff/links/{paid['id']}/end")
    await visit(ada, "staff-link-end")
    await ada.press("End this link")
    await visit(ada, "staff-link-ended")
    await ada.open(f"/staff/links/{held['id']}")
    await visit(ada, "staff-link-held")
    await ada.open(f"/staff/links/{held['id']}/restore")
    await visit(ada, "staff-link-restore")
    await ada.open("/staff/links/batches")
    await visit(ada, "staff-batches")
    await ada.open("/staff/links/batches/lakeside/autumn-2026/end")
    await visit(ada, "staff-batch-end")
    await ada.open("/staff/links/groups/lakeside/end")
    await visit(ada, "staff-group-end")


async def _payments(ada: Person, visit: Visit) -> None:
    page, house = ada.page, ada.house
    [payment] = (await house.api("GET", "/payments?group=lakeside"))["data"]
    path, batch = f"/staff/payments/{payment['id']}", f"/staff/batches/{payment['reference_batch']}"
    await ada.open("/staff/payments")
    await visit(ada, "staff-payments")
    await ada.open("/staff/payments?batch=x")
    await visit(ada, "staff-payments-error")
    await ada.open(path)
    await visit(ada, "staff-payment")
    await ada.open(f"{path}/post")
    await visit(ada, "staff-post-nothing")
    await ada.open(f"{path}/refund")
    await visit(ada, "staff-refund")
    await page.get_by_label("How much").fill("25.01")
    await page.get_by_label("Why").fill("Paid twice")
    await ada.press("Go on")
    await visit(ada, "staff-refund-error")
    await page.get_by_label("How much").fill("10")
    await ada.press("Go on")
    await visit(ada, "staff-refund-sure")
    await ada.press("Refund $10.00")
    await visit(ada, "staff-payment-refunded")
    await ada.open("/staff/batches")
    await visit(ada, "staff-reference-batches")
    await ada.open(batch)
    await visit(ada, "staff-reference-batch")
    await ada.open(f"{batch}/close")
    await visit(ada, "staff-reference-batch-close")


async def _sending(ada: Person, visit: Visit) -> None:
    page = ada.page
    await ada.open("/staff/send")
    await visit(ada, "staff-send-choose")
    await ada.open("/staff/guarantors/lakeside/1001/send")
    await visit(ada, "staff-send")
    await page.get_by_label("Days (optional)").fill("0")
    await ada.press("Show the message")
    await visit(ada, "staff-send-error")
    for number, name in (("1002", "nothing-due"), ("1003", "nowhere")):
        await ada.open(f"/staff/guarantors/lakeside/{number}/send")
        await visit(ada, f"staff-send-{name}")
    await ada.open("/staff/office-qr")
    await visit(ada, "staff-office-choose")
    await page.locator("#group").select_option("lakeside")
    await page.locator("#guarantor").fill("77")
    await page.locator("main button.main").click()
    await visit(ada, "staff-office-choose-error")
    await page.locator("#guarantor").fill("1001")
    async with page.expect_navigation():
        await page.locator("main button.main").click()
    await visit(ada, "staff-office-qr")
    await ada.press("End it now")
    await visit(ada, "staff-office-qr-over")
    await ada.open("/staff/guarantors/lakeside/1001/qr")
    await visit(ada, "staff-statement-new")
    await ada.press("Make the code")
    await visit(ada, "staff-statement")


async def _patient(ada: Person, browser: Browser, visit: Visit) -> None:
    page, house = ada.page, ada.house
    await ada.open("/staff/launch")
    await visit(ada, "staff-launch")
    await page.locator("#group").select_option("lakeside")
    await page.locator("#guarantor").fill("1001")
    async with page.expect_popup() as opened:
        await page.get_by_role("button", name="Sign In [F2]").click()
    tab = Person(page=await opened.value, house=house, watched=ada.watched)
    await tab.look()
    await visit(tab, "simulation-launch")
    await tab.press("Continue")
    await visit(tab, "simulation-first")
    await tab.page.close()
    await ada.open("/staff/release")
    await visit(ada, "staff-release-find")
    await page.locator("#group").select_option("maple")
    await page.locator("#guarantor").fill("2001")
    async with page.expect_navigation():
        await page.locator("main button.main").click()
    await visit(ada, "staff-release")
    link = await house.link("maple", "2001")
    async with somebody(browser, house) as caller:
        await caller.open(link["url"])
        await caller.press("Continue")
        await visit(caller, "dead-end")
        await caller.press("I am calling the office", role="link")
        await visit(caller, "calling-the-office")
        code = (await caller.page.locator(".big [aria-hidden]").inner_text()).strip()
        await page.get_by_label("Call code").fill(code)
        await page.get_by_role("radio", name="The date of a visit").check()
        for day, name in (("2026-08-02", "refused"), ("2026-08-01", "code")):
            await page.get_by_label("Date the caller said").fill(day)
            await ada.press("Check and show the code")
            await visit(ada, f"staff-release-{name}")


async def _messages(ada: Person, visit: Visit) -> None:
    page = ada.page
    await ada.open("/staff/templates")
    await visit(ada, "staff-template-groups")
    await ada.open("/staff/groups/lakeside/templates")
    await visit(ada, "staff-templates-none")
    await ada.open("/staff/groups/lakeside/templates/add")
    await visit(ada, "staff-template-add")
    await page.get_by_label("Name", exact=True).fill("reminder")
    await page.get_by_role("radio", name="Text message").check()
    for name, words in (("error", "“Dear” ${link}"), ("shown", "Dear ${guarantor.first_name}: ${link}")):
        await page.get_by_label("Message", exact=True).fill(words)
        await ada.press("Show what it will say")
        await visit(ada, f"staff-template-{name}")
    await ada.press("Save [F2]")
    await visit(ada, "staff-templates")
    await ada.press("reminder", role="link")
    await visit(ada, "staff-template")


async def _groups(ada: Person, visit: Visit) -> None:
    page = ada.page
    await ada.open("/staff/groups")
    await visit(ada, "staff-groups")
    await ada.open("/staff/groups/new")
    await visit(ada, "staff-group-new")
    await ada.open("/staff/groups/lakeside")
    await visit(ada, "staff-group-editor")
    before = await page.locator('[id="branding.name"]').input_value()
    await page.locator('[id="branding.name"]').fill("")
    await ada.press(re.compile("^Save .*F2"))
    await visit(ada, "staff-group-editor-error")
    await page.locator('[id="branding.name"]').fill(f"{before} & Friends")
    await ada.press("Save draft")
    await ada.open("/staff/groups/lakeside/draft")
    await visit(ada, "staff-group-draft")
    await ada.press(re.compile("^Publish"))
    await visit(ada, "staff-group-saved")
    for name in ("history", "history?from=1&to=2", "restore?version=1"):
        await ada.open(f"/staff/groups/lakeside/{name}")
        await visit(ada, "staff-group-" + re.sub(r"\W.*", "", name) + ("-compare" if "from" in name else ""))


async def _keys_and_accounts(ada: Person, visit: Visit) -> None:
    page = ada.page
    await ada.open("/staff/api-keys/new")
    await visit(ada, "staff-key-new")
    await page.get_by_label("Name", exact=True).fill("Portal")
    await ada.press("Make the key")
    await visit(ada, "staff-key-error")
    await page.get_by_role("checkbox").first.check()
    await ada.press("Make the key")
    await visit(ada, "staff-key-made")
    await ada.open("/staff/api-keys")
    await visit(ada, "staff-keys")
    await ada.press("Revoke Portal", role="link")
    await visit(ada, "staff-key-revoke")
    await ada.open("/staff/accounts")
    await visit(ada, "staff-accounts")
    await ada.open("/staff/accounts/new")
    await visit(ada, "staff-account-new")
    await page.get_by_label("Name", exact=True).fill("Cara Clerk")
    await page.get_by_label("Only these:").check()
    await ada.press("Make the account")
    await visit(ada, "staff-account-error")
    await page.get_by_label("Role", exact=True).select_option("viewer")
    await page.get_by_label("Every group, those made later too").check()
    await ada.press("Make the account")
    await ada.at("The address for Cara Clerk")
    await visit(ada, "staff-account-invited")
    await ada.open("/staff/accounts")
    await ada.press(NAME, role="link")
    await visit(ada, "staff-account-own")
    await ada.open("/staff/accounts")
    await ada.press("Bea Billing", role="link")
    await visit(ada, "staff-account")
    await page.get_by_label("Role", exact=True).select_option("viewer")
    await ada.press("Continue")
    await visit(ada, "staff-account-change")
    for way in ("Reset", "Disable"):
        await page.go_back()
        if way == "Disable":
            await ada.open("/staff/accounts")
            await ada.press("Bea Billing", role="link")
        await ada.press(way, role="link")
        await visit(ada, f"staff-account-{way.lower()}")
