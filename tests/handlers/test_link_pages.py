"""A link's page is inert, opens by one press, and says what became of a dead one; it names nobody."""

from datetime import timedelta

import pytest
from yarl import URL

from quickpay.domain.links import LinkState
from quickpay.mfa.limits import DEFAULT_LIMITS
from tests.handlers.site import HOST, Browser, Site

_GOOD = "AAAAAAAAAAAAAAAAAAAAAQ." + "A" * 43


async def _uses(site: Site, link_id: str) -> int:
    link = await site.house.do(lambda tx: tx.links.get(link_id))
    assert link is not None
    return link.uses


async def test_looking_counts_nothing_sets_nothing_and_shows_nobody(site: Site, browser: Browser) -> None:
    link = await site.link()
    path = f"/q/{site.house.token(link)}"
    for method in ("GET", "HEAD", "GET"):
        page = await browser.get(path, method=method)
        assert page.status == 200
        assert "Set-Cookie" not in page.headers
        assert "Alice" not in page.text
        assert "125.50" not in page.text
        assert site.house.token(link) not in page.text
    assert "Lakeside" in page.words
    assert await _uses(site, link.id) == 0


async def test_no_name_of_a_group_takes_the_place_of_the_forms_token(site: Site, browser: Browser) -> None:
    await site.options(name="csrf-goes-here")
    assert (await browser.open(await site.link())).status == 303


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("X-Purpose", "Prefetch"),
        ("X-Moz", "prefetch"),
    ],
)
async def test_r7_a_prefetch_gets_nothing_to_keep(
    site: Site, browser: Browser, header: str, value: str
) -> None:
    link = await site.link()
    page = await browser.get(f"/q/{site.house.token(link)}", **{header: value})
    assert page.status == 503
    assert page.headers["Cache-Control"] == "no-store"
    assert "Lakeside" not in page.text


async def test_opening_counts_one_use_and_leaves_for_a_clean_address(site: Site, browser: Browser) -> None:
    link = await site.link()
    answer = await browser.open(link)
    assert answer.to == "/pay"
    assert browser.cookie.startswith("__Host-qp=")
    assert await _uses(site, link.id) == 1


async def test_the_link_page_of_each_version_of_a_group_is_its_own(site: Site, browser: Browser) -> None:
    path = f"/q/{site.house.token(await site.link())}"
    assert "Lakeside" in (await browser.get(path)).words
    await site.options(name="Bayside")
    assert "Bayside" in (await browser.get(path)).words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (LinkState.REVOKED, "This link was ended by the office"),
        (LinkState.SUPERSEDED, "There is a newer link"),
        (LinkState.SUSPENDED, "This link is on hold"),
        (LinkState.PAID, "This bill was paid"),
    ],
)
async def test_a_dead_link_says_which_and_what_to_do(
    site: Site, browser: Browser, state: LinkState, words: str
) -> None:
    await site.options(footer_phone="(608) 555-0100")
    link = await site.link()
    path = f"/q/{site.house.token(link)}"
    await browser.get(path)
    await site.house.end(link, state)
    for page in (await browser.get(path), await browser.post(path)):
        assert page.status == 410
        assert words in page.words
        assert "Lakeside" in page.words
        assert "(608) 555-0100" in page.words
        assert "Alice" not in page.text
        assert ("/receipt" in page.text) is (state is LinkState.PAID)


async def test_an_expired_and_a_used_up_link_say_so(site: Site, browser: Browser) -> None:
    link = await site.link(max_uses=1)
    path = f"/q/{site.house.token(link)}"
    await browser.open(link)
    assert "This link has been used up" in (await browser.get(path)).words
    site.house.clock.advance(timedelta(days=31))
    page = await browser.get(path)
    assert page.status == 410
    assert "This link has expired" in page.words


async def test_r13_whatever_is_no_link_gets_one_wording_and_no_name(site: Site, browser: Browser) -> None:
    genuine = site.house.token(await site.link())
    pages = [
        await browser.get(f"/q/{token}")
        for token in ("x", _GOOD, genuine + "A", genuine[:-1], "a%2fb", genuine.replace(".", "%00"))
    ]
    assert {page.status for page in pages} == {404}
    assert len({page.words.partition("Reference")[0] for page in pages}) == 1
    assert "Lakeside" not in pages[0].text
    posted = await browser.post(f"/q/{_GOOD}", csrf="x")
    assert posted.status == 404


async def test_r3_a_percent_encoded_token_is_no_link(site: Site, browser: Browser) -> None:
    link = await site.link()
    genuine = site.house.token(link)
    for respelt in (genuine.replace(".", "%2E"), f"%{ord(genuine[0]):02X}{genuine[1:]}"):
        url = URL(f"{site.address}/q/{respelt}", encoded=True)
        async with site.session.get(url, headers={"Host": HOST}) as answer:
            assert answer.status == 404, respelt
    assert (await browser.open(link)).to == "/pay"
    assert await _uses(site, link.id) == 1


async def test_r14_an_address_with_too_many_bad_tokens_waits_and_a_good_one_still_opens(
    site: Site, browser: Browser
) -> None:
    most = DEFAULT_LIMITS.bad_tokens_per_address.most
    answers = [await browser.get(f"/q/{_GOOD}") for _ in range(most + 1)]
    assert [answer.status for answer in answers] == [404] * most + [429]
    assert answers[-1].headers["Retry-After"] == "600"
    assert (await browser.open(await site.link())).to == "/pay"


async def test_a_card_number_in_a_field_nobody_asked_for_opens_nothing(site: Site, browser: Browser) -> None:
    link = await site.link()
    path = f"/q/{site.house.token(link)}"
    await browser.get(path)
    page = await browser.post(path, {"note": "4242 4242 4242 4242"})
    assert page.status == 422
    assert "Please do not type a card number here." in page.words
    assert "4242" not in page.text
    assert await _uses(site, link.id) == 0


async def test_the_first_view_of_a_link_is_small(site: Site, browser: Browser) -> None:
    page = await browser.get(f"/q/{site.house.token(await site.link())}")
    size = len(page.text)
    for part in page.text.split('"'):
        if part.startswith(("/static/", "/g/")):
            size += len((await browser.get(part)).text)
    assert size < 50_000


async def test_r15_no_host_a_client_names_reaches_a_page(site: Site, browser: Browser) -> None:
    page = await browser.get(
        f"/q/{site.house.token(await site.link())}",
        **{"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )
    assert page.status == 200
    assert "evil.example" not in page.text
    assert HOST not in page.text
