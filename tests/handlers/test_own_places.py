"""Pages load the scripts that are listed, ask nobody else for anything, and lead to places of our own."""

import re
from html.parser import HTMLParser

from quickpay.domain.origins import Origin
from quickpay.handlers.assets import asset
from tests.handlers.site import Answer, Browser, Site

_EVIL = "?next=https://evil.example/&return_to=//evil.example&url=%2F%5Cevil.example&group=evil.example"
_HEADERS = {
    "Referer": "https://evil.example/",
    "X-Forwarded-Host": "evil.example",
    "X-Original-URL": "//evil",
}
_PLACES = re.compile(
    r"/(pay(/method|/details)?|verify(/code)?|payments/[0-9a-f-]+|g/[a-z-]+/sign(ed-out|-in\?left=yes))"
)


async def test_r113_whatever_is_asked_we_lead_to_places_of_our_own(site: Site, browser: Browser) -> None:
    link = await site.link()
    token = site.house.token(link)
    await browser.get(f"/q/{token}")
    answers = [await browser.post(f"/q/{token}{_EVIL}", {"next": "//evil.example"}, **_HEADERS)]
    await browser.get("/pay")
    for path, fields in (
        ("/pay", {"amount_choice": "current"}),
        ("/pay/method", {"method": "card"}),
        ("/pay/details", {"card_token": "tok_approved"}),
        ("/sign-out", {}),
    ):
        looked = [
            f"{one}{_EVIL}" for one in ("/pay", "/pay/method", "/pay/details", "/verify", "/verify/code")
        ]
        answers += [await browser.get(one, **_HEADERS) for one in looked]
        answers.append(await browser.post(path + _EVIL, {**fields, "next": "//evil.example"}, **_HEADERS))
    strange = ("//evil.example/", "/\\evil.example", "/%2F%2Fevil.example", "/pay//evil.example")
    answers += [await browser.get(path) for path in strange]
    leading = [answer.headers["Location"] for answer in answers if "Location" in answer.headers]
    assert len(leading) >= 8
    assert [place for place in leading if _PLACES.fullmatch(place) is None] == []
    assert [answer.text for answer in answers if "evil" in answer.text] == []


class _Reader(HTMLParser):
    """Note every address a page makes a browser ask for or send to, and its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.scripts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("src", "href", "action", "formaction", "data-src", "poster", "srcset"):
            if name in given:
                self.addresses.append(given[name] or "")
        if tag == "script":
            self.scripts.append(given.get("src"))


def _read(page: Answer) -> _Reader:
    reader = _Reader()
    reader.feed(page.text)
    return reader


async def _pages(site: Site, browser: Browser) -> list[tuple[str, Answer]]:
    link = await site.link(origin=Origin.STATEMENT)
    pages = [("link", await browser.get(f"/q/{site.house.token(link)}"))]
    await browser.open(link)
    pages += [(path, await browser.get(path)) for path in ("/pay", "/verify")]
    await browser.post("/verify", {"method": "email"})
    await site.house.at_rest()
    pages.append(("/verify/code", await browser.get("/verify/code")))
    await browser.get("/pay")
    await browser.post("/pay", {"amount_choice": "current"})
    pages.append(("/pay/method", await browser.get("/pay/method")))
    await browser.post("/pay/method", {"method": "card"})
    pages.append(("/pay/details", await browser.get("/pay/details")))
    pages += [("result", await browser.pay()), ("nothing", await browser.get("/nope"))]
    left = await browser.post("/sign-out")
    pages.append(("left", await browser.get(left.to)))
    return pages


_TIME = asset("time.js")  # says when little time is left, and asks for more
_KEEP = asset("keep.js")  # keeps what was typed over a change of language
_ONCE = asset("once.js")  # sends no form a second time while it is on its way
_SCRIPTS = {
    "link": {_ONCE},
    "/pay": {_TIME, _ONCE, _KEEP},
    "/pay/method": {_TIME, _ONCE, _KEEP, asset("method.js")},  # hides Apple Pay where the browser has none
    "/verify": {_TIME, _ONCE, _KEEP},
    "/verify/code": {_TIME, _ONCE, _KEEP, asset("code.js")},  # counts down to the next code
    "/pay/details": {
        _TIME,
        _ONCE,
        _KEEP,
        asset("pay.js"),
        asset("fields_sandbox.js"),  # makes the gateway's script one that pay.js knows
        "https://gateway.example/fields.js",
    },  # the card fields
    "result": {_TIME, _ONCE, asset("payment.js")},  # asks again while a payment is on its way
    "left": set(),  # close.js only where the group's control is Close
}
"""Every script a page may load, and why; whatever else loads one is found here (R106)."""


async def test_r106_r108_pages_load_listed_scripts_and_ask_nobody_else(site: Site, browser: Browser) -> None:
    for name, page in await _pages(site, browser):
        reader = _read(page)
        assert None not in reader.scripts, f"a script in the page {name}"
        assert set(reader.scripts) <= _SCRIPTS.get(name, set()), name
        elsewhere = [one for one in reader.addresses if not re.match(r"/(?!/)|#|\?lang=|tel:|mailto:", one)]
        assert elsewhere == (["https://gateway.example/fields.js"] if name == "/pay/details" else []), name
