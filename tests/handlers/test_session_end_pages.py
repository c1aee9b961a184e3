"""What stands where a session was: the words, the way back in, and nothing that a Back button could bring."""

import pytest

from quickpay.domain.options import LogoutFunction
from quickpay.mfa.methods import Method
from quickpay.ports.gateway import NoAnswer
from tests.handlers.portal_visitor import authorized
from tests.handlers.site import Browser, Site

_SIGN_IN_FORM = 'action="/g/lakeside/sign-in"'
_SAYS = {"first_name": "Alicia", "last_name": "Example", "contact": "alice@example.com"}


async def _ran_out(site: Site, browser: Browser, function: LogoutFunction, **options: object) -> None:
    await site.options(logout_function=function, **options)
    await browser.come_to_pay(await site.link())
    site.house.later(minutes=20, seconds=1)


async def _sign_in(site: Site, browser: Browser) -> None:
    door = "/g/lakeside/sign-in"
    await browser.get(door)
    await browser.post(door, _SAYS)
    await site.house.at_rest()
    await browser.get(f"{door}/code")
    await browser.post(f"{door}/code", {"code": site.house.last_code(Method.EMAIL)})


async def _come_to_details(browser: Browser) -> None:
    await browser.get("/pay")
    await browser.post("/pay", {"amount_choice": "current"})
    await browser.get("/pay/method")
    await browser.post("/pay/method", {"method": "card"})
    await browser.get("/pay/details")


@pytest.mark.parametrize("function", [LogoutFunction.NONE, LogoutFunction.LOGOUT])
async def test_j10_time_that_runs_out_shows_the_sign_in_page(
    site: Site, browser: Browser, function: LogoutFunction
) -> None:
    await _ran_out(site, browser, function)
    refused = await browser.post("/pay/details", {"card_token": "tok_approved"})
    for page in (refused, await browser.get("/pay")):
        assert page.status == 401
        assert page.headers["Cache-Control"] == "no-store"
        assert "Your session has ended" in page.words
        assert "Nothing is charged by this." in page.words
        assert _SIGN_IN_FORM in page.text
    assert site.house.gateway.asked == []
    came = await browser.post("/g/lakeside/sign-in", _SAYS)
    assert came.to == "/g/lakeside/sign-in/code"
    assert (await browser.get(came.to)).status == 200


async def test_where_leaving_closes_the_tab_the_way_in_is_a_link(site: Site, browser: Browser) -> None:
    await _ran_out(site, browser, LogoutFunction.CLOSE)
    page = await browser.get("/pay")
    assert page.status == 401
    assert _SIGN_IN_FORM not in page.text
    assert 'href="/g/lakeside/sign-in"' in page.text


async def test_without_a_sign_in_page_none_is_shown(site: Site, browser: Browser) -> None:
    await _ran_out(site, browser, LogoutFunction.LOGOUT, enable_mfa=False)
    page = await browser.get("/pay")
    assert page.status == 401
    assert "Your session has ended" in page.words
    assert "/sign-in" not in page.text


async def test_from_the_portal_the_way_leads_back_there(site: Site, browser: Browser) -> None:
    await site.options(logout_function=LogoutFunction.NONE)
    path = f"/handoff/{site.house.token(await site.house.handoff(site.alice))}"
    await browser.get(path)
    await browser.post(path)
    site.house.later(minutes=20, seconds=1)
    page = await browser.get("/pay")
    assert page.status == 401
    assert "Back to portal" in page.words
    assert _SIGN_IN_FORM not in page.text


async def test_j5_who_signed_in_on_the_web_is_told_to_sign_in_again_and_of_no_link(
    site: Site, browser: Browser
) -> None:
    await site.options(logout_function=LogoutFunction.LOGOUT)
    await _sign_in(site, browser)
    site.house.later(minutes=20, seconds=1)
    page = await browser.get("/pay")
    assert page.status == 401
    assert "To go on, sign in again." in page.words
    assert "link" not in page.words
    assert _SIGN_IN_FORM in page.text
    assert "Or sign in here" not in page.words


async def test_while_the_bank_is_silent_too_she_is_told_of_the_sign_in_and_of_no_link(
    site: Site, browser: Browser
) -> None:
    await _sign_in(site, browser)
    await _come_to_details(browser)
    site.house.gateway.then(NoAnswer(reason="timed_out"))
    page = await browser.pay()
    assert page.payment_status == "unknown"
    assert "sign in again later" in page.words
    assert "your link" not in page.words


async def test_after_leaving_a_closed_tab_there_is_a_way_in_where_the_group_has_a_door(
    site: Site, browser: Browser
) -> None:
    await site.options(logout_function=LogoutFunction.CLOSE)
    assert 'href="/g/lakeside/sign-in"' in (await browser.get("/g/lakeside/signed-out")).text
    await site.options(enable_mfa=False)
    assert "/sign-in" not in (await browser.get("/g/lakeside/signed-out")).text


async def test_r64_a_payment_read_after_the_end_offers_nothing_that_has_ended(site: Site) -> None:
    browser = await authorized(site)
    await _come_to_details(browser)
    paid = await browser.post("/pay/details", {"card_token": "tok_approved"})
    assert 'href="/account"' in (await browser.get(paid.to)).text
    site.house.later(minutes=20, seconds=1)
    page = await browser.get(paid.to)
    assert page.payment_status == "paid"
    for gone in ('href="/account"', "/sign-out", "/verify", "/not-me"):
        assert gone not in page.text, gone


async def test_after_leaving_back_finds_nothing_kept(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    page = await browser.get("/pay")
    assert page.headers["Cache-Control"] == "no-store"
    left = await browser.post("/sign-out")
    assert left.headers["Clear-Site-Data"] == '"storage"'
    again = await browser.get("/pay")
    assert again.status == 401
    assert site.alice.last_name not in again.text
