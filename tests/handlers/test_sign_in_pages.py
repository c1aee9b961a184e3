"""The door on the web as a browser meets it: the same answers for whoever knocks."""

import re

import pytest

from quickpay.domain.options import LandingPage
from quickpay.domain.sessions import Role
from quickpay.mfa.methods import Method as Way
from tests.handlers.site import Answer, Browser, Site
from tests.people import wrong

DOOR = "/g/lakeside/sign-in"
ALICE = {"first_name": "Alice", "last_name": "Example", "contact": "alice@example.com"}
NOBODY = ALICE | {"first_name": "Nobody"}


async def _knock(site: Site, fields: dict[str, str]) -> Browser:
    browser = site.browser()
    await browser.get(DOOR)
    before = browser.cookie
    answer = await browser.post(DOOR, fields)
    assert answer.to == f"{DOOR}/code"
    assert browser.cookie != before  # what was there before is never adopted (R64)
    await site.house.at_rest()
    await browser.get(f"{DOOR}/code")
    return browser


def _plain(page: Answer) -> str:
    drawn = r'nonce="[^"]*"|name="csrf" value="[^"]*"'
    return f"{page.status} {re.sub(drawn, '', page.text)}"


async def test_j5_a_name_and_a_contact_and_the_code_come_to_the_bill(site: Site) -> None:
    browser = await _knock(site, ALICE)
    answer = await browser.post(f"{DOOR}/code", {"code": site.house.last_code(Way.EMAIL)})
    assert answer.to == "/pay"
    page = await browser.get("/pay")
    assert "Alicia Example" in page.words
    assert "View Account" not in page.words
    assert (await browser.get(f"{DOOR}/code")).to == DOOR


@pytest.mark.parametrize("contact", ["alice@example.com", "(608) 555-0101"])
async def test_r39_a14_every_answer_is_the_same_for_nobody(site: Site, contact: str) -> None:
    alice = await _knock(site, ALICE | {"contact": contact})
    nobody = await _knock(site, NOBODY | {"contact": contact})
    code = site.house.last_code(Way.EMAIL if "@" in contact else Way.SMS)
    looks = [_plain(await one.get(f"{DOOR}/code")) for one in (alice, nobody)]
    assert looks[0] == looks[1]
    assert "If this is what the office has on file" in looks[0]
    assert contact not in looks[0]
    for typed in ("12", wrong(code), wrong(code), wrong(code), wrong(code), wrong(code), code):
        answers = [_plain(await one.post(f"{DOOR}/code", {"code": typed})) for one in (alice, nobody)]
        assert answers[0] == answers[1], typed
    again = [_plain(await one.post(f"{DOOR}/resend")) for one in (alice, nobody)]
    assert again[0] == again[1]
    assert again[0].startswith("429")


async def test_what_is_missing_or_no_contact_is_said_at_its_field_and_kept(site: Site) -> None:
    browser = site.browser()
    await browser.get(DOOR)
    empty = await browser.post(DOOR, {"first_name": "Alice"})
    assert empty.status == 422
    assert "Enter your last name." in empty.words
    assert "Enter your email address or mobile number." in empty.words
    assert 'value="Alice"' in empty.text
    for contact in ("alice@", "12345", "a@b@c", "+44 20 7946 0018"):
        page = await browser.post(DOOR, ALICE | {"contact": contact})
        assert page.status == 422
        assert 'id="contact-error"' in page.text
        assert f'value="{contact}"' in page.text
    assert site.house.mailer.sent == []


async def test_a53_only_our_own_form_is_heard(site: Site) -> None:
    stranger = site.browser()
    assert (await stranger.post(DOOR, ALICE)).status == 403  # never looked at the form
    browser = site.browser()
    await browser.get(DOOR)
    assert (await browser.post(DOOR, ALICE, csrf="")).status == 403
    assert (await browser.post(DOOR, ALICE, Sec_Fetch_Site="cross-site")).status == 403
    assert site.house.mailer.sent == []


async def test_without_enable_mfa_the_page_says_to_open_the_link(site: Site) -> None:
    await site.options(enable_mfa=False)
    page = await site.browser().get(DOOR)
    assert page.status == 403
    assert "opens from the link" in page.words
    assert (await site.browser().get("/g/nowhere/sign-in")).status == 404


async def test_a_wait_stands_before_a_new_code(site: Site) -> None:
    browser = await _knock(site, ALICE)
    early = await browser.post(f"{DOOR}/resend")
    assert (early.status, early.headers["Retry-After"]) == (429, "30")
    site.house.later(seconds=31)
    assert (await browser.post(f"{DOOR}/resend")).to == f"{DOOR}/code"


async def test_with_the_quickpay_role_there_is_the_bill_and_no_way_to_the_account(site: Site) -> None:
    await site.options(mfa_success_role=Role.QUICKPAY)
    browser = await _knock(site, ALICE)
    assert (await browser.post(f"{DOOR}/code", {"code": site.house.last_code(Way.EMAIL)})).to == "/pay"
    assert "View Account" not in (await browser.get("/pay")).words


@pytest.mark.parametrize("landing", LandingPage)
async def test_j5_the_code_leads_to_the_group_s_landing_page(site: Site, landing: LandingPage) -> None:
    await site.options(landing_page=landing, mfa_success_role=Role.AUTHORIZED_PATIENT)
    browser = await _knock(site, ALICE)
    answer = await browser.post(f"{DOOR}/code", {"code": site.house.last_code(Way.EMAIL)})
    assert answer.to == f"/{landing.value}"
    assert (await browser.get(answer.to)).status == 200


async def test_nobody_is_asked_whether_she_is_the_person_the_link_was_for(site: Site) -> None:
    browser = await _knock(site, ALICE)
    await browser.post(f"{DOOR}/code", {"code": site.house.last_code(Way.EMAIL)})
    assert "/not-me" not in (await browser.get("/pay")).text


async def test_logging_out_shows_the_sign_in_page_and_so_does_time(site: Site) -> None:
    browser = await _knock(site, ALICE)
    await browser.post(f"{DOOR}/code", {"code": site.house.last_code(Way.EMAIL)})
    await browser.get("/pay")
    left = await browser.post("/sign-out")
    assert left.to == f"{DOOR}?left=yes"
    assert "You are logged out." in (await browser.get(left.to)).words
    await browser.open(await site.link())
    site.house.later(minutes=20)
    ended = await browser.get("/pay")
    assert ended.status == 401
    assert f'action="{DOOR}"' in ended.text
