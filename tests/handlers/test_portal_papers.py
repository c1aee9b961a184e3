"""Visits, statements and receipts as papers: where they are offered, what is chosen, how they are called."""

import asyncio
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from quickpay.domain.guarantors import Account
from quickpay.domain.money import Cents
from tests.factories import TODAY, make_line, make_outside_receipt, make_statement
from tests.handlers.portal_visitor import authorized
from tests.handlers.site import HOST, Browser, Site
from tests.paper import paper_words, read
from tests.services.portal_account import ACCOUNT

_MANY = 500


@pytest.fixture
async def browser(site: Site) -> Browser:
    """Alice, past the challenge, in a group that gives visits away."""
    await site.house.edit(site.alice, ACCOUNT)
    await site.options(visits_pdf_export=True, show_insurance_pending=True)
    return await authorized(site)


async def _paper(site: Site, browser: Browser, path: str) -> tuple[bytes, str]:
    headers = {"Host": HOST, "Cookie": browser.cookie}
    async with site.session.get(site.address + path, headers=headers) as found:
        assert found.status == 200, path
        return await found.read(), found.headers["Content-Disposition"]


async def test_visits_are_a_paper_only_while_the_group_allows_it(site: Site, browser: Browser) -> None:
    for on in (True, False, True):
        await site.options(visits_pdf_export=on)
        page = await browser.get("/account")
        assert ('href="/visits.pdf"' in page.text) is on
        answer = await browser.get("/visits.pdf")
        assert answer.status == (200 if on else 403)
        assert (answer.headers["Content-Type"] == "application/pdf") is on
        assert ("1-1" in answer.text) is on
    await site.options(visits_pdf_export=False)
    refused = await browser.get("/visits.pdf")
    assert "Visits are not given as a file here" in refused.words
    assert 'href="/account"' in refused.text
    assert (await browser.get("/visits.pdf", method="HEAD")).status == 403


async def test_visits_stand_by_place_with_every_column(site: Site, browser: Browser) -> None:
    lines = (
        make_line("1-1", remaining=1_111, insurance_pending=Cents(77)),
        make_line("2-1", patient="P2", facility="Lakeview", provider="Dr. Chen", patient_paid=Cents(345)),
        make_line("3-1", remaining=2_222),
    )
    await site.house.edit(site.alice, Account(lines=lines, statements=(make_statement("1-1"),)))
    words = (await browser.get("/visits.pdf")).text
    for said in (
        *("Guarantor Alicia Example", "Account number 10067", "As of Nov 21, 2026", "Shown All visits"),
        "Date Service ID Service Billed Adjusted Insurance paid Insurance pending You paid Remaining",
        "Oct 2, 2026 1-1 Office visit $200.00 $20.00 $54.50 $0.77 $0.00 $11.11",
        "Oct 2, 2026 2-1 Office visit $200.00 $20.00 $54.50 $0.00 $3.45 $125.50",
        "Toby Example · Lakeview, Dr. Chen",
    ):
        assert said in words, (said, words)
    assert words.count("Lakeside East, Dr. Rivera") == 1, "visits of one place stand together"


async def test_the_address_chooses_as_on_account(site: Site, browser: Browser) -> None:
    lines = (
        make_line("1-1", patient="P1"),
        make_line("2-1", patient="P2", remaining=0, date=TODAY.replace(year=2024)),
        make_line("3-1", patient="P2"),
    )
    await site.house.edit(site.alice, Account(lines=lines))
    for query, shown, said in (
        ("", {"1-1", "2-1", "3-1"}, "All visits"),
        ("?patient=2", {"2-1", "3-1"}, "All visits, Toby Example"),
        ("?year=2024", {"2-1"}, "All visits, 2024"),
        ("?show=open", {"1-1", "3-1"}, "Visits with something to pay"),
        ("?show=paid&patient=2&year=2024", {"2-1"}, "Paid visits, Toby Example, 2024"),
        ("?show=paid&patient=1", set(), "Paid visits, Alice Example"),
        ("?patient=99", set(), "All visits"),
    ):
        page = await browser.get("/account" + query)
        [address] = re.findall(r'href="(/visits\.pdf[^"]*)"', page.text)
        paper = await browser.get(address.replace("&amp;", "&"))
        assert {one for one in ("1-1", "2-1", "3-1") if f" {one} " in paper.text} == shown, query
        assert f"Shown {said}" in paper.text
        assert ("No visit fits this choice." in paper.text) is not shown


async def test_nothing_comes_to_the_current_balance_where_that_is_not_shown(
    site: Site, browser: Browser
) -> None:
    for on in (True, False):
        await site.options(show_current_balance=on)
        words = (await browser.get("/visits.pdf")).text
        assert ("$230.00" in words, "Total" in words) == (on, on)


async def test_five_hundred_visits_are_quick_and_keep_nobody_waiting(site: Site, browser: Browser) -> None:
    lines = tuple(make_line(f"{number}-1", facility=f"Place {number % 9}") for number in range(1, _MANY + 1))
    await site.house.edit(site.alice, Account(lines=lines))
    loop = asyncio.get_running_loop()
    began = loop.time()
    setting = asyncio.create_task(_paper(site, browser, "/visits.pdf"))
    others = 0
    while not setting.done() and others < 3:
        assert (await browser.get("/home")).status == 200
        others += 1
    pdf, _ = await setting
    assert others == 3, "others are answered meanwhile"
    assert loop.time() - began < 20
    _holds_all(read(pdf))


def _holds_all(paper: PdfReader) -> None:
    pages = [page.extract_text() for page in paper.pages]
    words = " ".join(" ".join(pages).split())
    assert [one for one in range(1, _MANY + 1) if f" {one}-1 Office" not in words] == []
    for number, page in enumerate(pages, 1):
        assert "Service ID" in page
        assert f"{number} / {len(pages)}" in page
    width, height = (float(side) for side in paper.pages[0].mediabox[2:])
    assert (width, height) == (792, 612), "US letter on its side"


@pytest.mark.parametrize("path", ["/visits.pdf", "/statements/S-2.pdf", "/receipts/A-5501.pdf"])
async def test_each_is_tagged_titled_and_in_a_language(site: Site, browser: Browser, path: str) -> None:
    pdf, _ = await _paper(site, browser, path)
    root = read(pdf).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    metadata = read(pdf).metadata
    assert metadata is not None
    assert metadata.title
    assert b"pdfuaid" in pdf
    assert "Alicia Example" in paper_words(pdf)


async def test_a_file_is_named_by_what_it_is_and_by_nobody(site: Site, browser: Browser) -> None:
    strange = '7"; x="Alicia\u00e9 S'
    account = replace(
        ACCOUNT,
        statements=(*ACCOUNT.statements, make_statement("1-1", id=strange)),
        receipts=(*ACCOUNT.receipts, make_outside_receipt(number="A 1/é")),
    )
    await site.house.edit(site.alice, account)
    for path, name in (
        ("/visits.pdf", "visits"),
        ("/statements/S-2.pdf", "statement-S-2"),
        ("/statements/7%22%3B%20x%3D%22Alicia%C3%A9%20S.pdf", "statement"),
        ("/receipts/A-5501.pdf", "receipt-A-5501"),
        ("/receipts/A%201%2F%C3%A9.pdf", "receipt"),
    ):
        _, disposition = await _paper(site, browser, path)
        assert disposition == f'inline; filename="{name}.pdf"'


async def test_pages_that_are_papers_lead_to_them(browser: Browser) -> None:
    for page in ("/statements/S-2", "/receipts/A-5501"):
        answer = await browser.get(page)
        assert f'href="{page}.pdf">PDF</a>' in answer.text
        assert "data-print" in answer.text


async def test_a_simulations_paper_says_that_it_is_one(site: Site) -> None:
    await site.house.edit(site.alice, ACCOUNT)
    await site.options(visits_pdf_export=True)
    browser = site.browser()
    path = f"/launch/{site.house.token(await site.house.launch(site.alice, 'portal'))}"
    await browser.get(path)
    await browser.post(path)
    for one in ("/visits.pdf", "/statements/S-2.pdf", "/receipts/A-5501.pdf"):
        assert "Simulation: made by staff" in (await browser.get(one)).text
