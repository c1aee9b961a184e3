"""J1, J2 and J3: a link in a message or on paper, proof, a payment, its receipt, and the link after it."""

import re

import pytest
from playwright.async_api import expect

from tests.journeys.bills import MFA, Bills
from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROWS = ["Receipt #", "Guarantor", "Account", "Date Paid", "Transaction #", "Card Type", "Amount Paid"]


async def test_j1_a_text_leads_to_a_paid_bill(alice: Person, bills: Bills) -> None:
    await bills.make(authentication=MFA)
    made = await bills.made("sms", send=True)
    await bills.house.next_message(bills.mobile)
    await alice.open(await alice.link_from(bills.mobile))
    await alice.at(f"Your bill from {bills.name}")
    assert await bills.uses(made["id"]) == 0
    await alice.press("Continue")
    assert alice.path == "/verify"
    await expect(alice.page.get_by_role("radio")).to_have_count(1)
    await alice.press("Send code")
    await alice.at("Enter your code")
    for told in await alice.watched.everything():
        assert bills.seen_in(told) == []

    code = await alice.code_from(bills.email)
    await alice.page.evaluate("text => navigator.clipboard.writeText(text)", f"{code[:3]} {code[3:]}")
    await alice.page.get_by_label("Your code").focus()
    await alice.page.keyboard.press("Control+V")
    await expect(alice.page.get_by_label("Your code")).to_have_value(f"{code[:3]} {code[3:]}")
    await alice.press("Continue")
    await alice.at("How much would you like to pay?")
    await expect(alice.page.get_by_text("Step 1 of 3")).to_be_visible()
    await alice.choose_amount("Other Amount", "12.34")
    await alice.at("Pay $12.34")
    receipts_to = f"receipts{bills.number}@example.com"
    await alice.page.get_by_label("Email (optional)").fill(receipts_to)
    await alice.pay()
    await alice.status("paid")
    await alice.at("Thank you, your payment was received")

    [charge] = await bills.charges()
    assert (charge["amount"], charge["status"]) == (1234, "succeeded")
    assert await bills.uses(made["id"]) == 1
    receipt = await bills.house.next_message(receipts_to)
    rows = dict(re.findall(r"^([^:\n]+): (.+)$", receipt["text"], re.MULTILINE))
    assert list(rows) == ROWS
    assert rows["Amount Paid"] == "$12.34"
    shown = await alice.page.locator("dl.receipt").inner_text()
    assert [name for name in ROWS if name not in shown or rows[name] not in shown] == []


async def test_a_paid_page_prints_in_black_on_white_and_stays_what_it_is(alice: Person, bills: Bills) -> None:
    await bills.make(theme=bills.dark)
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    await alice.pay()
    await alice.status("paid")
    paid_at, receipt = alice.path, await alice.page.locator("dl.receipt").inner_text()

    await alice.page.evaluate("() => { window.print = () => { document.title = 'Printed'; }; }")
    await alice.page.get_by_role("button", name="Print").click()
    await expect(alice.page).to_have_title("Printed")
    await alice.page.emulate_media(media="print")
    await expect(alice.page.get_by_role("button")).to_have_count(0)
    await expect(alice.page.locator("dl.receipt")).to_be_visible()
    await expect(alice.page.locator("section.card").first).to_have_css(
        "background-color", "rgb(255, 255, 255)"
    )
    await expect(alice.page.locator("dl.receipt dd").first).to_have_css("color", "rgb(0, 0, 0)")
    assert (await alice.page.pdf(format="Letter")).count(b"/Type /Page\n") == 1
    await alice.page.emulate_media(media="screen")

    await alice.page.reload()
    await alice.look()
    assert await alice.page.locator("dl.receipt").inner_text() == receipt
    await alice.page.go_back()
    await alice.look()
    assert alice.path == paid_at
    for address in ("/pay", "/pay/method", "/pay/details", paid_at):
        other = await alice.second_tab()
        await other.open(address)
        assert other.path == paid_at
        await other.status("paid")
        await other.page.close()
    assert len(await bills.charges()) == 1


async def test_a_paid_link_shows_its_receipt_after_the_challenge_and_takes_nothing(
    alice: Person, bills: Bills
) -> None:
    await bills.make()
    made = await bills.made()
    await alice.come_to_pay(made["url"])
    await alice.choose_amount("Other Amount", "20")
    await alice.pay()
    await alice.status("paid")
    await alice.page.context.clear_cookies()
    await bills.options(authentication=MFA)

    answer = await alice.open(made["url"])
    assert answer.status == 410
    await alice.at("This bill was paid")
    await alice.press("See receipt")
    assert alice.path == "/verify"
    await alice.press("Send code")
    await alice.type_code(await alice.code_from(bills.email))
    await alice.status("paid")
    words = await alice.words()
    assert "Amount Paid $20.00" in words
    assert "Still to pay $210.00" in words
    for address in ("/pay", "/pay/method", "/pay/details"):
        await alice.open(address)
        await alice.status("paid")
    assert await bills.uses(made["id"]) == 1
    assert len(await bills.charges()) == 1


async def test_j2_an_email_leads_to_a_code_by_text_bound_to_our_name(alice: Person, bills: Bills) -> None:
    await bills.make(authentication=MFA)
    await bills.made("email", send=True)
    await bills.house.next_message(bills.email)
    await alice.open(await alice.link_from(bills.email))
    await alice.press("Continue")
    await expect(alice.page.get_by_role("radio")).to_have_count(1)
    assert "Text message" in await alice.words()
    await alice.press("Send code")
    code = await alice.code_from(bills.mobile)
    text = (await bills.house.messages(bills.mobile))[-1]["text"]
    assert text.splitlines()[-1] == f"@127.0.0.1 #{code}"
    await alice.type_code(code)
    await alice.choose_amount("Current Balance")
    await alice.at("Pay $230.00")
    await alice.pay()
    await alice.status("paid")


async def test_j3_a_statements_link_takes_two_payments_on_the_balances_of_the_moment(
    alice: Person, bills: Bills
) -> None:
    await bills.make()
    link = await bills.link("statement")
    await alice.come_to_pay(link)
    await alice.choose_amount("Other Amount", "30")
    await alice.pay()
    await alice.status("paid")

    await alice.come_to_pay(link)
    due = alice.page.locator(".choice", has=alice.page.get_by_role("radio", name="Amount Due"))
    await expect(due).to_contain_text("$120.00")
    await alice.choose_amount("Amount Due")
    await alice.at("Pay $120.00")
    await alice.pay()
    await alice.status("paid")
    assert "Still to pay $80.00" in await alice.words()
    assert sorted(charge["amount"] for charge in await bills.charges()) == [3_000, 12_000]
