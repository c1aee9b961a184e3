"""Apple Pay, Google Pay, and J12: a card is stored, paid with after a proof with its code, and removed."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, FrameLocator, expect

from quickpay.domain.languages import Language
from tests.household import Household, eventually
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import Person, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
BOTH = {"apple_pay": True, "google_pay": True}
NO_CARDS = "window.ApplePaySession = {canMakePayments: () => false}"
STORES: dict[str, Any] = {"payment_method_storage": True, "require_cvv": True}


def _button(person: Person) -> FrameLocator:
    return person.page.frame_locator("#wallet iframe")


async def _to_methods(person: Person, bills: Bills) -> None:
    await person.come_to_pay(await bills.link())
    await person.page.get_by_role("radio", name="Amount Due").check()
    await person.press("Next")


@pytest.mark.parametrize("wallet", ["Apple Pay", "Google Pay"])
async def test_a_wallet_s_sheet_is_left_then_confirmed_and_the_bill_is_paid(
    chromium: Browser, house: Household, bills: Bills, wallet: str
) -> None:
    async with somebody(chromium, house, user_agent=IPHONE) as alice:
        await bills.make(payments=BOTH)
        await _to_methods(alice, bills)
        await alice.page.get_by_role("radio", name=wallet).check()
        await alice.press("Next")
        await alice.at("Pay $150.00")
        email = f"me{bills.number}@example.com"
        await alice.page.get_by_label("Email (optional)").fill(email)
        frame = _button(alice)
        await frame.get_by_role("button", name=f"Pay with {wallet}").click()
        await expect(frame.get_by_role("dialog")).to_contain_text("$150.00")
        await expect(frame.get_by_role("dialog")).to_contain_text(bills.name)
        await frame.get_by_role("button", name="Cancel").click()
        await expect(alice.page.get_by_text("You left without paying. Nothing was charged.")).to_be_visible()
        await alice.look()
        assert await bills.charges() == []
        await frame.get_by_role("button", name=f"Pay with {wallet}").click()
        async with alice.page.expect_navigation():
            await frame.get_by_role("button", name="Confirm").click()
        await alice.look()
        await alice.status("paid")
        assert [charge["amount"] for charge in await bills.charges()] == [15_000]
        assert "Receipt" in (await house.next_message(email))["subject"]


async def test_apple_pay_is_hidden_where_the_browser_has_none(
    chromium: Browser, house: Household, bills: Bills
) -> None:
    async with somebody(chromium, house, user_agent=IPHONE) as alice:
        await alice.page.add_init_script(NO_CARDS)
        await bills.make(payments=BOTH)
        await _to_methods(alice, bills)
        await expect(alice.page.get_by_role("radio", name="Google Pay")).to_be_visible()
        await expect(alice.page.get_by_role("radio", name="Apple Pay")).to_be_hidden()
        await bills.options(payments=BOTH | {"credit_card": False, "google_pay": False})
        await alice.open("/pay/method")
        await expect(alice.page.get_by_role("button", name="Next")).to_be_hidden()
        await expect(alice.page.get_by_role("heading", name="This browser cannot pay here")).to_be_visible()
        await expect(alice.page.locator("main").get_by_role("link", name="(608) 555-0100")).to_be_visible()


async def test_a_wallet_missing_on_its_own_page_leads_to_the_other_ways(
    chromium: Browser, house: Household, bills: Bills
) -> None:
    async with somebody(chromium, house) as alice:
        await bills.make(payments=BOTH)
        await _to_methods(alice, bills)
        await alice.page.get_by_role("radio", name="Google Pay").check()
        await alice.page.add_init_script("window.NoSandboxWallets = ['google_pay']")
        await alice.press("Next")
        await expect(alice.page.get_by_role("alert")).to_contain_text("Nothing was charged.")
        await alice.press("Choose another way to pay", role="link")
        await alice.page.get_by_role("radio", name="Card", exact=True).check()
        await alice.press("Next")
        await alice.pay()
        await alice.status("paid")


async def test_without_scripts_a_wallet_says_what_to_do(
    chromium: Browser, house: Household, bills: Bills
) -> None:
    async with somebody(chromium, house, scripts=False) as plain:
        await bills.make(payments=BOTH)
        await _to_methods(plain, bills)
        await plain.page.get_by_role("radio", name="Google Pay").check()
        await plain.press("Next")
        assert "Google Pay needs JavaScript, which is off in this browser." in await plain.words()
        await plain.press("Change how to pay", role="link")


async def _proved(person: Person, bills: Bills) -> None:
    """Come by another link, and prove it."""
    await person.open(await bills.link("statement", single_payment=False))
    await person.press("Continue")
    await person.press("View Account", role="link")
    await person.page.get_by_role("radio", name="Email").check()
    before = len(await bills.house.messages(bills.email))
    await person.press("Send code")
    await person.type_code(await person.code_from(bills.email, after=before))


async def _to_stored(person: Person, amount: str) -> None:
    await person.open("/pay")
    await person.page.get_by_role("radio", name="Other Amount").check()
    await person.page.get_by_label("Amount in dollars").fill(amount)
    await person.press("Next")
    await person.page.get_by_role("radio", name="Visa ending in 4242").check()
    await person.press("Next")


async def test_j12_a_card_is_stored_paid_with_after_a_proof_and_removed(
    chromium: Browser, house: Household, bills: Bills
) -> None:
    await bills.make(
        payments=STORES,
        authentication=MFA | {"require_mfa": False, "require_opposing_contact_methods": False},
    )
    async with somebody(chromium, house) as alice:
        await alice.come_to_pay(await bills.link(single_payment=False))
        await alice.choose_amount("Other Amount", "50")
        box = alice.page.get_by_role("checkbox", name="Store card for future use")
        await expect(box).not_to_be_checked()
        await box.check()
        await alice.pay()
        await alice.status("paid")
        await alice.open("/pay")
        await alice.page.get_by_role("radio", name="Other Amount").check()
        await alice.page.get_by_label("Amount in dollars").fill("20")
        await alice.press("Next")
        assert "4242" not in await alice.words(), "she has not proved who she is"
    async with somebody(chromium, house) as alice:
        await _proved(alice, bills)
        await _to_stored(alice, "30")
        assert "Visa ending in 4242 Expires 12/2030" in await alice.words()
        await alice.pay_button.click()
        await expect(alice.card.get_by_text("Enter the security code.")).to_be_visible()
        await alice.card.get_by_label("Security code").fill("123")
        await alice.press(re.compile(r"^Pay \$"))
        await alice.status("paid")
        assert "Visa ending in 4242" in await alice.words()

        await _to_stored(alice, "10")  # and while this stands here, she removes it in another tab
        other = await alice.second_tab()
        await other.open("/profile")
        await other.press(re.compile("^Remove"), role="link")
        await other.at("Remove Visa ending in 4242?")
        await other.press("Remove card")
        await expect(other.page.get_by_role("status").first).to_have_text("Visa ending in 4242 was removed.")
        await alice.card.get_by_label("Security code").fill("123")
        await alice.press(re.compile(r"^Pay \$"))
        await alice.at("How would you like to pay $10.00?")
        assert "That way to pay is not offered any more. Your card was not charged." in await alice.words()
        await expect(alice.page.get_by_role("radio", name="Visa ending in 4242")).to_have_count(0)
        assert "Stored cards" not in await other.words()
    assert [charge["amount"] for charge in await bills.charges()] == [5_000, 3_000]
    tokens = [charge["stored_card"] for charge in await bills.charges() if "stored_card" in charge]
    assert len(tokens) == 1
    assert [told for told in await alice.watched.everything() if tokens[0] in told] == []

    async def dropped() -> bool:
        return all("exp_month" not in charge["card"] for charge in await bills.charges())

    await eventually(dropped)  # a card the gateway keeps has its expiry in the gateway's book


@pytest.mark.parametrize("language", [Language.ES])
async def test_j12_is_said_in_her_language(chromium: Browser, house: Household, bills: Bills) -> None:
    await bills.make(
        payments=STORES,
        authentication=MFA | {"require_mfa": False, "require_opposing_contact_methods": False},
    )
    async with somebody(chromium, house, language=Language.ES) as alice:
        await alice.open(await bills.link("statement", single_payment=False))
        await alice.press("Continue")
        await alice.press("View Account", role="link")
        await alice.radio("Email").check()
        before = len(await house.messages(bills.email))
        await alice.press("Send code")
        await alice.type_code(await alice.code_from(bills.email, after=before))
        await alice.open("/pay")
        await alice.choose_amount("Other Amount", "50")
        await alice.page.get_by_role("checkbox", name=alice.say("Store card for future use")).check()
        await alice.pay()
        await alice.status("paid")

        await alice.open("/pay")
        await alice.radio("Other Amount").check()
        await alice.field("Amount in dollars").fill("30")
        await alice.press("Next")
        stored = alice.say("%(card)s ending in %(digits)s", card="Visa", digits="4242")
        await alice.page.get_by_role("radio", name=stored).check()
        await alice.press("Next")
        await alice.card_field(2).fill("123")
        await alice.press(alice.starting("Pay %(amount)s"))
        await alice.status("paid")

        await alice.open("/profile")
        await alice.press(re.compile("^Quitar"), role="link")
        await alice.at("Remove %(card)s?", card=stored)
        await alice.press("Remove card")
        assert alice.say("Stored cards") not in await alice.words()
    assert [charge["amount"] for charge in await bills.charges()] == [5_000, 3_000]
