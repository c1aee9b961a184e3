"""The patient's pages on loopback as production serves them; every service and the store are real."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
from aiohttp import web

from quickpay.adapters.papers import TypstPapers
from quickpay.app import furnish
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import Link
from quickpay.handlers.desk import DESK, Desk
from quickpay.handlers.routes import add_routes
from quickpay.handlers.server import HEADER_SECONDS, Runner
from quickpay.mfa.methods import Method as Way
from quickpay.settings import load
from quickpay.world import World
from tests.household import PORTAL
from tests.paper import paper_words
from tests.people import KEYS, House

HOST = "pay.example.com"
ORIGIN = f"https://{HOST}"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_STATUS = re.compile(r'<main data-payment-status="([a-z]+)"')

Fields = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; of a paper, what can be read on it."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def to(self) -> str:
        """Where a 303 leads."""
        assert self.status == 303, (self.status, self.text)
        return self.headers["Location"]

    @property
    def csrf(self) -> str:
        """The token of the page's first form."""
        found = _CSRF.search(self.text)
        assert found, self.text
        return found[1]

    @property
    def payment_status(self) -> str:
        """What a result page says of the payment."""
        found = _STATUS.search(self.text)
        assert found, self.text
        return found[1]

    @property
    def words(self) -> str:
        """The page as it is read: no tags, single spaces."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.text).split())


@dataclass(slots=True, kw_only=True)
class Browser:
    """Somebody at a browser: keeps the cookie, knows the last page's token, says where posts come from."""

    site: "Site"
    cookie: str = ""
    csrf: str = ""
    language: str = ""  # the cookie that says nothing but that
    agent: str = ""  # what it calls itself

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """Look at a page."""
        return await self._ask(method, path, None, headers)

    async def post(
        self, path: str, fields: Fields = (), *, csrf: str | None = None, **headers: str
    ) -> Answer:
        """Send a form with the token of the last page, or this one; `""` sends none."""
        pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
        token = self.csrf if csrf is None else csrf
        body = aiohttp.FormData([*pairs, *([("csrf", token)] if token else [])])()
        headers = {"Sec_Fetch_Site": "same-origin", "Origin": ORIGIN} | headers
        return await self._ask("POST", path, body, headers)

    async def raw(self, path: str, body: bytes, content_type: str, **headers: str) -> Answer:
        """Send any bytes."""
        return await self._ask("POST", path, body, {"Content_Type": content_type} | headers)

    async def open(self, link: Link) -> Answer:
        """Press Continue on a link's page."""
        path = f"/q/{self.site.house.token(link)}"
        page = await self.get(path)
        assert page.status == 200, page.words
        return await self.post(path)

    async def come_to_pay(self, link: Link, *, amount: str = "") -> Answer:
        """Walk to the card fields: the whole, or this amount."""
        assert (await self.open(link)).to == "/pay"
        await self.get("/pay")
        chosen = {"amount_choice": "other", "amount": amount} if amount else {"amount_choice": "current"}
        assert (await self.post("/pay", chosen)).to == "/pay/method"
        await self.get("/pay/method")
        assert (await self.post("/pay/method", {"method": "card"})).to == "/pay/details"
        return await self.get("/pay/details")

    async def pay(self, token: str = "tok_approved", **fields: str) -> Answer:
        """Press Pay on the details page and follow to the result."""
        answer = await self.post("/pay/details", {"card_token": token, **fields})
        return await self.get(answer.to)

    async def prove(self, way: Way = Way.EMAIL) -> Answer:
        """Pass the challenge from the page of the ways."""
        await self.get("/verify")
        assert (await self.post("/verify", {"method": way.value})).to == "/verify/code"
        await self.site.house.at_rest()
        await self.get("/verify/code")
        return await self.post("/verify/code", {"code": self.site.house.last_code(way)})

    async def _ask(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        sent = {"Host": HOST, "User-Agent": self.agent} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if self.cookie or self.language:
            sent.setdefault("Cookie", "; ".join(one for one in (self.cookie, self.language) if one))
        url = self.site.address + path
        async with self.site.session.request(
            method, url, data=body, headers=sent, allow_redirects=False
        ) as found:
            is_paper = found.content_type == "application/pdf" and method != "HEAD"
            text = paper_words(await found.read()) if is_paper else await found.text(errors="replace")
            self._keep(found)
            if token := _CSRF.search(text):
                self.csrf = token[1]
            answer = Answer(status=found.status, headers=found.headers, text=text)
            if found.content_type == "text/html":
                self.site.met.append((f"{method} {path}", answer))
            return answer

    def _keep(self, found: aiohttp.ClientResponse) -> None:
        for line in found.headers.getall("Set-Cookie", ()):
            for name, morsel in SimpleCookie(line).items():
                if name == "__Host-qpl":
                    self.language = f"{name}={morsel.value}"
                    continue
                self.cookie = "" if morsel["max-age"] == "0" else f"{name}={morsel.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site, the house behind it, and a group with Alice, who owes 125.50."""

    address: str
    session: aiohttp.ClientSession
    house: House
    desk: Desk
    group: Group
    alice: Guarantor
    met: list[tuple[str, Answer]] = field(default_factory=list)
    """Every page that anybody was shown here, with the method and path of its request."""

    def browser(self) -> Browser:
        """A browser that was never here."""
        return Browser(site=self)

    async def link(self, **given: Any) -> Link:
        """A link of Alice's."""
        return await self.house.link(self.alice, **given)

    async def options(self, **changed: Any) -> None:
        """Save the group with these options changed."""
        await self.house.change(self.group, **changed)


@asynccontextmanager
async def site_of(
    house: House, *, header_seconds: float = HEADER_SECONDS, **changed: Any
) -> AsyncIterator[Site]:
    """Serve it; `changed` replaces facts of the desk."""
    settings = load(
        {
            "QUICKPAY_BASE_URL": ORIGIN,
            "QUICKPAY_SECRET_KEYS": KEYS[0],
            "QUICKPAY_PORTAL_RETURN_URLS": PORTAL,
            "QUICKPAY_SANDBOX_URL": "http://127.0.0.1:1",
            "QUICKPAY_SANDBOX_SECRET": "gateway-secret-of-tests",
            "QUICKPAY_SANDBOX_WEBHOOK_SECRET": "webhook-secret-of-tests",
        }
    )
    world = World(
        store=house.store,
        clock=house.clock,
        ids=house.ids,
        mailer=house.mailer,
        texter=house.texter,
        gateway=house.gateway,
        images=house.images,
        papers=TypstPapers(),
    )
    desk = replace(furnish(settings, world, house.tasks).desk, pay=house.pay, **changed)
    app = web.Application(client_max_size=64 * 1024)
    app[DESK] = desk
    add_routes(app)
    runner = Runner(app, secure=desk.secure, header_seconds=header_seconds, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    group = await house.group()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield Site(
                address=f"http://127.0.0.1:{port}",
                session=session,
                house=house,
                desk=desk,
                group=group,
                alice=await house.guarantor(group),
            )
    finally:  # a test that fails must not leave its socket to another
        await house.at_rest()
        await runner.cleanup()
