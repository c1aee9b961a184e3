"""From a link to a receipt, as a browser without scripts sees it."""

import re
from datetime import timedelta

import pytest

from quickpay.domain.guarantors import Account
from quickpay.domain.links import LinkState
from quickpay.domain.money import Cents
from quickpay.domain.options import LogoutFunction
from quickpay.domain.origins import Origin
from quickpay.domain.payments import PaymentState
from quickpay.domain.sessions import Role
from quickpay.handlers.patient.payment import STATUSES
from quickpay.ports.gateway import NoAnswer
from tests.factories import make_line, make_outside_receipt, make_statement
from tests.handlers.site import Browser, Site


async def test_a_bill_is_paid_from_a_link_to_a_receipt(site: Site, browser: Browser) -> None:
    details = await browser.come_to_pay(await site.link())
    assert "Pay $125.50" in details.words
    assert 'name="card_token" value=""' in details.text
    order = re.search(r'name="order" value="([^"]+)"', details.text)
    assert order

    page = await browser.pay(order=order[1], email="alice@example.com")

    assert page.payment_status == "paid"
    for words in (
        "$125.50",
        "Receipt # 1",
        f"Guarantor {site.alice.name}",
        "Account 10067",
        "Date Paid Nov 21, 2026",
        "Transaction #",
        "Visa •••• 4242",
        "Amount Paid $125.50",
        "Still to pay $0.00",
        "al•••@example.com",
    ):
        assert words in page.words
    assert "alice@example.com" not in page.text


async def test_every_post_of_the_way_leads_elsewhere_by_303(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link())
    paid = await browser.post("/pay/details", {"card_token": "tok_approved"})
    assert paid.to.startswith("/payments/")


async def test_the_same_form_again_shows_the_payment_there_is(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link())
    first = await browser.post("/pay/details", {"card_token": "tok_approved"})
    again = await browser.post("/pay/details", {"card_token": "tok_approved"})
    assert again.to == first.to
    assert len(site.house.gateway.asked) == 1


async def test_a_decline_says_the_card_was_not_charged_and_may_be_tried_again(
    site: Site, browser: Browser
) -> None:
    await browser.come_to_pay(await site.link())
    page = await browser.pay("tok_no_funds")
    assert page.payment_status == "declined"
    assert "Payment Failed" in page.words
    assert "Your card was not charged." in page.words
    assert "not enough funds" in page.words
    assert "Amount Paid $0.00" in page.words
    assert "Unsuccessful" in page.words
    assert 'href="/pay"' in page.text


async def test_silence_is_said_as_silence_and_offers_no_second_payment(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link())
    site.house.gateway.then(NoAnswer(reason="timed_out"))
    page = await browser.pay()
    assert page.payment_status == "unknown"
    assert "Please do not pay again." in page.words
    assert "Check again" in page.words
    assert "Try again" not in page.words
    assert 'action="/pay' not in page.text


def test_every_state_of_a_payment_has_its_word() -> None:
    assert set(STATUSES) == set(PaymentState)
    assert STATUSES[PaymentState.REVIEW] == STATUSES[PaymentState.SUBMITTING] == "unknown"
    assert STATUSES[PaymentState.REFUNDED] == "paid"


async def test_another_tab_sees_that_a_payment_is_on_its_way(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link(single_payment=False), amount="20")
    site.house.gateway.then(NoAnswer(reason="timed_out"))
    result = await browser.post("/pay/details", {"card_token": "tok_approved"})
    page = await browser.get("/pay")
    assert "A payment is on its way" in page.words
    assert f'href="{result.to}"' in page.text
    assert 'action="/pay"' not in page.text

    other = site.browser()
    await other.open(await site.link(single_payment=False))
    page = await other.get("/pay")
    assert "A payment is on its way" in page.words
    assert "/payments/" not in page.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter an amount, like 25.00."),
        ("0", "Enter an amount above $0.00."),
        ("-5", "Enter an amount above $0.00."),
        ("1e3", "Enter an amount in dollars, like 25.00."),
        ("9" * 60, "Enter an amount in dollars, like 25.00."),
        ("１２", "Enter an amount in dollars, like 25.00."),  # noqa: RUF001 - full-width digits are the case
        ("1.005", "Use at most two digits after the point, like 25.50."),
        ("125.51", "That is more than is owed. You can pay up to $125.50."),
    ],
)
async def test_an_amount_that_cannot_be_taken_stays_in_the_field_with_the_reason(
    site: Site, browser: Browser, typed: str, words: str
) -> None:
    await browser.open(await site.link())
    await browser.get("/pay")
    page = await browser.post("/pay", {"amount_choice": "other", "amount": typed})
    assert page.status == 422
    assert page.words.count(words) == 2  # the summary, and the message at the field
    assert '<a href="#amount">' in page.text
    assert f'value="{typed}"' in page.text
    assert re.search(r'value="other" checked', page.text)


async def test_the_limit_is_not_named_where_the_current_balance_is_not_shown(
    site: Site, browser: Browser
) -> None:
    await site.options(show_current_balance=False)
    await browser.open(await site.link())
    page = await browser.get("/pay")
    assert 'value="current"' not in page.text
    page = await browser.post("/pay", {"amount_choice": "other", "amount": "999"})
    assert "That is more than is owed." in page.words
    assert "You can pay up to" not in page.words
    page = await browser.post("/pay", {"amount_choice": "current"})
    assert page.status == 422


@pytest.mark.parametrize("word", ["", "everything", "stored:1"])
async def test_an_unknown_choice_or_method_is_said_at_its_field(
    site: Site, browser: Browser, word: str
) -> None:
    await browser.open(await site.link())
    await browser.get("/pay")
    page = await browser.post("/pay", {"amount_choice": word})
    assert (page.status, '<a href="#amount_choice-current">' in page.text) == (422, True)
    await browser.post("/pay", {"amount_choice": "due"})
    page = await browser.post("/pay/method", {"method": word})
    assert (page.status, '<a href="#method-card">' in page.text) == (422, True)


async def test_a_bad_email_is_said_at_its_field_and_nothing_is_charged(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link())
    page = await browser.post("/pay/details", {"card_token": "tok_approved", "email": "alice@"})
    assert page.status == 422
    assert '<a href="#email">' in page.text
    assert 'value="alice@"' in page.text
    assert site.house.gateway.asked == []


async def test_without_card_details_nothing_is_charged(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link())
    page = await browser.post("/pay/details", {"card_token": ""})
    assert page.status == 422
    assert "Your card was not charged." in page.words
    assert site.house.gateway.asked == []


async def test_a_card_nobody_offered_to_store_is_not_charged(site: Site, browser: Browser) -> None:
    page = await browser.come_to_pay(await site.link())
    assert "store_card" not in page.text
    page = await browser.post("/pay/details", {"card_token": "tok_approved", "store_card": "on"})
    assert page.status == 422
    assert "Cards cannot be stored here. Your card was not charged." in page.words
    assert site.house.gateway.asked == []


async def test_the_email_field_stays_and_says_so_where_receipts_are_not_sent(
    site: Site, browser: Browser
) -> None:
    await site.options(email_receipt=False)
    page = await browser.come_to_pay(await site.link())
    assert 'name="email"' in page.text
    assert "does not send receipts by email" in page.words
    page = await browser.pay(email="alice@example.com")
    assert page.payment_status == "paid"
    assert "does not send receipts by email" in page.words
    assert site.house.mailer.sent == []


async def test_where_nothing_is_owed_there_is_no_form_at_all(site: Site, browser: Browser) -> None:
    erin = await site.house.guarantor(site.group, Account(), number="10068")
    await browser.open(await site.house.link(erin))
    page = await browser.get("/pay")
    assert page.status == 200
    assert "There is nothing to pay" in page.words
    assert "amount_choice" not in page.text
    assert 'action="/pay' not in page.text


async def test_without_any_method_the_office_is_named_instead_of_a_form(site: Site, browser: Browser) -> None:
    await site.options(credit_card=False, footer_phone="(608) 555-0100", footer_email="office@example.com")
    await browser.open(await site.link())
    page = await browser.get("/pay")
    assert "Online payment is unavailable" in page.words
    assert 'href="tel:6085550100"' in page.text
    assert 'href="mailto:office@example.com"' in page.text
    assert "amount_choice" not in page.text


async def test_a_method_turned_off_meanwhile_takes_no_money(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link())
    await site.options(credit_card=False)
    page = await browser.post("/pay/details", {"card_token": "tok_approved"})
    assert "Online payment is unavailable" in page.words
    assert "Your card was not charged." in page.words
    await site.options(credit_card=False, google_pay=True)
    page = await browser.post("/pay/details", {"card_token": "tok_approved"})
    assert "That way to pay is not offered any more. Your card was not charged." in page.words
    assert site.house.gateway.asked == []


async def test_pay_pressed_where_all_was_paid_elsewhere_says_that_nothing_was_charged(site: Site) -> None:
    first, second = site.browser(), site.browser()
    for one in (first, second):
        await one.come_to_pay(await site.link())
    assert (await first.pay()).payment_status == "paid"
    page = await second.post("/pay/details", {"card_token": "tok_approved"})
    assert "There is nothing to pay" in page.words
    assert "Your card was not charged." in page.words
    assert len(site.house.gateway.asked) == 1
    assert "charged" not in (await second.get("/pay")).words


@pytest.mark.parametrize("shown", [True, False])
async def test_statement_balance_and_unapplied_funds_show_only_where_the_group_says(
    site: Site, browser: Browser, *, shown: bool
) -> None:
    account = Account(
        lines=(make_line("67563-1"),),
        statements=(make_statement("67563-1", balance=77_700),),
        receipts=(make_outside_receipt(applied=Cents(0), amount=Cents(4_321)),),
    )
    await site.house.edit(site.alice, account)
    await site.options(show_escrow=shown, show_statement_balance=shown)
    await browser.open(await site.link())
    page = await browser.get("/pay")
    assert ("$777.00" in page.text, "$43.21" in page.text) == (shown, shown)
    assert ("Unapplied" in page.text, "Statement Balance" in page.text) == (shown, shown)


async def test_an_unposted_payment_is_said_to_be_received_and_not_posted(
    site: Site, browser: Browser
) -> None:
    await site.options(auto_post=False)
    await browser.come_to_pay(await site.link())
    page = await browser.pay()
    assert page.payment_status == "paid"
    assert "received and is not posted to your account yet" in page.words


async def test_the_footer_has_text_email_and_phone_in_this_order(site: Site, browser: Browser) -> None:
    await site.options(
        footer_text="Ask us", footer_email="office@example.com", footer_phone="(608) 555-0100 x12"
    )
    page = await browser.get(f"/q/{site.house.token(await site.link())}")
    footer = page.text[page.text.index("<footer>") :]
    places = [footer.index(part) for part in ("Ask us", "mailto:office@example.com", "tel:6085550100;ext=12")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("function", "label", "leads_to"),
    [(LogoutFunction.LOGOUT, "Log out", "sign-in?left=yes"), (LogoutFunction.CLOSE, "Close", "signed-out")],
)
async def test_leaving_ends_the_session_in_every_tab(
    site: Site, browser: Browser, function: LogoutFunction, label: str, leads_to: str
) -> None:
    await site.options(logout_function=function)
    await browser.open(await site.link())
    page = await browser.get("/pay")
    assert f">{label}</button>" in page.text
    other_tab = Browser(site=site, cookie=browser.cookie)
    left = await browser.post("/sign-out")
    assert left.to == f"/g/lakeside/{leads_to}"
    assert left.headers["Clear-Site-Data"] == '"storage"'
    assert browser.cookie == ""
    page = await browser.get(left.to)
    assert "You are logged out" in page.words
    assert ("may close this page" in page.words) is (function is LogoutFunction.CLOSE)
    assert (await other_tab.get("/pay")).status == 401


async def test_without_a_logout_function_there_is_no_control_and_its_address_refuses(
    site: Site, browser: Browser
) -> None:
    await site.options(logout_function=LogoutFunction.NONE)
    await browser.open(await site.link())
    page = await browser.get("/pay")
    assert "/sign-out" not in page.text
    assert (await browser.post("/sign-out")).status == 403
    assert (await browser.get("/pay")).status == 200


async def test_a_session_that_ran_out_says_so_in_the_groups_name_and_that_nothing_is_charged(
    site: Site, browser: Browser
) -> None:
    await browser.open(await site.link())
    await browser.get("/pay")
    site.house.later(minutes=21)
    for page in (await browser.get("/pay"), await browser.post("/pay", {"amount_choice": "current"})):
        assert page.status == 401
        assert "Lakeside" in page.words
        assert "Nothing is charged" in page.words
        assert site.alice.last_name not in page.text


async def test_a_payment_can_be_read_for_a_day_after_the_session_ran_out(
    site: Site, browser: Browser
) -> None:
    await browser.come_to_pay(await site.link())
    answer = await browser.post("/pay/details", {"card_token": "tok_approved"})
    site.house.clock.advance(timedelta(hours=2))
    page = await browser.get(answer.to)
    assert page.payment_status == "paid"
    assert "Still to pay" not in page.words
    site.house.clock.advance(timedelta(hours=24))
    assert (await browser.get(answer.to)).status == 401


async def test_a_link_revoked_meanwhile_ends_the_way_to_pay(site: Site, browser: Browser) -> None:
    link = await site.link()
    await browser.come_to_pay(link)
    await site.house.end(link)
    page = await browser.post("/pay/details", {"card_token": "tok_approved"})
    assert page.status == 410
    assert "Your card was not charged." in page.words
    assert site.house.gateway.asked == []


async def test_another_guarantors_payment_does_not_exist(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link())
    answer = await browser.post("/pay/details", {"card_token": "tok_approved"})
    bob = await site.house.guarantor(site.group, number="10069", first_name="Bob", preferred_name=None)
    other = site.browser()
    await other.open(await site.house.link(bob))
    assert (await other.get(answer.to)).status == 404
    assert (await other.get("/payments/no-such-payment")).status == 404


async def test_a_step_taken_too_early_leads_back_to_the_one_before(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    assert (await browser.get("/pay/method")).to == "/pay"
    await browser.get("/pay")
    await browser.post("/pay", {"amount_choice": "current"})
    assert (await browser.get("/pay/details")).to == "/pay/method"


async def test_view_account_is_offered_until_the_proof_where_there_is_one(
    site: Site, browser: Browser
) -> None:
    await browser.open(await site.link(origin=Origin.STATEMENT))
    assert ">View Account<" in (await browser.get("/pay")).text
    await site.options(enable_mfa=False)
    assert ">View Account<" not in (await browser.get("/pay")).text
    await site.options(enable_mfa=True, mfa_success_role=Role.QUICKPAY)
    assert ">View Account<" in (await browser.get("/pay")).text
    await browser.prove()
    assert ">View Account<" not in (await browser.get("/pay")).text


async def test_a_receipt_session_of_a_paid_link_sees_the_receipt_and_cannot_pay(
    site: Site, browser: Browser
) -> None:
    link = await site.link()
    await browser.come_to_pay(link, amount="25")
    answer = await browser.post("/pay/details", {"card_token": "tok_approved"})
    later = site.browser()
    path = f"/q/{site.house.token(link)}"
    dead = await later.get(path)
    assert dead.status == 410
    assert "This bill was paid" in dead.words
    assert (await later.post(f"{path}/receipt")).to == "/pay"
    assert (await later.get("/pay")).to == answer.to
    page = await later.get(answer.to)
    assert page.payment_status == "paid"
    assert (await later.get("/pay/details")).to == answer.to
    assert (await later.get(path)).words == dead.words
    stored = await site.house.do(lambda tx: tx.links.get(link.id))
    assert stored is not None
    assert (stored.state, stored.uses) == (LinkState.PAID, 1)


@pytest.mark.parametrize(
    ("path", "field", "fields"),
    [
        ("/pay", "amount", {"amount_choice": "other"}),
        ("/pay", "note", {"amount_choice": "current"}),
        ("/pay/method", "method", {}),
        ("/pay/details", "email", {"card_token": "tok_approved"}),
        ("/pay/details", "card_token", {}),
        ("/pay/details", "order", {"card_token": "tok_approved"}),
    ],
)
async def test_r84_a_card_number_in_any_field_is_refused_and_nowhere_repeated(
    site: Site, browser: Browser, path: str, field: str, fields: dict[str, str]
) -> None:
    await browser.come_to_pay(await site.link())
    page = await browser.post(path, {**fields, field: "4242 4242 4242 4242"})
    assert page.status == 422
    assert "Please do not type a card number here." in page.words
    assert "4242 4242" not in page.text
    assert site.house.gateway.asked == []
