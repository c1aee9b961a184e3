"""The staff's pages of payments: finding, giving back in two steps, posting by hand, closing batches."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.guarantors import Account
from quickpay.domain.payments import Payment, PaymentState
from quickpay.domain.staff import StaffRole
from quickpay.services.running.checks import Checks
from tests.factories import NOW, make_line, make_statement
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.handlers.test_markup import _sound
from tests.people import House

LIST = "/staff/payments"
BATCHES = "/staff/batches"
OLD = make_line("8-1", remaining=5_000, date=NOW.date() - timedelta(days=30))
NEW = make_line("9-1", remaining=8_000, date=NOW.date())


@pytest.fixture
async def site(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made
        assert await Checks(store=made.site.house.store, clock=made.site.house.clock).run() == []


async def _as(here: StaffSite, role: StaffRole = StaffRole.BILLING, *groups: str) -> Browser:
    return await here.sign_in(await here.member(f"one of {role} {groups}", role, *groups))


async def _paid(here: StaffSite, amount: int, *, posted: bool = True) -> Payment:
    """Alice owes 50.00 and 80.00, and pays so much of it."""
    house = here.site.house
    if not posted:
        await house.change(here.site.group, auto_post=False)
    await house.edit(
        here.site.alice,
        Account(lines=(OLD, NEW), statements=(make_statement(OLD.service_id, NEW.service_id),)),
    )
    alice = await house.come(await here.site.link(single_payment=False))
    return await alice.pays(amount=amount, email="me@example.com")


async def _give(browser: Browser, path: str, amount: str, reason: str = "Paid twice") -> Answer:
    """Walk through both steps."""
    await browser.get(f"{path}/refund")
    sure = await browser.post(f"{path}/refund", {"step": "check", "amount": amount, "reason": reason})
    assert sure.status == 200, sure.words
    _sound(sure)
    return await browser.post(f"{path}/refund", _fields(sure))


def _fields(page: Answer) -> dict[str, str]:
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {name: value for name, value in hidden if name != "csrf"}


async def test_a_refund_in_two_steps_a_part_and_then_the_rest(site: StaffSite) -> None:
    payment = await _paid(site, 7_000)
    path = f"{LIST}/{payment.id}"
    browser = await _as(site)
    page = await browser.get(path)
    for words in (
        "$70.00 Paid",
        "8-1 $50.00 9-1 $20.00",
        "Visa ending in 4242",
        "Pay was pressed for $70.00",
    ):
        assert words in page.words, words
    _sound(page)
    first = await browser.get(f"{path}/refund")
    assert 'value="70.00"' in first.text
    _sound(first)
    sure = await browser.post(f"{path}/refund", {"step": "check", "amount": "30", "reason": " Paid  twice "})
    for words in ("Refund $30.00?", "9-1 $20.00", "8-1 $10.00", "stays Paid", "told by email", "Paid twice"):
        assert words in sure.words, words
    assert site.site.house.gateway.refunds == {}, "nothing happens before the second step"
    done = await browser.post(f"{path}/refund", _fields(sure))
    assert done.to == f"{path}?refund=1"
    page = await browser.get(done.to)
    for words in ("Given back.", "Given back: $30.00; so far $30.00 of it.", "one of billing", "8-1 $40.00"):
        assert words in page.words, words
    _sound(page)
    await _give(browser, path, "40.00")
    page = await browser.get(path)
    assert "$70.00 Refunded" in page.words
    assert "Where the money is All of it was given back." in page.words
    assert f"{path}/refund" not in page.text
    assert "There is nothing to give back" in (await browser.get(f"{path}/refund")).words
    assert (await site.site.house.payment(payment.id)).state is PaymentState.REFUNDED


async def test_a_refund_says_whose_and_what_came_before_and_what_was_typed_can_be_changed(
    site: StaffSite,
) -> None:
    payment = await _paid(site, 7_000)
    path = f"{LIST}/{payment.id}/refund"
    browser = await _as(site)
    whose = f"Account {site.site.alice.number} · Lakeside"
    assert whose in (await browser.get(path)).words
    sure = await browser.post(path, {"step": "check", "amount": "30", "reason": "Paid twice"})
    assert whose in sure.words
    assert "given back before" not in sure.words
    changed = await browser.post(path, _fields(sure) | {"change": "yes"})
    for kept in ('value="30.00"', 'value="Paid twice"'):
        assert kept in changed.text
    assert site.site.house.gateway.refunds == {}
    await browser.post(path, _fields(sure))
    again = await browser.post(path, {"step": "check", "amount": "30", "reason": "Paid twice"})
    assert "Of this payment $30.00 was given back before; this comes on top." in again.words


@pytest.mark.parametrize(
    ("typed", "reason", "said", "field"),
    [
        ("70.01", "x", "more than is left of the payment, $70.00", "amount"),
        ("", "x", "Enter an amount", "amount"),
        ("0", "x", "above $0.00", "amount"),
        ("-1", "x", "above $0.00", "amount"),
        ("1e3", "x", "Enter an amount", "amount"),
        ("9999999999", "x", "more than was paid", "amount"),
        ("1.001", "x", "two digits", "amount"),
        ("10", " ", "Say why", "reason"),
        ("10", "y" * 201, "too long", "reason"),
        ("10", "4242 4242 4242 4242", "card number", "reason"),
    ],
)
async def test_what_cannot_be_given_back_is_said_at_its_field(
    site: StaffSite, typed: str, reason: str, said: str, field: str
) -> None:
    payment = await _paid(site, 7_000)
    browser = await _as(site)
    await browser.get(f"{LIST}/{payment.id}/refund")
    for step in ("check", "give"):
        form = {"step": step, "amount": typed, "reason": reason, "number": "1"}
        refused = await browser.post(f"{LIST}/{payment.id}/refund", form)
        assert refused.status == 422
        assert said in refused.words
        assert f'href="#{field}"' in refused.text
        _sound(refused)
    assert site.site.house.gateway.refunds == {}


async def test_r92_a73_a_double_click_and_two_tabs_are_one_refund(site: StaffSite) -> None:
    payment = await _paid(site, 7_000)
    path = f"{LIST}/{payment.id}"
    browser, other = await _as(site), await _as(site, StaffRole.ADMIN)
    pages = []
    for one in (browser, browser, other):
        await one.get(f"{path}/refund")
        form = {"step": "check", "amount": "30", "reason": "Paid twice"}
        pages.append((one, _fields(await one.post(f"{path}/refund", form))))
    answers = await asyncio.gather(*(one.post(f"{path}/refund", fields) for one, fields in pages * 3))
    assert {answer.status for answer in answers} == {303}
    assert (await site.site.house.payment(payment.id)).refunded == 3_000
    assert len(site.site.house.gateway.refunds) == 1
    late = next(answer.to for answer in answers if "meanwhile" in answer.to)
    assert "Somebody changed this payment meanwhile" in (await browser.get(late)).words


async def test_a_refund_without_an_answer_is_said_to_be_on_its_way(site: StaffSite) -> None:
    payment = await _paid(site, 7_000)
    path, house = f"{LIST}/{payment.id}", site.site.house
    house.gateway.down = True
    browser = await _as(site)
    page = await browser.get((await _give(browser, path, "30")).to)
    assert "Refused, nothing was given back: the gateway could not be reached" in page.words
    house.gateway.down = False
    assert "Given back." in (await browser.get((await _give(browser, path, "30")).to)).words


async def test_who_may_give_back_and_who_may_only_look(site: StaffSite) -> None:
    payment = await _paid(site, 7_000, posted=False)
    await site.site.house.group("hilltop")
    path = f"{LIST}/{payment.id}"
    batch = f"{BATCHES}/{payment.batch_id}"
    for role in StaffRole:
        browser = await _as(site, role)
        may = role in {StaffRole.BILLING, StaffRole.ADMIN}
        page = await browser.get(path)
        assert page.status == 200
        assert (f"{path}/refund" in page.text, f"{path}/post" in page.text) == (may, may)
        assert (f"{batch}/close" in (await browser.get(batch)).text) is may
        for action in (f"{path}/refund", f"{path}/post", f"{batch}/close"):
            assert (await browser.get(action)).status == (200 if may else 403), (role, action)
            if not may:
                assert (await browser.post(action)).status == 403
    theirs = await _as(site, StaffRole.ADMIN, "hilltop")
    for gone in (path, f"{path}/refund", f"{path}/post", batch, f"{batch}/close"):
        assert (await theirs.get(gone)).status == 404
        if gone.endswith(("refund", "post", "close")):
            await theirs.get(LIST)
            assert (await theirs.post(gone, {"amount": "1", "reason": "x"})).status == 404
    for listed in (f"{LIST}?group=lakeside", LIST, BATCHES):
        found = await theirs.get(listed)
        assert "Alicia" not in found.text
        assert "Lakeside" not in found.text


async def test_the_list_is_filtered_by_its_address_and_adds_up(site: StaffSite) -> None:
    house = site.site.house
    payment = await _paid(site, 7_000)
    bob = await house.guarantor(site.site.group, number="20001", first_name="Bob", preferred_name=None)
    person = await house.come(await house.link(bob, single_payment=False))
    await person.pays("tok_declined", amount=100)
    house.later(days=2)
    person = await house.come(await house.link(bob, single_payment=False))
    await person.pays(amount=200)
    browser = await _as(site)
    every = await browser.get(LIST)
    assert "3 payments fit." in every.words
    assert "Took money 2 Received $72.00 Given back $0.00 Kept $72.00" in every.words
    _sound(every)
    for query, count in {
        "number=20001": 2,
        "number=20001&state=declined": 1,
        "state=succeeded": 2,
        "method=apple_pay": 0,
        "origin=sms": 3,
        f"batch={payment.batch_id}": 2,
        "first=2026-11-23": 1,
        "last=2026-11-21": 2,
        "group=lakeside": 3,
    }.items():
        words = (await browser.get(f"{LIST}?{query}")).words
        said = {0: "No payment fits.", 1: "1 payment fits."}.get(count, f"{count} payments fit.")
        assert said in words, query
    for query, said in {
        "first=x": "Choose a day",
        "first=2026-11-22&last=2026-11-21": "before the first",
        "batch=x": "Type a batch",
        "number=" + "9" * 65: "too long",
        "group=nowhere": "There is no such group",
        "state=nonsense": "Choose one of these",
        "method=cash": "Choose one of these",
        "origin=fax": "Choose one of these",
    }.items():
        wrong = await browser.get(f"{LIST}?{query}")
        assert (wrong.status, said in wrong.words) == (422, True), query
        _sound(wrong)
    assert (await browser.get(f"{LIST}/nobody")).status == 404


async def test_the_list_is_turned_page_by_page_and_nothing_is_missed(site: StaffSite) -> None:
    house = site.site.house
    account = Account(lines=(make_line("7-1", remaining=90_000),), statements=(make_statement("7-1"),))
    bob = await house.guarantor(site.site.group, account, number="20001")
    person = await house.come(await house.link(bob, single_payment=False, max_uses=900))
    for number in range(53):
        if number % 4 == 0:
            person = await house.come(
                await house.link(bob, single_payment=False), address=f"192.0.2.{number}"
            )
        await person.pays(amount=100)
    browser = await _as(site)
    first = await browser.get(LIST)
    assert "53 payments fit; 50 are shown here." in first.words
    older = re.search(r'href="([^"]*before=[^"]*)">Older', first.text)
    assert older
    second = await browser.get(older[1].replace("&amp;", "&"))
    seen = re.findall(r'href="/staff/payments/([0-9a-f-]{36})"', first.text + second.text)
    assert len(seen) == len(set(seen)) == 53
    assert "Newest payments" in second.words


async def test_what_is_on_no_line_is_put_where_staff_say(site: StaffSite) -> None:
    payment = await _paid(site, 7_000, posted=False)
    path = f"{LIST}/{payment.id}"
    browser = await _as(site)
    page = await browser.get(path)
    assert "Automatic posting is off for this group." in page.words
    form = await browser.get(f"{path}/post")
    assert [*re.findall(r'name="(line\.\w)" [^>]*value="([\d.]*)"', form.text)] == [
        ("line.a", "50.00"),
        ("line.b", "20.00"),
    ]
    _sound(form)
    seen = _fields(form)
    for amounts, said in (
        ({"line.a": "50.01"}, "More than remains on this line"),
        ({"line.a": "50", "line.b": "20.01"}, "more than is unapplied. There are $70.00."),
        ({"line.a": "", "line.b": "0"}, "Type an amount at one line"),
        ({"line.b": "x"}, "Enter an amount in dollars"),
    ):
        refused = await browser.post(f"{path}/post", seen | amounts)
        assert (refused.status, said in refused.words) == (422, True), said
        _sound(refused)
    done = await browser.post(f"{path}/post", seen | {"line.b": "30"})
    assert done.to == f"{path}?posted=1"
    again = await browser.post(f"{path}/post", seen | {"line.b": "30"})
    assert again.to == f"{path}?meanwhile=1"
    after = await site.site.house.payment(payment.id)
    assert after.unapplied == 4_000
    assert after.change_number > payment.change_number
    page = await browser.get(path)
    assert "9-1 $30.00" in page.words
    assert "Put on lines by one of billing (): $30.00 of it." in page.words


async def test_lines_in_collections_are_not_offered(site: StaffSite) -> None:
    payment = await _paid(site, 7_000, posted=False)
    gone = make_line("9-1", remaining=8_000, in_collections=True, date=NEW.date)
    await site.site.house.edit(site.site.alice, Account(lines=(OLD, gone), statements=()))
    form = await (await _as(site)).get(f"{LIST}/{payment.id}/post")
    assert "8-1" in form.words
    assert "9-1" not in form.words


async def test_a_form_shown_before_the_bill_changed_posts_nothing(site: StaffSite) -> None:
    payment = await _paid(site, 7_000, posted=False)
    browser = await _as(site)
    path = f"{LIST}/{payment.id}"
    seen = _fields(await browser.get(f"{path}/post"))
    await site.site.house.edit(site.site.alice, Account(lines=(NEW,), statements=()))
    for typed in ("50", "x"):  # what cannot be read is not put before her beside another line either
        assert (await browser.post(f"{path}/post", seen | {"line.a": typed})).to == f"{path}?meanwhile=1"
    assert (await site.site.house.payment(payment.id)).unapplied == 7_000


async def test_a_batch_is_closed_by_staff_once_and_the_next_receipt_opens_another(site: StaffSite) -> None:
    payment = await _paid(site, 1_000)
    path = f"{BATCHES}/{payment.batch_id}"
    browser = await _as(site)
    listed = await browser.get(BATCHES)
    assert re.search(r"Nov 21, 2026 , batch \d+ \d+ Lakeside Open 1 \$10.00 \$0.00 \$0.00", listed.words)
    _sound(listed)
    asked = await browser.get(f"{path}/close")
    assert "It holds 1 receipt and $10.00." in asked.words
    _sound(asked)
    await asyncio.gather(*(browser.post(f"{path}/close") for _ in range(3)))
    site.site.house.later(minutes=5)
    other = await _as(site, StaffRole.ADMIN)
    await other.get(f"{path}/close")
    assert (await other.post(f"{path}/close")).to == f"{path}?closed=1"
    page = await browser.get(f"{path}?closed=1")
    assert "This batch is closed." in page.words
    assert "by one of billing" in page.words
    _sound(page)
    assert "There is no such batch yet." in (await browser.get(f"{BATCHES}?state=open")).words
    alice = await site.site.house.come(await site.site.link(single_payment=False))
    later = await alice.pays(amount=1_000)
    assert later.batch_id != payment.batch_id
    assert "Batch" in (await browser.get(f"{BATCHES}?state=open")).words
    for odd in ("0", "99999999", "x", "9" * 30):
        assert (await browser.get(f"{BATCHES}/{odd}")).status == 404


async def test_the_patient_s_receipt_says_what_was_given_back(site: StaffSite) -> None:
    patient = site.site.browser()
    link = await site.site.link(single_payment=False)
    await patient.come_to_pay(link, amount="25.00")
    paid = await patient.pay()
    assert paid.payment_status == "paid"
    mine = re.search(r'href="(/payments/[0-9a-f-]+)\.pdf"', paid.text)
    assert mine
    path = f"{LIST}/{mine[1].rpartition('/')[2]}"
    browser = await _as(site)
    await _give(browser, path, "10")
    part = await patient.get(mine[1])
    assert "Given back $10.00 Status Paid" in part.words
    assert "$10.00 of it was given back." in part.words
    await _give(browser, path, "15")
    whole = await patient.get(mine[1])
    assert whole.payment_status == "paid"
    assert "This payment was refunded" in whole.words
    assert "Given back $25.00 Status Refunded" in whole.words
    _sound(whole)
    paper = await patient.get(f"{mine[1]}.pdf")
    assert "Refunded" in paper.text
    assert "$25.00" in paper.text


@pytest.mark.parametrize("csrf", ["", "x"])
async def test_a53_every_form_needs_its_token(site: StaffSite, csrf: str) -> None:
    payment = await _paid(site, 7_000, posted=False)
    browser = await _as(site, StaffRole.ADMIN)
    for path in (
        f"{LIST}/{payment.id}/refund",
        f"{LIST}/{payment.id}/post",
        f"{BATCHES}/{payment.batch_id}/close",
    ):
        form = {"step": "give", "amount": "1", "reason": "x", "number": "1"}
        assert (await browser.post(path, form, csrf=csrf)).status == 403
    assert site.site.house.gateway.refunds == {}
