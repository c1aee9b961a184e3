"""Who may see the portal pages: the role, the proof, the link and the clock, for every address of them."""

from dataclasses import replace

import pytest

from quickpay.domain.options import LandingPage, LogoutFunction
from quickpay.domain.sessions import Role
from tests.handlers.portal_visitor import authorized, every_page, paths
from tests.handlers.site import Browser, Site
from tests.services.portal_account import ACCOUNT

PATHS = paths()
_OF_ALICE = ("Alicia", "Example", "10067", "150.00", "201.23", "230.00", "Rivera", "A-5501", "S-2", "alice@")


@pytest.fixture(autouse=True)
async def _account(site: Site) -> None:
    await site.house.edit(site.alice, ACCOUNT)
    await site.options(visits_pdf_export=True)


@pytest.mark.parametrize("path", PATHS)
async def test_the_quickpay_role_is_refused_and_shown_the_way_up(
    site: Site, browser: Browser, path: str
) -> None:
    await browser.open(await site.link())
    page = await browser.get(path)
    assert page.status == 403
    assert 'href="/verify"' in page.text
    assert [one for one in _OF_ALICE if one in page.text + str(page.headers)] == []
    assert (await browser.get(path, method="HEAD")).status == 403
    await site.options(enable_mfa=False)
    page = await browser.get(path)
    assert page.status == 403
    assert "/verify" not in page.text
    assert "The office can tell you more" in page.words


@pytest.mark.parametrize("path", PATHS)
async def test_a_proof_that_gives_the_quickpay_role_leads_no_further(site: Site, path: str) -> None:
    await site.options(mfa_success_role=Role.QUICKPAY, landing_page=LandingPage.HOME)
    browser = site.browser()
    await browser.open(await site.link())
    assert (await browser.prove()).to == "/pay"
    page = await browser.get(path)
    assert page.status == 403
    assert "/verify" not in page.text
    assert 'class="main" href="/pay"' in page.text


@pytest.mark.parametrize("path", PATHS)
async def test_a33_under_require_mfa_the_challenge_comes_first(
    site: Site, browser: Browser, path: str
) -> None:
    await site.options(require_mfa=True)
    await browser.open(await site.link())
    answer = await browser.get(path)
    assert answer.to == "/verify"
    assert answer.text == ""


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_session_or_after_it_there_is_nothing(
    site: Site, browser: Browser, path: str
) -> None:
    assert (await browser.get(path)).status == 401
    browser = await authorized(site)
    assert (await browser.get(path)).status == 200
    site.house.later(minutes=20, seconds=1)
    page = await browser.get(path)
    assert page.status == 401
    assert [one for one in _OF_ALICE if one in page.text] == []


@pytest.mark.parametrize("path", PATHS)
async def test_r10_a_revoked_link_ends_it_at_the_next_request(site: Site, path: str) -> None:
    link = await site.link(single_payment=False)
    browser = site.browser()
    await browser.open(link)
    await browser.prove()
    await site.house.end(link)
    page = await browser.get(path)
    assert page.status == 410
    assert [one for one in _OF_ALICE if one in page.text] == []


async def test_a59_ids_of_others_are_not_there(site: Site) -> None:
    bobs = replace(
        ACCOUNT,
        statements=(replace(ACCOUNT.statements[0], id="S-BOB"),),
        receipts=(replace(ACCOUNT.receipts[0], number="B-1"),),
    )
    bob = await site.house.guarantor(site.group, bobs, number="2", first_name="Bob")
    paying = await site.house.come(await site.house.link(bob))
    number = (await paying.pays(amount=500)).receipt_number
    browser = await authorized(site)
    unknown = await browser.get("/receipts/no-such")
    strange = ("%2F", "S-BOB%00", "1%20OR%201=1", "{number}")
    for path in (
        *(f"/receipts/{number}", "/receipts/B-1", "/statements/S-BOB"),
        *(f"/receipts/{number}.pdf", "/receipts/B-1.pdf", "/statements/S-BOB.pdf"),
        *(f"/receipts/{one}" for one in strange),
    ):
        answer = await browser.get(path)
        assert answer.status == 404, path
        assert "Bob" not in answer.text
        assert len(answer.text) == len(unknown.text), "said alike"


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_says_it_is_nobodys_to_keep_and_runs_only_what_it_names(
    site: Site, path: str
) -> None:
    page = await (await authorized(site)).get(path)
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert ("script-src" in page.headers["Content-Security-Policy"]) == ("<script" in page.text)
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize("landing", list(LandingPage))
async def test_a_proof_leads_to_the_groups_landing_page_chosen_or_required(
    site: Site, landing: LandingPage
) -> None:
    await site.options(landing_page=landing)
    for required in (False, True):
        await site.options(require_mfa=required)
        browser = site.browser()
        await browser.open(await site.link())
        assert (await browser.prove()).to == f"/{landing}"
        assert (await browser.get("/verify")).to == f"/{landing}"
        assert (await browser.get(f"/{landing}")).status == 200


@pytest.mark.parametrize(("authenticated", "to"), [(True, "/account"), (False, "/pay")])
async def test_a_hand_off_of_a_signed_in_user_leads_there_too(
    site: Site, browser: Browser, *, authenticated: bool, to: str
) -> None:
    await site.options(landing_page=LandingPage.ACCOUNT)
    link = await site.house.handoff(site.alice, authenticated=authenticated)
    path = f"/handoff/{site.house.token(link)}"
    await browser.get(path)
    assert (await browser.post(path)).to == to
    page = await browser.get(to)
    assert page.status == 200
    assert "Back to portal" in page.words


@pytest.mark.parametrize(
    ("function", "word"),
    [(LogoutFunction.CLOSE, "Close"), (LogoutFunction.LOGOUT, "Log out"), (LogoutFunction.NONE, None)],
)
async def test_the_menus_last_line_is_the_groups_logout_function(
    site: Site, function: LogoutFunction, word: str | None
) -> None:
    await site.options(logout_function=function)
    browser = await authorized(site)
    for path, page in (await every_page(browser, papers=False)).items():
        assert (f'<button type="submit">{word}</button>' in page.text) is (word is not None), path
        assert ('action="/sign-out"' in page.text) is (word is not None), path
    left = await browser.post("/sign-out")
    assert left.status == (403 if word is None else 303)
    assert (await browser.get("/home")).status == (200 if word is None else 401)


async def test_the_name_leads_home_and_the_menu_marks_where_she_is(site: Site) -> None:
    browser = await authorized(site)
    marked = {"/account": "Account", "/pay": "Pay", "/receipts": "Receipts", "/statements": "Statements"}
    for path in (*(one for one in PATHS if not one.endswith(".pdf")), "/pay"):
        page = await browser.get(path)
        assert '<a class="name" href="/home">' in page.text
        here = marked.get("/" + path.split("/")[1])
        # Once in the bar and once in the menu to unfold, of which one is shown.
        assert page.text.count('aria-current="page"') == (0 if here is None else 2), path
        if here is not None:
            assert page.text.count(f'aria-current="page">{here}<') == 2
    quickpay = site.browser()
    await quickpay.open(await site.link())
    page = await quickpay.get("/pay")
    assert '<a class="name" href="/pay">' in page.text
    assert "/receipts" not in page.text
