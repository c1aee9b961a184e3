"""No way around the proof, the row and the clock: by address, field, header or press."""

import re
from collections.abc import Iterator

import pytest

from quickpay.adapters.store.schema import metadata
from quickpay.domain.options import LogoutFunction
from quickpay.domain.origins import Origin
from quickpay.domain.payments import PaymentState
from quickpay.handlers.access import Access
from quickpay.handlers.routes import ROUTES
from quickpay.ports.gateway import NoAnswer
from tests.handlers.site import Answer, Browser, Site

_OF_ALICE = ("Alice", "Alicia", "10067", "125.50", "12550", "20.00", "5550101", "67563", "Visa")
_HER_CARD = re.compile(r"(?<![\w-])4242(?![\w-])")  # what is drawn by chance may hold these figures too
_PROOF = ("/verify", "/verify/code", "/verify/resend", "/verify/office")


def _session_routes(payment_id: str) -> Iterator[tuple[str, str]]:
    for route in ROUTES:
        if route.access is Access.SESSION:
            yield route.method, route.path.replace("{id}", payment_id)
            if route.method == "GET":
                yield "HEAD", route.path.replace("{id}", payment_id)


def _shows_nobody(answer: Answer) -> None:
    everything = answer.text + str(list(answer.headers.items()))
    everything = everything.replace("al•••@example.com", "").replace("•••• ••01", "")
    assert [words for words in (*_OF_ALICE, "alice@example.com") if words in everything] == []
    assert not _HER_CARD.search(everything)


@pytest.mark.parametrize("whose", ["a new session", "the session that paid before"])
async def test_r40_a33_no_address_leads_around_the_proof(site: Site, browser: Browser, whose: str) -> None:
    link = await site.link(origin=Origin.STATEMENT, single_payment=False)
    await browser.come_to_pay(link, amount="20")
    paid = await browser.post("/pay/details", {"card_token": "tok_approved"})
    charged = len(site.house.gateway.asked)
    await site.options(require_mfa=True)
    if whose == "a new session":
        browser = site.browser()
        assert (await browser.open(link)).to == "/verify"
    await browser.get("/verify")
    csrf = browser.csrf
    fields = {"amount_choice": "current", "method": "card", "card_token": "tok_approved", "code": "123456"}
    seen = set()
    for method, path in sorted(_session_routes(paid.to.rpartition("/")[2]), key=lambda one: one[1]):
        if path == "/sign-out" or (method, path) in {("POST", "/not-me"), ("POST", "/session/extend")}:
            continue  # open before the proof too
        if method == "POST":
            answer = await browser.post(path, fields, csrf=csrf)
        else:
            answer = await browser.get(path, method=method)
        _shows_nobody(answer)
        if path not in _PROOF:
            # Whoever holds the link may read these; whose it is stands nowhere.
            allowed = {200} if path in {"/not-me", "/session/extend"} else {303, 403, 404}
            assert answer.status in allowed, (method, path, answer.status)
            while answer.status == 303 and answer.to != "/verify":
                assert answer.to in {"/pay", "/pay/method", paid.to}
                answer = await browser.get(answer.to)
                assert answer.status == 303
            seen.add(path)
    assert {"/pay", "/pay/method", "/pay/details", paid.to} <= seen
    assert len(site.house.gateway.asked) == charged


@pytest.mark.parametrize("function", list(LogoutFunction))
async def test_r69_whatever_the_control_is_time_ends_the_session(
    site: Site, browser: Browser, function: LogoutFunction
) -> None:
    await site.options(logout_function=function)
    await browser.come_to_pay(await site.link())
    site.house.later(minutes=20, seconds=1)
    for path in ("/pay", "/pay/method", "/pay/details", "/verify"):
        assert (await browser.get(path)).status == 401
    assert (await browser.post("/pay/details", {"card_token": "tok_approved"})).status == 401
    assert site.house.gateway.asked == []


async def test_r85_an_address_that_says_paid_is_not_believed(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link())
    site.house.gateway.then(NoAnswer(reason="timed_out"))
    result = await browser.post("/pay/details", {"card_token": "tok_approved"})
    said = "?status=succeeded&payment_status=paid&redirect_status=succeeded&amount=12550"
    page = await browser.get(result.to + said)
    assert page.payment_status == "unknown"
    payment = await site.house.payment(result.to.rpartition("/")[2])
    assert payment.state is PaymentState.UNKNOWN


async def test_a7_a_scanner_that_presses_every_button_gets_one_code_sent_and_pays_nothing(
    site: Site, browser: Browser
) -> None:
    await site.options(require_mfa=True)
    token = site.house.token(await site.link(origin=Origin.STATEMENT))
    to_do = [f"/q/{token}"]
    for _ in range(40):
        path = to_do.pop(0)
        page = await browser.get(path)
        if page.status == 303:
            to_do.append(page.to)
            continue
        for head, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page.text, re.DOTALL):
            named = re.search(r'action="([^"]+)"', head)
            fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', inside))
            fields.pop("csrf", None)
            if named is None or named[1] != "/sign-out":
                pressed = await browser.post(named[1] if named else path, fields | {"code": "123456"})
                to_do += [pressed.to] if pressed.status == 303 else []
        to_do += ["/verify", "/verify/code"]
    await site.house.at_rest()
    assert len(site.house.mailer.sent) + len(site.house.texter.sent) == 1
    assert site.house.gateway.asked == []


async def test_r42_a15_the_origin_is_the_rows_whatever_the_visitor_says(site: Site, browser: Browser) -> None:
    await site.options(require_mfa=True, require_opposing_contact_methods=True)
    link = await site.link(origin=Origin.SMS)
    claim = "?ch=email&origin=email&channel=email&utm_source=email"
    heads = {"Referer": "https://mail.example.com/inbox", "User_Agent": "Thunderbird/140.0"}
    path = f"/q/{site.house.token(link)}"
    await browser.get(path + claim, **heads)
    assert (
        await browser.post(path + claim, {"origin": "email", "channel": "email"}, **heads)
    ).to == "/verify"
    page = await browser.get("/verify" + claim, **heads)
    assert ('value="email"' in page.text, 'value="sms"' in page.text) == (True, False)
    answer = await browser.post("/verify" + claim, {"method": "sms", "origin": "email"}, **heads)
    assert answer.status == 422
    await site.house.at_rest()
    assert site.house.texter.sent == []


async def test_a58_fields_nobody_asked_for_do_nothing(site: Site, browser: Browser) -> None:
    everything = {column.name: "1" for table in metadata.tables.values() for column in table.c}
    everything |= {"role": "authorized_patient", "state": "succeeded", "currency": "eur"}
    for ours in ("csrf", "method", "amount", "email", "card_token", "order"):
        everything.pop(ours, None)
    link = await site.link()
    path = f"/q/{site.house.token(link)}"
    await browser.get(path)
    assert (await browser.post(path, _few(everything))).to == "/pay"
    await browser.get("/pay")
    await browser.post("/pay", {"amount_choice": "current", **_few(everything)})
    await browser.get("/pay/method")
    await browser.post("/pay/method", {"method": "card", **_few(everything)})
    await browser.get("/pay/details")
    paid = await browser.post("/pay/details", {"card_token": "tok_approved", **_few(everything)})
    payment = await site.house.payment(paid.to.rpartition("/")[2])
    assert (payment.amount, payment.currency, payment.guarantor_id) == (12_550, "usd", site.alice.id)
    assert (payment.state, payment.link_serial) == (PaymentState.SUCCEEDED, link.serial)


def _few(fields: dict[str, str]) -> dict[str, str]:
    """As many as a form may have, those that would matter most among them."""
    first = (
        "group_id",
        "guarantor_id",
        "role",
        "state",
        "currency",
        "link_serial",
        "single_payment",
        "purpose",
    )
    assert set(first) <= set(fields)
    names = [*first, *sorted(set(fields) - set(first))][:40]
    return {name: fields[name] for name in names}


async def test_a16_a59_a_link_opens_its_own_groups_page_and_nothing_of_anothers(
    site: Site, browser: Browser
) -> None:
    bayside = await site.house.group("bayside")
    bob = await site.house.guarantor(
        bayside, number="20001", first_name="Bob", preferred_name=None, email="bob@example.com"
    )
    await browser.come_to_pay(await site.link(), amount="20")
    mine = await browser.post("/pay/details", {"card_token": "tok_approved"})
    theirs = await site.house.link(bob)
    other = site.browser()
    assert "Bayside" in (await other.get(f"/q/{site.house.token(theirs)}")).words
    details = await other.come_to_pay(theirs, amount="20")
    assert "Lakeside" not in details.text
    assert (await other.get(mine.to)).status == 404
    order = re.search(r'name="order" value="([^"]+)"', details.text)
    assert order
    fresh = site.browser()
    await fresh.come_to_pay(await site.link(), amount="30")
    await fresh.post("/pay/details", {"card_token": "tok_approved", "order": order[1]})
    assert len(site.house.gateway.asked) == 1
