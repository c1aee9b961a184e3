"""J5: by the practice's own page: a name, a contact on file, a code; and out again."""

import pytest
from playwright.async_api import expect

from tests.journeys.bills import Bills
from tests.journeys.person import IN_BOTH, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@IN_BOTH
async def test_j5_signs_in_pays_and_logs_out_to_the_sign_in_page(alice: Person, bills: Bills) -> None:
    await bills.make(authentication={"enable_mfa": True}, notifications={"email_from": "office@example.com"})
    await alice.open(f"/g/{bills.group}/sign-in")
    await alice.at("Sign in")
    await alice.look()
    await alice.page.keyboard.press("Tab")
    await alice.field("First name").fill("alice")
    await alice.field("Last name").fill("Example")
    await alice.field("Email or mobile number").fill(bills.email)
    await alice.page.keyboard.press("Enter")
    await alice.at("Enter your code")
    await alice.look()
    await alice.field("Your code").fill(await alice.code_from(bills.email))
    await alice.page.keyboard.press("Enter")
    await alice.page.locator(".fold summary").click()
    await alice.press("Log out")
    await alice.at("Sign in")
    await expect(alice.reads("You are logged out.")).to_be_visible()
    await alice.look()
