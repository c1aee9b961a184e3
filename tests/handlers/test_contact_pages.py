"""Changing a contact by its pages: who may, what stays typed, what is said, and what no answer tells."""

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.sessions import Role
from quickpay.domain.staff import StaffRole
from quickpay.mfa.methods import Method as Way
from tests.handlers.portal_visitor import authorized
from tests.handlers.site import Answer, Browser, Site
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House, wrong

LOOKS = ("/profile/email", "/profile/mobile", "/profile/confirm")
POSTS = (
    ("/profile/email", {"email": "new@example.com"}),
    ("/profile/mobile", {"mobile": "(608) 555-0177"}),
    ("/profile/confirm", {"code": "123456"}),
    ("/profile/resend", {}),
)


async def _allowed(site: Site) -> Browser:
    await site.options(contact_info_editing=True)
    browser = await authorized(site)
    await browser.get("/profile")
    return browser


async def _named(browser: Browser, kind: str = "email", typed: str = "new@example.com") -> str:
    answer = await browser.post(f"/profile/{kind}", {kind: typed})
    assert answer.to == "/profile/confirm"
    await browser.site.house.at_rest()
    return browser.site.house.last_code(Way.EMAIL if kind == "email" else Way.SMS)


async def _email_of(site: Site) -> str | None:
    found = await site.house.do(lambda tx: tx.guarantors.get(site.alice.id))
    assert found is not None
    return found.email


async def test_contacts_can_be_changed_only_while_the_group_allows_it(site: Site) -> None:
    await site.options(contact_info_editing=False)
    browser = await authorized(site)
    page = await browser.get("/profile")
    assert "/profile/" not in page.text
    for path in LOOKS:
        assert (await browser.get(path)).status == 403
    for path, fields in POSTS:
        assert (await browser.post(path, fields)).status == 403
    await site.options(contact_info_editing=True)
    page = await browser.get("/profile")
    assert 'href="/profile/email"' in page.text
    assert 'href="/profile/mobile"' in page.text
    code = await _named(browser)
    await site.options(contact_info_editing=False)
    assert (await browser.post("/profile/confirm", {"code": code})).status == 403
    assert await _email_of(site) == "alice@example.com"
    await site.options(contact_info_editing=True)
    assert (await browser.post("/profile/confirm", {"code": code})).to == "/profile?changed=email"
    assert await _email_of(site) == "new@example.com"


async def test_it_is_done_page_by_page_and_the_profile_says_so(site: Site) -> None:
    browser = await _allowed(site)
    page = await browser.get("/profile/mobile")
    assert "On file now: (608) 555-0101" in page.words
    code = await _named(browser, "mobile", "608 555 0177")
    page = await browser.get("/profile/confirm")
    assert "by text message to (608) 555-0177 . It is good for 5 minutes." in page.words
    refused = await browser.post("/profile/confirm", {"code": wrong(code)})
    assert refused.status == 422
    assert "You can try 4 more times" in refused.words
    answer = await browser.post("/profile/confirm", {"code": f" {code[:3]} {code[3:]}"})
    page = await browser.get(answer.to)
    assert "Your mobile number was changed." in page.words
    assert "(608) 555-0177" in page.words
    assert "Codes for signing in can go there from Nov 22, 2026" in page.words
    assert "Your email" not in (await browser.get("/profile?changed=email")).words, "said of what was done"
    again = await browser.post("/profile/confirm", {"code": code})
    assert again.to == "/profile?changed=mobile", "pressed twice, done once"
    assert (await browser.get("/profile/confirm")).to == "/profile"


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("email", "", "Enter an email address like name@example.com."),
        ("email", "a@example.com, b@example.com", "Enter one email address only"),
        ("email", "Alice@example.com", "the one we have on file already"),
        ("email", "x" * 401, "This is too long."),
        ("mobile", "12", "Enter a mobile number with its area code"),
        ("mobile", "4242 4242 4242 4242", "do not type a card number"),
    ],
)
async def test_what_is_not_taken_is_said_at_the_field_with_what_was_typed_in_it(
    site: Site, kind: str, typed: str, said: str
) -> None:
    browser = await _allowed(site)
    sent = len(site.house.mailer.sent)
    page = await browser.post(f"/profile/{kind}", {kind: typed})
    assert page.status == 422
    assert said in page.words
    assert f'href="#{kind}"' in page.text
    assert f'id="{kind}-error"' in page.text
    if "card" not in said and len(typed) < 400:
        assert f'value="{typed}"' in page.text
    await site.house.at_rest()
    assert len(site.house.mailer.sent) == sent


async def test_a26_r57_two_fields_or_two_addresses_reach_nobody(site: Site) -> None:
    browser = await _allowed(site)
    sent = len(site.house.mailer.sent)
    page = await browser.post("/profile/email", [("email", "a@example.com"), ("email", "b@example.com")])
    assert page.status == 422
    assert "Fill this in once." in page.words
    for typed in ("a@example.com b@example.com", "<a@example.com>", "a@example.com\r\nBcc: b@example.com"):
        assert (await browser.post("/profile/email", {"email": typed})).status == 422
    await site.house.at_rest()
    assert len(site.house.mailer.sent) == sent


@pytest.mark.parametrize(("path", "fields"), POSTS)
async def test_without_the_forms_token_or_from_another_site_nothing_happens(
    site: Site, path: str, fields: dict[str, str]
) -> None:
    browser = await _allowed(site)
    sent = len(site.house.mailer.sent) + len(site.house.texter.sent)
    assert (await browser.post(path, fields, csrf="")).status == 403
    assert (await browser.post(path, fields, Sec_Fetch_Site="cross-site")).status == 403
    assert (await browser.post(path, fields, Origin="https://evil.example")).status == 403
    await site.house.at_rest()
    assert len(site.house.mailer.sent) + len(site.house.texter.sent) == sent


async def test_who_is_no_authorized_patient_is_led_as_from_every_page_behind_the_challenge(
    site: Site, browser: Browser
) -> None:
    await site.options(contact_info_editing=True)
    for path in LOOKS:
        assert (await browser.get(path)).status == 401
    await browser.open(await site.link())
    await browser.get("/pay")
    answers = [await browser.get(path) for path in LOOKS]
    answers += [await browser.post(path, fields) for path, fields in POSTS]
    assert {answer.status for answer in answers} == {403}
    assert [answer for answer in answers if "alice@" in answer.text] == []
    await site.options(require_mfa=True)
    assert {(await browser.get(path)).to for path in LOOKS} == {"/verify"}
    await site.options(require_mfa=False, mfa_success_role=Role.QUICKPAY)
    await browser.prove()
    assert {(await browser.get(path)).status for path in LOOKS} == {403}


async def test_a58_a59_no_field_names_whose_contact_it_is(site: Site) -> None:
    bob = await site.house.guarantor(site.group, number="2", email="bob@example.com", mobile=None)
    browser = await _allowed(site)
    more = {
        "guarantor": "2",
        "guarantor_id": str(bob.id),
        "role": "admin",
        "confirmed_at": "1",
        "method": "sms",
    }
    answer = await browser.post("/profile/email", {"email": "new@example.com"} | more)
    assert answer.to == "/profile/confirm"
    await site.house.at_rest()
    code = site.house.last_code(Way.EMAIL)
    confirmed = await browser.post("/profile/confirm", {"code": code, "email": "other@example.com"} | more)
    assert confirmed.to == "/profile?changed=email"
    assert await _email_of(site) == "new@example.com"
    assert await site.house.do(lambda tx: tx.guarantors.get(bob.id)) == bob


async def test_r39_a_contact_of_somebody_else_gets_the_same_pages(site: Site) -> None:
    await site.house.guarantor(site.group, number="2", email="bob@example.com", mobile=None)
    browser = await _allowed(site)

    async def answers(typed: str) -> list[str]:
        found: list[Answer] = [await browser.post("/profile/email", {"email": typed})]
        found.append(await browser.get(found[0].to))
        await site.house.at_rest()
        words = [one.words.replace(typed, "X") for one in found]
        return [str(found[0].status), *words]

    mine = await answers("bob@example.com")
    assert mine[2].partition("in ")[0] == (await answers("zed@example.com"))[2].partition("in ")[0]


async def test_a_code_that_ran_out_leads_back_with_the_contact_still_typed(site: Site) -> None:
    browser = await _allowed(site)
    code = await _named(browser)
    site.house.later(minutes=5, seconds=1)
    page = await browser.get("/profile/confirm")
    assert "That code has expired" in page.words
    assert "/profile/resend" not in page.text
    assert (await browser.post("/profile/confirm", {"code": code})).status == 422
    assert (await browser.post("/profile/resend")).to == "/profile/email"
    assert 'value="new@example.com"' in (await browser.get("/profile/email")).text


async def test_too_soon_too_often_and_too_wrong_are_said_with_the_way_back(site: Site) -> None:
    browser = await _allowed(site)
    code = await _named(browser)
    soon = await browser.post("/profile/resend")
    assert soon.status == 429
    assert soon.headers["Retry-After"] == "30"
    site.house.later(seconds=31)
    assert (await browser.post("/profile/resend")).to == "/profile/confirm"
    await site.house.at_rest()
    code = site.house.last_code(Way.EMAIL)
    for _ in range(4):
        assert (await browser.post("/profile/confirm", {"code": wrong(code)})).status == 422
    locked = await browser.post("/profile/confirm", {"code": wrong(code)})
    right = await browser.post("/profile/confirm", {"code": code})
    assert (locked.status, right.status) == (429, 429)
    assert locked.words == right.words
    assert 'href="/profile"' in locked.text
    assert await _email_of(site) == "alice@example.com"


async def test_in_a_simulation_the_pages_stand_and_nothing_is_sent_or_changed(site: Site) -> None:
    await site.options(contact_info_editing=True)
    browser = site.browser()
    launch = await site.house.launch(site.alice, mode="portal")
    path = f"/launch/{site.house.token(launch)}"
    await browser.get(path)
    assert (await browser.post(path)).status == 303
    page = await browser.get("/profile/email")
    assert page.status == 200
    assert "no code is sent, and nothing is changed" in page.words
    assert "disabled" in page.text
    for address, fields in POSTS:
        refused = await browser.post(address, fields)
        assert refused.status == 403, address
    await site.house.at_rest()
    assert site.house.mailer.sent == []
    assert site.house.texter.sent == []


async def test_the_desk_sees_who_changed_it_and_from_when_it_gets_codes(own_store: OpenStore) -> None:
    async with staff_site_of(House(own_store)) as here:
        await _seen_at_the_desk(here)


async def _seen_at_the_desk(here: StaffSite) -> None:
    site = here.site
    browser = await _allowed(site)
    code = await _named(browser)
    await browser.post("/profile/confirm", {"code": code})
    desk = await here.sign_in(await here.member("Fay", StaffRole.FRONT_DESK))
    page = await desk.get(f"/staff/guarantors/{site.group.slug}/{site.alice.number}")
    assert "new@example.com Changed by the patient and confirmed by a code. Nov 21, 2026" in page.words
    assert "The PM system does not have it yet. Gets codes from Nov 22, 2026" in page.words
    viewer = await here.sign_in(await here.member("Vic", StaffRole.VIEWER))
    page = await viewer.get(f"/staff/guarantors/{site.group.slug}/{site.alice.number}")
    assert "new@example.com" not in page.words
    assert "Changed by the patient" in page.words
