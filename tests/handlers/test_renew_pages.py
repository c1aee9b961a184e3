"""A dead link's page sends a fresh one where the old one went; whatever is pressed, it tells nothing more."""

import pytest

from quickpay.domain.links import Link, LinkState
from quickpay.domain.origins import Origin
from tests.handlers.site import Answer, Browser, Site

EMAIL, MASKED = "alice@example.com", "al•••@example.com"


async def _dead(site: Site, state: LinkState = LinkState.SUPERSEDED, **given: object) -> str:
    """The address of a dead link that was sent to Alice by email."""
    link = await site.link(**{"origin": Origin.EMAIL, "contact": EMAIL} | given)
    await site.house.end(link, state)
    return f"/q/{site.house.token(link)}"


async def _sent(site: Site) -> list[str]:
    """To whom messages with links went."""
    await site.house.outbox().run_once()
    return [one.to for one in site.house.mailer.sent] + [one.to for one in site.house.texter.sent]


def _told(answer: Answer) -> str:
    """Everything a browser can tell two answers apart by."""
    chance = {"x-request-id", "date"}
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in chance}
    return f"{answer.status} {kept} {answer.text}"


async def test_r39_one_press_sends_a_fresh_link_to_where_the_old_one_went(
    site: Site, browser: Browser
) -> None:
    path = await _dead(site)
    page = await browser.get(path)
    assert page.status == 410
    assert f"Send me a fresh link to {MASKED}" in page.words
    assert EMAIL not in page.text
    assert await _sent(site) == []
    answer = await browser.post(f"{path}/renew", {"email": "mallory@example.com", "contact": "x"})
    assert answer.status == 200
    assert f"a fresh one is on its way to {MASKED}" in answer.words
    assert EMAIL not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert await _sent(site) == [EMAIL]


async def test_a_text_is_renewed_by_text_and_its_number_is_said_aloud(site: Site, browser: Browser) -> None:
    path = await _dead(site, origin=Origin.SMS, contact="+16085550101")
    page = await browser.get(path)
    assert "(•••) •••-••01" in page.text
    assert '<span class="unseen">a number ending in 01</span>' in page.text
    assert "5550101" not in page.text
    await browser.post(f"{path}/renew")
    assert await _sent(site) == ["+16085550101"]


async def test_r13_a_press_too_many_is_answered_alike(site: Site, browser: Browser) -> None:
    path = await _dead(site)
    await browser.get(path)
    answers = [await browser.post(f"{path}/renew") for _ in range(4)]
    assert len({_told(answer) for answer in answers}) == 1
    assert await _sent(site) == [EMAIL]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_r7_a_looker_renews_nothing(site: Site, browser: Browser, method: str) -> None:
    path = await _dead(site)
    assert (await browser.get(path, method=method)).status == 410
    assert (await browser.get(f"{path}/renew", method=method)).status == 405
    assert await _sent(site) == []


async def test_r72_no_other_site_and_no_other_links_form_renews(site: Site, browser: Browser) -> None:
    path, other = await _dead(site), await _dead(site)
    await browser.get(path)
    own = browser.csrf
    foreign = (await site.browser().get(other)).csrf
    for token in ("", "x", foreign):
        assert (await browser.post(f"{path}/renew", csrf=token)).status == 403
    crossed = await browser.post(f"{path}/renew", csrf=own, Sec_Fetch_Site="cross-site")
    assert crossed.status == 403
    assert await _sent(site) == []
    assert (await browser.post(f"{path}/renew", {"note": "4242424242424242"}, csrf=own)).status == 422
    assert await _sent(site) == []


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUSPENDED, LinkState.PAID])
async def test_what_is_not_renewed_has_no_button_and_a_press_changes_nothing(
    site: Site, browser: Browser, state: LinkState
) -> None:
    link = await site.link(origin=Origin.EMAIL, contact=EMAIL)
    path = f"/q/{site.house.token(link)}"
    csrf = (await browser.get(path)).csrf
    await site.house.end(link, state)
    page = await browser.get(path)
    assert "fresh link" not in page.words
    assert "/renew" not in page.text
    pressed = await browser.post(f"{path}/renew", csrf=csrf)
    assert pressed.status == 410
    assert pressed.words == page.words
    assert await _sent(site) == []


async def test_without_an_email_from_or_a_contact_still_on_file_there_is_no_button(
    site: Site, browser: Browser
) -> None:
    path = await _dead(site)
    csrf = (await browser.get(path)).csrf
    await site.options(email_receipt=False, email_from=None)
    assert "/renew" not in (await browser.get(path)).text
    await site.options(email_from="office@example.com")
    await site.house.edit(site.alice, email="new@example.com")
    page = await browser.get(path)
    assert "/renew" not in page.text
    assert "new@" not in page.text
    assert (await browser.post(f"{path}/renew", csrf=csrf)).status == 410
    assert await _sent(site) == []


async def test_a_live_link_leads_back_to_itself_and_what_is_none_is_none(
    site: Site, browser: Browser
) -> None:
    link = await site.link(origin=Origin.EMAIL, contact=EMAIL)
    path = f"/q/{site.house.token(link)}"
    await browser.get(path)
    assert (await browser.post(f"{path}/renew")).to == path
    nothing = await browser.post("/q/AAAAAAAAAAAAAAAAAAAAAQ." + "A" * 43 + "/renew", csrf="x")
    assert nothing.status == 404
    assert "Lakeside" not in nothing.text


@pytest.fixture
async def reported(site: Site, browser: Browser) -> Link:
    """A link by email, opened in the browser."""
    link = await site.link(origin=Origin.EMAIL, contact=EMAIL)
    await browser.open(link)
    return link


async def test_a7_saying_it_takes_an_opened_session_and_two_presses(
    site: Site, browser: Browser, reported: Link
) -> None:
    path = f"/q/{site.house.token(reported)}"
    unopened = site.browser()
    front = await unopened.get(path)
    assert "not-me" not in front.text
    assert (await unopened.post("/not-me")).status == 401
    assert (await unopened.get("/not-me")).status == 401
    assert (await unopened.get(path)).status == 200

    pay = await browser.get("/pay")
    assert 'href="/not-me"' in pay.text
    page = await browser.get("/not-me")
    assert page.status == 200
    assert "Nothing is charged by this." in page.words
    assert "Alice" not in page.text
    assert (await unopened.get(path)).status == 200
    answer = await browser.post("/not-me")
    assert answer.to == "/g/lakeside/on-hold"
    assert browser.cookie == ""
    after = await browser.get(answer.to)
    assert "The link is on hold" in after.words
    assert "Nothing was charged" in after.words
    assert (await browser.get("/pay")).status == 401
    dead = await unopened.get(path)
    assert dead.status == 410
    assert "This link is on hold" in dead.words


async def test_it_can_be_said_before_the_challenge(site: Site, browser: Browser) -> None:
    await site.options(require_mfa=True)
    assert (await browser.open(await site.link(origin=Origin.EMAIL, contact=EMAIL))).to == "/verify"
    assert 'href="/not-me"' in (await browser.get("/verify")).text
    await browser.get("/not-me")
    assert (await browser.post("/not-me")).to == "/g/lakeside/on-hold"


async def test_a_double_press_is_answered_as_one(site: Site, browser: Browser, reported: Link) -> None:
    await browser.get("/not-me")
    cookie, csrf = browser.cookie, browser.csrf
    for _ in range(2):
        browser.cookie = cookie
        assert (await browser.post("/not-me", csrf=csrf)).to == "/g/lakeside/on-hold"
    assert (await site.house.events(reported)).count("link.not_me") == 1


async def test_r72_another_site_cannot_say_it(site: Site, browser: Browser, reported: Link) -> None:
    await browser.get("/not-me")
    own = browser.csrf
    assert (await browser.post("/not-me", csrf=own, Sec_Fetch_Site="cross-site")).status == 403
    assert (await browser.post("/not-me", csrf="x")).status == 403
    faulty = await browser.post("/not-me", {"note": "4242424242424242"}, csrf=own)
    assert faulty.status == 422
    assert "Please do not type a card number here." in faulty.words
    assert (await browser.get("/pay")).status == 200


async def test_the_match_code_is_shown_to_whoever_opened_the_link(
    site: Site, browser: Browser, reported: Link
) -> None:
    await site.options(footer_phone="(608) 555-0100")
    front = await site.browser().get(f"/q/{site.house.token(reported)}")
    assert 'href="/g/lakeside/about"' in front.text
    code = site.house.digests.match_code(reported.id)
    page = await browser.get("/g/lakeside/about")
    assert code in page.words
    assert "Lakeside" in page.words
    assert "(608) 555-0100" in page.words
    assert "Alice" not in page.text
    stranger = await site.browser().get("/g/lakeside/about")
    assert stranger.status == 200
    assert code not in stranger.text
    assert (await browser.get("/g/nowhere/about")).status == 404
    assert (await browser.get("/g/nowhere/on-hold")).status == 404
