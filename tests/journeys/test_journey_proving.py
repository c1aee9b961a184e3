"""The challenge as it goes wrong: wrong codes, the lock, another way, nobody to send to."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.household import Household
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import Person, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _ask_for_a_code(alice: Person, bills: Bills, **authentication: bool) -> str:
    await bills.make(authentication=MFA | authentication)
    await alice.open(await bills.link())
    await alice.press("Continue")
    if await alice.page.get_by_role("radio").count() > 1:
        await alice.page.get_by_role("radio", name="Email").check()
    await alice.press("Send code")
    return await alice.code_from(bills.email)


def _other(code: str, number: int) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1 + number) % 1_000_000:06d}"


async def test_wrong_codes_lock_and_then_right_and_wrong_look_alike(alice: Person, bills: Bills) -> None:
    code = await _ask_for_a_code(alice, bills)
    for left in (4, 3, 2):
        await alice.type_code(_other(code, left))
        await expect(alice.page.get_by_role("alert")).to_contain_text(f"You can try {left} more times.")
    await alice.type_code(_other(code, 1))
    await expect(alice.page.get_by_role("alert")).to_contain_text("You can try once more.")
    other = await alice.second_tab()
    await other.open("/verify/code")
    third = await alice.second_tab()
    await third.open("/verify/code")

    pages = []
    for tab, typed in ((alice, _other(code, 0)), (other, code), (third, _other(code, 7))):
        await tab.type_code(typed)
        pages.append(await tab.words())
    assert len(set(pages[1:])) == 1
    assert "$" not in "".join(pages)
    for told in await alice.watched.everything():
        assert bills.seen_in(told) == []


_PRESS_TWICE = """(action) => {
  const kept = [];
  window.addEventListener("submit", (event) => kept.push(event.defaultPrevented));
  const button = document.querySelector(`form[action='${action}'] button`);
  button.click();
  button.click();
  return [kept, button.ariaBusy];
}"""


async def test_a_code_is_asked_for_and_sent_once_though_pressed_twice(alice: Person, bills: Bills) -> None:
    await bills.make(authentication=MFA)
    await alice.open(await bills.link())
    await alice.press("Continue")
    await _press_twice(alice, "/verify")
    await alice.field("Your code").fill(await alice.code_from(bills.email))
    await _press_twice(alice, "/verify/code")
    await alice.at("How much would you like to pay?")


async def _press_twice(alice: Person, action: str) -> None:
    async with alice.page.expect_navigation():
        assert await alice.page.evaluate(_PRESS_TWICE, action) == [[False, True], "true"]


async def test_what_is_no_code_costs_no_try(alice: Person, bills: Bills) -> None:
    code = await _ask_for_a_code(alice, bills)
    for typed in ("", "12345", "letters"):
        await alice.type_code(typed)
        await expect(alice.page.get_by_role("alert")).to_contain_text("Enter the 6 digits of the code.")
    await alice.type_code(code)
    await alice.at("How much would you like to pay?")


async def test_a_new_code_has_a_countdown_that_the_button_keeps(alice: Person, bills: Bills) -> None:
    await _ask_for_a_code(alice, bills)
    button = alice.page.get_by_role("button", name="Send a new code")
    await expect(button).to_have_attribute("aria-disabled", "true")
    count = alice.page.locator("[data-countdown]")
    first = await count.inner_text()
    assert re.fullmatch(r"in ([12]?[0-9]|30) s", first)
    await expect(count).not_to_have_text(first)
    await button.focus()
    await alice.page.keyboard.press("Enter")
    assert alice.path == "/verify/code"
    assert len(await bills.house.messages(bills.email)) == 1


async def test_another_way_is_offered_where_there_is_one(alice: Person, bills: Bills) -> None:
    code = await _ask_for_a_code(alice, bills, require_opposing_contact_methods=False)
    await alice.press("Use another way", role="link")
    await expect(alice.page.get_by_role("radio")).to_have_count(2)
    await alice.press("Send code")
    await expect(alice.page.get_by_role("alert")).to_contain_text("Choose where to send your code.")
    await alice.page.get_by_role("radio", name="Text message").check()
    await alice.press("Send code")
    texted = await alice.code_from(bills.mobile)
    if texted != code:
        await alice.type_code(code)
        await alice.at("Enter your code")
    await alice.type_code(texted)
    await alice.at("How much would you like to pay?")


@pytest.mark.parametrize(("origin", "missing"), [("sms", "email"), ("email", "mobile")])
async def test_without_the_opposing_contact_the_office_is_named_and_nothing_of_the_guarantor(
    chromium: Browser, house: Household, bills: Bills, origin: str, missing: str
) -> None:
    await bills.make(record={missing: None}, authentication=MFA)
    async with somebody(chromium, house) as alice:
        link = await bills.link(origin)
        await alice.open(link)
        await alice.press("Continue")
        await alice.at("Please contact the office")
        await expect(alice.page.locator("main").get_by_role("link", name="(608) 555-0100")).to_be_visible()
        for address in ("/pay", "/pay/method", "/pay/details", "/verify", "/verify/code", link, "/"):
            await alice.open(address)
        told = await alice.watched.everything()
        assert len(told) > 15
        assert [bills.seen_in(one) for one in told if bills.seen_in(one)] == []


async def test_an_offered_challenge_leads_from_paying_to_the_code_and_back(
    alice: Person, bills: Bills
) -> None:
    await bills.make(authentication={"enable_mfa": True})
    await alice.come_to_pay(await bills.link())
    await alice.press("View Account", role="link")
    await alice.page.get_by_role("radio", name="Email").check()
    await alice.press("Send code")
    await alice.type_code(await alice.code_from(bills.email))
    await expect(alice.page.get_by_role("link", name="View Account")).to_have_count(0)
