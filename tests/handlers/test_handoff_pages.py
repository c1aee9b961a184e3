"""A hand-off's page is inert and opens once; the way back to the portal stands on every page from there."""

from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text
from yarl import URL

from quickpay.adapters.store.statements import Statement
from quickpay.domain.links import Link, LinkState
from quickpay.domain.options import LogoutFunction
from quickpay.domain.tokens import TokenPurpose
from quickpay.ports.gateway import NoAnswer
from tests.handlers.site import HOST, Answer, Browser, Site
from tests.household import PORTAL

_GOOD = "AAAAAAAAAAAAAAAAAAAAAQ." + "A" * 43


async def _handoff(site: Site, **asked: bool) -> Link:
    return await site.house.handoff(site.alice, **asked)


def _path(site: Site, handoff: Link) -> str:
    return f"/handoff/{site.house.token(handoff)}"


async def _open(site: Site, browser: Browser, handoff: Link) -> Answer:
    page = await browser.get(_path(site, handoff))
    assert page.status == 200, page.words
    return await browser.post(_path(site, handoff))


async def _uses(site: Site, link: Link) -> int:
    found = await site.house.do(lambda tx: tx.links.by_serial(link.serial))
    assert found is not None
    return found.uses


def _ways_back(page: Answer) -> list[str]:
    parts = page.text.split('<a class="quiet" href="')[1:]
    return [
        unescape(part.split('"')[0]) for part in parts if part.split(">")[1].startswith("Back to portal<")
    ]


async def test_r7_looking_opens_nothing_sets_nothing_and_shows_nobody(site: Site, browser: Browser) -> None:
    handoff = await _handoff(site)
    for method in ("GET", "HEAD", "GET"):
        page = await browser.get(_path(site, handoff), method=method)
        assert page.status == 200
        assert "Set-Cookie" not in page.headers
        assert "Alice" not in page.text
        assert "125.50" not in page.text
        assert site.house.token(handoff) not in page.text
    assert "Lakeside" in page.words
    assert _ways_back(page) == [PORTAL]
    assert await _uses(site, handoff) == 0


async def test_r7_a_prefetch_of_a_handoff_gets_nothing_to_keep(site: Site, browser: Browser) -> None:
    page = await browser.get(_path(site, await _handoff(site)), Sec_Purpose="prefetch;prerender")
    assert page.status == 503
    assert "Lakeside" not in page.text


async def test_a_press_leads_to_a_clean_address_once(site: Site, browser: Browser) -> None:
    handoff = await _handoff(site)
    assert (await _open(site, browser, handoff)).to == "/pay"
    assert browser.cookie.startswith("__Host-qp=")
    other = site.browser()
    dead = await other.get(_path(site, handoff))
    again = await other.post(_path(site, handoff), csrf=site.desk.tokens.sign(TokenPurpose.CSRF, handoff.id))
    for page in (dead, again):
        assert page.status == 410
        assert "The way from the portal opens once." in page.words
        assert "Lakeside" in page.words
        assert _ways_back(page) == [PORTAL]
        assert "Alice" not in page.text
    assert other.cookie == ""
    assert await _uses(site, handoff) == 1


async def test_after_a_minute_the_page_says_so_and_leads_back(site: Site, browser: Browser) -> None:
    handoff = await _handoff(site)
    await browser.get(_path(site, handoff))
    site.house.later(seconds=61)
    for page in (await browser.get(_path(site, handoff)), await browser.post(_path(site, handoff))):
        assert page.status == 410
        assert "open for a short time only" in page.words
        assert _ways_back(page) == [PORTAL]
    assert browser.cookie == ""


@pytest.mark.parametrize(
    "state", [LinkState.REVOKED, LinkState.SUPERSEDED, LinkState.SUSPENDED, LinkState.PAID]
)
async def test_an_ended_handoff_says_so(site: Site, browser: Browser, state: LinkState) -> None:
    handoff = await _handoff(site)
    await site.house.end(handoff, state)
    page = await browser.get(_path(site, handoff))
    assert page.status == 410
    assert "Lakeside" in page.words
    assert "/receipt" not in page.text
    assert _ways_back(page) == [PORTAL]


async def test_r13_whatever_is_no_handoff_gets_the_one_wording_of_no_link(
    site: Site, browser: Browser
) -> None:
    handoff, link = await _handoff(site), await site.link()
    genuine, of_a_link = site.house.token(handoff), site.house.token(link)
    pages = [
        await browser.get(f"/handoff/{token}")
        for token in ("x", _GOOD, genuine + "A", genuine[:-1], "a%2fb", of_a_link)
    ]
    pages += [await browser.get(f"/q/{token}") for token in (_GOOD, genuine)]
    pages += [
        await browser.post(f"/q/{genuine}", csrf="x"),
        await browser.post(f"/handoff/{of_a_link}", csrf="x"),
    ]
    pages.append(await browser.post(f"/q/{genuine}/receipt", csrf="x"))
    assert {page.status for page in pages} == {404}
    assert len({page.words.partition("Reference")[0] for page in pages}) == 1
    assert "Lakeside" not in pages[0].text
    assert (await _uses(site, handoff), await _uses(site, link)) == (0, 0)


async def test_r3_a_percent_encoded_handoff_is_none(site: Site, browser: Browser) -> None:
    handoff = await _handoff(site)
    url = URL(f"{site.address}/handoff/{site.house.token(handoff).replace('.', '%2E')}", encoded=True)
    async with site.session.get(url, headers={"Host": HOST}) as answer:
        assert answer.status == 404
    assert (await _open(site, browser, handoff)).to == "/pay"


async def test_r72_a_handoff_opens_only_by_its_own_form(site: Site, browser: Browser) -> None:
    mine, other = await _handoff(site), await _handoff(site)
    foreign = (await browser.get(_path(site, other))).csrf
    for csrf in ("", "x", foreign):
        assert (await browser.post(_path(site, mine), csrf=csrf)).status == 403
    page = await browser.get(_path(site, mine))
    evil = {"Origin": "https://portal.example.com", "Sec_Fetch_Site": "cross-site"}
    assert (await browser.post(_path(site, mine), csrf=page.csrf, **evil)).status == 403
    assert await _uses(site, mine) == 0


async def test_a_card_number_opens_no_handoff(site: Site, browser: Browser) -> None:
    handoff = await _handoff(site)
    await browser.get(_path(site, handoff))
    page = await browser.post(_path(site, handoff), {"note": "4242 4242 4242 4242"})
    assert page.status == 422
    assert "Please do not type a card number here." in page.words
    assert await _uses(site, handoff) == 0


async def test_every_page_of_the_session_leads_back(site: Site, browser: Browser) -> None:
    await site.options(require_mfa=True)
    assert (await _open(site, browser, await _handoff(site))).to == "/verify"
    pages = [await browser.get("/verify"), await browser.post("/verify", {"method": "pigeon"})]
    await browser.post("/verify", {"method": "email"})
    await site.house.at_rest()
    pages += [await browser.get("/verify/code"), await browser.post("/verify/code", {"code": "x"})]
    assert not any("Alice" in page.text or "125.50" in page.text for page in pages)
    code = site.house.mailer.sent[-1].text
    digits = next(word for word in code.replace(".", " ").split() if word.isdecimal() and len(word) == 6)
    assert (await browser.post("/verify/code", {"code": digits})).to == "/pay"
    pages += [await browser.get("/pay"), await browser.post("/pay", {"amount_choice": "none"})]
    await browser.post("/pay", {"amount_choice": "other", "amount": "5"})
    pages.append(await browser.get("/pay/method"))
    await browser.post("/pay/method", {"method": "card"})
    pages += [await browser.get("/pay/details"), await browser.post("/pay/details", {"email": "x"})]
    pages.append(await browser.pay("tok_declined"))
    site.house.gateway.then(NoAnswer(reason="timed_out"))
    pages.append(await browser.pay())
    assert "open your bill from the portal again later" in pages[-1].words
    assert [_ways_back(page) for page in pages] == [[PORTAL]] * len(pages)


async def test_the_authenticated_pay_at_once_and_the_receipt_leads_back(site: Site, browser: Browser) -> None:
    await site.options(require_mfa=True)
    assert (await _open(site, browser, await _handoff(site, authenticated=True))).to == "/pay"
    page = await browser.get("/pay")
    assert "View Account" not in page.words
    await browser.post("/pay", {"amount_choice": "current"})
    await browser.post("/pay/method", {"method": "card"})
    await browser.get("/pay/details")
    paid = await browser.pay()
    assert paid.payment_status == "paid"
    assert _ways_back(paid) == [PORTAL]


async def test_who_comes_by_a_link_is_led_to_no_portal(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    assert _ways_back(await browser.get("/pay")) == []
    left = await browser.post("/sign-out")
    assert left.to == "/g/lakeside/sign-in?left=yes"


@pytest.mark.parametrize("how", [LogoutFunction.LOGOUT, LogoutFunction.CLOSE])
async def test_leaving_leads_back(site: Site, browser: Browser, how: LogoutFunction) -> None:
    await site.options(logout_function=how)
    await _open(site, browser, await _handoff(site))
    await browser.get("/pay")
    page = await browser.get((await browser.post("/sign-out")).to)
    assert page.status == 200
    assert _ways_back(page) == [PORTAL]
    assert "go back to the portal" in page.words
    assert "open the link in your text" not in page.words


async def test_an_ended_session_leads_back(site: Site, browser: Browser) -> None:
    await _open(site, browser, await _handoff(site))
    site.house.later(minutes=20)
    page = await browser.get("/pay")
    assert page.status == 401
    assert "Your session has ended" in page.words
    assert "go back to the portal and open your bill from there" in page.words
    assert _ways_back(page) == [PORTAL]


async def test_a_revoked_handoff_ends_its_session_and_leads_back(site: Site, browser: Browser) -> None:
    handoff = await _handoff(site)
    await _open(site, browser, handoff)
    await site.house.end(handoff)
    page = await browser.get("/pay")
    assert page.status == 410
    assert "This visit was ended by the office" in page.words
    assert _ways_back(page) == [PORTAL]


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        f"{PORTAL}@evil.example",
        f"{PORTAL}\r\nLocation: https://evil.example",
        "https://portal.example.com.evil.example/bills?from=quickpay",
        "https://p\u043ertal.example.com/bills?from=quickpay",
        "",
    ],
)
async def test_a11_the_page_after_leaving_leads_nowhere_else(site: Site, browser: Browser, back: str) -> None:
    page = await browser.get(f"/g/lakeside/signed-out?back={quote(back, safe='')}")
    assert page.status == 200
    assert _ways_back(page) == []
    assert "evil" not in page.text
    assert "Location" not in page.headers
    good = await browser.get(f"/g/lakeside/signed-out?back={quote(PORTAL, safe='')}")
    assert _ways_back(good) == [PORTAL]


async def test_r113_an_address_taken_from_the_settings_is_led_to_no_more(
    site: Site, browser: Browser
) -> None:
    async def unit(tx: Any) -> None:
        await tx.links._run.count(Statement(text("UPDATE links SET return_url = 'https://old.example.com/'")))

    handoff = await _handoff(site)
    await site.house.store.write(unit)
    assert _ways_back(await browser.get(_path(site, handoff))) == []
    assert (await _open(site, browser, handoff)).to == "/pay"
    page = await browser.get("/pay")
    assert _ways_back(page) == []
    assert "old.example.com" not in page.text
