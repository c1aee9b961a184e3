"""The fetcher against a real TLS server: it goes only where it was sent, and takes only so much."""

import asyncio

import pytest
from aiohttp import web

from quickpay.adapters.images import MOST_BYTES
from quickpay.domain.images import Image, Purpose
from quickpay.ports.images import ImageRefused, Refusal
from tests.adapters.images.conftest import HOST, PUBLIC, Web, raw_server
from tests.adapters.images.drawn import SVG, picture, read
from tests.adapters.mail.certificates import Authority

INSIDE = [
    "127.0.0.1",
    "127.0.0.2",
    "0.0.0.0",  # noqa: S104 - one of the addresses that must not be asked
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:93.184.215.14",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
]


async def test_a_picture_is_fetched_once_and_says_nothing_about_us(net: Web) -> None:
    found = await net.fetch()
    assert isinstance(found, Image)
    assert read(found.png).size == (250, 64)
    (request,) = net.asked
    assert set(request.headers) == {"Host", "Connection", "Accept", "Accept-Encoding", "User-Agent"}
    assert (request.headers["User-Agent"], request.headers["Accept-Encoding"]) == ("QuickPay", "identity")


@pytest.mark.parametrize("address", INSIDE)
async def test_r116_a_name_of_a_machine_inside_is_never_asked(net: Web, address: str) -> None:
    net.names.answers[HOST] = [[address]]
    assert await net.refusal(strictly=True) is Refusal.PRIVATE
    assert net.asked == []


async def test_r116_one_address_inside_among_public_ones_is_enough(net: Web) -> None:
    net.names.answers[HOST] = [[PUBLIC, "10.0.0.1"]]
    assert await net.refusal() is Refusal.PRIVATE
    assert net.asked == []


async def test_a49_a_name_that_answers_otherwise_the_second_time_leads_nowhere(net: Web) -> None:
    net.names.answers[HOST] = [[PUBLIC], ["127.0.0.2"]]
    assert isinstance(await net.fetch(), Image)
    assert net.names.asked == [HOST]
    assert net.connections == [PUBLIC]


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "[::1]", "169.254.169.254", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"),
        *("localhost", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
        "user@pictures.example.com",
    ],
)
async def test_r116_what_is_written_as_a_way_inside_is_not_even_resolved(net: Web, host: str) -> None:
    assert await net.refusal(net.url(host=host)) is Refusal.ADDRESS
    assert (net.names.asked, net.asked) == ([], [])


async def test_only_https_is_spoken(net: Web) -> None:
    assert await net.refusal(net.url().replace("https", "http")) is Refusal.ADDRESS
    assert net.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_r116_no_redirect_is_followed(net: Web, status: int) -> None:
    for place in ("https://127.0.0.1/", net.url("/elsewhere.png"), "/elsewhere.png"):
        net.asked.clear()
        net.serves(picture(), status=status, Location=place)
        assert await net.refusal() is Refusal.REDIRECT
        assert [one.path for one in net.asked] == ["/logo.png"]


@pytest.mark.parametrize("status", [204, 206, 400, 401, 404, 500])
async def test_another_answer_is_no_picture(net: Web, status: int) -> None:
    net.serves(b"" if status == 204 else picture(), status=status)
    assert await net.refusal() is Refusal.NOT_THERE


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (picture(), "text/html"),
        (picture(), "application/octet-stream"),
        (SVG, "image/svg+xml"),
        (SVG, "image/png"),
        (b"<html>", "image/png"),
        (b"", "image/png"),
        (picture("TIFF"), "image/png"),
        (picture("BMP"), "image/png"),
    ],
)
async def test_r116_what_is_no_picture_of_the_five_kinds_is_refused(net: Web, body: bytes, kind: str) -> None:
    net.serves(body, kind)
    assert await net.refusal() is Refusal.NOT_A_PICTURE


async def test_a_packed_body_is_not_unpacked(net: Web) -> None:
    net.serves(picture(), Content_Encoding="gzip")
    assert await net.refusal() is Refusal.NOT_A_PICTURE


async def test_r116_an_endless_body_is_left_after_a_mebibyte(net: Web) -> None:
    sent = 0

    async def for_ever(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(headers={"Content-Type": "image/png"})
        await answer.prepare(request)
        while sent < 1024 * MOST_BYTES:
            await answer.write(bytes(64 * 1024))
            await asyncio.sleep(0)  # the fetcher runs in this loop too
            sent += 64 * 1024
        return answer

    net.answer = for_ever
    assert await net.refusal() is Refusal.TOO_LARGE
    assert sent < 64 * MOST_BYTES


async def test_a_body_of_exactly_a_mebibyte_is_read(net: Web) -> None:
    body = picture()
    net.serves(body + bytes(MOST_BYTES - len(body)))
    assert isinstance(await net.fetch(), Image)
    net.serves(body + bytes(MOST_BYTES - len(body) + 1))
    assert await net.refusal() is Refusal.TOO_LARGE


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (10_000_000_000, Refusal.TOO_LARGE),
        (100_000, Refusal.DAMAGED),  # and hangs up before
        (100, Refusal.UNREACHABLE),  # and sends more, which is no HTTP
    ],
)
async def test_r116_a_length_that_lies_gains_nothing(
    net: Web, authority: Authority, said: int, reason: Refusal
) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {said}\r\n\r\n".encode()
    async with raw_server(authority, head + picture()) as port:
        assert await net.refusal(f"https://{HOST}:{port}/") is reason


async def test_r116_a_slow_drip_ends_with_the_time(net: Web) -> None:
    over = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "image/png"})
        await answer.prepare(request)
        while not over.is_set():
            await answer.write(b"\x89")
            await asyncio.sleep(0.02)
        return answer

    net.answer = drip
    assert await net.refusal(seconds=0.3) is Refusal.TOO_SLOW
    over.set()


async def test_a_host_that_never_answers_ends_with_the_time(net: Web, authority: Authority) -> None:
    async with raw_server(authority, b"HTTP/1.1 200 OK\r\n", then_hang=True) as port:
        assert await net.refusal(f"https://{HOST}:{port}/", seconds=0.3) is Refusal.TOO_SLOW


async def test_a_name_that_never_resolves_ends_with_the_time(net: Web) -> None:
    net.names.silent = True
    assert await net.refusal(seconds=0.1) is Refusal.TOO_SLOW


async def test_a_name_nobody_knows_is_told_from_a_host_that_is_down(net: Web) -> None:
    assert await net.refusal("https://unknown.example.com/") is Refusal.NO_HOST
    assert await net.refusal(f"https://{HOST}:1/") is Refusal.UNREACHABLE


async def test_what_does_not_speak_http_is_no_picture(net: Web, authority: Authority) -> None:
    async with raw_server(authority, b"220 mail.example.com ESMTP\r\n") as port:
        assert await net.refusal(f"https://{HOST}:{port}/") is Refusal.UNREACHABLE


async def test_a_certificate_must_be_good_and_of_that_host(net: Web, authority: Authority) -> None:
    answer = await net.fetcher(trusting=False).fetch(net.url(), Purpose.LOGO)
    assert answer == ImageRefused(reason=Refusal.UNTRUSTED)
    async with raw_server(authority, b"", host="other.example.com") as port:
        assert await net.refusal(f"https://{HOST}:{port}/") is Refusal.UNTRUSTED
    assert net.asked == []
