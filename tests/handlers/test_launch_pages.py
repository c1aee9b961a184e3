"""A simulation in the browser: every page with its banner and written down, every post refused."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text

from quickpay.adapters.store import OpenStore
from quickpay.adapters.store.schema import metadata
from quickpay.adapters.store.statements import Statement
from quickpay.domain.links import Link, LinkState
from quickpay.domain.options import LogoutFunction
from quickpay.domain.staff import StaffRole
from quickpay.domain.tokens import TokenPurpose
from quickpay.handlers.access import Access
from quickpay.handlers.routes import ROUTES
from tests.handlers.site import Answer, Browser, Site
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House
from tests.services.rows import rows

BANNER = "signed in as Ada Admin, seeing what Alicia Example sees. Nothing can be paid or changed."
REFUSED = "This is a simulation: nothing was changed"
FIELDS = {
    "amount_choice": "current",
    "method": "card",
    "card_token": "tok_approved",
    "code": "123456",
    "role": "authorized_patient",
    "simulation": "no",
}
_KEPT = (
    *("orders", "payments", "challenges", "counters", "outbox", "contact_stops", "receipts"),
    *("links", "sessions", "guarantors", "staff_launches"),
)
_GOOD = "AAAAAAAAAAAAAAAAAAAAAQ." + "A" * 43


@pytest.fixture
async def office(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


def _path(site: Site, launch: Link) -> str:
    return f"/launch/{site.house.token(launch)}"


async def _simulate(site: Site, browser: Browser, mode: str = "quickpay") -> Answer:
    path = _path(site, await site.house.launch(site.alice, mode))
    assert (await browser.get(path)).status == 200
    return await browser.post(path)


def _of_a_session(method: str) -> Iterator[str]:
    for route in ROUTES:
        if route.access is Access.SESSION and route.method == method:
            yield re.sub(r"\{\w+\}", "none", route.path)


async def _looks(site: Site) -> list[tuple[str, str]]:
    return [
        (row["actor"], row["detail"])
        for row in await rows(site.house, "audit")
        if row["type"] == "staff.viewed"
    ]


async def test_r7_looking_opens_nothing_and_shows_nobody(site: Site, browser: Browser) -> None:
    launch = await site.house.launch(site.alice)
    for method in ("GET", "HEAD", "GET"):
        page = await browser.get(_path(site, launch), method=method)
        assert page.status == 200
        assert "Set-Cookie" not in page.headers
        for words in ("Alice", "Alicia", "125.50", "Ada Admin", site.house.token(launch)):
            assert words not in page.text
    assert "Lakeside" in page.words
    assert await rows(site.house, "sessions") == []


async def test_a_press_leads_in_once(site: Site, browser: Browser) -> None:
    launch = await site.house.launch(site.alice)
    await browser.get(_path(site, launch))
    assert (await browser.post(_path(site, launch))).to == "/pay"
    assert browser.cookie.startswith("__Host-qp=")
    assert BANNER in (await browser.get("/pay")).words
    other = site.browser()
    csrf = site.desk.tokens.sign(TokenPurpose.CSRF, launch.id)
    for page in (await other.get(_path(site, launch)), await other.post(_path(site, launch), csrf=csrf)):
        assert page.status == 410
        assert "opens once" in page.words
    assert other.cookie == ""


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUPERSEDED, LinkState.SUSPENDED])
async def test_a_launch_that_was_ended_says_so_before_and_after_it_opened(
    site: Site, browser: Browser, state: LinkState
) -> None:
    launch = await site.house.launch(site.alice)
    await browser.get(_path(site, launch))
    await browser.post(_path(site, launch))
    await site.house.end(launch, state)
    for page in (await browser.get("/pay"), await browser.get(_path(site, launch))):
        assert page.status == 410
        assert "This simulation is over" in page.words


async def test_a_launch_too_old_says_so(site: Site, browser: Browser) -> None:
    launch = await site.house.launch(site.alice)
    await browser.get(_path(site, launch))
    site.house.later(seconds=61)
    for page in (await browser.get(_path(site, launch)), await browser.post(_path(site, launch))):
        assert page.status == 410
        assert "open for a minute" in page.words


@pytest.mark.parametrize("signed_for", list(TokenPurpose))
async def test_r1_a3_every_token_on_every_other_purpose_s_route(
    site: Site, browser: Browser, signed_for: TokenPurpose
) -> None:
    link, handoff = await site.link(), await site.house.handoff(site.alice)
    launch = await site.house.launch(site.alice)
    doors = {
        "/q/": (TokenPurpose.LINK, link),
        "/handoff/": (TokenPurpose.PORTAL_HANDOFF, handoff),
        "/launch/": (TokenPurpose.STAFF_LAUNCH, launch),
    }
    for start, (purpose, own) in doors.items():
        for row in (link, handoff, launch):
            path = start + site.desk.tokens.sign(signed_for, row.id)
            csrf = site.desk.tokens.sign(TokenPurpose.CSRF, row.id)
            right = signed_for is purpose and row is own
            assert (await browser.get(path)).status == (200 if right else 404), (start, row.origin)
            if not right:
                assert (await site.browser().post(path, csrf=csrf)).status == 404
    assert (await browser.get(f"/launch/{_GOOD}")).status == 404
    assert await rows(site.house, "sessions") == []


async def test_r72_a_launch_opens_only_by_its_own_form(site: Site, browser: Browser) -> None:
    mine, other = await site.house.launch(site.alice), await site.house.launch(site.alice)
    foreign = (await browser.get(_path(site, other))).csrf
    for csrf in ("", "x", foreign):
        assert (await browser.post(_path(site, mine), csrf=csrf)).status == 403
    page = await browser.get(_path(site, mine))
    evil = {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}
    assert (await browser.post(_path(site, mine), csrf=page.csrf, **evil)).status == 403
    assert (await browser.post(_path(site, mine), {"note": "4242 4242 4242 4242"})).status == 422
    assert (await browser.get(_path(site, mine), Sec_Purpose="prefetch")).status == 503
    assert await rows(site.house, "sessions") == []


@pytest.mark.parametrize("mode", ["quickpay", "portal"])
@pytest.mark.parametrize("require", [False, True])
async def test_r122_no_post_of_a_simulation_does_anything(
    site: Site, browser: Browser, mode: str, require: bool
) -> None:
    await site.options(require_mfa=require, session_extension=True)
    theirs = await site.link()
    await _simulate(site, browser, mode)
    before = {name: await rows(site.house, name) for name in _KEPT}
    csrf = (await browser.get("/pay")).csrf
    paths = [path for path in _of_a_session("POST") if path != "/sign-out"]
    assert {"/pay", "/pay/method", "/pay/details", "/verify", "/verify/code", "/not-me"} <= set(paths)
    for path in paths:
        for token in (csrf, "", "x"):
            page = await browser.post(path, FIELDS, csrf=token)
            assert page.status == 403, path
            assert REFUSED in page.words, path
            assert BANNER in page.words, path
    await site.house.at_rest()
    assert {name: await rows(site.house, name) for name in _KEPT} == before
    assert (site.house.gateway.asked, site.house.mailer.sent, site.house.texter.sent) == ([], [], [])
    tried = [row for row in await rows(site.house, "audit") if row["type"] == "staff.refused"]
    assert len(tried) == 3 * len(paths)
    after = await site.house.do(lambda tx: tx.links.by_serial(theirs.serial))
    assert after == theirs


@pytest.mark.parametrize("mode", ["quickpay", "portal"])
@pytest.mark.parametrize("require", [False, True])
async def test_every_page_says_what_it_is_and_is_written_down(
    site: Site, browser: Browser, mode: str, require: bool
) -> None:
    await site.options(require_mfa=require, logout_function=LogoutFunction.NONE)
    launch = await site.house.launch(site.alice, mode)
    await browser.get(_path(site, launch))
    first = await browser.post(_path(site, launch))
    assert first.to == ("/verify" if require and mode == "quickpay" else "/pay")
    seen = []
    paths = [*_of_a_session("GET"), "/", "/nope", "/g/lakeside/about"]
    for path in paths:
        for method in ("GET", "HEAD"):
            page = await browser.get(path, method=method)
            assert page.status < 500, path
            seen.append(path)
            if method == "GET" and page.status != 303 and path != "/":
                assert BANNER in page.words, path
                assert "End simulation" in page.words, path
                assert re.search(r'class="(portal )?simulated"', page.text)
                assert "<script" not in page.text or "nonce" in page.text
    looks = await _looks(site)
    assert len(looks) == len(seen)
    assert {actor for actor, _ in looks} == {f"launch {launch.serial}"}
    named = {route.path for route in ROUTES} | {"/{anything:.*}"}
    assert {detail.removeprefix('{"route":"').removesuffix('"}') for _, detail in looks} <= named


async def test_a_patient_s_pages_are_not_written_down_and_have_no_banner(
    site: Site, browser: Browser
) -> None:
    await browser.open(await site.link())
    page = await browser.get("/pay")
    assert "imulation" not in page.text
    assert await _looks(site) == []


async def test_the_whole_way_to_pay_can_be_walked_and_nothing_is_written(
    site: Site, browser: Browser
) -> None:
    await site.options(require_mfa=True)
    await _simulate(site, browser)
    before = {name: await rows(site.house, name) for name in _KEPT}
    ways = await browser.get("/verify")
    assert "al•••@example.com" in ways.words
    assert "no code is sent" in ways.words
    assert 'action="/verify/code"' in ways.text
    code = await browser.get("/verify/code?method=sms")
    assert "(•••) •••-••01" in code.words
    assert 'href="/pay">See what comes after' in code.text
    amounts = await browser.get("/pay")
    assert "How much would you like to pay?" in amounts.words
    assert 'action="/pay/method"' in amounts.text
    methods = await browser.get("/pay/method?amount_choice=other&amount=12.34")
    assert "How would you like to pay $12.34?" in methods.words
    assert '<input type="hidden" name="amount" value="12.34">' in methods.text
    details = await browser.get("/pay/details?amount_choice=other&amount=12.34&method=card")
    assert "Pay $12.34" in details.words
    assert "nothing can be paid" in details.words
    assert re.search(r'<button class="main"[^>]* disabled>Pay \$12.34</button>', details.text)
    assert 'href="/pay/method?amount_choice=other&amp;amount=12.34&amp;method=card"' in details.text
    assert "<script" not in details.text
    assert "frame-src" not in details.headers["Content-Security-Policy"]
    posting = [
        re.search(r'action="([^"]+)"', form)[1]  # type: ignore[index]  # a form without one fails the test
        for page in (ways, code, amounts, methods, details)
        for form in re.findall(r"<form([^>]*method=[^>]*)>", page.text)
    ]
    assert set(posting) == {"/sign-out", "/verify/code", "/verify/resend", "/pay/details"}
    assert code.text.count(" disabled>") == 2
    assert {name: await rows(site.house, name) for name in _KEPT} == before


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("amount_choice=other&amount=x", "Enter an amount"),
        ("amount_choice=other&amount=99999", "125.50"),
        ("amount_choice=pigeon", "Choose"),
        ("amount_choice=other&amount_choice=other", ""),
        ("amount_choice=other&amount=4242424242424242", "card number"),
    ],
)
async def test_an_amount_that_cannot_be_is_said_at_its_field(
    site: Site, browser: Browser, query: str, words: str
) -> None:
    await _simulate(site, browser)
    for path in ("/pay/method", "/pay/details"):
        page = await browser.get(f"{path}?{query}")
        assert page.status == 422
        assert "Please check this" in page.words
        assert words in page.words
        assert "4242" not in page.words


async def test_a_patient_s_address_is_not_walked(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    asked = "?amount_choice=other&amount=5&method=card"
    assert (await browser.get("/pay/method" + asked)).to == "/pay"
    assert (await browser.get("/pay/details" + asked)).to == "/pay/method"
    assert (await browser.get("/pay/method?amount_choice=pigeon")).to == "/pay"
    page = await browser.get("/pay?amount_choice=other&amount=7.77")
    assert (page.status, "7.77" in page.text) == (200, False)


@pytest.mark.parametrize("function", list(LogoutFunction))
async def test_ending_it_is_always_there(site: Site, browser: Browser, function: LogoutFunction) -> None:
    await site.options(logout_function=function)
    await _simulate(site, browser)
    page = await browser.get("/pay")
    assert "End simulation" in page.words
    left = await browser.post("/sign-out")
    assert left.to == "/g/lakeside/simulation-ended"
    assert browser.cookie == ""
    end = await browser.get(left.to)
    assert "The simulation has ended" in end.words
    assert "signed in as" not in end.words


async def test_r72_a_simulation_is_ended_by_its_own_form_only(site: Site, browser: Browser) -> None:
    await _simulate(site, browser)
    assert (await browser.post("/sign-out", csrf="x")).status == 403
    assert BANNER in (await browser.get("/pay")).words


async def test_one_browser_holds_one_visit_and_a_form_of_the_other_does_nothing(
    site: Site, browser: Browser
) -> None:
    await browser.come_to_pay(await site.link())
    csrf, patients = browser.csrf, browser.cookie
    await _simulate(site, browser)
    assert browser.cookie != patients
    page = await browser.post("/pay/details", {"card_token": "tok_approved"}, csrf=csrf)
    assert page.status == 403
    assert REFUSED in page.words
    csrf = (await browser.get("/pay")).csrf
    await browser.open(await site.link())
    assert "imulation" not in (await browser.get("/pay")).text
    assert (await browser.post("/pay", {"amount_choice": "current"}, csrf=csrf)).status == 403
    assert site.house.gateway.asked == []


async def test_r122_nobody_knocks_at_the_website_s_door_from_within_a_simulation(
    site: Site, browser: Browser
) -> None:
    await _simulate(site, browser)
    says = {"first_name": "Alice", "last_name": "Example", "contact": "alice@example.com"}
    before, door = await rows(site.house, "knocks"), browser.cookie
    assert BANNER in (await browser.get("/g/lakeside/sign-in")).words
    for path in ("", "/code", "/resend"):
        page = await browser.post(f"/g/lakeside/sign-in{path}", {**says, "code": "123456"})
        assert (page.status, browser.cookie) == (403, door)
        assert REFUSED in page.words
    await site.house.at_rest()
    assert (await rows(site.house, "knocks"), site.house.mailer.sent) == (before, [])
    refused = [row for row in await rows(site.house, "audit") if row["type"] == "staff.refused"]
    assert len(refused) == 3
    site.house.later(minutes=11)  # over: the browser is anybody's again
    await browser.get("/g/lakeside/sign-in")
    assert (await browser.post("/g/lakeside/sign-in", says)).to == "/g/lakeside/sign-in/code"


async def test_after_ten_minutes_it_is_over(site: Site, browser: Browser) -> None:
    await site.options(session_extension=True)
    await _simulate(site, browser)
    await browser.get("/pay")
    site.house.later(minutes=10)
    for page in (await browser.get("/pay"), await browser.post("/pay/details", FIELDS)):
        assert page.status == 401
        assert "The simulation has ended" in page.words
        assert "Alicia" not in page.text
    assert (await browser.get("/payments/none")).status == 401
    assert len(await _looks(site)) == 1


async def test_r131_what_cannot_be_written_down_is_not_shown(site: Site, browser: Browser) -> None:
    await _simulate(site, browser)
    full = Statement(
        text(
            "CREATE TRIGGER audit_full BEFORE INSERT ON audit WHEN NEW.type LIKE 'staff.%' "
            "BEGIN SELECT RAISE(ABORT, 'audit_full'); END"
        )
    )
    await site.house.do(lambda tx: tx.audit._run.count(full))
    for page in (await browser.get("/pay"), await browser.get("/verify"), await browser.post("/pay")):
        assert page.status >= 500
        assert "Alicia" not in page.text
        assert "125.50" not in page.text


async def test_where_nothing_is_owed_it_shows_just_that(site: Site, browser: Browser) -> None:
    alice = await browser.come_to_pay(await site.link())
    assert alice.status == 200
    await browser.pay()
    other = site.browser()
    await _simulate(site, other)
    assert "There is nothing to pay" in (await other.get("/pay")).words
    for path in ("/pay/method", "/pay/details"):
        page = await other.get(path)
        assert page.status == 303


async def test_staff_begin_from_their_own_page(office: StaffSite) -> None:
    site = office.site
    ada = await office.sign_in(await office.member("Ada Admin"))
    form = await ada.get(f"/staff/launch?group=lakeside&guarantor={site.alice.number}")
    assert f'value="{site.alice.number}"' in form.text
    assert '<option value="lakeside" selected>' in form.text
    assert 'target="_blank" rel="noopener"' in form.text
    assert re.search(r'name="simulate" value="yes" checked', form.text)
    fields = {"group": "lakeside", "guarantor": f" {site.alice.number} ", "simulate": "yes"}
    to = (await ada.post("/staff/launch", fields)).to
    assert to.startswith("/launch/")
    patient = site.browser()
    await patient.get(to)
    assert (await patient.post(to)).to == "/pay"
    assert BANNER in (await patient.get("/pay")).words
    [(actor, _)] = await _looks(site)
    assert re.fullmatch(r"staff [0-9]+", actor)
    link = (await rows(site.house, "links"))[-1]["id"]
    page = await ada.get(f"/staff/links/{link}")
    assert "Ada Admin asked to see what the patient sees." in page.words
    assert "Ada Admin looked at /pay." in page.words
    assert "QuickPay, as somebody with a link sees it" in page.words
    await office.member("Bo Admin")  # the last admin cannot be disabled
    await office.rooms.desk.accounts.disable("Ada Admin", by="tests")
    over = await patient.get("/pay")
    assert over.status == 401
    assert "Alicia" not in over.text


async def test_unticked_it_is_the_full_portal(office: StaffSite) -> None:
    ada = await office.sign_in(await office.member("Ada Admin"))
    await ada.get("/staff/launch")
    to = (await ada.post("/staff/launch", {"group": "lakeside", "guarantor": office.site.alice.number})).to
    await ada.get(to)
    await ada.post(to)
    [launch] = await rows(office.site.house, "staff_launches")
    [session] = await rows(office.site.house, "sessions")
    assert (launch["mode"], session["role"]) == ("portal", "authorized_patient")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, {"Choose a group.", "Enter the guarantor\u2019s number."}),
        ({"group": "lakeside"}, {"Enter the guarantor\u2019s number."}),
        ({"group": "lakeside", "guarantor": "9999"}, {"This group has no such guarantor."}),
        ({"group": "bayside", "guarantor": "20001"}, {"Choose one of your groups."}),
        ({"group": "lakeside", "guarantor": "4242424242424242"}, {"do not type a card number"}),
    ],
)
async def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(
    office: StaffSite, fields: dict[str, str], words: set[str]
) -> None:
    bayside = await office.site.house.group("bayside")
    await office.site.house.guarantor(bayside, number="20001", email="bob@example.com")
    dan = await office.sign_in(await office.member("Dan", StaffRole.FRONT_DESK, "lakeside"))
    form = await dan.get("/staff/launch")
    assert "Bayside" not in form.words
    page = await dan.post("/staff/launch", fields)
    assert page.status == 422
    for said in words:
        assert said in page.words
    assert "_blank" not in page.text
    assert "checked" not in page.text, "what was not ticked stays so"
    if fields.get("guarantor", "").isdigit() and len(fields["guarantor"]) < 10:
        assert f'value="{fields["guarantor"]}"' in page.text
    assert await rows(office.site.house, "staff_launches") == []


async def test_a58_fields_nobody_asked_for_do_nothing(office: StaffSite) -> None:
    everything = {column.name: "1" for table in metadata.tables.values() for column in table.c}
    asked = {"group": "lakeside", "guarantor": office.site.alice.number, "simulate": "yes"}
    extra = {
        name: "1" for name in sorted(everything)[:60] if name not in asked and name.replace("_", "").isalpha()
    }
    extra |= {"mode": "portal", "staff": "Somebody Else", "staff_id": "1", "role": "authorized_patient"}
    ada = await office.sign_in(await office.member("Ada Admin"))
    await ada.get("/staff/launch")
    to = (await ada.post("/staff/launch", extra | asked)).to
    await ada.get(to)
    assert (await ada.post(to, {"role": "authorized_patient", "mode": "portal"})).to == "/pay"
    [launch] = await rows(office.site.house, "staff_launches")
    [session] = await rows(office.site.house, "sessions")
    assert (launch["staff"], launch["mode"], session["role"]) == ("Ada Admin", "quickpay", "quickpay")
