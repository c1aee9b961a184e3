"""Every page a patient can meet, one after the other, for whoever wants to look at them all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from playwright.async_api import expect

from quickpay.domain.languages import Language
from tests.journeys.bills import DARK, MFA, Bills
from tests.journeys.person import Person
from tests.portal_records import family

Visit = Callable[[Person, str], Awaitable[None]]
DECLINED = "4000000000000002"
GLAD_TO_HELP = {
    Language.EN: "Questions about your bill? We are glad to help.",
    Language.ES: "¿Preguntas sobre su factura? Con gusto le ayudamos.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A group's colours and a patient's language."""

    theme: dict[str, Any]
    language: Language


LOOKS = {
    "light": Look(theme={}, language=Language.EN),
    "dark": Look(theme=DARK, language=Language.ES),
}
"""What is walked to judge: sizes hang on the language, contrasts on the colours, and neither on the other."""
EVERY_LOOK = LOOKS | {
    "light-es": Look(theme={}, language=Language.ES),
    "dark-en": Look(theme=DARK, language=Language.EN),
}
"""What is walked to be looked at."""


async def begin(person: Person, bills: Bills, look: Look, **panels: Any) -> dict[str, Any]:
    """Make the group and the bill of a walk in its look; gives the theme."""
    bills.language = look.language
    await bills.make(theme=look.theme, **panels)
    await person.chooses(look.language)
    person.names += (bills.name,)
    return look.theme


async def proving(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Walk from a link through the challenge to the lock."""
    await begin(person, bills, look, authentication=MFA | {"require_opposing_contact_methods": False})
    await person.open(await bills.link())
    await visit(person, "link")
    await person.press("Continue")
    await visit(person, "verify")
    await person.press("Send code")
    await visit(person, "verify-error")
    await person.radio("Email").check()
    await person.press("Send code")
    code = await person.code_from(bills.email)
    await visit(person, "code")
    for _ in range(4):
        await person.type_code(f"{(int(code) + 1) % 1_000_000:06d}")
    await visit(person, "code-error")
    await person.type_code(f"{(int(code) + 1) % 1_000_000:06d}")
    await visit(person, "locked")


async def paying(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Walk from Make Your Payment to a receipt, by way of everything that can go wrong."""
    await begin(
        person,
        bills,
        look,
        authentication={"enable_mfa": True},
        look_and_feel={
            "footer_text": GLAD_TO_HELP[look.language],
        },
    )
    link = await bills.link()
    await person.come_to_pay(link)
    await visit(person, "amount")
    await person.radio("Other Amount").check()
    await person.field("Amount in dollars").fill("1e3")
    await visit(person, "amount-other")
    await person.press("Next")
    await visit(person, "amount-error")
    await person.field("Amount in dollars").fill("150")
    await person.press("Next")
    await visit(person, "method")
    await person.press("Next")
    await visit(person, "details")
    await person.pay_button.click()
    await expect(person.card.locator("#number-error")).to_be_visible()
    await visit(person, "details-error")
    await person.field("Email (optional)").fill("not an address")
    # The browser itself would stop here; whoever has switched that off is told by the page.
    await person.page.locator("#pay-form").evaluate("form => { form.noValidate = true; }")
    await person.fill_card()
    await person.press(person.starting("Pay %(amount)s"))
    await visit(person, "details-email-error")
    await person.field("Email (optional)").fill("me@example.com")
    await person.pay(DECLINED)
    await visit(person, "declined")
    await person.press("Try again", role="link")
    await person.choose_amount("Amount Due")
    await person.field("Email (optional)").fill("me@example.com")
    await person.pay()
    await person.status("paid")
    await visit(person, "paid")
    await person.page.context.clear_cookies()
    await person.chooses(person.language)
    await person.open(link)
    await visit(person, "link-paid")


async def waiting(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Pay into silence, look at the page that checks, and log out."""
    await begin(person, bills, look, look_and_feel={"show_escrow": True})
    await bills.house.fault("webhooks", "refuse", seconds=120)
    await person.come_to_pay(await bills.link("statement"))
    await person.choose_amount("Amount Due")
    await bills.house.fault("gateway", "drop_after_accept", count=1)
    await bills.house.fault("gateway", "error", seconds=120)
    await person.pay()
    await visit(person, "unknown")
    await person.open("/pay")
    await visit(person, "on-its-way")
    await person.press("Log out")
    await visit(person, "signed-out")
    await bills.house.no_faults()


async def refused(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Meet everything that is no way to pay."""
    theme = await begin(person, bills, look)
    await person.open("/pay")
    await visit(person, "no-session")
    await person.open("/")
    await visit(person, "front")
    await person.open("/q/nothing")
    await visit(person, "not-found")
    made = await bills.made()
    await bills.house.api("POST", f"/links/{made['id']}/revoke")
    await person.open(made["url"])
    await visit(person, "link-revoked")
    await person.open(await bills.link())
    await person.press("Continue")
    await person.press("Is this really my doctor?", role="link")
    await visit(person, "about")
    await person.open("/not-me")
    await visit(person, "not-me")
    await person.press("I am not this person")
    await visit(person, "on-hold")
    dead = await bills.link("email")
    await bills.link(supersede=True)
    await person.open(dead)
    await visit(person, "link-renewable")
    await person.press(person.starting("Send me a fresh link to %(whereto)s"))
    await visit(person, "link-renewed")
    await bills.options(theme=theme, payments={"credit_card": False})
    await person.open(await bills.link())
    await person.press("Continue")
    await visit(person, "unavailable")
    await bills.options(theme=theme)
    await bills.house.guarantor(bills.group, bills.number, encounters=[], statements=[], email=None)
    await person.open("/pay")
    await visit(person, "nothing-to-pay")
    await bills.options(theme=theme, authentication=MFA)
    await person.open("/pay")
    await visit(person, "cannot-prove")


async def behind_the_challenge(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Walk from the door of the portal pages through all of them."""
    every = {
        "landing_page": "home",
        "show_collections": True,
        "show_escrow": True,
        "show_insurance_pending": True,
        "show_procedures_in_visits": "code_and_description",
    }
    panels = {"look_and_feel": every, "authentication": {"enable_mfa": True}}
    await begin(person, bills, look, record=family(bills.number), **panels)
    await person.come_to_pay(await bills.link("statement"))
    await person.choose_amount("Other Amount", "20")
    await person.pay(DECLINED)
    await person.press("Try again", role="link")
    await person.choose_amount("Other Amount", "20")
    await person.pay()
    await person.open("/home")
    await visit(person, "not-authorized")
    await person.press("View Account", role="link")
    await person.radio("Email").check()
    await person.press("Send code")
    await person.type_code(await person.code_from(bills.email))
    await person.at("Alice Example")
    await visit(person, "home")
    await person.page.locator(".fold summary").click()
    await visit(person, "home-menu")
    await person.open("/account")
    await visit(person, "account")
    await person.page.locator("details.visit summary").first.click()
    await visit(person, "account-visit")
    await person.open("/account?show=open&patient=2&year=2025")
    await visit(person, "account-none")
    await person.open("/receipts")
    await visit(person, "receipts")
    await person.page.locator("main th a").first.click()
    await person.look()
    await visit(person, "receipt")
    await person.open("/statements")
    await visit(person, "statements")
    await person.press("S-3051", role="link")
    await visit(person, "statement")
    await person.open("/profile")
    await visit(person, "profile")
    await person.open("/pay")
    await visit(person, "pay-with-menu")


class Walk(Protocol):
    """One of the walks above."""

    async def __call__(self, person: Person, bills: Bills, visit: Visit, /, *, look: Look) -> None: ...


WALKS: tuple[Walk, ...] = (proving, paying, waiting, refused, behind_the_challenge)
