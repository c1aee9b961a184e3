"""The walk through Stripe: its card element in the page, its bank's question, and what came of it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.adapters.gateways.stripe_front import APPROVED, ASKS_BANK, DECLINED, Front
from tests.household import Household
from tests.journeys.person import somebody
from tests.journeys.watched import violations
from tests.stripe_house import stripe_house

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def stripe(localstripe: str, tmp_path: Path) -> AsyncIterator[tuple[Household, Front]]:
    async with stripe_house(tmp_path, localstripe) as (house, front):
        front.keeps_keys = False
        await house.group("lakeside", look_and_feel={"show_current_balance": True})
        await house.guarantor("lakeside", "1001")
        yield house, front


async def _go_on(page: Page, button: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=button, exact=True).click()


async def _pay(page: Page, number: str, *, amount: str) -> None:
    """From the page of the amounts on, with this card."""
    await page.get_by_role("radio", name="Other").check()
    await page.get_by_label("Amount in dollars").fill(amount)
    await _go_on(page, "Next")
    await page.get_by_role("radio", name="Card").check()
    await _go_on(page, "Next")
    for name, value in {"number": number, "exp_month": "12", "exp_year": "40", "cvc": "123"}.items():
        await page.get_by_placeholder(name).fill(value)
    async with page.expect_navigation(url=re.compile("/payments/")):
        await page.get_by_role("button", name=re.compile(r"^Pay \$")).click()


async def _stands(page: Page, status: str) -> None:
    await expect(page.locator("main")).to_have_attribute("data-payment-status", status, timeout=20_000)


async def test_a_bill_is_paid_with_stripes_own_fields_after_a_decline_and_a_banks_question(
    chromium: Browser, stripe: tuple[Household, Front]
) -> None:
    house, front = stripe
    async with somebody(chromium, house) as alice:
        page = alice.page
        await page.goto((await house.link("lakeside", "1001", single_payment=False))["url"])
        await _go_on(page, "Continue")

        await _pay(page, DECLINED, amount="20")
        await _stands(page, "declined")
        await expect(page.get_by_text("Your card was not charged.")).to_be_visible()
        await expect(page.get_by_text("declined by the bank")).to_be_visible()

        await page.get_by_role("link", name="Try again").click()
        await _pay(page, APPROVED, amount="20")
        await _stands(page, "paid")
        await expect(page.get_by_text("Visa •••• 4242")).to_be_visible()

        await page.goto(f"{house.base_url}/pay")
        await _pay(page, ASKS_BANK, amount="30")
        await _stands(page, "bank")
        await page.get_by_role("button", name="Complete authentication").click()
        await _stands(page, "paid")

        front.redirects = True
        await page.goto(f"{house.base_url}/pay")
        await _pay(page, ASKS_BANK, amount="40")
        await expect(page).to_have_title("Bank")  # the page led there by itself
        await page.go_back()
        await _stands(page, "bank")  # and leaves her alone once she came back
        assert await violations(page) == []
        await page.get_by_role("link", name="Continue to your bank").click()
        await page.get_by_role("link", name="yes").click()
        await _stands(page, "paid")
        assert "payment_intent" not in page.url
        await alice.watched.settled()
        assert alice.watched.complaints == []
    paid = [one["amount"] for one in await front.intents() if one["status"] == "succeeded"]
    assert sorted(paid) == [2_000, 3_000, 4_000]
