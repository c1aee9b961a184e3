"""What the portal pages show: each option each way on each page, the words, the filters, the weight."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Account, Patient
from quickpay.domain.money import Cents
from quickpay.domain.options import ShowProcedures
from tests.factories import TODAY, make_line, make_outside_receipt, make_statement
from tests.handlers.portal_visitor import EXAMPLES, authorized, every_page
from tests.handlers.site import Browser, Site
from tests.services.portal_account import ACCOUNT

WEIGHT_MOST = 50 * 1024
NOWHERE: tuple[str, ...] = ()
_RECEIPT = "/receipts/1"
_VISITS = "/visits.pdf"


def _both(*pages: str) -> tuple[str, ...]:
    """Pages and the papers they can be kept as."""
    return tuple(page + kept for page in pages for kept in ("", ".pdf"))


_STATEMENT = _both("/statements/S-2")

# An option on, what then stands there, and on which pages; off, it stands on none.
SHOWN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "show_statement_balance",
        "Statement Balance",
        ("/home", "/account", "/statements", *_STATEMENT, _VISITS),
    ),
    ("show_statement_balance", "$201.23", ("/home", "/account", "/statements", *_STATEMENT, _VISITS)),
    ("show_current_balance", "Current Balance", ("/home", "/account", _VISITS)),
    ("show_current_balance", "$220.00", ("/home", "/account", _VISITS)),
    (
        "show_escrow",
        "Unapplied Funds",
        ("/home", "/account", *_both("/receipts/A-5501", "/receipts/2"), _VISITS),
    ),
    ("show_escrow", "$17.76", ("/home", "/account", _VISITS)),
    ("show_escrow", "$9.99", _both("/receipts/A-5501")),
    ("show_collections", "Collections Balance", ("/account", _VISITS)),
    ("show_collections", "in collections", ("/account", "/statements", _VISITS)),
    ("show_collections", "$60.00", ("/account", "/statements", _VISITS)),
    (
        *("show_insurance_pending", "$1.00"),
        ("/home", "/account", "/statements", *_STATEMENT, *_both(_RECEIPT), _VISITS),
    ),
)
_PENDING = re.compile("insurance pending", re.IGNORECASE)


@pytest.fixture
async def browser(site: Site) -> Browser:
    """Alice, past the challenge, who paid 10.00 that was posted, and 7.77 and 9.99 that were not."""
    await site.house.edit(site.alice, ACCOUNT)
    await site.options(auto_post=True, visits_pdf_export=True)
    link = await site.link(single_payment=False)
    paying = await site.house.come(link)
    await paying.pays(amount=1_000)
    await site.options(auto_post=False)
    await paying.pays(amount=777)
    mailed = make_outside_receipt(applied=Cents(1_501))
    await site.house.edit(site.alice, replace(ACCOUNT, receipts=(mailed,)))
    return await authorized(site)


async def _seen(browser: Browser, has: Callable[[str], bool]) -> set[str]:
    pages = await every_page(browser)
    for path in _both(_RECEIPT, "/receipts/2"):
        pages[path] = await browser.get(path)
    return {path for path, page in pages.items() if has(page.words)}


@pytest.mark.parametrize(("option", "words", "where"), SHOWN)
@pytest.mark.parametrize("on", [True, False])
async def test_an_option_shows_it_where_it_belongs_and_off_nowhere(
    site: Site, browser: Browser, option: str, words: str, where: tuple[str, ...], *, on: bool
) -> None:
    await site.options(**{option: on})
    assert await _seen(browser, lambda text: words in text) == set(where if on else NOWHERE)


@pytest.mark.parametrize("on", [True, False])
async def test_insurance_pending_stands_beside_every_balance_or_nowhere(
    site: Site, browser: Browser, *, on: bool
) -> None:
    await site.options(show_insurance_pending=on, show_collections=True)
    seen = await _seen(browser, lambda text: _PENDING.search(text) is not None)
    every = {"/home", "/account", "/statements", *_STATEMENT, *_both(_RECEIPT), _VISITS}
    assert seen == (every if on else set())


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (ShowProcedures.NONE, None),
        (ShowProcedures.DESCRIPTION, "Office visit"),
        (ShowProcedures.CODE_AND_DESCRIPTION, "99213 · Office visit"),
    ],
)
async def test_procedures_stand_in_the_words_for_patients_as_far_as_shown(
    site: Site, browser: Browser, shown: ShowProcedures, words: str | None
) -> None:
    await site.options(show_procedures_in_visits=shown)
    visits = {"/account", *_STATEMENT, *_both(_RECEIPT), _VISITS}
    assert await _seen(browser, lambda text: "Office visit" in text) == (set() if words is None else visits)
    assert await _seen(browser, lambda text: words is not None and words in text) == (
        set() if words is None else visits
    )
    code = {shown is ShowProcedures.CODE_AND_DESCRIPTION: visits}.get(True, set())
    assert await _seen(browser, lambda text: "99213" in text) == code


async def test_home_is_what_the_guide_says_it_is(site: Site, browser: Browser) -> None:
    last = replace(ACCOUNT.statements[0], due_date=TODAY)
    await site.house.edit(site.alice, replace(ACCOUNT, statements=(last,)))
    page = await browser.get("/home")
    assert "<h1>Alicia Example</h1>" in page.text
    assert "Amount Due $140.00" in page.words
    assert "You have a new statement" in page.words
    assert '<a class="main" href="/pay">Pay Now</a>' in page.text
    assert 'href="/statements/S-2">View Current Statement</a>' in page.text
    for address in ("/account", "/pay", "/receipts", "/statements", "/profile"):
        assert f'href="{address}"' in page.text
    assert "$17.77" not in page.words, "only the part that no sum has yet is named"
    assert "$7.77 was paid already or is on its way" in page.words


async def test_with_nothing_payable_there_is_no_pay_now_and_the_reason(site: Site, browser: Browser) -> None:
    await site.house.edit(site.alice, Account(receipts=(make_outside_receipt(),)))
    for path in ("/home", "/account"):
        page = await browser.get(path)
        assert "Pay Now" not in page.words
        assert "Your payment was received and is being added" in page.words
    bob = await site.house.guarantor(site.group, Account(), number="2")
    other = site.browser()
    await other.open(await site.house.link(bob))
    await other.prove()
    page = await other.get("/home")
    assert "You owe nothing right now." in page.words
    assert "You have not been sent a statement yet." in page.words
    assert "Pay Now" not in page.words
    assert "View Current Statement" not in page.words
    words = {"/account": "There are no visits yet.", "/receipts": "There are no payments yet."}
    for path, said in (words | {"/statements": "You have not been sent a statement yet."}).items():
        assert said in (await other.get(path)).words


async def test_the_picture_for_home_stands_there_and_nowhere_else(site: Site, browser: Browser) -> None:
    url = "https://www.example.com/home.png"
    now = await site.desk.groups.by_slug(site.group.slug)
    assert now is not None
    branding = replace(now.options.branding, home_asset_url=url)
    put = await site.desk.groups.put(now.slug, replace(now.options, branding=branding), "dana")
    assert isinstance(put, Group), put
    shown = f'src="/g/{put.slug}/home_asset-{put.home_asset}.png" alt=""'
    pages = await every_page(browser)
    assert [path for path, page in pages.items() if shown in page.text] == ["/home"]
    assert (await browser.get(f"/g/{put.slug}/home_asset-{put.home_asset}.png", method="HEAD")).status == 200
    assert url not in pages["/home"].text


async def test_no_page_calls_paid_what_a_collector_has(site: Site, browser: Browser) -> None:
    lines = (make_line("3-1", in_collections=True, remaining=6_000), make_line("3-2", remaining=0))
    bill = make_statement("3-1", "3-2", id="S-2")
    await site.house.edit(site.alice, Account(lines=lines, statements=(bill,)))
    for path in ("/account", "/statements", *_STATEMENT):
        page = await browser.get(path)
        assert "3-1" not in page.words, path
        assert re.search(r"\$0\.00 \(?paid", page.words, re.IGNORECASE) is None, path


async def test_account_ends_with_the_latest_statements(site: Site, browser: Browser) -> None:
    statements = tuple(
        make_statement(
            "1-1", id=f"S-{year}", date=TODAY.replace(year=year), due_date=TODAY.replace(year=year)
        )
        for year in (2022, 2025, 2023, 2024)
    )
    await site.house.edit(site.alice, Account(lines=(make_line("1-1"),), statements=statements))
    words = (await browser.get("/account")).words.partition("Statement history")[2]
    assert re.findall(r"S-20\d\d", words) == ["S-2025", "S-2024", "S-2023"]
    assert "All statements" in words
    await site.house.edit(site.alice, Account())
    assert "Statement history" not in (await browser.get("/account")).words


async def test_receipts_list_each_payment_with_how_it_ended(site: Site, browser: Browser) -> None:
    paying = await site.house.come(await site.link(single_payment=False))
    await paying.pays("tok_declined", amount=300)
    words = (await browser.get("/receipts")).words
    assert "3 Nov 21, 2026 Unsuccessful" in words
    assert "Online $0.00 2 Nov 21, 2026 Paid Visa ending in 4242 Online $7.77" in words
    assert "A-5501 Sep 30, 2026 Paid Check Mail $25.00" in words
    declined = (await browser.get("/receipts/3")).words
    assert "$0.00 Unsuccessful Your card was not charged." in declined


async def test_a_receipt_says_whose_when_and_what_it_was_put_on(site: Site, browser: Browser) -> None:
    words = (await browser.get(_RECEIPT)).words
    for said in (
        "Guarantor Alicia Example",
        "Account number 10067",
        "Payment date Nov 21, 2026",
        "Transaction # ch_",
        "Alice Example Lakeside East, Dr. Rivera",
        "1-1",
    ):
        assert said in words, said
    assert "not posted to your account yet" not in words
    assert "not posted to your account yet" in (await browser.get("/receipts/2")).words
    assert "was not made here" in (await browser.get("/receipts/A-5501")).words
    await site.house.edit(site.alice, Account())
    gone = await browser.get(_RECEIPT)
    assert gone.status == 200
    assert "1-1" in gone.words


async def test_addresses_filter_and_say_nothing_of_anybody(site: Site, browser: Browser) -> None:
    lines = (
        make_line("1-1", patient="P1"),
        make_line("2-1", patient="P2", remaining=0, date=TODAY.replace(year=2024)),
    )
    await site.house.edit(site.alice, Account(lines=lines, statements=(make_statement("1-1"),)))
    page = await browser.get("/account")
    for address in re.findall(r'href="(/account\?[^"]*)"', page.text):
        assert re.fullmatch(
            r"/account\?((show=(open|paid)|patient=[12]|year=20\d\d)(&amp;)?)+#visits", address
        )
    assert "Toby Example" in page.words, "patients by their names, whatever the visit calls them"
    filtered = (await browser.get("/account?patient=2&show=paid&year=2024")).text
    assert (">1-1<" in filtered, ">2-1<" in filtered) == (False, True)
    assert 'aria-current="true">Toby Example<' in filtered
    for nonsense in (
        "?patient=x",
        "?year=99999999999999999999",
        "?show=<b>",
        "?page=-1",
        "?patient=0",
        "?page=²",
    ):
        assert (await browser.get("/account" + nonsense)).status == 200, nonsense
    assert "Every statement is paid" not in (await browser.get("/statements?hide=paid")).words


async def test_nothing_that_the_pm_system_tells_is_taken_for_markup(site: Site, browser: Browser) -> None:
    bad = "<b>\"'&</b>"
    words: dict[str, Any] = dict.fromkeys(("patient", "facility", "provider", "code", "description"), bad)
    account = Account(
        lines=(make_line("1-1", **words), make_line("<i>2-1", **words)),
        statements=(make_statement("1-1", "<i>2-1", "<i>9-9", id="<i>/S?#"),),
        receipts=(make_outside_receipt(number="<i>/R?#", method=bad, source=bad, status=bad),),
    )
    await site.options(show_procedures_in_visits=ShowProcedures.CODE_AND_DESCRIPTION)
    await site.house.edit(site.alice, account, patients=(Patient(id="P1", name=bad),), preferred_name=bad)
    for path in ("/home", "/account", "/receipts", "/statements", "/profile"):
        page = await browser.get(path)
        assert page.status == 200, path
        assert "<b>" not in page.text + "<i>".replace("<i>", ""), path
        assert "<i>" not in page.text, path
        for address in re.findall(r'href="(/(?:receipts|statements)/[^"]+)"', page.text):
            one = await browser.get(address)
            assert one.status == 200, address
            assert "<i>" not in one.text


async def test_every_page_is_light_even_for_who_has_been_here_often(site: Site, browser: Browser) -> None:
    every = {"show_insurance_pending": True, "show_collections": True, "show_escrow": True}
    await site.options(show_procedures_in_visits=ShowProcedures.CODE_AND_DESCRIPTION, **every)
    lines = tuple(
        make_line(f"{visit}-{line}", remaining=1_000, insurance_pending=Cents(5), patient=f"P{visit % 2}")
        for visit in range(10_000, 10_100)
        for line in range(1, 4)
    )
    statements = tuple(
        make_statement(*(one.service_id for one in lines[place : place + 3]), id=f"S-{place}")
        for place in range(0, 240, 3)
    )
    receipts = tuple(make_outside_receipt(number=f"A-{number}") for number in range(200))
    await site.house.edit(site.alice, Account(lines=lines, statements=statements, receipts=receipts))
    for path in (
        "/home",
        "/account",
        "/receipts",
        "/statements",
        "/statements/S-0",
        "/receipts/A-7",
        "/profile",
    ):
        page = await browser.get(path)
        assert page.status == 200
        assert len(page.text.encode()) < WEIGHT_MOST, path
    assert "Page 1 of 9" in (await browser.get("/account")).words
    assert "Page 2 of 17" in (await browser.get("/receipts?page=2")).words
    assert 'href="/statements?hide=paid&amp;page=2"' in (await browser.get("/statements?hide=paid")).text


async def test_profile_shows_what_is_on_file(site: Site, browser: Browser) -> None:
    words = (await browser.get("/profile")).words
    for said in ("Alicia Example", "Alice", "10067", "alice@example.com", "(608) 555-0101", "Toby Example"):
        assert said in words
    await site.house.edit(site.alice, email=None, patients=())
    words = (await browser.get("/profile")).words
    assert "Email none" in words
    assert "None are named." in words


def test_the_examples_are_alices() -> None:
    assert EXAMPLES["{id}"] in {one.id for one in ACCOUNT.statements}
    assert EXAMPLES["{number}"] in {one.number for one in ACCOUNT.receipts}
