"""What a bill is for is on no page and in no message, and names are text wherever they stand."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from quickpay.domain.guarantors import Account, Patient
from quickpay.domain.origins import Origin
from quickpay.mfa.methods import Method as Way
from quickpay.ports.gateway import Approved, Card
from tests.factories import make_line, make_outside_receipt, make_statement
from tests.handlers.site import Answer, Browser, Site
from tests.people import wrong

_CLINICAL: dict[str, Any] = {
    "code": "J45909",
    "description": "Asthma, unspecified",
    "facility": "Riverside Oncology",
    "provider": "Dr. Melanoma",
}
_POISON = re.compile(
    "J45909|asthma|oncology|melanoma|tuberculosis|99213|90-1|90-2|S-HIV|chemo", re.IGNORECASE
)
_MARKUP = "<img src=x onerror=alert(1)><b>\"'&amp;"


def _account() -> Account:
    lines = tuple(make_line(f"90-{number}", patient="PX", **_CLINICAL) for number in (1, 2))
    cut = make_statement("90-1", "90-2", id="S-HIV", balance=25_100)
    return Account(
        lines=lines, statements=(cut,), receipts=(make_outside_receipt(method="chemo", source="oncology"),)
    )


async def _walk(site: Site, browser: Browser, *, token: str = "tok_approved") -> list[Answer]:
    """Every page from the link to the result, the proof and a lock among them."""
    link = await site.link(origin=Origin.STATEMENT, single_payment=False)
    path = f"/q/{site.house.token(link)}"
    answers = [await browser.get(path), await browser.post(path), await browser.get("/verify")]
    answers.append(await browser.post("/verify", {"method": "email"}))
    await site.house.at_rest()
    answers.append(await browser.get("/verify/code"))
    code = site.house.last_code(Way.EMAIL)
    answers.append(await browser.post("/verify/code", {"code": wrong(code)}))
    answers.append(await browser.post("/verify/code", {"code": code}))
    answers.append(await browser.get("/pay"))
    answers.append(await browser.post("/pay", {"amount_choice": "other", "amount": "999"}))
    answers.append(await browser.post("/pay", {"amount_choice": "other", "amount": "20"}))
    answers.append(await browser.get("/pay/method"))
    answers.append(await browser.post("/pay/method", {"method": "card"}))
    answers.append(await browser.get("/pay/details"))
    answers.append(await browser.pay(token, email="me@example.com"))
    answers.append(await browser.get("/pay"))
    return answers


async def _everything_said(site: Site, answers: list[Answer]) -> list[str]:
    """Every answer with its headers, every email and every text."""
    other = site.browser()
    await other.open(await site.link(origin=Origin.EMAIL))
    await other.get("/verify")
    await other.post("/verify", {"method": "sms"})
    await site.house.at_rest()
    await other.get("/verify/code")
    for _ in range(5):  # and so a notice of the lock
        await other.post("/verify/code", {"code": "000000"})
    while await site.house.outbox().run_once():
        pass
    said = [answer.text + str(list(answer.headers.items())) for answer in answers]
    said += [f"{email.subject}\n{email.text}\n{email.html}" for email in site.house.mailer.sent]
    said += [text.body for text in site.house.texter.sent]
    assert len(site.house.mailer.sent) >= 3, "a code, a receipt and a notice"
    assert site.house.texter.sent
    return said


@pytest.fixture
async def poisoned(site: Site) -> Site:
    patients = (Patient(id="PX", name="Toby Tuberculosis"),)
    await site.house.edit(site.alice, _account(), patients=patients)
    return site


async def test_r95_r127_nothing_clinical_is_on_a_page_or_in_a_message(
    poisoned: Site, browser: Browser
) -> None:
    said = await _everything_said(poisoned, await _walk(poisoned, browser))
    assert "$251.00" in "".join(said), "it is her bill"
    assert [found[0] for one in said if (found := _POISON.search(one))] == []


async def test_r127_a_code_and_a_notice_say_nothing_of_person_or_bill(
    poisoned: Site, browser: Browser
) -> None:
    await _everything_said(poisoned, await _walk(poisoned, browser))
    house = poisoned.house
    receipts = [one for one in house.mailer.sent if "receipt" in one.message_id]
    others = [f"{one.subject}\n{one.text}\n{one.html}" for one in house.mailer.sent if one not in receipts]
    others += [text.body for text in house.texter.sent]
    of_alice = re.compile(r"alic|10067|\$|251|20\.00", re.IGNORECASE)
    assert (len(receipts), len(others) >= 3) == (1, True)
    assert [found[0] for one in others if (found := of_alice.search(one))] == []


async def test_r94_a_card_is_its_brand_and_four_digits_wherever_it_is_shown(
    site: Site, browser: Browser
) -> None:
    await browser.come_to_pay(await site.link(), amount="20")
    card = Card(brand="visa", last4="4242", exp_month=11, exp_year=2031)
    paid = await browser.post("/pay/details", {"card_token": "tok_silent", "email": "me@example.com"})
    payment = await site.house.payment(paid.to.rpartition("/")[2])
    await site.house.settle(
        payment.id,
        Approved(transaction="ch_1", card=card, amount=payment.amount, currency="usd", reference=payment.id),
    )
    page = await browser.get(paid.to)
    await site.house.outbox().run_once()
    [receipt] = site.house.mailer.sent
    for said in (page.text, receipt.text, receipt.html, receipt.subject):
        assert re.search(r"2031|11/31|11 / 31|\b31\b", said) is None
        assert re.findall(r"[0-9]{5,}", re.sub(r"10067|ch_1|#?[0-9a-fA-F]{6,}", "", said)) == []
    assert "Visa •••• 4242" in page.text
    assert "4242" in receipt.text


class _Tags(HTMLParser):
    """Note the tags of a page and what could run in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs if name.startswith("on"))}


async def _tags_of(site: Site, browser: Browser) -> set[str]:
    """Walk, and name every tag and handler of every page and of every email's page."""
    sent = len(site.house.mailer.sent)
    answers = await _walk(site, browser)
    await _everything_said(site, answers)
    emails = [email.html for email in site.house.mailer.sent[sent:]]
    return set().union(*(_Tags(page).found for page in (*(one.text for one in answers), *emails)))


async def test_a45_markup_in_a_name_is_text_in_mail_and_on_pages(site: Site, browser: Browser) -> None:
    await site.options(footer_text="Ask us")
    tags = await _tags_of(site, browser)
    body = f"{_MARKUP} ${{mfa.code}}"
    await site.options(name=f"Lake {_MARKUP}", footer_text=_MARKUP, mfa_email_body=body)
    named: dict[str, Any] = {"first_name": _MARKUP, "preferred_name": None, "last_name": f"Example {_MARKUP}"}
    await site.house.edit(site.alice, **named)
    site.house.later(days=2)
    sent = len(site.house.mailer.sent)
    assert await _tags_of(site, site.browser()) == tags
    marked = [email for email in site.house.mailer.sent[sent:] if "&lt;img src=x" in email.html]
    assert len(marked) == len(site.house.mailer.sent[sent:]) >= 3
