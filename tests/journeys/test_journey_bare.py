"""J1 with less than a phone and a thumb: by keys alone, and in a browser that runs no scripts."""

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.household import Household
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import APPROVED, DESKTOP, Person, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOCUSED = "element => document.hasFocus() && element === document.activeElement"
MOST_STOPS = 30


async def _tab_to(person: Person, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_STOPS):
        await person.page.keyboard.press("Tab")
        if await target.evaluate(FOCUSED):
            return
    raise AssertionError(f"no way by Tab to {target}")


async def _enter(person: Person) -> None:
    async with person.page.expect_navigation():
        await person.page.keyboard.press("Enter")
    await person.look()


async def test_j1_by_keys_alone(chromium: Browser, house: Household, bills: Bills) -> None:
    await bills.make(authentication=MFA)
    async with somebody(chromium, house, viewport=DESKTOP) as alice:
        page = alice.page
        keys = page.keyboard
        await alice.open(await bills.link())
        await _tab_to(alice, page.get_by_role("button", name="Continue"))
        await _enter(alice)
        await _tab_to(alice, page.get_by_role("button", name="Send code"))
        await _enter(alice)
        await _tab_to(alice, page.get_by_label("Your code"))
        await keys.type(await alice.code_from(bills.email))
        await _enter(alice)
        await _tab_to(alice, page.get_by_role("radio", name="Amount Due"))
        await keys.press("ArrowDown")
        await expect(page.get_by_role("radio", name="Other Amount")).to_be_checked()
        await _tab_to(alice, page.get_by_label("Amount in dollars"))
        await keys.type("33")
        await _enter(alice)
        await _tab_to(alice, page.get_by_role("button", name="Next"))
        await _enter(alice)
        await alice.at("Pay $33.00")
        for label, typed in (("Card number", APPROVED), ("Expiry date", "1230"), ("Security code", "123")):
            await _tab_to(alice, alice.card.get_by_label(label))
            await keys.type(typed)
        await _enter(alice)
        await alice.status("paid")
        await _tab_to(alice, page.get_by_role("button", name="Print"))
        assert [charge["amount"] for charge in await bills.charges()] == [3_300]


async def test_every_stop_of_the_keyboard_shows_where_it_is(alice: Person, bills: Bills) -> None:
    await bills.make(authentication={"enable_mfa": True})
    await alice.come_to_pay(await bills.link())
    stops = 0
    while stops < MOST_STOPS:
        await alice.page.keyboard.press("Tab")
        focused = alice.page.locator(":focus")
        if not await focused.count():
            break
        stops += 1
        shown = await focused.evaluate(
            "one => [one, one.closest('.choice')].some(each => each "
            "&& parseFloat(getComputedStyle(each).outlineWidth) >= 2 "
            "&& getComputedStyle(each).outlineStyle !== 'none')"
        )
        assert shown, await focused.evaluate("one => one.outerHTML")
    assert stops > 5


async def test_without_scripts_everything_works_up_to_the_card_and_the_page_says_so(
    chromium: Browser, house: Household, bills: Bills
) -> None:
    await bills.make(authentication=MFA)
    async with somebody(chromium, house, scripts=False) as alice:
        await alice.open(await bills.link())
        await alice.press("Continue")
        await alice.press("Send code")
        await alice.type_code("12")
        await expect(alice.page.get_by_role("alert")).to_contain_text("Enter the 6 digits of the code.")
        await alice.type_code(await alice.code_from(bills.email))
        await alice.page.get_by_role("radio", name="Other Amount").check()
        await alice.page.get_by_label("Amount in dollars").fill("1e3")
        await alice.press("Next")
        await expect(alice.page.get_by_role("alert")).to_contain_text("like 25.00")
        await alice.page.get_by_label("Amount in dollars").fill("33")
        await alice.press("Next")
        await alice.press("Next")
        await alice.at("Pay $33.00")
        # The tool that drives the browser takes <noscript> for hidden; what can be read says otherwise.
        assert "The card fields need JavaScript, which is off in this browser." in await alice.words()
        assert "Contact the office: (608) 555-0100" in await alice.words()
        await alice.press("Pay $33.00")
        await expect(alice.page.get_by_role("alert")).to_contain_text("Your card was not charged.")
        await alice.page.get_by_text("Menu", exact=True).click()
        await alice.press("Log out")
        await alice.at("Sign in")
        assert await bills.charges() == []
