"""J9: from the challenge to Home and every page behind it, by thumb, by keyboard and without scripts."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from quickpay.domain.languages import Language
from tests.household import Household
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import DESKTOP, IN_BOTH, PHONE, Person, somebody
from tests.portal_records import family

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOME: dict[str, Any] = {"landing_page": "home", "show_escrow": True}
VIEW_MOST = 50 * 1024
MENU = ("Account", "Pay", "Receipts", "Statements")


async def _come_home(person: Person, bills: Bills, **look: Any) -> None:
    """Open a link that asks for proof, give it, and be at Home."""
    await bills.make(
        record=family(bills.number),
        look_and_feel=HOME | look,
        authentication=MFA | {"require_opposing_contact_methods": False},
    )
    await person.open(await bills.link("statement"))
    await person.press("Continue")
    await person.radio("Email").check()
    await person.press("Send code")
    await person.type_code(await person.code_from(bills.email))
    await person.at("Alice Example")


SAID = {
    Language.EN: (
        *("You have a new statement", "Due Dec 2, 2026", "Amount Due $150.00", "Current Balance $277.50"),
        *("Unapplied Funds $25.00", "Pay Now"),
    ),
    Language.ES: (
        *("Tiene un estado de cuenta nuevo", "Vence el 2 dic 2026", "Cantidad a pagar $150.00"),
        *("Saldo actual $277.50", "Fondos sin aplicar $25.00", "Pagar ahora"),
    ),
}


@IN_BOTH
async def test_home_leads_everywhere_and_the_name_leads_home(alice: Person, bills: Bills) -> None:
    await _come_home(alice, bills)
    assert alice.path == "/home"
    words = await alice.words()
    for said in SAID[alice.language]:
        assert said in words
    await alice.press("View Current Statement", role="link")
    await alice.at("Statement %(number)s", number="S-3051")
    await alice.press("Statements", role="link")
    await alice.at("Statements")
    await alice.press("Hide paid", role="link")
    await expect(alice.page.locator("main tbody tr")).to_have_count(1)
    await alice.press(bills.name, role="link")
    await alice.at("Alice Example")
    await alice.press("Pay Now", role="link")
    await alice.choose_amount("Amount Due")
    await alice.pay()
    await alice.status("paid")
    await alice.press(bills.name, role="link")
    assert SAID[alice.language][2] in await alice.words(), "25.00 unapplied: received, and for staff to post"
    taken_off = "%(amount)s was paid already or is on its way, and is taken off when you pay."
    await expect(alice.reads(taken_off, amount="$150.00")).to_be_visible()
    await alice.open("/receipts")
    await alice.page.locator("main th a").first.click()
    await alice.page.wait_for_url(re.compile(r"/receipts/[0-9]+$"))
    await alice.look()
    words = await alice.words()
    assert alice.say("%(card)s ending in %(digits)s", card="Visa", digits="4242") in words
    assert alice.say("It was received and is not posted to your account yet.") in words


async def test_on_a_phone_three_lines_unfold_the_menu(alice: Person, bills: Bills) -> None:
    await _come_home(alice, bills)
    menu = alice.page.get_by_text("Menu", exact=True)
    for name in MENU:
        line = alice.page.get_by_role("link", name=name, exact=True)
        await expect(line).to_have_count(0)
        await menu.click()
        await expect(line).to_be_visible()
        await alice.look()
        await alice.press(name, role="link")
        assert alice.path == f"/{name.lower()}"
        await menu.click()
        await expect(alice.page.locator(".fold [aria-current=page]")).to_have_text(name)
        await menu.click()
    await menu.click()
    await alice.press("Log out")
    await alice.at("Sign in")
    assert (await alice.open("/home")).status == 401


async def test_by_the_keyboard_alone_on_a_computer(chromium: Browser, house: Household, bills: Bills) -> None:
    async with somebody(chromium, house, viewport=DESKTOP) as alice:
        await _come_home(alice, bills)
        await expect(alice.page.get_by_text("Menu", exact=True)).to_be_hidden()
        met = []
        for _ in range(9):
            await alice.page.keyboard.press("Tab")
            met.append(
                await alice.page.evaluate("() => document.activeElement.innerText.trim().toLowerCase()")
            )
        assert met[:6] == [bills.name.lower(), *map(str.lower, MENU), "log out"]
        assert met[6:] == ["pay now", "view current statement", "what the office has on file"]
        await alice.page.locator(".bar").get_by_role("link", name="Account").focus()
        async with alice.page.expect_navigation():
            await alice.page.keyboard.press("Enter")
        await alice.look()
        await alice.at("Account")
        visit = alice.page.locator("details.visit").first
        await visit.locator("summary").focus()
        await alice.page.keyboard.press("Enter")
        await expect(visit.locator("table")).to_be_visible()
        await alice.look()
        await alice.page.get_by_role("link", name="Paid", exact=True).focus()
        async with alice.page.expect_navigation():
            await alice.page.keyboard.press("Enter")
        await expect(alice.page.locator("details.visit")).to_have_count(2)


async def test_without_scripts_all_of_it_works(chromium: Browser, house: Household, bills: Bills) -> None:
    async with somebody(chromium, house, scripts=False) as alice:
        await _come_home(alice, bills)
        await alice.page.locator(".fold summary").click()
        await alice.press("Receipts", role="link")
        await alice.press("A-5501", role="link")
        await alice.at("Receipt A-5501")
        await expect(alice.page.get_by_role("button", name="Print")).to_have_count(0)
        await alice.press("Receipts", role="link")
        await alice.open("/account?show=open&patient=2")
        await expect(alice.page.locator("details.visit")).to_have_count(1)


async def test_a_receipt_and_a_statement_print_as_paper(alice: Person, bills: Bills) -> None:
    await _come_home(alice, bills)
    for path in ("/receipts/A-5501", "/statements/S-3051"):
        await alice.open(path)
        await expect(alice.page.get_by_role("button", name="Print")).to_be_visible()
        await alice.page.emulate_media(media="print")
        for gone in (".fold", ".bar", "[data-print]", ".trail", ".tongues"):
            await expect(alice.page.locator(gone)).to_be_hidden()
        await expect(alice.page.locator("dl.receipt")).to_be_visible()
        await alice.page.emulate_media(media="screen")


async def test_with_the_quickpay_role_home_is_no_more_than_the_way_up(alice: Person, bills: Bills) -> None:
    await bills.make(look_and_feel=HOME, authentication={"enable_mfa": True})
    await alice.come_to_pay(await bills.link())
    assert (await alice.open("/home")).status == 403
    assert bills.seen_in(await alice.words()) == []
    await alice.press("View Account", role="link")
    await alice.at("First, let us check that it is you")


async def test_every_view_is_light(alice: Person, bills: Bills) -> None:
    await _come_home(alice, bills)
    for path in ("/home", "/account", "/receipts", "/statements", "/statements/S-3051", "/profile"):
        await alice.page.set_viewport_size(PHONE)
        before = len(alice.watched.exchanges)
        await alice.open(path)
        assert sum(one.size for one in alice.watched.exchanges[before:]) < VIEW_MOST, path
