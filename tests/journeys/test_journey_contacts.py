"""J11: a patient changes her contacts; each is confirmed where it leads, and the old one is told."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from quickpay.domain.contacts import written_mobile
from quickpay.domain.languages import Language
from tests.household import Household
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import DESKTOP, IN_BOTH, PHONE, Person, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALLOWED: dict[str, Any] = {"contact_info_editing": True}


async def _at_her_profile(person: Person, bills: Bills, **panels: Any) -> None:
    """Open a link that asks for proof, give it, and go to the profile."""
    await bills.make(
        authentication=MFA | {"require_opposing_contact_methods": False},
        patient_permissions=ALLOWED,
        look_and_feel={"landing_page": "home", "footer_phone": "608-555-0100"},
        **panels,
    )
    await person.open(await bills.link("statement"))
    await person.press("Continue")
    await person.radio("Email").check()
    await person.press("Send code")
    await person.type_code(await person.code_from(bills.email))
    await person.press("What the office has on file", role="link")
    await person.at("What the office has on file")


TOLD = {
    Language.EN: (
        "The new one is n",
        "please call the office now: 608-555-0100",
        "your mobile number was changed",
    ),
    Language.ES: (
        "El nuevo es n",
        "llame al consultorio ahora mismo: 608-555-0100",
        "cambiamos su celular: ",
    ),
}


@IN_BOTH
async def test_by_thumb_on_a_phone_an_email_address_is_changed_and_then_a_number(
    alice: Person, bills: Bills
) -> None:
    await _at_her_profile(alice, bills)
    new_email, new_mobile = f"new{bills.number}@example.com", f"+1920555{bills.number[-4:]}"
    written = f"(920) 555-{bills.number[-4:]}"
    await alice.follow('Change<span class="unseen"> email address</span>')
    await alice.at("Change your email address")
    field = alice.field("New email address")
    await field.fill("not an address")
    await alice.press("Send code")
    alert = alice.page.get_by_role("alert")
    await expect(alert).to_contain_text(alice.say("Enter one email address only, like name@example.com."))
    await expect(field).to_have_value("not an address")
    await field.fill(new_email)
    await alice.press("Send code")
    await alice.at("Enter your code")
    code = await alice.code_from(new_email)
    await alice.type_code("000000" if code != "000000" else "000001")
    wrong = "That code is not right. You can try %(count)s more times."
    await expect(alert).to_contain_text(alice.say(wrong, count=4))
    told_before = len(await bills.house.messages(bills.email))
    await alice.type_code(code)
    await expect(alice.page.get_by_role("status").first).to_have_text(
        alice.say("Your email address was changed.")
    )
    words = await alice.words()
    assert new_email in words
    assert alice.say("Codes for signing in can go there from %(when)s.", when="|").partition("|")[0] in words
    told = await bills.house.next_message(bills.email, after=told_before)
    assert re.search(r"n.*•••@example\.com", told["text"])
    for said in TOLD[alice.language][:2]:
        assert said in told["text"]
    assert new_email not in told["text"] + told["html"]

    await alice.follow('Change<span class="unseen"> mobile number</span>')
    await alice.field("New mobile number").fill(written)
    await alice.press("Send code")
    told_before = len(await bills.house.messages(bills.mobile))
    await alice.type_code(await alice.code_from(new_mobile))
    await expect(alice.page.get_by_role("status").first).to_have_text(
        alice.say("Your mobile number was changed.")
    )
    assert written in await alice.words()
    told = await bills.house.next_message(bills.mobile, after=told_before)
    assert TOLD[alice.language][2] in told["text"]
    assert f"**{new_mobile[-2:]}" in told["text"]
    record = await bills.house.api("GET", f"/groups/{bills.group}/guarantors/{bills.number}")
    assert (record["email"], record["mobile"]) == (new_email, new_mobile)
    assert [(one["contact"], one["pm"]) for one in record["contact_changes"]] == [
        ("email", bills.email),
        ("mobile", bills.mobile),
    ]


async def test_for_a_day_after_it_only_the_office_lets_her_in_by_a_code(
    chromium: Browser, house: Household, alice: Person, bills: Bills
) -> None:
    await _at_her_profile(alice, bills)
    new_email = f"day{bills.number}@example.com"
    await alice.press("Change email address", role="link")
    await alice.page.get_by_label("New email address").fill(new_email)
    await alice.press("Send code")
    await alice.type_code(await alice.code_from(new_email))
    await bills.options(authentication=MFA, patient_permissions=ALLOWED)
    async with somebody(chromium, house, viewport=PHONE) as again:
        await again.open(await bills.link("sms"))
        await again.press("Continue")
        await again.at("Please contact the office")
        await expect(again.page.get_by_role("link", name="I am calling the office")).to_be_visible()
        assert bills.seen_in(await again.words()) == []


async def test_by_the_keyboard_alone_on_a_computer(chromium: Browser, house: Household, bills: Bills) -> None:
    async with somebody(chromium, house, viewport=DESKTOP) as alice:
        await _at_her_profile(alice, bills)
        page, new_email = alice.page, f"key{bills.number}@example.com"
        await page.get_by_role("link", name="Change email address").focus()
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await alice.look()
        await page.get_by_label("New email address").focus()
        await page.keyboard.type(new_email)
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await alice.look()
        code = await alice.code_from(new_email)
        await page.get_by_label("Your code").focus()
        await page.keyboard.type(code)
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await alice.look()
        await expect(page.get_by_role("status").first).to_have_text("Your email address was changed.")


async def test_without_scripts_it_works_and_a_change_of_mind_changes_nothing(
    chromium: Browser, house: Household, bills: Bills
) -> None:
    async with somebody(chromium, house, scripts=False) as alice:
        await _at_her_profile(alice, bills)
        await alice.press("Change mobile number", role="link")
        await alice.page.get_by_label("New mobile number").fill(f"920 555 {bills.number[-4:]}")
        await alice.press("Send code")
        await alice.at("Enter your code")
        await alice.press("Leave it as it is", role="link")
        assert written_mobile(bills.mobile) in await alice.words()
