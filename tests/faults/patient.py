"""A patient at a browser without scripts, whose line to the service may go dead at any time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

APPROVED = "4242424242424242"
DECLINED = "4000000000000002"
CHARGED_IN_SILENCE = "4000000000000119"
FAILS_BEFORE_CHARGING = "4000000000000259"

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_ORDER = re.compile(r'name="order" value="([^"]+)"')
_STATUS = re.compile(r'<main data-payment-status="([a-z]+)"')
_PATIENCE = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def to(self) -> str:
        """Where a 303 leads."""
        assert self.status == 303, (self.status, self.words)
        return self.headers["Location"]

    @property
    def payment_status(self) -> str:
        found = _STATUS.search(self.text)
        assert found, (self.status, self.words)
        return found[1]

    @property
    def words(self) -> str:
        return " ".join(re.sub(r"<[^>]*>", " ", self.text).split())


class Patient:
    """Walk from a link to the result; every answer that arrived was acknowledged."""

    def __init__(
        self, *, address: str, host: str, world_url: str, cookies: aiohttp.CookieJar | None = None
    ) -> None:
        self.address = address
        self._host = host
        self._world_url = world_url
        self._cookies = cookies or aiohttp.CookieJar(unsafe=True)
        self._csrf = ""
        self._order = ""
        # Each request on a line of its own: a kept one might have died with the service unnoticed.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            cookie_jar=self._cookies,
            headers={"Host": host},
            timeout=_PATIENCE,
        )
        self._own = {"Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}

    async def close(self) -> None:
        await self._session.close()

    def at(self, address: str) -> "Patient":
        """The same browser where its requests meet another process; its cookie knows hosts, not ports."""
        twin = Patient(address=address, host=self._host, world_url=self._world_url, cookies=self._cookies)
        twin._csrf, twin._order = self._csrf, self._order
        return twin

    async def get(self, path: str) -> Page:
        return await self._ask("GET", path)

    async def post(self, path: str, **fields: str) -> Page:
        """Send a form with the token of the last page."""
        return await self._ask("POST", path, data={**fields, "csrf": self._csrf}, headers=self._own)

    async def look(self, link: Mapping[str, Any]) -> Page:
        return await self.get(path_of(link))

    async def press_continue(self, link: Mapping[str, Any]) -> Page:
        return await self.post(path_of(link))

    async def open(self, link: Mapping[str, Any]) -> Page:
        """Look at the link and press Continue."""
        page = await self.look(link)
        assert page.status == 200, (page.status, page.words)
        return await self.press_continue(link)

    async def choose(self, amount: str = "") -> Page:
        """Choose an amount and a card; ends where the card is asked for."""
        page = await self.get("/pay")
        assert page.status == 200, (page.status, page.words)
        chosen = {"amount_choice": "other", "amount": amount} if amount else {"amount_choice": "current"}
        assert (await self.post("/pay", **chosen)).to == "/pay/method"
        await self.get("/pay/method")
        assert (await self.post("/pay/method", method="card")).to == "/pay/details"
        return await self.get("/pay/details")

    async def choose_quickly(self, amount: str = "") -> Page:
        """Choose as `choose` does, without a look at the pages between; the last answer is not looked at."""
        page = await self.get("/pay")
        if page.status != 200:
            return page
        chosen = {"amount_choice": "other", "amount": amount} if amount else {"amount_choice": "current"}
        page = await self.post("/pay", **chosen)
        return page if page.status != 303 else await self.post("/pay/method", method="card")

    async def come_to_pay(self, link: Mapping[str, Any], *, amount: str = "") -> Page:
        assert (await self.open(link)).to == "/pay"
        return await self.choose(amount)

    async def card(self, number: str = APPROVED) -> str:
        """Give the card to the gateway, as its own fields do."""
        body = {"number": number, "exp_month": 12, "exp_year": 2031, "cvc": "123"}
        host = {"Host": self._world_url.removeprefix("http://")}
        async with self._session.post(f"{self._world_url}/v1/tokens", json=body, headers=host) as said:
            return str((await said.json())["token"])

    async def press_pay(self, token: str, *, email: str = "") -> Page:
        """Send the details form; the same form again is the same press."""
        return await self.post("/pay/details", card_token=token, email=email, order=self._order)

    async def pay(self, number: str = APPROVED, *, email: str = "") -> Page:
        """Give a card and press Pay."""
        return await self.press_pay(await self.card(number), email=email)

    async def _ask(self, method: str, path: str, **more: Any) -> Page:
        url = self.address + path
        async with self._session.request(method, url, allow_redirects=False, **more) as found:
            text = await found.text()
            if token := _CSRF.search(text):
                self._csrf = token[1]
            if order := _ORDER.search(text):
                self._order = order[1]
            return Page(status=found.status, headers=found.headers, text=text)


def path_of(link: Mapping[str, Any]) -> str:
    """The path of a link's address."""
    return "/q/" + str(link["url"]).rpartition("/q/")[2]
