"""J13: visits, a statement and a receipt kept as files; the receipt sent again; pages as they print."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from quickpay.domain.languages import Language
from tests.household import eventually
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import IN_BOTH, Person
from tests.paper import paper_words, read
from tests.portal_records import family
from tests.spanish import OF_THE_PM, left_over

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOK: dict[str, Any] = {"landing_page": "home", "show_escrow": True, "visits_pdf_export": True}


async def _come_home(alice: Person, bills: Bills) -> None:
    await bills.make(
        record=family(bills.number),
        look_and_feel=LOOK,
        authentication=MFA | {"require_opposing_contact_methods": False},
    )
    await alice.open(await bills.link("statement"))
    await alice.press("Continue")
    await alice.radio("Email").check()
    await alice.press("Send code")
    await alice.type_code(await alice.code_from(bills.email))
    await alice.at("Alice Example")


async def _file(alice: Person, name: str) -> str:
    """Follow a link to a file as the browser would, and read it."""
    address = await alice.page.get_by_role("link", name=alice.say(name)).get_attribute("href")
    assert address
    answer = await alice.page.request.get(alice.house.base_url + address)
    assert answer.headers["content-type"] == "application/pdf"
    return paper_words(await answer.body())


async def _printed(alice: Person, name: str) -> str:
    """Print the page as Chromium does; its words, and what is not for paper left out."""
    pdf = await alice.page.pdf(format="Letter", print_background=False)
    if (folder := os.environ.get("QUICKPAY_SHOTS")) is not None:
        (Path(folder) / f"printed-{name}.pdf").write_bytes(pdf)
    words = paper_words(pdf)
    for said in (
        "Log out",
        "Print",
        "Pay Now",
        "Hide paid",
        "Send again",
        "Email me",
        "These visits as a PDF",
    ):
        assert alice.say(said) not in words, (name, said)
    assert len(read(pdf).pages) <= 3
    return words


SAID = {
    Language.EN: ("Account number 700", "Mar 12, 2025", "Shown Visits with something to pay"),
    Language.ES: ("Número de cuenta 700", "12 mar 2025", "Visitas incluidas Visitas con algo por pagar"),
}


@IN_BOTH
async def test_j13_visits_statement_and_receipt_are_kept_as_files(alice: Person, bills: Bills) -> None:
    account, old_day, shown = SAID[alice.language]
    await _come_home(alice, bills)
    assert alice.say("Amount Due") in await _printed(alice, "home")
    await alice.open("/account")
    words = await _file(alice, "These visits as a PDF")
    assert "Alice Example · Main Street, Dr. Rivera" in words
    assert "55012-1" in words
    assert account in words
    assert old_day in words
    printed = await _printed(alice, "account")
    for said in ("67563", "68110-1", old_day):
        assert said in printed, "every visit of the page stands on paper"
    await alice.press(re.compile("^(Open|Por pagar)$"), role="link")
    words = await _file(alice, "These visits as a PDF")
    assert shown in words
    assert "55012-1" not in words
    await alice.open("/statements/S-3051")
    words = await _file(alice, "PDF")
    assert alice.say("Statement %(number)s", number="S-3051") in words
    if alice.language is Language.ES:
        assert left_over(words, *alice.names, *OF_THE_PM) == set()
    assert "67563-1" in await _printed(alice, "statement")


async def test_j9_a_receipt_is_sent_again_and_says_how_it_fares(alice: Person, bills: Bills) -> None:
    await _come_home(alice, bills)
    await alice.open("/pay")
    await alice.choose_amount("Amount Due")
    await alice.pay()
    await alice.status("paid")
    await alice.press("Email me this receipt")
    await expect(alice.page.get_by_role("alert")).to_contain_text("Enter an email address")
    other = f"paper{bills.number}@example.com"
    await alice.page.get_by_label("Email", exact=True).fill(other)
    await alice.press("Email me this receipt")

    async def arrived() -> bool:
        await alice.page.reload()
        return "The receipt was sent to pa•••@example.com" in await alice.words()

    await eventually(arrived)
    await alice.look()
    await alice.open("/receipts")
    await alice.page.locator("main th a").first.click()
    await expect(alice.page.get_by_role("heading", name="Receipt by email")).to_be_visible()
    await alice.look()
    assert "Visa ending in 4242" in await _file(alice, "PDF")
    await _printed(alice, "receipt")
    await alice.press("Send again")
    assert "on its way to pa•••@example.com" in await alice.words()
