"""Sending events against a real TLS server: signed, and only where it was sent."""

import asyncio
import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from quickpay.adapters.hooks import HttpHooks
from quickpay.adapters.public_web import Address, PublicWeb
from quickpay.domain.web_addresses import is_public_address
from quickpay.ports.hooks import Gone, Hook, HookAnswer, NotTaken, Taken
from tests.adapters.images.conftest import HOST, PUBLIC, Web, raw_server
from tests.adapters.mail.certificates import Authority

BODY = '{"type":"payment.succeeded","data":{"id":"é"}}'
OLD, NEW = HttpHooks(loopback_too=False).new_secret(), HttpHooks(loopback_too=False).new_secret()


def hooks(net: Web, *, seconds: float = 5.0, strictly: bool = False) -> HttpHooks:
    def may_connect(address: Address) -> bool:
        return address == ip_address(PUBLIC) or is_public_address(address)

    out = PublicWeb(
        resolver=net.names,
        may_connect=is_public_address if strictly else may_connect,
        tls=ssl.create_default_context(cafile=str(net.authority.ca_file)),
    )
    return HttpHooks(loopback_too=False, web=out, seconds=seconds)


async def send(net: Web, url: str | None = None, **given: Any) -> HookAnswer:
    secrets = given.pop("secrets", (NEW,))
    hook = Hook(url=url or net.url("/hook"), id="evt_1", at=datetime.now(UTC), body=BODY, secrets=secrets)
    return await hooks(net, **given).send(hook)


def answering(net: Web, status: int, **headers: str) -> list[tuple[dict[str, str], bytes]]:
    """Answer so, and keep what came."""
    came: list[tuple[dict[str, str], bytes]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        came.append((dict(request.headers), await request.read()))
        return web.Response(status=status, headers=headers, text="x" * 100)

    net.answer = answer
    return came


async def test_r98_a_receiver_verifies_it_with_its_own_library(net: Web) -> None:
    came = answering(net, 204)
    assert await send(net, secrets=(NEW, OLD)) == Taken()
    [(headers, body)] = came
    for secret in (NEW, OLD):
        assert Webhook(secret).verify(body, headers) == {"type": "payment.succeeded", "data": {"id": "é"}}
    with pytest.raises(WebhookVerificationError):
        Webhook(HttpHooks(loopback_too=False).new_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body + b" ", headers)
    assert headers["webhook-id"] == "evt_1"
    assert headers["Content-Type"] == "application/json"
    assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Taken()),
        (202, Taken()),
        (299, Taken()),
        (301, NotTaken(trouble="redirect")),
        (307, NotTaken(trouble="redirect")),
        (400, NotTaken(trouble="status 400")),
        (404, NotTaken(trouble="status 404")),
        (410, Gone()),
        (429, NotTaken(trouble="status 429")),
        (500, NotTaken(trouble="status 500")),
    ],
)
async def test_only_a_2xx_is_taken_and_no_redirect_is_followed(
    net: Web, status: int, answer: HookAnswer
) -> None:
    came = answering(net, status, Location=net.url("/elsewhere"))
    assert await send(net) == answer
    assert len(came) == 1


@pytest.mark.parametrize(
    "inside", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1"]
)
async def test_a49_a_name_that_leads_inside_is_not_connected_to(net: Web, inside: str) -> None:
    came = answering(net, 200)
    net.names.answers[HOST] = [[inside]]
    assert await send(net) == NotTaken(trouble="private")
    net.names.answers[HOST] = [[PUBLIC, inside]]
    assert await send(net) == NotTaken(trouble="private")
    assert came == []


async def test_a49_a_name_that_answers_otherwise_the_next_time_leads_nowhere_else(net: Web) -> None:
    came = answering(net, 200)
    net.names.answers[HOST] = [[PUBLIC], ["127.0.0.2"]]
    assert await send(net) == Taken()
    assert net.connections == [PUBLIC]
    assert net.names.asked == [HOST]
    assert len(came) == 1


async def test_a49_an_address_kept_from_before_is_judged_again(net: Web) -> None:
    for url in ("http://hooks.example.com/", "https://10.0.0.1/", f"https://u:p@{HOST}/"):
        assert await send(net, url) == NotTaken(trouble="address")
    assert await send(net, strictly=True) == NotTaken(trouble="private")
    assert await send(net, "https://nowhere.example.com/") == NotTaken(trouble="no host")
    assert net.connections == []


async def test_one_that_hangs_is_left_and_one_that_never_ends_is_not_listened_to(
    net: Web, authority: Authority
) -> None:
    async def hang(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    net.answer = hang
    assert await send(net, seconds=0.2) == NotTaken(trouble="timeout")
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n" + b"x" * 500_000
    async with raw_server(authority, head, then_hang=True) as port:
        assert await send(net, f"https://{HOST}:{port}/") == Taken()
    async with raw_server(authority, b"HTTP/1.1 200 OK\r\nA: " + b"x" * 500_000, then_hang=True) as port:
        assert await send(net, f"https://{HOST}:{port}/") == NotTaken(trouble="unreachable")
    net.names.silent = True
    assert await send(net, seconds=0.2) == NotTaken(trouble="timeout")


async def test_another_s_certificate_and_no_server_are_trouble(net: Web, authority: Authority) -> None:
    async with raw_server(authority, b"", host="other.example.com") as port:
        assert await send(net, f"https://{HOST}:{port}/") == NotTaken(trouble="untrusted")
    assert await send(net, f"https://{HOST}:{port}/") == NotTaken(trouble="unreachable")


async def test_names_are_looked_up_in_threads_of_our_own() -> None:
    out = HttpHooks(loopback_too=True, seconds=5.0)
    hook = Hook(url="http://localhost:1/", id="evt_1", at=datetime.now(UTC), body=BODY, secrets=(NEW,))
    assert await out.send(hook) == NotTaken(trouble="unreachable")
