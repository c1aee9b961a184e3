"""Stored cards: the option both ways, who is offered them, and removing them on Profile."""

import re
from dataclasses import replace

import pytest

from quickpay.domain.guarantors import Guarantor
from quickpay.ports.gateway import Card
from quickpay.services.cards.stored import StoredCardBook
from tests.handlers.options.office import Office
from tests.handlers.portal_visitor import authorized
from tests.handlers.site import Answer, Browser, Site

ON = {"payment_method_storage": True}
_STORED = re.compile(r'value="stored:([0-9a-f-]{36})"')


async def _to_card(site: Site, browser: Browser) -> Answer:
    return await browser.come_to_pay(await site.link(single_payment=False), amount="5")


async def _store(site: Site, browser: Browser) -> None:
    page = await _to_card(site, browser)
    assert re.search(r'<input type="checkbox" name="store_card"[^>]*>', page.text), page.words
    assert (await browser.pay(store_card="true")).payment_status == "paid"


async def _methods(browser: Browser, amount: str = "5") -> Answer:
    await browser.get("/pay")
    assert (await browser.post("/pay", {"amount_choice": "other", "amount": amount})).to == "/pay/method"
    return await browser.get("/pay/method")


async def _choose_stored(browser: Browser) -> str:
    page = await _methods(browser)
    [card] = _STORED.findall(page.text)
    assert (await browser.post("/pay/method", {"method": f"stored:{card}"})).to == "/pay/details"
    await browser.get("/pay/details")
    return str(card)


async def test_cards_are_stored_offered_and_taken_only_while_that_is_on(
    site: Site, browser: Browser, office: Office
) -> None:
    gateway = site.house.gateway
    page = await _to_card(site, browser)
    assert "store_card" not in page.text
    refused = await browser.post("/pay/details", {"card_token": "tok_approved", "store_card": "true"})
    assert (refused.status, "Cards cannot be stored here." in refused.words) == (422, True)
    assert gateway.asked == []
    await office.save(payments=ON)
    page = await browser.get("/pay/details")
    [box] = re.findall(r'<input type="checkbox" name="store_card"[^>]*>', page.text)
    assert "checked" not in box
    await browser.pay()
    assert [charge.store for charge in gateway.asked] == [False], "not ticked"
    await _store(site, browser)
    alice = await authorized(site)
    card = await _choose_stored(alice)
    await office.save(payments={"payment_method_storage": False})  # between the details page and Pay
    refused = await alice.post("/pay/details", {"card_token": "cvc_right"})
    assert refused.status == 422
    assert len(gateway.asked) == 2
    assert _STORED.findall((await _methods(alice)).text) == []
    assert (await alice.post("/pay/method", {"method": f"stored:{card}"})).status == 422
    assert "You can still remove them." in (await alice.get("/profile")).words
    await office.save(payments=ON)
    assert await _choose_stored(alice) == card
    assert (await alice.pay("cvc_right")).payment_status == "paid"
    assert (gateway.asked[-1].token, gateway.asked[-1].cvc_token) == ("card_1", "cvc_right")
    *_, payment = await office.payments()
    assert (payment["method"], payment["card"]) == ("stored", {"brand": "visa", "last4": "4242"})


async def test_without_cards_or_the_gateways_word_nothing_is_stored_or_offered(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments=ON)
    await _store(site, browser)
    alice = await authorized(site)
    gateway = site.house.gateway
    gateway.activated = replace(gateway.activated, storage=False)
    assert _STORED.findall((await _methods(alice)).text) == []
    assert "store_card" not in (await _to_card(site, browser)).text
    gateway.activated = replace(gateway.activated, storage=True)
    await office.save(payments={"credit_card": False, "google_pay": True})
    assert _STORED.findall((await _methods(alice)).text) == []


async def test_stored_cards_are_offered_to_an_authorized_patient_of_that_guarantor_alone(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments=ON)
    await _store(site, browser)
    alice = await authorized(site)
    [card] = _STORED.findall((await _methods(alice)).text)
    unproved = site.browser()
    await unproved.open(await site.link(single_payment=False))
    assert "4242" not in (await _methods(unproved)).text
    assert (await unproved.post("/pay/method", {"method": f"stored:{card}"})).status == 422
    bob: Guarantor = await site.house.guarantor(site.group, number="20099", email="bob@example.com")
    other = site.browser()
    await other.open(await site.house.link(bob, single_payment=False))
    await other.prove()
    told = await _methods(other)
    assert "4242" not in told.text
    of_alice = await other.post("/pay/method", {"method": f"stored:{card}"})
    of_nobody = await other.post("/pay/method", {"method": "stored:00000000-0000-4000-8000-000000000000"})
    assert (of_alice.status, of_nobody.status) == (422, 422)
    hidden = re.compile(r'name="csrf" value="[^"]+"|nonce="[^"]+"|data-seconds="\d+"')
    assert hidden.sub("", of_alice.text) == hidden.sub("", of_nobody.text)
    assert (await other.get(f"/profile/cards/{card}")).status == 404
    await other.get("/profile")
    assert (await other.post(f"/profile/cards/{card}")).status == 404
    assert _STORED.findall((await _methods(alice)).text) == [card]
    assert [charge.token for charge in site.house.gateway.asked] == ["tok_approved"]


async def test_a_role_lost_between_the_page_and_pay_is_refused(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments=ON)
    await _store(site, browser)
    alice = await authorized(site)
    card = await _choose_stored(alice)
    await office.save(authentication={"mfa_success_role": "quickpay"})
    weak = await authorized(site)
    assert "stored:" not in (await _methods(weak)).text
    assert (await weak.post("/pay/method", {"method": f"stored:{card}"})).status == 422


async def test_the_code_of_a_stored_card_is_asked_for_only_while_it_is_required(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments=ON | {"require_cvv": True})
    await _store(site, browser)
    alice = await authorized(site)
    await _choose_stored(alice)
    page = await alice.get("/pay/details")
    assert 'data-cvc-only="yes"' in page.text
    assert "Visa ending in 4242" in page.words
    missing = await alice.post("/pay/details", {"card_token": ""})
    assert (missing.status, "Enter your card's security code." in missing.words.replace("&#39;", "'")) == (
        422,
        True,
    )
    assert (await alice.pay("cvc_wrong")).payment_status == "declined"
    await office.save(payments={"require_cvv": False})
    await _choose_stored(alice)
    page = await alice.get("/pay/details")
    assert "card-fields" not in page.text
    assert "fields.js" not in page.text
    assert (await alice.pay("")).payment_status == "paid"
    assert site.house.gateway.asked[-1].cvc_token is None


async def test_an_expired_card_is_not_offered_and_can_be_removed(
    site: Site, browser: Browser, office: Office
) -> None:
    gateway, now = site.house.gateway, site.house.clock.now()
    await office.save(payments=ON)
    gateway.card = Card(brand="visa", last4="4242", exp_month=now.month, exp_year=now.year)
    await _store(site, browser)
    site.house.later(days=40)
    alice = await authorized(site)
    assert "stored:" not in (await _methods(alice)).text
    assert f"Expired {now.month:02}/{now.year}" in (await alice.get("/profile")).words


async def test_a_card_stored_twice_is_shown_once_and_the_older_one_is_dropped_at_the_gateway(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments=ON)
    for _ in range(2):
        await _store(site, browser)
    alice = await authorized(site)
    assert len(_STORED.findall((await _methods(alice)).text)) == 1
    await site.desk.stored_cards.run_once()
    assert site.house.gateway.forgotten == ["card_1"]
    site.house.gateway.card = Card(brand="visa", last4="1881", exp_month=12, exp_year=2031)
    await _store(site, browser)
    assert len(_STORED.findall((await _methods(alice)).text)) == 2


async def test_a_card_is_removed_in_two_steps_at_once_for_her_and_in_time_at_the_gateway(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments=ON)
    await _store(site, browser)
    alice = await authorized(site)
    profile = await alice.get("/profile")
    assert "Visa ending in 4242" in profile.words
    for told in (profile.text, (await _methods(alice)).text):
        assert "card_1" not in told, "the gateway's token"
    [place] = re.findall(r'href="(/profile/cards/[0-9a-f-]{36})"', profile.text)
    asked = await alice.get(place)
    assert "Remove Visa ending in 4242?" in asked.words
    assert "Visa ending in 4242" in (await alice.get("/profile")).words, "looking removes nothing"
    await alice.get(place)
    site.house.gateway.down = True
    told = await alice.get((await alice.post(place)).to)
    assert "Visa ending in 4242 was removed." in told.words
    assert "Stored cards" not in told.words
    assert "stored:" not in (await _methods(alice)).text
    assert (await alice.post(place)).to == f"/profile?removed={place.rpartition('/')[2]}", "again is the same"
    book: StoredCardBook = site.desk.stored_cards
    assert [await book.run_once(), await book.run_once()] == [1, 0], "it waits before it asks again"
    site.house.gateway.down = False
    site.house.later(minutes=2)
    assert await book.run_once() == 1
    assert site.house.gateway.forgotten == ["card_1"]
    site.house.later(days=1)
    assert await book.run_once() == 0


@pytest.mark.parametrize("word", ["false", "no", "0"])
async def test_a_box_that_says_no_stores_nothing(
    site: Site, browser: Browser, office: Office, word: str
) -> None:
    await office.save(payments=ON)
    await _to_card(site, browser)
    await browser.pay(store_card=word)
    assert [charge.store for charge in site.house.gateway.asked] == [False]


async def test_removing_needs_the_forms_own_token_and_simulations_only_look(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(payments=ON)
    await _store(site, browser)
    alice = await authorized(site)
    [place] = re.findall(r'href="(/profile/cards/[0-9a-f-]{36})"', (await alice.get("/profile")).text)
    assert (await alice.post(place, csrf="")).status == 403
    assert (await alice.get(place, Sec_Fetch_Site="cross-site")).status == 200
    assert "Visa ending in 4242" in (await alice.get("/profile")).words
