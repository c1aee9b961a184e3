"""The field of the code takes what a phone fills in and what somebody pastes (WCAG 3.3.8)."""

import pytest
from playwright.async_api import expect

from tests.journeys.bills import MFA, Bills
from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_code_may_be_pasted_with_its_space(alice: Person, bills: Bills) -> None:
    await bills.make(authentication=MFA | {"require_opposing_contact_methods": False})
    await alice.open(await bills.link())
    await alice.press("Continue")
    await alice.page.get_by_role("radio", name="Email").check()
    await alice.press("Send code")
    code = await alice.code_from(bills.email)
    field = alice.page.get_by_label("Your code")
    await expect(field).to_have_attribute("autocomplete", "one-time-code")
    await expect(field).to_have_attribute("inputmode", "numeric")
    await alice.page.evaluate("text => navigator.clipboard.writeText(text)", f"{code[:3]} {code[3:]}")
    await field.focus()
    await alice.page.keyboard.press("Control+V")
    await expect(field).to_have_value(f"{code[:3]} {code[3:]}")
    await alice.press("Continue")
    await alice.at("How much would you like to pay?")
