"""The hosted card fields in a browser: in a merchant's page with a strict policy, and in nobody else's."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import axe_playwright_python  # type: ignore[import-untyped]  # ships no types
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, FrameLocator, Page, expect

from quickpay.sandbox import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pay</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{world}/fields.js" nonce="n0nce"></script><script src="/pay.js" nonce="n0nce" defer></script>
<main><h1>Pay $150.00</h1><div id="card"></div><button id="pay">Pay $150.00</button></main></html>"""
SCRIPT = """
const options = Object.fromEntries(new URLSearchParams(location.search));
options.colors = JSON.parse(options.colors || "{}");
options.onSubmit = () => document.getElementById("pay").click();
const done = (result) => { window.result = result; document.title = "Done"; };
options.onToken = done;
const card = document.getElementById("card");
options.onCancel = () => { document.title = "Left"; };
if (options.method) window.wallet = window.SandboxGateway.wallet(card, options);
else {
  window.fields = window.SandboxGateway.mount(card, options);
  document.getElementById("pay").onclick = async () => {
    document.title = "Paying";
    done(await fields.tokenize());
  };
}
"""
POLICY = (
    "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'self'; style-src 'self'; "
    "script-src 'nonce-n0nce' {world}; img-src 'self'; connect-src 'self'; frame-src {world}"
)
HIGH_ENOUGH = """() => new Promise((done) => {
  const main = document.querySelector("main");
  const fits = () => window.innerHeight >= main.getBoundingClientRect().height;
  const look = () => fits() ? done() : requestAnimationFrame(look);
  look();
})"""
ASKED_BY_A_STRANGER = """async () => {
  let calls = 0;
  const real = window.fetch;
  window.fetch = (...args) => { calls += 1; return real(...args); };
  document.getElementById("number").value = "4242424242424242";
  document.getElementById("expiry").value = "12 / 30";
  const heard = new Promise((resolve) => {
    window.addEventListener("message", () => setTimeout(resolve), {once: true});
  });
  window.postMessage({type: "tokenize", id: 1}, location.origin);
  await heard;
  return calls;
}"""
FORGED_WHILE_PAYING = """() => {
  document.getElementById("pay").click();
  window.postMessage({type: "result", id: 1, result: {token: "tok_forged"}}, location.origin);
}"""


class Shop:
    """Be a merchant's pay page, opened in Chromium."""

    def __init__(self, *, page: Page, origin: str, world: World) -> None:
        self.page = page
        self.origin = origin
        self.world = world
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def open(self, query: str = "requireCvc=1", *, width: int = 390) -> FrameLocator:
        await self.page.set_viewport_size({"width": width, "height": 760})
        await self.page.goto(f"{self.origin}/?{query}")
        return self.page.frame_locator("iframe")

    async def fill(self, **typed: str) -> None:
        frame = self.page.frame_locator("iframe")
        values = {"number": "4242424242424242", "expiry": "1230", "cvc": "123"} | typed
        for name, value in values.items():
            await frame.locator(f"#{name}").press_sequentially(value)

    async def pay(self) -> dict[str, Any]:
        await self.page.click("#pay")
        return await self.result()

    async def result(self) -> dict[str, Any]:
        await expect(self.page).to_have_title("Done")
        result: dict[str, Any] = await self.page.evaluate("window.result")
        return result

    async def violations(self) -> list[str]:
        """Run axe in the page and in the frame."""
        found: list[str] = []
        for frame in self.page.frames:
            await frame.evaluate(AXE)
            said = await frame.evaluate("axe.run(document, {iframes: false})")
            found += [f"{one['id']}: {one['nodes'][0]['html']}" for one in said["violations"]]
        return found


@pytest_asyncio.fixture(loop_scope="session")
async def shop(chromium: Browser, world: World) -> AsyncIterator[Shop]:
    async def page(_request: web.Request) -> web.Response:
        headers = {
            "Content-Security-Policy": POLICY.format(world=world.url),
            "Referrer-Policy": "no-referrer",
        }
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return web.Response(text=PAGE.format(world=world.url), content_type="text/html", headers=headers)

    async def script(_request: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/javascript")

    async def icon(_request: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/pay.js", script)
    app.router.add_get("/favicon.ico", icon)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    world.terms.merchant_origin = origin
    context = await chromium.new_context()
    opened = Shop(page=await context.new_page(), origin=origin, world=world)
    yield opened
    await context.close()
    await runner.cleanup()


async def test_a_card_typed_into_the_frame_becomes_a_token_that_can_be_charged(
    shop: Shop, merchant: Any
) -> None:
    frame = await shop.open()
    await shop.fill()
    await expect(frame.locator("#number")).to_have_value("4242 4242 4242 4242")
    await expect(frame.locator("#expiry")).to_have_value("12 / 30")
    result = await shop.pay()
    assert {name: result[name] for name in ("brand", "last4")} == {"brand": "visa", "last4": "4242"}
    assert (await merchant.charge(result["token"], require_cvc=True))[0] == 200
    assert shop.complaints == []


async def test_nothing_typed_is_told_at_every_field(shop: Shop) -> None:
    frame = await shop.open()
    result = await shop.pay()
    assert result == {"error": {"field": "number", "message": "Enter the card number."}}
    await expect(frame.locator("#number")).to_be_focused()
    for name in ("number", "expiry", "cvc"):
        await expect(frame.locator(f"#{name}")).to_have_attribute("aria-invalid", "true")
        await expect(frame.locator(f"#{name}-error")).to_be_visible()
    assert await shop.violations() == []
    await shop.fill()
    await expect(frame.locator("[aria-invalid]")).to_have_count(0)
    assert "token" in await shop.pay()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"number": "4242424242424241"}, "number", "Check the card number"),
        ({"expiry": "0120"}, "expiry", "expired"),
        ({"expiry": "13/30"}, "expiry", "month"),
        ({"cvc": "12"}, "cvc", "3 digits"),
    ],
)
async def test_what_the_gateway_finds_wrong_is_told_at_its_field(
    shop: Shop, typed: dict[str, str], field: str, words: str
) -> None:
    frame = await shop.open()
    await shop.fill(**typed)
    result = await shop.pay()
    assert result["error"]["field"] == field
    assert words in result["error"]["message"]
    await expect(frame.locator(f"#{field}-error")).to_contain_text(words)
    await expect(frame.locator(f"#{field}")).to_be_focused()


async def test_the_code_is_optional_only_if_the_merchant_says_so(shop: Shop) -> None:
    frame = await shop.open("")
    await expect(frame.get_by_label("Security code (optional)")).to_be_visible()
    await shop.fill(cvc="")
    assert "token" in await shop.pay()


async def test_pasting_and_filling_in_one_go_work(shop: Shop) -> None:
    frame = await shop.open()
    await frame.locator("#number").fill("4242-4242-4242-4242")
    await expect(frame.locator("#number")).to_have_value("4242 4242 4242 4242")
    for filled, shown in (
        ("03/2031", "03 / 31"),
        ("3/31", "03 / 31"),
        ("12 / 30", "12 / 30"),
        ("1230", "12 / 30"),
    ):
        await frame.locator("#expiry").fill(filled)
        await expect(frame.locator("#expiry")).to_have_value(shown)
    await frame.locator("#number").fill("378282246310005")
    await expect(frame.locator("#number")).to_have_value("3782 822463 10005")
    await expect(frame.locator("#cvc-hint")).to_have_text("4 digits on the front")


async def test_a_digit_put_right_in_the_middle_keeps_the_cursor_there(shop: Shop) -> None:
    frame = await shop.open()
    number = frame.locator("#number")
    await number.press_sequentially("4242424242424242")
    await number.evaluate("input => input.setSelectionRange(6, 6)")
    await number.press("Backspace")
    await number.press_sequentially("4")
    await expect(number).to_have_value("4242 4242 4242 4242")
    assert await number.evaluate("input => input.selectionStart") == 6


async def test_the_date_can_be_taken_back_with_the_keyboard(shop: Shop) -> None:
    frame = await shop.open()
    expiry = frame.locator("#expiry")
    await expiry.press_sequentially("1230")
    for _ in range(9):
        await expiry.press("Backspace")
    await expect(expiry).to_have_value("")


async def test_keyboard_alone_is_enough(shop: Shop) -> None:
    await shop.open()
    await shop.page.evaluate("fields.focus()")
    await expect(shop.page.frame_locator("iframe").locator("#number")).to_be_focused()
    await shop.page.keyboard.type("4242424242424242")
    await shop.page.keyboard.press("Tab")
    await shop.page.keyboard.type("1230")
    await shop.page.keyboard.press("Tab")
    await shop.page.keyboard.type("123")
    await shop.page.keyboard.press("Enter")
    assert "token" in await shop.result()


async def test_browsers_are_told_what_each_field_is_for(shop: Shop) -> None:
    frame = await shop.open("label=Your+card")
    await expect(shop.page.locator("iframe")).to_have_attribute("title", "Your card")
    for name, purpose in (("number", "cc-number"), ("expiry", "cc-exp"), ("cvc", "cc-csc")):
        await expect(frame.locator(f"#{name}")).to_have_attribute("autocomplete", purpose)
        await expect(frame.locator(f"#{name}")).to_have_attribute("inputmode", "numeric")


@pytest.mark.parametrize("width", [292, 390, 1200])  # 292 leaves 260 for the frame
async def test_the_frame_is_as_high_as_what_is_in_it(shop: Shop, width: int) -> None:
    frame = await shop.open(width=width)
    await shop.pay()
    inside = shop.page.frames[1]
    await inside.evaluate(HIGH_ENOUGH)
    assert await inside.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await expect(frame.locator("#cvc-error")).to_be_visible()


@pytest.mark.parametrize(
    "query",
    [
        "requireCvc=1",
        "requireCvc=1&dark=1",
        'requireCvc=1&colors={"text":"%23aaaaaa","surface":"%23ffffff","background":"%23ffffff","error":"%23ffcccc"}',
        'dark=1&language=es&colors={"text":"%23222222","surface":"%23111111","background":"%23000000"}',
        "method=apple_pay",
        "method=google_pay&language=es&dark=1",
    ],
)
async def test_everybody_can_use_the_fields(shop: Shop, query: str) -> None:
    await shop.open(query)
    await shop.page.frame_locator("iframe").locator("main").wait_for()
    assert await shop.violations() == []


async def test_colours_that_are_no_colours_are_left_out(shop: Shop) -> None:
    await shop.open('colors={"surface":"red;}body{display:none","text":"%23123456"}')
    styles = await shop.page.frame_locator("iframe").locator("style").inner_text()
    assert "#123456" in styles
    assert "display" not in styles


async def test_the_fields_speak_spanish(shop: Shop) -> None:
    frame = await shop.open("language=es&requireCvc=1")
    await expect(frame.get_by_label("Número de tarjeta")).to_be_visible()
    await shop.fill(number="4242424242424241")
    assert (await shop.pay())["error"]["message"] == "Revise el número de la tarjeta: no es válido."


@pytest.mark.parametrize("method", ["apple_pay", "google_pay"])
async def test_a_wallets_sheet_gives_a_token_once_it_is_confirmed(
    shop: Shop, merchant: Any, method: str
) -> None:
    frame = await shop.open(f"method={method}&amount=15000&label=Lakeside")
    await frame.get_by_role("button").click()
    sheet = frame.get_by_role("dialog")
    await expect(sheet).to_contain_text("$150.00")
    await expect(sheet).to_contain_text("Pay Lakeside")
    assert await shop.violations() == []
    await frame.get_by_role("button", name="Cancel").click()
    await expect(shop.page).to_have_title("Left")
    await expect(sheet).to_be_hidden()
    await frame.get_by_role("button", name="Pay with").press("Enter")
    await frame.get_by_role("button", name="Confirm").click()
    token = (await shop.result())["token"]
    assert (await merchant.charge(token, require_cvc=True, wallet=method))[0] == 200
    assert shop.complaints == []
    another = (await merchant.post("/v1/tokens", {"wallet": method}, key=""))[1]["token"]
    declined = (await merchant.charge(another, key="as a card", wallet=None))[1]
    assert declined["reason"] == "invalid_token"


@pytest.mark.parametrize(("says", "opens"), [("true", True), ("false", False)])
async def test_apple_pay_is_there_where_the_browser_says_so(shop: Shop, says: str, opens: bool) -> None:
    await shop.page.add_init_script(f"window.ApplePaySession = {{canMakePayments: () => {says}}}")
    await shop.open("method=apple_pay")
    assert await shop.page.evaluate("wallet.available()") is opens
    assert (await shop.page.locator("iframe").count() == 1) is opens


async def test_a_stored_card_is_charged_with_a_code_typed_alone(shop: Shop, merchant: Any) -> None:
    await shop.open()
    await shop.fill()
    first = (await shop.pay())["token"]
    kept = (await merchant.charge(first, store_card=True))[1]["stored_card"]
    assert (await merchant.charge(kept, key="bare", require_cvc=True))[1]["reason"] == "cvc_required"
    frame = await shop.open("cvcOnly=1")
    await expect(frame.locator("input")).to_have_count(1)
    assert (await shop.pay())["error"] == {"field": "cvc", "message": "Enter the security code."}
    assert await shop.violations() == []
    await frame.locator("#cvc").fill("123")
    code = (await shop.pay())["token"]
    asked = {"require_cvc": True, "cvc_token": code}
    charged = (await merchant.charge(kept, key="with", **asked))[1]
    assert (charged["status"], charged["card"]["last4"]) == ("succeeded", "4242")
    assert (await merchant.charge(kept, key="again", **asked))[1]["reason"] == "cvc_required"
    assert (await merchant.charge(code, key="alone"))[1]["reason"] == "invalid_token"


async def test_another_sites_page_gets_no_fields(shop: Shop) -> None:
    shop.world.terms.merchant_origin = "https://other.example"
    await shop.open()
    assert await shop.page.frames[1].locator("#number").count() == 0
    assert any("frame-ancestors" in said for said in shop.complaints)


async def test_the_frame_answers_its_merchant_only(shop: Shop) -> None:
    frame = await shop.open()
    await shop.fill()
    await expect(frame.locator("#cvc")).to_have_value("123")
    # Another window of another origin asks: the world's own page, opened by itself.
    stranger = await shop.page.context.new_page()
    await stranger.goto(f"{shop.world.url}/fields")
    heard = await stranger.evaluate(ASKED_BY_A_STRANGER)
    assert heard == 0
    # And what a page of the merchant's own posts as if it were the gateway is not taken for an answer.
    await shop.page.evaluate(FORGED_WHILE_PAYING)
    assert (await shop.result())["token"] != "tok_forged"


async def test_a_gateway_that_is_away_says_that_nothing_was_charged(shop: Shop) -> None:
    await shop.open()
    await shop.fill()
    await shop.page.context.set_offline(True)
    result = await shop.pay()
    assert result["error"]["field"] == "form"
    assert "not charged" in result["error"]["message"]
