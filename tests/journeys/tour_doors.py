"""The other ways in and out: the website, the portal, the desk on the phone; and contacts changed within."""

from playwright.async_api import expect

from tests.household import PORTAL
from tests.journeys.bills import Bills
from tests.journeys.person import Person
from tests.journeys.tour import WALKS, Look, Visit, begin, waiting
from tests.journeys.tour_money import MONEY_WALKS, asked_by_the_bank


async def entering(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Sign in by the practice's page, wrongly and rightly, change contacts, and log out."""
    await begin(
        person,
        bills,
        look,
        authentication={"enable_mfa": True, "session_extension": True},
        look_and_feel={"landing_page": "home"},
        patient_permissions={"contact_info_editing": True},
    )
    await person.open(f"/g/{bills.group}/sign-in")
    await visit(person, "sign-in")
    await person.field("First name").fill("Alice")
    await person.page.locator("form").first.evaluate("form => { form.noValidate = true; }")
    await person.press("Send me a code")
    await visit(person, "sign-in-error")
    await person.field("Last name").fill("Example")
    await person.field("Email or mobile number").fill(bills.email)
    await person.press("Send me a code")
    await visit(person, "sign-in-code")
    code = await person.code_from(bills.email)
    await person.type_code(f"{(int(code) + 1) % 1_000_000:06d}")
    await visit(person, "sign-in-code-error")
    await person.type_code(code)
    await person.open("/profile")
    await person.follow('Change<span class="unseen"> email address</span>')
    await visit(person, "contact")
    await person.page.locator("main form").first.evaluate("form => { form.noValidate = true; }")
    await person.field("New email address").fill("nobody")
    await person.press("Send code")
    await visit(person, "contact-error")
    await person.field("New email address").fill(f"new{bills.number}@example.com")
    await person.press("Send code")
    await visit(person, "contact-code")
    await person.type_code(await person.code_from(f"new{bills.number}@example.com"))
    await visit(person, "contact-changed")
    await person.open("/session/extend")
    await visit(person, "more-time")
    assert (await person.open("/visits.pdf")).status == 403
    await visit(person, "no-file")
    await person.open("/home")
    await person.page.locator(".fold summary").click()
    await person.press("Log out")
    await visit(person, "sign-in-again")


async def calling(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Come from the portal, ask the office for a code, and have a receipt sent again."""
    await begin(person, bills, look, authentication={"enable_mfa": True})
    body = {"group": bills.group, "guarantor": bills.number, "authenticated": False, "return_url": PORTAL}
    url = (await bills.house.api("POST", "/portal-handoffs", body))["url"]
    await person.open(url)
    await visit(person, "handoff")
    await person.press("Continue")
    await person.open("/verify/office")
    await visit(person, "office")
    await person.field("Code from the office").fill("12345678")
    await person.press("Continue")
    await visit(person, "office-error")
    await person.open("/pay")
    await person.choose_amount("Amount Due")
    await person.pay()
    await person.status("paid")
    await person.page.locator("#mail form").evaluate("form => { form.noValidate = true; }")
    await person.press("Email me this receipt")
    await visit(person, "receipt-mail-error")
    await person.field("Email").fill(bills.email)
    await person.press("Email me this receipt")
    await expect(person.page.locator("#mail")).to_be_visible()
    await visit(person, "receipt-mail")
    await person.page.context.clear_cookies()
    await person.chooses(person.language)
    await person.open(url)
    await visit(person, "handoff-again")


EVERY_WALK = (*WALKS, entering, calling, *MONEY_WALKS)
ALONE = (waiting, asked_by_the_bank)
"""Who waits for the bank does so by troubles that are everybody's."""
