"""J5: by the practice's own page: a name, a contact on file, a code; and out again."""

import pytest
from playwright.async_api import expect

from tests.journeys.bills import Bills
from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_j5_signs_in_pays_and_logs_out_to_the_sign_in_page(alice: Person, bills: Bills) -> None:
    await bills.make(authentication={"enable_mfa": True}, notifications={"email_from": "office@example.com"})
    await alice.open(f"/g/{bills.group}/sign-in")
    await alice.at("Sign in")
    await alice.look()
    await alice.page.keyboard.press("Tab")
    await alice.page.get_by_label("First name").fill("alice")
    await alice.page.get_by_label("Last name").fill("Example")
    await alice.page.get_by_label("Email or mobile number").fill(bills.email)
    await alice.page.keyboard.press("Enter")
    await alice.at("Enter your code")
    await alice.look()
    await alice.page.get_by_label("Your code").fill(await alice.code_from(bills.email))
    await alice.page.keyboard.press("Enter")
    await alice.page.get_by_text("Menu", exact=True).click()
    await alice.press("Log out")
    await alice.at("Sign in")
    await expect(alice.page.get_by_text("You are logged out.")).to_be_visible()
    await alice.look()
