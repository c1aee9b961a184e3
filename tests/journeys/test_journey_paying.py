"""Paying as it goes wrong: declines, silence, double presses, two tabs, and bills that cannot be paid."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.household import Household
from tests.journeys.bills import Bills
from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

DECLINED, NO_FUNDS = "4000000000000002", "4000000000009995"
SILENT = "4000000000000119"
NOTE_WHAT_IT_BECOMES = """button => new MutationObserver(() => {
  sessionStorage.setItem("became", `${button.disabled} ${button.textContent}`);
}).observe(button, {attributes: true, childList: true})"""
PAYABLE = {"Current Balance": "$230.00", "Amount Due": "$150.00"}


@pytest.mark.parametrize(
    ("card", "words"),
    [(DECLINED, "declined by the bank"), (NO_FUNDS, "not enough funds")],
)
async def test_a_failed_payment_says_nothing_was_charged_and_another_card_works(
    alice: Person, bills: Bills, card: str, words: str
) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    await alice.pay(card)
    await alice.status("declined")
    await alice.at("Payment Failed")
    said = await alice.words()
    assert "Your card was not charged." in said
    assert words in said
    assert "Amount Paid $0.00" in said
    assert "Unsuccessful" in said
    assert [charge for charge in await bills.charges() if charge["status"] == "succeeded"] == []

    await alice.press("Try again", role="link")
    for label, amount in PAYABLE.items():
        choice = alice.page.locator(".choice", has=alice.page.get_by_role("radio", name=label))
        await expect(choice).to_contain_text(amount)
    await alice.choose_amount("Amount Due")
    await alice.pay()
    await alice.status("paid")
    charged = [charge["amount"] for charge in await bills.charges() if charge["status"] == "succeeded"]
    assert charged == [15_000]


async def test_silence_is_being_checked_until_the_page_itself_says_paid(alice: Person, bills: Bills) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    # Its webhook would tell it at once: without it there is a page to look at.
    await bills.house.fault("webhooks", "refuse", seconds=60)
    await alice.pay(SILENT)
    await alice.status("unknown")
    await alice.at("We are checking with your bank")
    assert "Please do not pay again." in await alice.words()
    other = await alice.second_tab()
    await other.open("/pay")
    await expect(other.page.get_by_role("button", name="Next")).to_have_count(0)
    await alice.status("paid")
    await alice.look()
    await expect(alice.page.get_by_role("heading", level=1)).to_be_focused()
    assert "Amount Paid $150.00" in await alice.words()
    assert [charge["amount"] for charge in await bills.charges()] == [15_000]


async def test_two_presses_on_pay_are_one_payment(alice: Person, bills: Bills) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    await bills.house.fault("gateway", "slow", delay=0.5, count=1)
    await alice.fill_card()
    await alice.pay_button.evaluate(NOTE_WHAT_IT_BECOMES)
    async with alice.page.expect_navigation():
        await alice.pay_button.dblclick()
    await alice.look()
    await alice.status("paid")
    assert await alice.page.evaluate("sessionStorage.getItem('became')") == "true Paying $150.00…"
    assert [charge["amount"] for charge in await bills.charges()] == [15_000]


async def test_paying_in_two_tabs_at_once_is_one_payment_with_one_page(alice: Person, bills: Bills) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    other = await alice.second_tab()
    await other.open("/pay/details")
    await bills.house.fault("gateway", "slow", delay=0.5, count=1)
    for tab in (alice, other):
        await tab.fill_card()
    await asyncio.gather(*(tab.press(re.compile(r"^Pay \$")) for tab in (alice, other)))
    for tab in (alice, other):
        await tab.status("paid")
    assert alice.path == other.path
    assert [charge["amount"] for charge in await bills.charges()] == [15_000]


async def test_an_amount_that_cannot_be_is_said_at_its_field_and_stays_typed(
    alice: Person, bills: Bills
) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.page.get_by_role("radio", name="Other Amount").check()
    field = alice.page.get_by_label("Amount in dollars")
    await field.fill("230.01")
    await alice.press("Next")
    await expect(alice.page).to_have_title(re.compile("^Error: "))
    await expect(alice.page.get_by_role("alert")).to_be_focused()
    await alice.page.get_by_role("link", name="You can pay up to $230.00").click()
    await expect(field).to_be_focused()
    await expect(field).to_have_value("230.01")
    await expect(field).to_have_attribute("aria-invalid", "true")


async def test_card_fields_left_empty_are_said_in_place_and_in_the_summary(
    alice: Person, bills: Bills
) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    await alice.page.get_by_label("Email (optional)").fill("me@example.com")
    await alice.pay_button.click()
    await expect(alice.card.get_by_text("Enter the card number.")).to_be_visible()
    await expect(alice.page.get_by_role("link", name="Enter the card number.")).to_be_visible()
    await expect(alice.card.get_by_label("Card number")).to_be_focused()
    await alice.look()
    await expect(alice.page.get_by_label("Email (optional)")).to_have_value("me@example.com")
    await alice.pay()
    await alice.status("paid")


async def test_a_gateway_out_of_reach_is_said_and_charges_nothing(alice: Person, bills: Bills) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    await alice.fill_card()
    await alice.page.context.set_offline(offline=True)
    await alice.pay_button.click()
    await expect(alice.page.get_by_role("alert")).to_contain_text("Your card was not charged")
    await expect(alice.pay_button).to_be_enabled()
    await alice.page.context.set_offline(offline=False)
    alice.watched.complaints.clear()  # the browser says itself that it is offline
    await alice.press(re.compile(r"^Pay \$"))
    await alice.status("paid")
    assert len(await bills.charges()) == 1


async def test_without_the_current_balance_it_is_nowhere(alice: Person, bills: Bills) -> None:
    await bills.make(look_and_feel={"show_current_balance": False})
    await alice.come_to_pay(await bills.link())
    await expect(alice.page.get_by_role("radio", name="Current Balance")).to_have_count(0)
    await alice.page.get_by_role("radio", name="Other Amount").check()
    await alice.page.get_by_label("Amount in dollars").fill("999")
    await alice.press("Next")
    assert "That is more than is owed." in await alice.words()
    for told in await alice.watched.everything():
        assert "230.00" not in told


async def test_nothing_due_offers_no_way_to_pay(alice: Person, bills: Bills, house: Household) -> None:
    await bills.make()
    await house.guarantor(bills.group, bills.number, encounters=[], statements=[])
    await alice.open(await bills.link())
    await alice.press("Continue")
    await alice.at("There is nothing to pay")
    assert "You owe nothing right now." in await alice.words()
    await expect(alice.page.locator("main form, main button")).to_have_count(0)
    for address in ("/pay/method", "/pay/details"):
        await alice.open(address)
        await alice.at("There is nothing to pay")


async def test_without_any_method_the_office_is_named(alice: Person, bills: Bills) -> None:
    await bills.make(payments={"credit_card": False})
    await alice.open(await bills.link())
    await alice.press("Continue")
    await alice.at("Online payment is unavailable")
    await expect(alice.page.locator("main").get_by_role("link", name="(608) 555-0100")).to_be_visible()
    await expect(alice.page.locator("main form")).to_have_count(0)


async def test_receipts_by_email_switched_off_still_show_the_field_and_send_nothing(
    alice: Person, bills: Bills
) -> None:
    await bills.make(payments={"email_receipt": False})
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    await alice.page.get_by_label("Email (optional)").fill(f"none{bills.number}@example.com")
    await alice.pay()
    await alice.status("paid")
    assert "does not send receipts by email" in await alice.words()
    # What is sent later comes later: had a receipt been sent, it would be there by now.
    await bills.made("email", send=True)
    await bills.house.next_message(bills.email)
    assert await bills.house.messages(f"none{bills.number}@example.com") == []
