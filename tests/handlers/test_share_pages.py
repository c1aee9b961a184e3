"""Somebody else pays: what the guarantor passes on, and that whoever opens it learns nothing of her."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest

from quickpay.domain.links import SHARE_LIFE, LinkState
from quickpay.domain.money import Cents
from quickpay.domain.options import LandingPage
from quickpay.domain.origins import Origin
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.refunds import Refund
from quickpay.handlers.access import Access
from quickpay.handlers.routes import ROUTES
from quickpay.services.settling.refunds import GiveBack
from tests.handlers.site import Answer, Browser, Site
from tests.services.rows import rows
from tests.spanish import left_over

_ADDRESS = re.compile(r'id="share-address">https://pay\.example\.com(/q/[^<]+)<')
_OF_ALICE = ("Alice", "Alicia", "10067", "125.50", "12550", "85.50", "5550101", "67563", "alice@example.com")


def address_of(page: Answer) -> str:
    found = _ADDRESS.search(page.text)
    assert found, page.words
    return found[1]


def shows_nobody(*said: str) -> None:
    assert [words for words in _OF_ALICE for one in said if words in one] == []


async def share(browser: Browser, amount: str = "40.00") -> str:
    """Let whoever is here make a share, and give its address."""
    await browser.get("/pay/share")
    made = await browser.post("/pay/share", {"amount_choice": "other", "amount": amount})
    return address_of(await browser.get(made.to))


async def come(browser: Browser, address: str) -> Answer:
    """Open a share as somebody who got it."""
    await browser.get(address)
    assert (await browser.post(address)).to == "/pay"
    return await browser.get("/pay")


async def to_details(browser: Browser, **said: str) -> Answer:
    """Go on from the sum to the card fields; `said` is what a form of one's own would say."""
    assert (await browser.post("/pay", {"amount_choice": "due"} | said)).to == "/pay/method"
    await browser.get("/pay/method")
    assert (await browser.post("/pay/method", {"method": "card"})).to == "/pay/details"
    return await browser.get("/pay/details")


@pytest.fixture
async def address(site: Site, browser: Browser) -> str:
    """A share of $40.00 of the 125.50 that Alice owes."""
    await browser.open(await site.link())
    return await share(browser)


async def test_somebody_else_pays_the_sum_and_sees_nothing_but_it(site: Site, address: str) -> None:
    await site.options(auto_post=False)
    other = site.browser()
    pages = [await other.get(address), await come(other, address), await to_details(other)]
    assert "$40.00" in pages[1].words
    assert "Pay $40.00" in pages[2].words
    pages.append(await other.pay(email="payer@example.com"))
    assert pages[-1].payment_status == "paid"
    assert "Amount Paid $40.00" in pages[-1].words
    for hers in ("Still to pay", "posted", "View Account", "I am not this person"):
        assert [page.words for page in pages if hers in page.words] == []
    (payment,) = site.house.gateway.asked
    pages.append(await other.get(f"/payments/{payment.payment_id}.pdf"))
    assert "40.00" in pages[-1].text
    await site.house.outbox().run_once()
    (mail,) = site.house.mailer.sent
    assert mail.to == "payer@example.com"
    assert "$40.00" in mail.text
    shows_nobody(*(page.text for page in pages), mail.text, mail.html or "")


async def test_the_bill_is_called_anothers_to_whoever_it_was_sent_to(site: Site, address: str) -> None:
    front = await site.browser().get(address)
    own = await site.browser().get(f"/q/{site.house.token(await site.link())}")
    assert "Somebody you know asked you to pay a sum." in front.words
    assert "Your bill" not in front.words
    assert "Your bill from" in own.words


async def test_the_guarantor_sees_it_paid_and_not_by_whose_card(site: Site, address: str) -> None:
    other = site.browser()
    await come(other, address)
    await to_details(other)
    await other.pay(email="payer@example.com")

    await site.options(landing_page=LandingPage.HOME)
    alice = site.browser()
    await alice.open(await site.link())
    await alice.prove()
    listed = await alice.get("/receipts")
    assert "$40.00" in listed.words
    assert "Paid by somebody else" in (listed.words + (await alice.get("/receipts/1")).words)
    for page in (listed, await alice.get("/receipts/1"), await alice.get("/receipts/1.pdf")):
        assert "4242" not in page.text
        assert "payer@" not in page.text
        assert "pa•••" not in page.text
    assert "$85.50" in (await alice.get("/home")).words


async def test_whoever_else_has_the_address_learns_neither_the_card_nor_where_the_receipt_went(
    site: Site, address: str
) -> None:
    other = site.browser()
    await come(other, address)
    await to_details(other)
    await other.pay(email="payer@example.com")
    alice = site.browser()  # who made the address, and so has it
    await alice.get(address)
    assert (await alice.post(f"{address}/receipt")).to == "/pay"
    mine = (await alice.get("/pay")).to
    pages = [await alice.get(mine), await alice.get(f"{mine}.pdf")]
    assert "40.00" in pages[0].words
    assert "40.00" in pages[1].text
    sent = await alice.post(f"{mine}/receipt", {"sending": "2", "email": "alice@example.com"})
    assert sent.status == 404
    for page in pages:
        assert [word for word in ("4242", "Visa", "payer@", "pa•••") if word in page.text] == []
    assert "4242" in (await other.get(mine)).text


async def test_the_receipt_somebody_else_paid_is_sent_to_nobody_but_them(site: Site, address: str) -> None:
    other = site.browser()
    await come(other, address)
    await to_details(other)
    await other.pay(email="payer@example.com")
    alice = site.browser()
    await alice.open(await site.link())
    await alice.prove()
    await alice.get("/receipts/1")
    for typed in ("alice@example.com", ""):
        refused = await alice.post("/receipts/1/send", {"sending": "2", "email": typed})
        assert refused.status == 404
    queued = [row for row in await rows(site.house, "outbox") if row["kind"] == "receipt"]
    assert [row["recipient"] for row in queued] == ["payer@example.com"]


async def test_no_form_pays_another_sum_through_a_share(site: Site, address: str) -> None:
    other = site.browser()
    await come(other, address)
    for said in ({"amount": "125.50"}, {"amount_choice": "current"}, {"amount": "0.01"}):
        details = await to_details(other, **{"amount": "1", "amount_choice": "other"} | said)
        assert "Pay $40.00" in details.words
    await other.pay()
    assert [charge.amount for charge in site.house.gateway.asked] == [40_00]


def _session_routes(payment: str) -> list[tuple[str, str]]:
    given = {"{id}": payment, "{number}": "1", "{n}": "1", "{card}": payment}
    found = []
    for route in ROUTES:
        if route.access is Access.SESSION:
            path = route.path
            for name, value in given.items():
                path = path.replace(name, value)
            found.append((route.method, path))
    return found


_LED = {("POST", "/verify/code"): (303, "/verify"), ("POST", "/verify/office"): (303, "/pay")}
"""Forms that may be pressed twice, and find by the second press that the cookie changed."""


async def test_no_address_of_a_session_shows_or_changes_more_to_somebody_else(
    site: Site, browser: Browser, address: str
) -> None:
    await browser.get("/pay")
    assert (await to_details(browser, amount_choice="other", amount="0.50")).status == 200
    paid = await browser.post("/pay/details", {"card_token": "tok_approved"})
    hers = paid.to.rpartition("/")[2]
    other = site.browser()
    await come(other, address)
    csrf = other.csrf
    fields = {
        "amount_choice": "other",
        "amount": "5",
        "method": "email",
        "code": "123456",
        "email": "m@x.com",
    }
    may = {"/pay", "/pay/method", "/pay/details", "/session/extend", "/language", "/sign-out"}
    for method, path in _session_routes(hers):
        if path in may:
            continue
        answer = await other.get(path) if method == "GET" else await other.post(path, fields, csrf=csrf)
        met = answer.status, answer.headers.get("Location")
        # There is nobody here, whatever role she might have; of payments there are none but her own.
        expected = (404 if path.startswith("/payments/") else 401), None
        assert met == _LED.get((method, path), expected), (method, path)
        shows_nobody(answer.text, str(list(answer.headers.items())))
    assert site.house.mailer.sent == []
    assert site.house.texter.sent == []
    assert (await other.get("/pay")).status == 200  # and it is none the worse for it


async def test_the_guarantors_language_is_nobody_elses_business(site: Site, browser: Browser) -> None:
    alice = await site.house.edit(site.alice, language="es")
    await browser.open(await site.house.link(alice))
    assert '<html lang="es"' in (await browser.get("/pay/share")).text
    other = site.browser()
    page = await come(other, await share(browser))
    assert '<html lang="en"' in page.text
    await to_details(other)
    await other.pay(email="payer@example.com")
    await site.house.outbox().run_once()
    (mail,) = site.house.mailer.sent
    assert "Your payment of $40.00 was received" in mail.text


@pytest.mark.parametrize("how", ["browser", "press"])
async def test_what_somebody_else_gets_by_email_is_in_the_language_they_paid_in(
    site: Site, address: str, how: str
) -> None:
    other = site.browser()
    headers = {"Accept_Language": "es-US,es;q=0.9"} if how == "browser" else {}
    if how == "press":
        await other.get(f"{address}?lang=es")
    await come(other, address)
    await to_details(other)
    answer = await other.post(
        "/pay/details", {"card_token": "tok_approved", "email": "payer@example.com"}, **headers
    )
    await other.get(answer.to)
    await other.post(f"{answer.to}/receipt", {"sending": "2", "email": ""})
    payment = answer.to.rpartition("/")[2]
    back = GiveBack(amount=Cents(1_00), reason="Too much", by="staff 1", number=None)
    assert isinstance(await site.house.refunds.give(payment, back, within=EVERYWHERE), Refund)
    await site.house.outbox().run_once()
    assert len(site.house.mailer.sent) == 3, "the receipt, the same once more, and what was given back"
    for mail in site.house.mailer.sent:
        assert left_over(mail.text, site.group.name, "payer@example.com") == set(), mail.text
        shows_nobody(mail.text, mail.html or "")


async def test_the_guarantor_is_told_that_her_share_was_paid_in_her_language(
    site: Site, browser: Browser, address: str
) -> None:
    assert "Somebody else paid" not in (await browser.get("/pay/share")).words
    other = site.browser()
    await come(other, address)
    await to_details(other)
    await other.pay(email="payer@example.com")
    for path in ("/pay/share", "/pay"):
        page = await browser.get(path)
        assert "Somebody else paid $40.00 for you on " in page.words
        assert "share-address" not in page.text
        assert [word for word in ("4242", "Visa", "payer@") if word in page.text] == []
        spanish = await browser.get(f"{path}?lang=es")
        assert "Otra persona pagó $40.00 por usted el " in spanish.words
        await browser.get(f"{path}?lang=en")
    again = await site.browser().get(address)
    assert "Somebody else paid" not in again.words

    third = site.browser()
    assert "Somebody else paid" not in (await come(third, await share(browser, "85.50"))).words
    await to_details(third)
    await third.pay()
    nothing = await browser.get("/pay/share")
    assert "There is nothing to pay" in nothing.words
    assert "Somebody else paid $85.50 for you on " in nothing.words


async def test_the_page_of_shares_keeps_what_is_typed_in_another_language(
    site: Site, browser: Browser
) -> None:
    await browser.open(await site.link())
    page = await browser.get("/pay/share")
    assert 'name="back" value="/pay/share"' in page.text
    assert (await browser.post("/language", {"language": "es", "back": "/pay/share"})).to == "/pay/share"


async def test_somebody_elses_card_is_never_stored(site: Site, address: str) -> None:
    await site.options(payment_method_storage=True)
    other = site.browser()
    await come(other, address)
    assert "store_card" not in (await to_details(other)).text
    refused = await other.post("/pay/details", {"card_token": "tok_approved", "store_card": "yes"})
    assert refused.status == 422
    assert site.house.gateway.asked == []


async def test_a_share_takes_one_payment(site: Site, address: str) -> None:
    first, second = site.browser(), site.browser()
    for one in (first, second):
        await come(one, address)
        await to_details(one)
    answers = await asyncio.gather(
        *(one.post("/pay/details", {"card_token": "tok_approved"}) for one in (first, second, first, second))
    )
    assert {answer.status for answer in answers} <= {303, 409}
    assert len(site.house.gateway.asked) == 1
    dead = await site.browser().get(address)
    assert dead.status == 410
    assert "paid" in dead.words


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("token", ["tok_approved", "tok_silent"])
async def test_whose_card_was_not_charged_is_told_so_and_not_thanked(
    site: Site, browser: Browser, token: str, *, shared: bool
) -> None:
    link = await site.link()
    await browser.open(link)
    address = await share(browser) if shared else f"/q/{site.house.token(link)}"
    first, second = site.browser(), site.browser()
    for one in (first, second):
        await come(one, address)
        await to_details(one)
    assert ("Change the amount" in (await second.get("/pay/method")).words) is not shared
    mine = (await first.post("/pay/details", {"card_token": token})).to
    own = await first.get(mine)
    assert "Nothing was charged here" not in own.words
    assert (await second.post("/pay/details", {"card_token": "tok_approved"})).to == mine
    page = await second.get(mine)
    assert page.payment_status == own.payment_status
    assert "Nothing was charged here" in page.words
    assert [words for words in ("Thank you, your payment", "your card") if words in page.words] == []
    assert len(site.house.gateway.asked) == 1


async def test_where_less_is_owed_by_now_it_is_not_paid_and_not_said_why(
    site: Site, browser: Browser, address: str
) -> None:
    other = site.browser()
    await come(other, address)
    await to_details(other)
    await browser.get("/pay")
    await to_details(browser, amount_choice="other", amount="100")
    assert (await browser.pay()).payment_status == "paid"

    refused = await other.post("/pay/details", {"card_token": "tok_approved"})
    assert "was not charged" in refused.words
    again = await other.get("/pay")
    assert "cannot be paid here now" in again.words
    shows_nobody(refused.text, again.text)
    assert "25.50" not in refused.text + again.text
    assert [charge.amount for charge in site.house.gateway.asked] == [100_00]


async def test_while_a_payment_is_on_its_way_or_nothing_is_taken_it_says_so_and_no_more(
    site: Site, browser: Browser, address: str
) -> None:
    other = site.browser()
    await come(other, address)
    await to_details(other)
    await site.options(credit_card=False)
    assert "cannot be paid here now" in (await other.get("/pay")).words
    await site.options(credit_card=True)
    assert "$40.00" in (await other.get("/pay")).words
    await browser.get("/pay")
    await to_details(browser, amount_choice="other", amount="7")
    await browser.post("/pay/details", {"card_token": "tok_silent"})
    page = await other.get("/pay")
    assert "cannot be paid here now" in page.words
    refused = await other.post("/pay/details", {"card_token": "tok_approved"})
    assert refused.status == 409
    assert "Your card was not charged here." in refused.words
    shows_nobody(page.text, refused.text)
    assert [charge.amount for charge in site.house.gateway.asked] == [7_00]


async def test_another_share_ends_the_one_before_for_whoever_has_it_open(
    site: Site, browser: Browser, address: str
) -> None:
    other = site.browser()
    await come(other, address)
    second = await share(browser, "10.00")
    assert second != address
    assert (await site.browser().get(address)).status == 410
    assert (await other.get("/pay")).status == 410
    assert "$10.00" in (await come(site.browser(), second)).words


async def test_a_share_can_be_stopped(site: Site, browser: Browser, address: str) -> None:
    other = site.browser()
    await come(other, address)
    await to_details(other)
    assert (await browser.post("/pay/share/stop")).to == "/pay/share"
    page = await browser.get("/pay/share")
    assert "share-address" not in page.text
    assert (await other.post("/pay/details", {"card_token": "tok_approved"})).status == 410
    assert site.house.gateway.asked == []


async def test_two_shares_made_at_once_leave_one_that_opens(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    await browser.get("/pay/share")
    form = {"amount_choice": "other", "amount": "7"}
    answers = await asyncio.gather(*(browser.post("/pay/share", form) for _ in range(5)))
    assert {answer.status for answer in answers} == {303}
    shares = await site.house.do(lambda tx: tx.links.shares(site.alice.id))
    links = [await site.house.do(lambda tx, one=one: tx.links.by_serial(one)) for one in shares]
    assert [link.state for link in links if link].count(LinkState.ACTIVE) == 1
    assert len(links) == 5


async def test_a_share_lasts_a_week_and_no_day_brings_more_than_ten(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    for _ in range(10):
        address = await share(browser)
    await browser.get("/pay/share")
    refused = await browser.post("/pay/share", {"amount_choice": "other", "amount": "1"})
    assert refused.status == 429
    assert (await site.browser().get(address)).status == 200
    site.house.clock.advance(SHARE_LIFE - timedelta(seconds=1))
    assert (await site.browser().get(address)).status == 200
    site.house.clock.advance(timedelta(seconds=1))
    assert (await site.browser().get(address)).status == 410


async def test_where_everybody_must_prove_nothing_is_shared_and_what_was_opens_no_more(
    site: Site, browser: Browser, address: str
) -> None:
    other, late = site.browser(), site.browser()
    await come(other, address)
    await late.get(address)
    await site.options(require_mfa=True)
    for answer in (await other.get("/pay"), await late.post(address), await site.browser().get(address)):
        assert answer.status in {401, 410}
        shows_nobody(answer.text)
        assert "40.00" not in answer.text
    used = await site.house.do(lambda tx: tx.links.share_of(site.alice.id, site.house.clock.now()))
    assert used is not None
    assert used.uses == 1  # the refused press cost none

    alice = site.browser()
    await alice.open(await site.link())
    await alice.prove()
    assert "/pay/share" not in (await alice.get("/pay")).text
    assert (await alice.get("/pay/share")).status == 403
    assert (await alice.post("/pay/share", {"amount_choice": "other", "amount": "1"})).status == 403


async def test_bad_sums_are_said_at_their_field_and_nothing_is_made(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    await browser.get("/pay/share")
    for typed, said in (("200", "more than is owed"), ("-1", "above $0.00"), ("1.005", "two digits")):
        answer = await browser.post("/pay/share", {"amount_choice": "other", "amount": typed})
        assert answer.status == 422
        assert said in answer.words
        assert f'value="{typed}"' in answer.text
        assert 'id="amount-error"' in answer.text
    assert (await browser.post("/pay/share", {})).status == 422
    assert await site.house.do(lambda tx: tx.links.shares(site.alice.id)) == frozenset()


async def test_the_words_to_pass_on_name_the_group_the_sum_and_the_link(
    site: Site, browser: Browser, address: str
) -> None:
    page = await browser.get("/pay/share")
    (sms,) = re.findall(r'href="sms:\?&amp;body=([^"]+)"', page.text)
    (mail,) = re.findall(r'href="mailto:\?subject=[^"]+&amp;body=([^"]+)"', page.text)
    for body in (sms, mail):
        words = unquote(body)
        assert f"https://pay.example.com{address}" in words
        assert "$40.00" in words
        assert site.group.name in words
        shows_nobody(words)


async def test_a_share_out_of_a_portal_session_is_a_link_like_any(site: Site, browser: Browser) -> None:
    handoff = await site.house.handoff(site.alice)
    path = f"/handoff/{site.house.token(handoff)}"
    await browser.get(path)
    await browser.post(path)
    assert "$40.00" in (await come(site.browser(), await share(browser))).words
    (serial,) = await site.house.do(lambda tx: tx.links.shares(site.alice.id))
    link = await site.house.do(lambda tx: tx.links.by_serial(serial))
    assert link is not None
    assert link.origin is Origin.WEBSITE
    assert link.return_url is None
