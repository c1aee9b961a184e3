"""Time runs out, or is given: the prompt, one press, and what was typed stays."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.journeys.bills import Bills
from tests.journeys.conftest import Later
from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _pay_page(alice: Person, bills: Bills, *, extendable: bool) -> None:
    await bills.make(authentication={"session_extension": extendable})
    await alice.come_to_pay(await bills.link())


async def test_r67_one_press_gives_more_time_and_keeps_what_was_typed(
    later_alice: Person, later: Later, later_bills: Bills
) -> None:
    alice = later_alice
    await _pay_page(alice, later_bills, extendable=True)
    prompt = alice.page.get_by_role("complementary", name="Your time")
    await expect(prompt).to_be_hidden()
    later.passes(timedelta(minutes=11))
    await alice.open("/pay")
    await expect(prompt).to_contain_text("This page closes in 9 minutes.")
    await alice.look()
    await alice.page.get_by_label("Other Amount").check()
    field = alice.page.get_by_label("Amount in dollars")
    await field.fill("12.34")
    await prompt.get_by_role("button", name="Extend").click()
    await expect(prompt).to_contain_text("You have 20 more minutes.")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("12.34")
    await alice.look()
    later.passes(timedelta(minutes=15))
    await alice.press("Next")
    await alice.at("How would you like to pay $12.34?")
    await expect(prompt).to_contain_text("This page closes in 5 minutes.")


async def test_the_prompt_is_pressed_by_the_keyboard_and_heard_in_the_other_tab(
    later_alice: Person, later: Later, later_bills: Bills
) -> None:
    alice = later_alice
    await _pay_page(alice, later_bills, extendable=True)
    later.passes(timedelta(minutes=14))
    await alice.open("/pay")
    other = await alice.second_tab()
    await other.open("/pay")
    waits = other.page.get_by_role("complementary", name="Your time")
    await expect(waits).to_contain_text("6 minutes")
    button = alice.page.get_by_role("button", name="Extend")
    await button.focus()
    await alice.page.keyboard.press("Enter")
    await expect(alice.page.get_by_text("You have 20 more minutes.")).to_be_visible()
    await expect(waits).to_be_hidden()


async def test_r67_without_extension_a_quiet_notice_and_then_the_end_by_itself(
    later_alice: Person, later: Later, later_bills: Bills
) -> None:
    alice = later_alice
    await _pay_page(alice, later_bills, extendable=False)
    notice = alice.page.get_by_role("complementary", name="Your time")
    later.passes(timedelta(minutes=8, seconds=10))
    await alice.open("/pay")
    await expect(notice).to_contain_text("This page closes in 2 minutes.")
    await expect(notice.get_by_role("button")).to_be_hidden()
    await alice.look()
    later.passes(timedelta(seconds=105))
    await alice.open("/pay")
    await expect(alice.page.get_by_role("heading", name="Your session has ended")).to_be_visible(
        timeout=15_000
    )
    assert "$" not in await alice.words()
