"""Pictures' addresses lead nowhere but out, by the API and the real fetcher; and a colour is a colour."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from quickpay.adapters.images import MOST_BYTES
from quickpay.adapters.store import OpenStore
from tests.adapters.images.conftest import HOST, PUBLIC, Web, authority, net
from tests.adapters.images.drawn import SCRIPT, SVG, picture, read
from tests.fakes.images import FakeImageFetcher
from tests.handlers.options.office import Office, office_of
from tests.handlers.site import HOST as OUR_HOST
from tests.handlers.site import Site, site_of
from tests.people import House
from tests.security.hostile import COLOURS, URLS

__all__ = ["authority", "net"]

_PURPOSES = ("favicon_url", "logo_url", "home_asset_url")
_CSS = re.compile(r":root \{\n  color-scheme: (light|dark);\n(  --[a-z-]+: #[0-9a-f]{6};\n)+\}\n")
_NINE = ("background", "surface", "primary", "secondary", "accent", "info", "success", "error", "warning")


class Fetching:
    """The real fetcher of a public web on loopback, for as long as a test says."""

    def __init__(self, net: Web) -> None:
        self.net = net
        self.seconds = 5.0
        self.strictly = False

    async def fetch(self, url: str, purpose: Any) -> Any:
        return await self.net.fetch(url, purpose, seconds=self.seconds, strictly=self.strictly)


@pytest.fixture
def fetching(net: Web) -> Fetching:
    return Fetching(net)


@pytest.fixture
async def editor(own_store: OpenStore, fetching: Fetching) -> AsyncIterator[Office]:
    """An office whose pictures are really fetched."""
    house = House(own_store)
    house.images = fetching  # type: ignore[assignment]  # the port's one method
    async with site_of(house) as site:
        yield await office_of(site)


async def _refused(editor: Office, url: str) -> str:
    """Save it as the logo: refused at its field, nothing kept; gives the words."""
    before = await editor.call("GET", "/groups/lakeside")
    said = await editor.refused(branding={"logo_url": url})
    assert set(said) == {"branding.logo_url"}
    assert await editor.call("GET", "/groups/lakeside") == before
    return said["branding.logo_url"]


@pytest.mark.parametrize("url", URLS)
async def test_a48_a49_what_is_no_public_https_address_is_refused_and_nobody_is_asked(
    editor: Office, net: Web, url: str
) -> None:
    for purpose in _PURPOSES:
        assert set(await editor.refused(branding={purpose: url})) == {f"branding.{purpose}"}
    assert (net.names.asked, net.asked) == ([], [])


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104 - an address not to be asked
        *("::1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a00:1::"),
    ],
)
async def test_a49_a_name_of_a_machine_inside_is_refused_at_its_field_and_never_asked(
    editor: Office, net: Web, fetching: Fetching, address: str
) -> None:
    fetching.strictly = True
    net.names.answers[HOST] = [[address]]
    assert "private network" in await _refused(editor, net.url())
    assert net.asked == []


async def test_a49_a_name_that_is_public_when_checked_and_private_after_is_connected_where_it_was_checked(
    editor: Office, net: Web
) -> None:
    net.names.answers[HOST] = [[PUBLIC], ["127.0.0.2"]]
    await editor.save(branding={"logo_url": net.url()})
    assert (net.connections, net.names.asked) == ([PUBLIC], [HOST])
    await editor.save(branding={"logo_url": net.url()}, look_and_feel={"footer_text": "again"})
    assert net.connections == [PUBLIC], "fetched once"
    assert "private" in await _refused(editor, net.url("/other.png"))


@pytest.mark.parametrize("place", ["https://127.0.0.1/", "http://169.254.169.254/", "/elsewhere.png"])
async def test_a49_a_redirect_is_followed_nowhere(editor: Office, net: Web, place: str) -> None:
    for status in (301, 302, 307, 308):
        net.serves(picture(), status=status, Location=place)
        assert "leads on" in await _refused(editor, net.url())
    assert {one.path for one in net.asked} == {"/logo.png"}


async def test_a49_a_slow_drip_and_an_endless_body_end(editor: Office, net: Web, fetching: Fetching) -> None:
    over = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "image/png"})
        await answer.prepare(request)
        while not over.is_set():
            await answer.write(b"\x89")
            await asyncio.sleep(0.02)
        return answer

    net.answer, fetching.seconds = drip, 0.3
    assert "within 5 seconds" in await _refused(editor, net.url())
    over.set()
    fetching.seconds = 5.0
    net.serves(bytes(MOST_BYTES + 1))
    assert "larger than 1 MiB" in await _refused(editor, net.url())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (SVG, "image/svg+xml"),
        (SVG, "image/png"),
        (b"<html>" + SCRIPT, "image/png"),
        (b"GIF89a/*" + SCRIPT + b"*/=1;", "image/gif"),
        (b"%PDF-1.7", "image/png"),
        (b"", "image/png"),
    ],
)
async def test_a48_what_is_no_picture_is_refused(editor: Office, net: Web, body: bytes, kind: str) -> None:
    net.serves(body, kind)
    said = await _refused(editor, net.url())
    assert "SVG too" in said or "damaged" in said


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG"])
async def test_a48_of_a_picture_that_is_also_a_page_only_the_picture_is_served(
    editor: Office, net: Web, kind: str
) -> None:
    net.serves(picture(kind) + SCRIPT + SVG, f"image/{kind.lower()}")
    await editor.save(branding={"logo_url": net.url()})
    site: Site = editor.site
    page = await site.browser().get(f"/q/{site.house.token(await site.link())}")
    [address] = re.findall(r'<img src="(/g/lakeside/logo-[0-9a-f]+\.png)"', page.text)
    assert HOST not in page.text
    async with site.session.get(site.address + address, headers={"Host": OUR_HOST}) as answer:
        png = await answer.read()
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert read(png).size == (250, 64)
    assert b"script" not in png
    assert b"svg" not in png


async def test_a50_patients_load_pictures_from_us_alone_and_the_host_is_asked_once(
    editor: Office, net: Web
) -> None:
    await editor.save(branding={"logo_url": net.url(), "favicon_url": net.url("/icon.png")})
    asked = len(net.asked)
    for _ in range(3):
        browser = editor.site.browser()
        await browser.come_to_pay(await editor.site.link(single_payment=False), amount="1")
        page = await browser.pay(email="me@example.com")
        assert "img-src 'self'" in page.headers["Content-Security-Policy"]
        assert HOST not in page.text
    await editor.site.house.outbox().run_once()
    assert len(editor.site.house.mailer.sent) == 3
    assert all(HOST not in one.html for one in editor.site.house.mailer.sent)
    assert len(net.asked) == asked == 2


@pytest.mark.parametrize("colour", COLOURS)
async def test_a47_r115_what_is_no_colour_is_refused_at_its_field_and_reaches_no_stylesheet(
    site: Site, office: Office, colour: str
) -> None:
    for name in _NINE:
        assert f"theme.{name}" in await office.refused(theme={name: colour})
    page = await site.browser().get(f"/q/{site.house.token(await site.link())}")
    [address] = re.findall(r'<link rel="stylesheet" href="(/g/lakeside/theme-1\.css)">', page.text)
    css = await site.browser().get(address)
    assert _CSS.fullmatch(css.text)
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]


async def test_a49_an_address_is_asked_only_once_nothing_else_is_wrong(site: Site, office: Office) -> None:
    images = site.house.images
    assert isinstance(images, FakeImageFetcher)
    good = "https://www.example.com/logo.png"
    said = await office.refused(branding={"logo_url": good, "favicon_url": "https://10.0.0.1/"})
    assert (set(said), images.asked) == ({"branding.favicon_url"}, [])
