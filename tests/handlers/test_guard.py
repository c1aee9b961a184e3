"""What holds for every address: headers, host, methods, sizes, kinds of content, and forms from elsewhere."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.handlers.access import Access, Admits
from quickpay.handlers.routes import ROUTES
from quickpay.ports.store import StoreBusy
from quickpay.services.staff.api_keys import NewKey
from tests.handlers.site import HOST, ORIGIN, Answer, Browser, Site, site_of
from tests.people import House

_ALWAYS = {
    "Server": "QuickPay",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
_PATHS = sorted(
    {re.sub(r"\{[^}]*\}", "x", route.path) for route in ROUTES} | {"/nope", "/api/v1/nope", "//x"}
)


def _holds(answer: Answer) -> None:
    for name, value in _ALWAYS.items():
        assert answer.headers.get(name) == value, name
    policy = answer.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert answer.headers["Permissions-Policy"].startswith("camera=(), microphone=(), geolocation=()")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_r105_r107_every_answer_of_every_address_has_the_headers(browser: Browser, method: str) -> None:
    for path in _PATHS:
        answer = await browser.get(path, method=method)
        _holds(answer)
        assert answer.headers["Cache-Control"] == "no-store", path


async def test_what_is_the_same_for_everybody_is_kept_for_ever_and_nothing_else(
    site: Site, browser: Browser
) -> None:
    page = await browser.get(f"/q/{site.house.token(await site.link())}")
    assert page.headers["Cache-Control"] == "no-store"
    kept = [part for part in page.text.split('"') if part.startswith(("/static/", "/g/lakeside/theme-"))]
    assert len(kept) == 4
    for path in kept:
        found = await browser.get(path)
        assert found.status == 200
        assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        _holds(found)
    await site.options(name="Bayside")
    theme = next(path for path in kept if path.startswith("/g/"))
    assert (await browser.get(theme)).headers["Cache-Control"] == "no-store"
    assert (await browser.get(theme.replace("theme-1", "theme-9"))).status == 404
    assert (await browser.get("/g/nobody/theme-1.css")).status == 404
    assert (await browser.get("/static/qp.css")).status == 404


async def test_r105_scripts_run_by_a_nonce_of_one_answer_and_only_the_cards_page_lets_the_gateway_in(
    site: Site, browser: Browser
) -> None:
    unknown = await browser.get("/nope")
    assert "script-src" not in unknown.headers["Content-Security-Policy"]
    assert "<script" not in unknown.text
    link_pages = [await browser.get(f"/q/{site.house.token(await site.link())}") for _ in range(2)]
    nonces = [
        re.search(r"script-src 'nonce-([^']+)';", one.headers["Content-Security-Policy"])
        for one in link_pages
    ]
    assert [re.findall(r"<script[^>]* nonce=\"([^\"]+)\"", one.text) for one in link_pages] == [
        [nonce[1]] for nonce in nonces if nonce
    ]
    assert len({nonce[1] for nonce in nonces if nonce}) == 2, "the page is kept, its nonce is not"

    details = await browser.come_to_pay(await site.link())
    policy = details.headers["Content-Security-Policy"]
    for directive in ("script-src", "connect-src", "frame-src"):
        found = re.search(rf"{directive} ([^;]+)", policy)
        assert found
        assert "https://gateway.example" in found[1]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert set(re.findall(r"<script[^>]* nonce=\"([^\"]+)\"", details.text)) == {nonce[1]}
    assert details.text.count("<script") == details.text.count(f'nonce="{nonce[1]}"')
    again = await browser.get("/pay/details")
    assert nonce[1] not in again.headers["Content-Security-Policy"]
    assert '"https://gateway.example"' in again.headers["Permissions-Policy"]

    result = await browser.pay()
    assert "gateway.example" not in result.headers["Content-Security-Policy"] + result.text


async def test_no_page_has_a_style_or_a_handler_in_its_markup(site: Site, browser: Browser) -> None:
    pages = [await browser.come_to_pay(await site.link()), await browser.get("/pay"), await browser.pay()]
    for page in pages:
        assert re.search(r"\s(?:style|on[a-z]+)=|<style|javascript:", page.text) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "",
        HOST.upper(),
        f"{HOST}.",
        f"{HOST}:443",
        f"{HOST}@evil.example",
        f"x.{HOST}",
        "127.0.0.1",
    ],
)
async def test_r16_another_host_is_refused_and_not_repeated(browser: Browser, host: str) -> None:
    for path in ("/", "/livez", "/nope", "/q/x"):
        answer = await browser.get(path, Host=host)
        assert answer.status in {400, 421}
        assert not host or host not in answer.text


async def _raw(site: Site, request: bytes) -> str:
    """Send bytes as they are and read until the server has said all."""
    port = int(site.address.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return answer.decode("latin-1")


@pytest.mark.parametrize(
    "head",
    [
        f"Host: {HOST}\r\nHost: evil.example\r\n",
        f"Host: {HOST}\r\nHost: {HOST}\r\n",
        "",
        "Host:\r\n",
    ],
)
async def test_r16_a_doubled_or_missing_host_is_refused(site: Site, head: str) -> None:
    answer = await _raw(site, f"GET / HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
    assert answer.split()[1] in {"400", "421"}
    assert "evil" not in answer


async def test_r16_an_absolute_address_names_no_other_host(site: Site) -> None:
    request = f"GET http://evil.example/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    answer = await _raw(site, request.encode())
    assert answer.split()[1] == "421"
    assert "evil" not in answer


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET /%zz\x00 HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_r107_what_is_no_http_is_refused_with_our_headers_and_no_version(
    site: Site, request_line: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await _raw(site, request_line)
    assert answer.split()[1] == "400"
    for name, value in _ALWAYS.items():
        assert f"{name}: {value}\r\n" in answer
    assert "Content-Security-Policy: default-src 'none'" in answer
    assert "aiohttp" not in answer.lower()
    assert "python" not in answer.lower()
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    assert "nonsense" not in printed.out + printed.err


async def test_r109_a_header_that_does_not_end_is_not_waited_for(own_store: OpenStore) -> None:
    async with site_of(House(own_store), header_seconds=0.2) as site:
        assert await _raw(site, f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode()) == ""
        assert (await site.browser().get("/")).status == 200


@pytest.mark.parametrize(
    "request_line", ["CONNECT /pay", "CONNECT evil.example:443", "OPTIONS *", "CONNECT evil.example"]
)
async def test_r107_what_names_no_path_gets_our_headers_too(site: Site, request_line: str) -> None:
    head = f"{request_line} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    answer = await _raw(site, head.encode())
    assert answer.split()[1] in {"400", "404", "405", "421"}
    for name, value in _ALWAYS.items():
        assert f"{name}: {value}\r\n" in answer
    assert "Content-Security-Policy: default-src 'none'" in answer
    assert "aiohttp" not in answer.lower()
    assert "evil" not in answer


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/pay", "application/x-www-form-urlencoded"),
        ("/webhooks/sandbox", "application/json"),
        ("/api/v1/links", "application/json"),
    ],
)
async def test_r109_a_body_that_does_not_end_is_not_waited_for(
    own_store: OpenStore, path: str, kind: str
) -> None:
    async with site_of(House(own_store), body_seconds=0.2) as site:
        key = await site.desk.keyring.create(
            name="slow", scopes=EVERY_SCOPE, group=None, life=timedelta(days=1), by="tests"
        )
        assert isinstance(key, NewKey)
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {kind}\r\nContent-Length: 60000\r\n"
        more = f"Authorization: Bearer {key.secret}\r\nIdempotency-Key: slow\r\nConnection: close\r\n\r\n{{"
        reader, writer = await asyncio.open_connection("127.0.0.1", int(site.address.rpartition(":")[2]))
        writer.write((head + more).encode())
        answer = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode()
        writer.close()
        await writer.wait_closed()
        assert answer.split()[1] == "408"
        assert "Cache-Control: no-store" in answer


async def test_r109_a_header_too_long_is_refused(site: Site) -> None:
    head = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Long: {'x' * 20_000}\r\n\r\n"
    assert (await _raw(site, head.encode())).split()[1] == "400"


async def test_r110_a_method_nobody_takes_is_405_and_says_which_are(browser: Browser) -> None:
    answer = await browser.get("/pay", method="DELETE")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET,HEAD,POST"
    assert (await browser.get("/verify/resend")).headers["Allow"] == "POST"
    assert (await browser.get("/nope", method="DELETE")).status == 404


async def test_r110_only_an_urlencoded_form_is_a_form(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    for kind in (
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
        "application/x-www-form-urlencoded; charset=utf-16",
    ):
        answer = await browser.raw("/pay", b"{}", kind)
        assert answer.status == 415, kind
        _holds(answer)


async def test_r109_a_body_too_large_is_413(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    form = "application/x-www-form-urlencoded"
    assert (await browser.raw("/pay", b"a=" + b"x" * 70_000, form)).status == 413
    assert (await browser.raw("/pay", b"&".join([b"a=1"] * 110), form)).status == 413


async def test_r109_a_body_that_never_says_how_long_it_is_ends_at_the_same_size(site: Site) -> None:
    head = f"POST /pay HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    chunks = ("2710\r\n" + "x" * 10_000 + "\r\n") * 7 + "0\r\n\r\n"
    assert (await _raw(site, (head + kind + chunks).encode())).split()[1] == "413"


async def test_an_expectation_is_met_or_refused_with_our_headers(site: Site) -> None:
    start = f"POST /pay HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 3\r\nConnection: close\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    good = await _raw(site, f"{start}{kind}Expect: 100-continue\r\n\r\na=b".encode())
    assert good.startswith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401")
    bad = await _raw(site, f"{start}{kind}Expect: a-miracle\r\n\r\na=b".encode())
    assert bad.split()[1] == "417"
    assert "Server: QuickPay" in bad


_SITES: list[tuple[dict[str, str], bool]] = [
    ({"Sec_Fetch_Site": "same-origin", "Origin": ORIGIN}, True),
    ({"Sec_Fetch_Site": "same-origin", "Origin": "null"}, True),
    ({"Sec_Fetch_Site": "none", "Origin": ORIGIN}, True),
    ({"Sec_Fetch_Site": "cross-site", "Origin": ORIGIN}, False),
    ({"Sec_Fetch_Site": "same-site", "Origin": ORIGIN}, False),
    ({"Sec_Fetch_Site": "cross-site", "Origin": "https://evil.example"}, False),
    ({"Sec_Fetch_Site": "same-origin", "Origin": "https://evil.example"}, False),
    ({"Sec_Fetch_Site": "same-origin", "Origin": f"http://{HOST}"}, False),
    ({"Sec_Fetch_Site": "same-origin", "Origin": f"{ORIGIN}.evil.example"}, False),
    ({"Sec_Fetch_Site": "none", "Origin": "null"}, False),
    ({"Sec_Fetch_Site": "whatever", "Origin": ORIGIN}, False),
]


@pytest.mark.parametrize(("headers", "taken"), _SITES)
async def test_r72_a_post_from_another_site_is_refused(
    site: Site, browser: Browser, headers: dict[str, str], *, taken: bool
) -> None:
    link = await site.link()
    path = f"/q/{site.house.token(link)}"
    await browser.get(path)
    opened = await browser.post(path, **headers)
    assert opened.status == (303 if taken else 403)
    await browser.open(link)
    await browser.get("/pay")
    chosen = await browser.post("/pay", {"amount_choice": "current"}, **headers)
    assert chosen.status == (303 if taken else 403)


async def test_r72_where_the_browser_says_nothing_the_token_alone_decides(
    site: Site, browser: Browser
) -> None:
    await browser.open(await site.link())
    await browser.get("/pay")
    form = "application/x-www-form-urlencoded"
    good = f"amount_choice=current&csrf={browser.csrf}".encode()
    assert (await browser.raw("/pay", good, form)).status == 303
    assert (await browser.raw("/pay", b"amount_choice=current", form)).status == 403


async def test_r72_every_form_of_a_session_wants_that_sessions_token(site: Site, browser: Browser) -> None:
    link = await site.link()
    other = site.browser()
    await other.open(link)
    await other.get("/pay")
    await browser.open(link)
    await browser.get("/pay")
    link_token = (await site.browser().get(f"/q/{site.house.token(link)}")).csrf
    paths = [route.path for route in ROUTES if route.method == "POST" and route.access is Access.SESSION]
    assert len(paths) >= 7
    for path in paths:
        for token in ("", "x", other.csrf, link_token, browser.csrf.upper(), browser.csrf[:-1]):
            refused = await browser.post(re.sub(r"\{\w+\}", "1", path), csrf=token)
            assert refused.status == 403, (path, token)
            assert "nothing was sent or charged" in refused.words
            _holds(refused)
    assert (await browser.get("/pay")).status == 200


async def test_r72_a_token_dies_with_the_sessions_id(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    await browser.get("/pay")
    old = browser.csrf
    await browser.prove()
    assert (await browser.post("/pay", {"amount_choice": "current"}, csrf=old)).status == 403


async def test_r72_a_links_form_wants_that_links_token(site: Site, browser: Browser) -> None:
    mine, other = await site.link(), await site.link()
    path = f"/q/{site.house.token(mine)}"
    foreign = (await browser.get(f"/q/{site.house.token(other)}")).csrf
    own = (await browser.get(path)).csrf
    for token in ("", "x", foreign, site.house.token(mine)):
        assert (await browser.post(path, csrf=token)).status == 403
        assert (await browser.post(f"{path}/receipt", csrf=token)).status == 403
    assert (await browser.post(path, csrf=own)).status == 303


async def test_r72_two_tokens_are_no_token(site: Site, browser: Browser) -> None:
    await browser.open(await site.link())
    await browser.get("/pay")
    fields = [("amount_choice", "current"), ("csrf", browser.csrf)]
    assert (await browser.post("/pay", fields)).status == 403


class _BusyFront:
    """A store that is at work for others."""

    async def look(self, *_: object) -> None:
        raise StoreBusy("at work")

    async def open(self, *_: object) -> None:
        raise RuntimeError("Alice's secret is 4242")


@pytest.fixture
async def troubled(own_store: OpenStore) -> AsyncIterator[Site]:
    async with site_of(House(own_store), enter=_BusyFront()) as made:
        yield made


async def test_r137_a_busy_store_is_a_calm_page_and_a_time_to_come_again(troubled: Site) -> None:
    answer = await troubled.browser().get("/q/x")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert "try again in a few seconds" in answer.words
    _holds(answer)


async def test_r112_a_failure_says_nothing_but_a_reference(troubled: Site) -> None:
    answer = await troubled.browser().post("/q/x", csrf="x")
    assert answer.status == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert "Alice" not in answer.text
    assert "RuntimeError" not in answer.text
    _holds(answer)


def test_every_route_names_its_access_and_is_there_once() -> None:
    lines = [(route.method, route.path) for route in ROUTES]
    assert len(lines) == len(set(lines))
    named = {route.access for route in ROUTES if isinstance(route.access, Access)}
    assert named == set(Access)
    assert all(isinstance(route.access, Admits) for route in ROUTES)
