"""More time, as browsers with and without scripts ask for it."""

import json
import re
from datetime import timedelta

from quickpay.handlers.routes import ROUTES
from tests.factories import NOW
from tests.handlers.site import Browser, Site

_SECONDS = re.compile(r'data-seconds="([0-9]+)"')
MINUTE = timedelta(minutes=1)


async def _here(site: Site, *, extendable: bool = True) -> Browser:
    await site.options(session_extension=extendable)
    browser = site.browser()
    await browser.open(await site.link())
    await browser.get("/pay")
    return browser


async def test_a_page_says_how_long_its_session_lasts_by_the_servers_clock(site: Site) -> None:
    browser = await _here(site)
    assert _SECONDS.findall((await browser.get("/pay")).text) == ["1200"]
    site.house.clock.set(NOW + 12 * MINUTE + timedelta(milliseconds=300))
    page = await browser.get("/pay")
    assert _SECONDS.findall(page.text) == ["480"]
    assert 'data-extendable="yes"' in page.text
    assert "connect-src 'self'" in page.headers["Content-Security-Policy"]


async def test_without_scripts_a_page_gives_more_time(site: Site) -> None:
    browser = await _here(site)
    early = await browser.get("/session/extend")
    assert "You have 20 minutes left" in early.words
    assert "When fewer than 10 minutes are left" in early.words
    assert '<form method="post" action="/session/extend"' not in early.text
    site.house.clock.set(NOW + 15 * MINUTE)
    late = await browser.get("/session/extend")
    assert "You have 5 minutes left" in late.words
    assert (await browser.post("/session/extend")).to == "/session/extend"
    assert "You have 20 minutes left" in (await browser.get("/session/extend")).words


async def test_a_script_is_told_how_much_there_is(site: Site) -> None:
    browser = await _here(site)
    site.house.clock.set(NOW + 15 * MINUTE)
    answer = await browser.post("/session/extend", Accept="application/json")
    assert (answer.status, json.loads(answer.text)) == (200, {"seconds": 1200, "extendable": True})
    assert answer.headers["Cache-Control"] == "no-store"


async def test_r66_off_it_is_refused_and_the_page_says_what_then(site: Site) -> None:
    browser = await _here(site, extendable=False)
    site.house.clock.set(NOW + 9 * MINUTE)
    page = await browser.post("/session/extend")
    assert page.status == 403
    assert "You have 1 minute left" in page.words
    told = await browser.post("/session/extend", Accept="application/json")
    assert (told.status, json.loads(told.text)) == (403, {"seconds": 60, "extendable": False})
    assert 'data-extendable="no"' in (await browser.get("/pay")).text


async def test_r66_an_ended_session_gets_no_time(site: Site) -> None:
    browser = await _here(site)
    site.house.clock.set(NOW + 20 * MINUTE)
    for answer in (await browser.get("/session/extend"), await browser.post("/session/extend")):
        assert answer.status == 401
        assert "data-seconds" not in answer.text


async def test_r72_only_our_own_form_gives_time(site: Site) -> None:
    browser = await _here(site)
    site.house.clock.set(NOW + 15 * MINUTE)
    assert (await browser.post("/session/extend", csrf="")).status == 403
    assert (await browser.post("/session/extend", Sec_Fetch_Site="cross-site")).status == 403
    assert "You have 5 minutes left" in (await browser.get("/session/extend")).words


async def test_before_the_proof_too_and_nothing_of_the_guarantor(site: Site) -> None:
    await site.options(require_mfa=True, enable_mfa=True, session_extension=True)
    browser = site.browser()
    assert (await browser.open(await site.link())).to == "/verify"
    site.house.clock.set(NOW + 15 * MINUTE)
    page = await browser.get("/session/extend")
    assert page.status == 200
    assert "Alice" not in page.text
    assert "$" not in page.text
    assert (await browser.post("/session/extend")).to == "/session/extend"


def test_both_are_a_sessions() -> None:
    found = {(one.method, str(one.access)) for one in ROUTES if one.path == "/session/extend"}
    assert found == {("GET", "session"), ("POST", "session")}
