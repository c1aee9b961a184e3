"""What may be paid with and what becomes of it: each option both ways, for a session that was open."""

import pytest

from quickpay.domain.guarantors import Account
from quickpay.domain.money import Cents
from tests.factories import make_line, make_outside_receipt, make_statement
from tests.handlers.options.office import Office
from tests.handlers.site import Browser, Site


async def _to_the_card(site: Site, browser: Browser, amount: str = "20") -> None:
    await browser.come_to_pay(await site.link(single_payment=False), amount=amount)


async def test_cards_are_offered_and_taken_only_while_they_are_on(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(look_and_feel={"footer_phone": "(608) 555-0100"})
    await _to_the_card(site, browser)
    await office.save(payments={"credit_card": False})
    for path in ("/pay", "/pay/method", "/pay/details"):
        page = await browser.get(path)
        if page.status == 303:
            page = await browser.get(page.to)
        assert 'value="card"' not in page.text, path
        assert 'id="card-fields"' not in page.text, path
    assert "Online payment is unavailable" in (await browser.get("/pay")).words
    assert 'href="tel:6085550100"' in (await browser.get("/pay")).text
    for path, fields in (
        ("/pay/method", {"method": "card"}),
        ("/pay/details", {"card_token": "tok_approved"}),
    ):
        refused = await browser.post(path, fields)
        assert refused.status != 303, path
    assert site.house.gateway.asked == []
    await office.save(payments={"credit_card": True})
    assert 'value="card"' in (await browser.get("/pay/method")).text
    await browser.get("/pay/details")
    assert (await browser.pay()).payment_status == "paid"


@pytest.mark.parametrize("method", ["apple_pay", "google_pay", "stored:1", ""])
async def test_what_is_not_offered_is_refused_when_submitted(
    site: Site, browser: Browser, method: str
) -> None:
    await _to_the_card(site, browser)
    assert (await browser.post("/pay/method", {"method": method})).status == 422
    assert site.house.gateway.asked == []


async def test_payments_are_posted_at_once_only_while_auto_post_is_on(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments={"auto_post": True})
    await _to_the_card(site, browser)
    page = await browser.pay()
    assert "not posted" not in page.words
    [first] = await office.payments()
    assert (first["posted"], first["unapplied"]) == ([{"service_id": "67563-1", "amount": 2_000}], 0)
    await _to_the_card(site, browser)
    await office.save(payments={"auto_post": False})  # between the card page and Pay
    page = await browser.pay()
    assert "received and is not posted to your account yet" in page.words
    *_, second = await office.payments()
    assert (second["posted"], second["unapplied"]) == ([], 2_000)
    assert "$85.50" in (await browser.get("/pay")).text or "Still to pay $85.50" in page.words


async def test_with_unapplied_funds_there_nothing_is_posted_though_auto_post_is_on(
    site: Site, browser: Browser, office: Office
) -> None:
    account = Account(
        lines=(make_line("67563-1"),),
        statements=(make_statement("67563-1"),),
        receipts=(make_outside_receipt(applied=Cents(0)),),
    )
    await site.house.edit(site.alice, account)
    await office.save(payments={"auto_post": True})
    await _to_the_card(site, browser)
    assert "not posted to your account yet" in (await browser.pay()).words
    [payment] = await office.payments()
    assert (payment["status"], payment["posted"], payment["unapplied"]) == ("succeeded", [], 2_000)


async def test_a_receipt_is_emailed_only_while_that_is_on_and_the_field_stays(
    site: Site, browser: Browser, office: Office
) -> None:
    for on in (True, False, True):
        await _to_the_card(site, browser, amount="5")
        await office.save(payments={"email_receipt": on})
        page = await browser.get("/pay/details")
        assert 'name="email"' in page.text
        assert ("does not send receipts by email" in page.words) is not on
        sent = len(site.house.mailer.sent)
        page = await browser.pay(email="me@example.com")
        assert page.payment_status == "paid"
        assert ("does not send receipts by email" in page.words) is not on
        await site.house.outbox().run_once()
        receipts = site.house.mailer.sent[sent:]
        assert [one.to for one in receipts] == (["me@example.com"] if on else [])
        for one in receipts:
            for label in ("Receipt #", "Guarantor", "Account", "Date Paid", "Transaction #", "Card Type"):
                assert f"{label}: " in one.text
            assert "Amount Paid: $5.00" in one.text


async def test_nothing_is_emailed_where_no_address_was_entered_or_the_card_was_declined(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments={"email_receipt": True})
    await _to_the_card(site, browser)
    assert (await browser.pay()).payment_status == "paid"
    await _to_the_card(site, browser)
    assert (await browser.pay("tok_no_funds", email="me@example.com")).payment_status == "declined"
    await site.house.outbox().run_once()
    assert site.house.mailer.sent == []


async def test_the_security_code_is_asked_for_only_while_it_is_required(
    site: Site, browser: Browser, office: Office
) -> None:
    for on, status in ((True, "declined"), (False, "paid"), (True, "declined")):
        await _to_the_card(site, browser, amount="5")
        await office.save(payments={"require_cvv": on})
        page = await browser.get("/pay/details")
        assert f'data-require-cvc="{"yes" if on else "no"}"' in page.text
        assert (await browser.pay("tok_no_cvc")).payment_status == status


async def test_email_from_is_required_where_receipts_or_codes_go_out(office: Office) -> None:
    for payments, authentication in ((True, False), (False, True)):
        said = await office.refused(
            payments={"email_receipt": payments},
            authentication={"enable_mfa": authentication},
            notifications={"email_from": None},
        )
        assert set(said) == {"notifications.email_from"}
    await office.save(
        payments={"email_receipt": False},
        authentication={"enable_mfa": False},
        notifications={"email_from": None},
    )
