"""J14: staff find a payment and give it back, in part and then wholly, by keys alone; the patient sees it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.household import Household, eventually, household
from tests.journeys.person import DESKTOP, Person, somebody
from tests.journeys.staff_tour import signed_in
from tests.journeys.test_journey_guarantors import _come_to, _follow, _stands

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    async with household(tmp_path_factory.mktemp("refunds")) as started:
        await started.group("lakeside")
        yield started


async def _refund(ada: Person, amount: str | None, reason: str, shots: Path, name: str) -> None:
    """Walk through both steps by keys alone."""
    page = ada.page
    await _follow(ada, page.get_by_role("link", name="Refund", exact=True))
    if amount is not None:
        await _come_to(ada, page.get_by_label("How much"))
        await page.keyboard.press("ControlOrMeta+A")
        await page.keyboard.type(amount)
    await _come_to(ada, page.get_by_label("Why"))
    await page.keyboard.type(reason)
    await _stands(ada, f"refund-{name}", shots)
    await _follow(ada, page.get_by_role("button", name="Go on"))
    await _stands(ada, f"refund-sure-{name}", shots)
    await _follow(ada, page.get_by_role("button", name=re.compile("^Refund ")))


async def test_j14_r92_staff_give_a_payment_back_and_the_patient_sees_it(
    chromium: Browser, office: Household, tmp_path: Path
) -> None:
    await office.guarantor("lakeside", "5001")
    link = await office.link("lakeside", "5001", origin="statement")
    async with (
        somebody(chromium, office) as alice,
        signed_in(chromium, office, "Ada Quill", viewport=DESKTOP) as ada,
    ):
        await alice.come_to_pay(link["url"])
        await alice.choose_amount("Other Amount", "160.00")
        await alice.page.get_by_label("Email").fill("alice5001@example.com")
        await alice.pay()
        await alice.status("paid")
        await office.next_message("alice5001@example.com")
        receipt = alice.page.url

        page = ada.page
        await ada.open("/staff")
        await _follow(
            ada, page.get_by_role("link", name="Payments", exact=True).locator("visible=true").first
        )
        await _come_to(ada, page.get_by_label("Account", exact=True))
        await page.keyboard.type("5001")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("1 payment fits.")
        await _stands(ada, "payments", tmp_path)
        await _follow(ada, page.get_by_role("rowheader").get_by_role("link"))
        await _refund(ada, "30", "Charged for a visit that was cancelled", tmp_path, "part")
        await expect(page.get_by_role("status")).to_have_text("Given back.")
        await _stands(ada, "payment-part", tmp_path)

        await alice.open(receipt)
        await expect(alice.page.get_by_text("$30.00 of it was given back.")).to_be_visible()
        told = await office.next_message("alice5001@example.com", after=1)
        assert "$30.00 of your payment was refunded" in told["text"]
        owed = (await office.api("GET", "/groups/lakeside/guarantors/5001"))["balances"]
        assert owed["current_balance"] == 23_000 - 16_000 + 3_000

        await _refund(ada, None, "The rest of it too", tmp_path, "whole")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Refunded")
        await _stands(ada, "payment-whole", tmp_path)
        await alice.open(receipt)
        await alice.at("This payment was refunded")
        await alice.status("paid")
        await _stands(alice, "receipt-whole", tmp_path)

        async def in_the_gateways_book() -> bool:
            [charge] = await office.charges()
            return bool(charge["refunded"] == charge["amount"] == 16_000)

        assert await eventually(in_the_gateways_book)
        [payment] = (await office.api("GET", "/payments?status=refunded"))["data"]
        assert (payment["refunded"], payment["posted"], payment["unapplied"]) == (16_000, [], 0)
        [_, _] = payment["refunds"]  # the gateway's webhooks made no third
