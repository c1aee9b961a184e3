"""The challenge's pages: masked contacts only, alike when locked, and nothing of anybody before success."""

import re

import pytest

from quickpay.domain.options import LogoutFunction
from quickpay.domain.origins import Origin
from quickpay.mfa.methods import Method as Way
from quickpay.mfa.methods import methods
from tests.handlers.site import Answer, Browser, Site
from tests.people import wrong

_OF_ALICE = (
    "Alice",
    "Alicia",
    "Example",
    "10067",
    "125.50",
    "12550",
    "alice@example.com",
    "5550101",
    "67563",
)


@pytest.fixture
async def required(site: Site) -> Site:
    await site.options(require_mfa=True)
    return site


async def _asked(site: Site, browser: Browser, *, origin: Origin = Origin.STATEMENT) -> str:
    assert (await browser.open(await site.link(origin=origin))).to == "/verify"
    await browser.get("/verify")
    assert (await browser.post("/verify", {"method": "email"})).to == "/verify/code"
    await site.house.at_rest()
    await browser.get("/verify/code")
    return site.house.last_code(Way.EMAIL)


async def test_r128_before_the_proof_nothing_of_the_guarantor_is_anywhere(
    required: Site, browser: Browser
) -> None:
    link = await required.link(origin=Origin.STATEMENT)
    answers: list[Answer] = [
        await browser.get(f"/q/{required.house.token(link)}"),
        await browser.post(f"/q/{required.house.token(link)}"),
        await browser.get("/verify"),
        await browser.post("/verify", {"method": "fax"}),
        await browser.post("/verify", {"method": "email"}),
        await browser.get("/verify/code"),
        await browser.post("/verify/code", {"code": "12"}),
        await browser.post("/verify/code", {"code": "000000"}),
        await browser.post("/verify/resend"),
    ]
    for path in ("/pay", "/pay/method", "/pay/details"):
        answers += [await browser.get(path), await browser.post(path, {"amount_choice": "current"})]
        assert answers[-1].to == answers[-2].to == "/verify"
    for answer in answers:
        everything = answer.text + str(dict(answer.headers))
        assert [words for words in _OF_ALICE if words in everything.replace("example.com", "")] == []
    assert "al•••@example.com" in answers[2].text


async def test_a_right_code_opens_the_way_under_a_new_cookie(required: Site, browser: Browser) -> None:
    code = await _asked(required, browser)
    before = browser.cookie
    answer = await browser.post("/verify/code", {"code": f"{code[:3]} {code[3:]}"})
    assert answer.to == "/pay"
    assert browser.cookie not in {"", before}
    assert required.alice.name in (await browser.get("/pay")).words
    assert (await Browser(site=required, cookie=before).get("/pay")).status == 401


async def test_a_double_click_lands_right(required: Site, browser: Browser) -> None:
    code = await _asked(required, browser)
    first, second = Browser(site=required, cookie=browser.cookie), browser
    first.csrf = second.csrf
    assert (await first.post("/verify/code", {"code": code})).to == "/pay"
    assert (await second.post("/verify/code", {"code": code})).to == "/verify"
    second.cookie = first.cookie  # one browser: the first answer's cookie is there when it follows
    assert (await second.get("/verify")).to == "/pay"
    assert (await first.get("/verify")).to == "/pay"


async def test_r33_what_is_no_code_is_said_and_not_counted(required: Site, browser: Browser) -> None:
    code = await _asked(required, browser)
    for typed in ("", "12345", "1234567", "+12345", "１２３４５６", "٣٣٣٣٣٣", "1" * 70):  # noqa: RUF001 - other digits
        page = await browser.post("/verify/code", {"code": typed})
        assert page.status == 422
        assert '<a href="#code">' in page.text
    doubled = await browser.post("/verify/code", [("code", code), ("code", code)])
    assert doubled.status == 422
    assert (await browser.post("/verify/code", {"code": code})).to == "/pay"


async def test_r28_once_locked_right_and_wrong_codes_get_the_same_page(
    required: Site, browser: Browser
) -> None:
    code = await _asked(required, browser)
    for _ in range(5):
        page = await browser.post("/verify/code", {"code": wrong(code)})
    assert page.status == 429
    right, not_right = [await browser.post("/verify/code", {"code": one}) for one in (code, wrong(code))]
    assert (right.status, _but_nonce(right)) == (not_right.status, _but_nonce(not_right))
    assert "Too many tries" in right.words
    assert _but_nonce(await browser.get("/verify/code")) == _but_nonce(right)


def _but_nonce(page: Answer) -> str:
    """The page without what is drawn for every answer."""
    return re.sub(r'nonce="[^"]*"', "", page.text)


async def test_a_new_code_comes_after_its_wait_and_the_page_says_how_long(
    required: Site, browser: Browser
) -> None:
    await _asked(required, browser)
    early = await browser.post("/verify/resend")
    assert early.status == 429
    assert early.headers["Retry-After"] == "30"
    assert "A new code can be sent in 30 seconds." in early.words
    required.house.later(seconds=31)
    assert (await browser.post("/verify/resend")).to == "/verify/code"
    await required.house.at_rest()
    assert (await browser.post("/verify/code", {"code": required.house.last_code(Way.EMAIL)})).to == "/pay"


async def test_r59_the_code_field_can_be_filled_by_the_phone(required: Site, browser: Browser) -> None:
    await _asked(required, browser)
    page = await browser.get("/verify/code")
    field = page.text[page.text.index('<input id="code"') :].split(">")[0]
    assert 'autocomplete="one-time-code"' in field
    assert 'inputmode="numeric"' in field
    assert 'type="text"' in field
    assert "value=" in field


async def test_the_page_of_the_code_without_one_leads_to_the_ways(required: Site, browser: Browser) -> None:
    await browser.open(await required.link(origin=Origin.STATEMENT))
    assert (await browser.get("/verify/code")).to == "/verify"
    await browser.get("/verify")
    assert (await browser.post("/verify/resend")).to == "/verify"


async def test_without_a_way_to_prove_it_the_office_is_named_and_nothing_else(
    required: Site, browser: Browser
) -> None:
    await required.options(require_opposing_contact_methods=True, footer_phone="(608) 555-0100")
    await required.house.edit(required.alice, email=None)
    await browser.open(await required.link(origin=Origin.SMS))
    page = await browser.get("/verify")
    assert page.status == 403
    assert "contact the office" in page.words.lower()
    assert "(608) 555-0100" in page.words
    assert "••" not in page.text
    assert required.house.mailer.sent == []


async def test_a_masked_contact_is_not_heard_as_a_whole_one(required: Site, browser: Browser) -> None:
    await browser.open(await required.link(origin=Origin.STATEMENT))
    page = await browser.get("/verify")
    assert ">beginning with al, at example.com<" in page.text
    assert re.search(r">ending in \d\d<", page.text)
    assert "al@example.com" not in page.text


async def test_only_the_ways_of_the_opposing_table_are_shown(required: Site, browser: Browser) -> None:
    await required.options(require_opposing_contact_methods=True)
    await browser.open(await required.link(origin=Origin.SMS))
    page = await browser.get("/verify")
    offered = methods(origin=Origin.SMS, require_opposing=True, email_usable=True, mobile_usable=True)
    assert offered == (Way.EMAIL,)
    assert ('value="email"' in page.text, 'value="sms"' in page.text) == (True, False)
    assert (await browser.post("/verify", {"method": "sms"})).status == 422


async def test_a_group_without_a_challenge_has_no_page_for_it(site: Site, browser: Browser) -> None:
    await site.options(enable_mfa=False)
    await browser.open(await site.link())
    assert (await browser.get("/verify")).to == "/pay"


async def test_r84_a_code_beside_a_card_number_is_not_judged(required: Site, browser: Browser) -> None:
    code = await _asked(required, browser)
    page = await browser.post("/verify/code", {"code": code, "note": "4242424242424242"})
    assert page.status == 422
    assert "Please do not type a card number here." in page.words
    assert (await browser.post("/verify/code", {"code": code})).to == "/pay"


async def test_a_receipt_behind_a_required_proof_is_shown_only_after_it(site: Site, browser: Browser) -> None:
    link = await site.link(origin=Origin.STATEMENT)
    await browser.come_to_pay(link)
    paid = await browser.post("/pay/details", {"card_token": "tok_approved"})
    await site.options(require_mfa=True)
    later, path = site.browser(), f"/q/{site.house.token(link)}"
    await later.get(path)
    assert (await later.post(f"{path}/receipt")).to == "/verify"
    assert (await later.get(paid.to)).to == "/verify"
    assert (await later.prove()).to == "/pay"
    assert (await later.get("/pay")).to == paid.to
    assert (await later.get(paid.to)).payment_status == "paid"


async def test_leaving_is_possible_before_the_proof(required: Site, browser: Browser) -> None:
    await required.options(logout_function=LogoutFunction.LOGOUT)
    await browser.open(await required.link(origin=Origin.STATEMENT))
    await browser.get("/verify")
    assert (await browser.post("/sign-out")).to == "/g/lakeside/sign-in?left=yes"
