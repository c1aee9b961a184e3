"""One cookie of ours, never one a client made up; and an address nobody can make up."""

import base64
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from quickpay.adapters.store import OpenStore
from quickpay.handlers.cookies import client_address
from tests.handlers.site import Browser, Site, site_of
from tests.people import House


async def test_r63_the_cookie_is_exactly_this(site: Site, browser: Browser) -> None:
    answer = await browser.open(await site.link())
    value = browser.cookie.removeprefix("__Host-qp=")
    assert len(base64.urlsafe_b64decode(value + "=")) == 32
    assert answer.headers["Set-Cookie"] == f"__Host-qp={value}; Path=/; HttpOnly; SameSite=Lax; Secure"


async def test_r63_without_https_on_loopback_it_has_no_prefix(own_store: OpenStore) -> None:
    async with site_of(House(own_store), secure=False) as site:
        browser = site.browser()
        answer = await browser.open(await site.link())
        assert answer.headers["Set-Cookie"] == f"{browser.cookie}; Path=/; HttpOnly; SameSite=Lax"
        assert browser.cookie.startswith("qp=")
        assert "Strict-Transport-Security" not in answer.headers


async def test_r64_a_cookie_from_before_is_never_taken_over(site: Site) -> None:
    planted = "__Host-qp=" + base64.urlsafe_b64encode(b"m" * 32).rstrip(b"=").decode()
    victim = Browser(site=site, cookie=planted)
    await victim.open(await site.link())
    assert victim.cookie != planted
    assert (await Browser(site=site, cookie=planted).get("/pay")).status == 401


async def test_a54_only_one_spelling_under_the_one_name_counts(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    name, _, value = browser.cookie.partition("=")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other_spelling = value[:-1] + last[last.index(value[-1]) ^ 1]
    for cookie in (
        f"qp={value}",
        f"{name}={value}; {name}={value}",
        f"{name}={value}; {name}=x",
        f"{name}={value}=",
        f'{name}="{value}"',
        f"{name}={value}A",
        f"{name}={other_spelling}",
        f"x{name}={value}",
        f"{name}=",
    ):
        assert (await Browser(site=site, cookie=cookie).get("/pay")).status == 401, cookie
    assert (await Browser(site=site, cookie=f"a=b; {name}={value};c=d").get("/pay")).status == 200


async def test_leaving_takes_the_cookie_by_its_name(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    await browser.get("/pay")
    answer = await browser.post("/sign-out")
    assert answer.headers["Set-Cookie"] == (
        "__Host-qp=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; SameSite=Lax; Secure"
    )


@pytest.fixture
async def proxied(own_store: OpenStore) -> AsyncIterator[Site]:
    networks = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))
    async with site_of(House(own_store), trusted_proxies=networks) as made:
        yield made


def _request(peer: str, *forwarded: str) -> web.Request:
    headers = [("X-Forwarded-For", value) for value in forwarded]
    request = make_mocked_request("GET", "/", headers=headers)
    return request.clone(remote=peer)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6", "198.51.100.1"), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6, 198.51.100.1, 10.2.3.4",), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6, nonsense, 10.2.3.4",), "10.2.3.4"),
        ("10.0.0.1", ("10.9.9.9, 10.2.3.4",), "10.9.9.9"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("2001:db8::1", ("2001:4860::7",), "2001:4860::/64"),
        ("2001:4860::7", ("198.51.100.1",), "2001:4860::/64"),
        ("2001:4860::7", (), "2001:4860::/64"),
        ("2001:4860:0:1:ffff::9", (), "2001:4860:0:1::/64"),
    ],
)
async def test_r111_the_address_comes_from_trusted_proxies_only_counted_from_the_right(
    proxied: Site, peer: str, forwarded: tuple[str, ...], address: str
) -> None:
    assert client_address(_request(peer, *forwarded), proxied.desk) == address


async def test_r27_one_line_has_one_count_however_many_addresses_it_makes_up(site: Site) -> None:
    counted = {client_address(_request(f"2001:4860:1:2:{n:x}::1"), site.desk) for n in range(20)}
    assert counted == {"2001:4860:1:2::/64"}
