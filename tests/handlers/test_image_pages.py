"""Pictures on pages: from our own origin, for ever, and only a group's own."""

from dataclasses import replace

import pytest

from quickpay.domain.groups import Group
from quickpay.domain.images import Purpose
from quickpay.handlers.headers import BARE_POLICY, FOR_EVER
from tests.fakes.images import drawn
from tests.handlers.site import Browser, Site

URL = "https://www.example.com/logo.png"


@pytest.fixture
async def pictured(site: Site) -> Group:
    """The site's group with a logo and a favicon."""
    now = await site.desk.groups.by_slug(site.group.slug)
    assert now is not None
    branding = replace(now.options.branding, name="Lake & <Side>", logo_url=URL, favicon_url=URL)
    put = await site.desk.groups.put(now.slug, replace(now.options, branding=branding), "dana")
    assert isinstance(put, Group), put
    return put


async def test_a48_a50_every_page_shows_the_logo_from_our_own_origin(
    site: Site, browser: Browser, pictured: Group
) -> None:
    link = await site.link()
    front = await browser.get(f"/q/{site.house.token(link)}")
    await browser.open(link)
    for page in (front, await browser.get("/pay")):
        address = f"/g/{pictured.slug}/logo-{pictured.logo}.png"
        shown = f'<img src="{address}" width="250" height="64" alt="Lake &amp; &lt;Side&gt;">'
        assert shown in page.text
        assert f'<link rel="icon" href="/g/{pictured.slug}/favicon-{pictured.favicon}.png"' in page.text
        assert "example.com/logo.png" not in page.text
        assert "img-src 'self'" in page.headers["Content-Security-Policy"]


async def test_a_picture_is_kept_for_ever_by_browsers_and_is_nothing_else(
    site: Site, browser: Browser, pictured: Group
) -> None:
    for purpose, image_id in ((Purpose.LOGO, pictured.logo), (Purpose.FAVICON, pictured.favicon)):
        path = f"/g/{pictured.slug}/{purpose}-{image_id}.png"
        async with site.session.get(site.address + path, headers={"Host": "pay.example.com"}) as answer:
            assert await answer.read() == drawn(URL, purpose).png
            assert answer.content_type == "image/png"
            assert answer.headers["Cache-Control"] == FOR_EVER
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert answer.headers["Content-Security-Policy"] == BARE_POLICY
            assert "Set-Cookie" not in answer.headers
        assert (await browser.get(path, method="HEAD")).status == 200


async def test_what_is_no_picture_of_the_group_is_not_there(
    site: Site, browser: Browser, pictured: Group
) -> None:
    await site.house.group("hilltop")
    logo = pictured.logo
    assert logo is not None
    for path in (
        f"/g/hilltop/logo-{logo}.png",
        f"/g/{pictured.slug}/favicon-{logo}.png",
        f"/g/{pictured.slug}/home_asset-{logo}.png",
        f"/g/{pictured.slug}/logo-{logo.upper()}.png",
        f"/g/{pictured.slug}/logo-{logo[:-1]}.png",
        f"/g/{pictured.slug}/logo-{'0' * 64}.png",
        f"/g/{pictured.slug}/other-{logo}.png",
        f"/g/nowhere/logo-{logo}.png",
        f"/g/LAKESIDE/logo-{logo}.png",
    ):
        assert (await browser.get(path)).status == 404, path


async def test_without_a_logo_the_name_is_text(site: Site, browser: Browser) -> None:
    page = await browser.get(f"/q/{site.house.token(await site.link())}")
    assert "<img" not in page.text
    assert f'<p class="name">{site.group.name}</p>' in page.text
    assert "/static/icon-" in page.text
