"""A walk with NMI as the gateway: our own small NMI and its stand-in for Collect.js, not NMI's own."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.household import Household, household
from tests.journeys.bills import Bills
from tests.journeys.person import PHONE
from tests.journeys.watched import Watched, violations
from tests.nmi.host import SECURITY_KEY, SIGNING_KEY, TOKENIZATION_KEY, Nmi, nmi

pytestmark = pytest.mark.asyncio(loop_scope="session")

DECLINED = "4000000000000002"
WALLET = """async method => {
  const box = document.querySelector("main").appendChild(document.createElement("div"));
  return new Promise(async resolve => {
    const made = window.CardFields.wallet(box, {
      method, amount: 15005, currency: "usd", label: "Practice", language: "en",
      onToken: ({token}) => resolve(token), onError: resolve, onCancel: resolve,
    });
    if (!await made.available()) resolve("not there");
    else box.querySelector("button").click();
  });
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def host() -> AsyncIterator[Nmi]:
    async with nmi() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def nmi_house(host: Nmi, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    own = {
        "GATEWAY": "nmi",
        "NMI_API_BASE": host.url,
        "NMI_SECURITY_KEY": SECURITY_KEY,
        "NMI_TOKENIZATION_KEY": TOKENIZATION_KEY,
        "NMI_WEBHOOK_SECRET": SIGNING_KEY,
    }
    folder: Path = tmp_path_factory.mktemp("nmi")
    async with household(folder, **own) as started:
        host.webhook_url = f"{started.base_url}/webhooks/nmi"
        yield started


async def fill(page: Page, number: str) -> None:
    for title, value in (("Card number", number), ("Expiry date", "12/30"), ("Security code", "123")):
        frame = page.frame_locator(f"iframe[title^='{title}']")
        await frame.get_by_role("textbox").fill(value)


async def press(page: Page, name: str | re.Pattern[str]) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=name).click()


async def test_a_link_a_decline_another_card_and_paid(
    chromium: Browser, nmi_house: Household, host: Nmi
) -> None:
    bills = await Bills(house=nmi_house, number=901).make()
    context = await chromium.new_context(viewport=PHONE, locale="en-US")
    watched = Watched(context)
    page = await context.new_page()
    await page.goto(await bills.link())
    await press(page, "Continue")
    await page.get_by_role("radio", name="Amount Due").check()
    await press(page, "Next")
    await page.get_by_role("radio", name="Card").check()
    await press(page, "Next")

    await page.get_by_role("button", name=re.compile("^Pay")).click()
    await expect(page.get_by_role("alert")).to_contain_text("Enter the number on your card.")
    await expect(page.locator("#nmi-ccnumber iframe")).to_be_focused()
    assert await violations(page) == []

    assert str(await page.evaluate(WALLET, "google_pay")).startswith("nmi_")
    assert await page.evaluate(WALLET, "apple_pay") == "not there"  # no device of Apple's

    await fill(page, DECLINED)
    await press(page, re.compile(r"^Pay \$"))
    await expect(page.locator("main")).to_have_attribute("data-payment-status", "declined")
    assert "declined by the bank" in await page.locator("main").inner_text()
    assert [one.condition for one in host.book.transactions] == ["failed"]

    await page.get_by_role("link", name="Try again").click()
    await page.get_by_role("radio", name="Amount Due").check()
    await press(page, "Next")
    await page.get_by_role("radio", name="Card").check()
    await press(page, "Next")
    await fill(page, "4242 4242 4242 4242")
    await press(page, re.compile(r"^Pay \$"))
    await expect(page.locator("main")).to_have_attribute("data-payment-status", "paid", timeout=30_000)
    words = " ".join((await page.locator("main").inner_text()).split())
    assert "Amount Paid $150.00" in words
    assert "4242" in words
    await watched.settled()
    assert watched.complaints == [], watched.complaints

    sales = [one for one in host.book.transactions if one.condition == "pendingsettlement"]
    feed = await nmi_house.api("GET", f"/payments?group={bills.group}")
    paid = [one for one in feed["data"] if one["status"] == "succeeded"]
    assert [str(one.acts[0].amount) for one in sales] == ["150.00"]
    assert [one.order for one in sales] == [one["id"] for one in paid]
    typed = [form for _, form in host.asked if "4242424242424242" in repr(form)]
    assert typed == []  # no card number ever came from our server (R84)
    assert host.posted == [204, 204]
    await context.close()
