"""Somebody else pays: the guarantor passes a link on, and a friend pays on a phone of his own."""

import pytest
from playwright.async_api import Browser, expect

from tests.household import Household
from tests.journeys.bills import Bills
from tests.journeys.person import Person, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_friend_pays_a_bill_and_sees_only_its_sum(
    chromium: Browser, house: Household, alice: Person, bills: Bills
) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.press("Somebody else pays", role="link")
    await alice.at("Let somebody else pay")
    await alice.page.get_by_role("radio", name="Other Amount").check()
    await alice.page.get_by_label("Amount in dollars").fill("60")
    await alice.press("Make a link")
    await alice.page.get_by_role("button", name="Copy the link").click()
    await expect(alice.page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    address = await alice.page.evaluate("() => navigator.clipboard.readText()")
    assert address == await alice.page.locator("#share-address").inner_text()

    async with somebody(chromium, house) as friend:
        await friend.open(address)
        await friend.press("Continue")
        await expect(friend.page.locator(".figure")).to_have_text("$60.00")
        await friend.press("Next")
        await friend.page.get_by_role("radio", name="Card").check()
        await friend.press("Next")
        await friend.pay()
        await friend.status("paid")
        said = await friend.words()
        assert "Amount Paid $60.00" in said
        assert bills.number not in said
        assert "Still to pay" not in said

    charged = [charge["amount"] for charge in await bills.charges() if charge["status"] == "succeeded"]
    assert charged == [6_000]
    await alice.open("/pay")
    choice = alice.page.locator(".choice", has=alice.page.get_by_role("radio", name="Current Balance"))
    await expect(choice).to_contain_text("$170.00")
