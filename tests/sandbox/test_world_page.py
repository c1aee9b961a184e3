"""The page for people: a phone, a mailbox, the books, the switches, in a browser."""

import re
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import axe_playwright_python  # type: ignore[import-untyped]  # ships no types
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from quickpay.sandbox import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# What Chromium says when the frame of a mail does its work.
KEPT_OUT = re.compile("Blocked script execution|https://x.example/p")
LINK = "http://127.0.0.1:8080/q/abcDEF-123_456789.tail"


async def write(
    world: World,
    *,
    to: str = "alice@example.com",
    subject: str = "Your code",
    html: str = "<p>Your code is <b>482913</b></p>",
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Office <office@example.com>", to, subject
    mail.set_content(f"Your code is 482913. Pay here: {LINK}")
    mail.add_alternative(html, subtype="html")
    mail.add_attachment(b"%PDF-1.7 hello", maintype="application", subtype="pdf", filename="receipt 7.pdf")
    await aiosmtplib.send(
        mail,
        hostname="127.0.0.1",
        port=world.smtp_port,
        username=world.terms.smtp_user,
        password=world.terms.smtp_password,
        start_tls=True,
        tls_context=ssl.create_default_context(cafile=str(world.ca_file)),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, world: World) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = await context.new_page()
    complaints: list[str] = []
    strangers: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda r: None if r.url.startswith(world.url) else strangers.append(r.url))
    # Chromium reports a request that the policy stopped as begun and at once failed for that reason.
    opened.on("requestfailed", lambda r: strangers.remove(r.url) if r.failure == "csp" else None)
    await opened.goto(world.url)
    yield opened
    await context.close()
    assert [said for said in complaints if not KEPT_OUT.search(said)] == []
    assert strangers == []


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE)
    said = await page.evaluate("axe.run(document, {iframes: false})")
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in said["violations"]]


async def fill(merchant: Any, world: World) -> None:
    await merchant.text(body=f"You have a bill. Pay it here: {LINK}.")
    await merchant.text(body="Your code is 482913. It works for 5 minutes.")
    await write(world)
    _, charge = await merchant.charge(await merchant.token(), key="a", reference="pay-a")
    await merchant.post("/v1/refunds", {"charge": charge["id"], "amount": 5000}, key="r")
    await merchant.charge(await merchant.token("4000000000009995"), key="b", reference="pay-b")
    await merchant.fault(part="sms", fault="hang", seconds=60)


async def test_it_says_plainly_that_it_is_a_sandbox(page: Page) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text("This is a sandbox")
    await expect(page.get_by_text("No texts yet.")).to_be_visible()
    await expect(page.get_by_text("No mail yet.")).to_be_visible()
    await expect(page.get_by_text("Nothing has been charged yet.")).to_be_visible()


async def test_a_text_has_a_link_to_click_and_a_code_to_copy(page: Page, merchant: Any) -> None:
    await merchant.text(body=f"You owe $150.00 since 20261121. Pay: {LINK}.")
    await merchant.text(body="Your code is 482913.")
    link = page.locator("#texts a")
    await expect(link).to_have_attribute("href", LINK)
    await expect(link).to_have_attribute("target", "_blank")
    await page.get_by_role("button", name="Copy 482913").click()
    await expect(page.locator("#said")).to_have_text("Copied 482913")
    assert await page.evaluate("navigator.clipboard.readText()") == "482913"


async def test_what_a_text_says_is_never_markup(page: Page, merchant: Any) -> None:
    await merchant.text(body='<img src=x onerror="document.title=1">')
    await expect(page.locator("#texts .bubble")).to_have_text('<img src=x onerror="document.title=1">')
    assert await page.locator("#texts img").count() == 0


async def test_the_phone_of_whoever_got_the_newest_text_is_shown_until_one_is_chosen(
    page: Page, merchant: Any
) -> None:
    await merchant.text(to="+16085550123", body="to Alice")
    await expect(page.locator("#texts")).to_contain_text("to Alice")
    await merchant.text(to="+16085550177", body="to Bob")
    await expect(page.locator("#texts")).to_contain_text("to Bob")
    await page.get_by_label("Whose phone").select_option("(608) 555-0123")
    await expect(page.locator("#texts")).to_contain_text("to Alice")
    await merchant.text(to="+16085550177", body="to Bob again")
    await merchant.text(to="+16085550123", body="to Alice again")
    await expect(page.locator("#texts")).to_contain_text("to Alice again")
    await expect(page.locator("#texts")).not_to_contain_text("to Bob")


async def test_stop_and_start_are_one_press(page: Page, merchant: Any) -> None:
    await merchant.text()
    await page.get_by_role("button", name="Reply STOP").click()
    await expect(page.get_by_text("opted out")).to_be_visible()
    assert (await merchant.text())[1]["code"] == 21610
    await page.get_by_role("button", name="Reply START").click()
    await expect(page.get_by_text("opted out")).to_be_hidden()
    assert (await merchant.text())[0] == 201


async def test_a_mail_is_read_as_it_looks_and_as_text(page: Page, world: World) -> None:
    await write(world, subject="First")
    await write(world, subject="Second", html=f'<p style="color:#123456">Hello</p><a href="{LINK}">Pay</a>')
    reader = page.locator("#reader")
    await expect(reader.get_by_role("heading")).to_have_text("Second")
    mail = page.frame_locator("#reader iframe")
    await expect(mail.locator("p")).to_have_css("color", "rgb(18, 52, 86)")
    await expect(reader.get_by_role("button", name="Copy 482913")).to_be_visible()
    await page.get_by_role("button", name=re.compile("First")).click()
    await expect(reader.get_by_role("heading")).to_have_text("First")
    await page.get_by_role("button", name="Plain text").click()
    await expect(reader.locator("pre a")).to_have_attribute("href", LINK)


async def test_a_mail_can_do_nothing_in_the_page(page: Page, world: World) -> None:
    await write(
        world, html="<p>Hi</p><script>parent.document.title = 'taken'</script><img src='https://x.example/p'>"
    )
    await expect(page.frame_locator("#reader iframe").locator("p")).to_have_text("Hi")
    async with page.expect_response(re.compile("/mail/")) as answered:
        await page.get_by_role("button", name="Mail", exact=True).click()
    policy = (await (await answered.value).all_headers())["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    await expect(page).to_have_title("Sandbox world")


async def test_a_mails_link_opens_beside_the_page(page: Page, world: World) -> None:
    await write(world, html=f'<a href="{world.url}/fields">Pay</a>')
    async with page.context.expect_page() as opened:
        await page.frame_locator("#reader iframe").get_by_text("Pay").click()
    beside = await opened.value
    await expect(beside.get_by_label("Card number")).to_be_visible()


async def test_a_receipt_can_be_opened(page: Page, merchant: Any, world: World) -> None:
    await write(world)
    link = page.get_by_role("link", name="receipt 7.pdf")
    await expect(link).to_be_visible()
    async with merchant.http.get(world.url + str(await link.get_attribute("href"))) as said:
        assert said.headers["Content-Type"] == "application/pdf"
        assert (await said.read()) == b"%PDF-1.7 hello"


async def test_the_books_show_what_was_charged(page: Page, merchant: Any, world: World) -> None:
    await fill(merchant, world)
    rows = page.locator("#ledger tr")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_contain_text("Declined: insufficient funds")
    await expect(rows.nth(1)).to_contain_text("$150.00")
    await expect(rows.nth(1)).to_contain_text("$50.00")
    await expect(rows.nth(1)).to_contain_text("pay-a")


async def test_a_switch_makes_the_next_call_go_wrong(page: Page, merchant: Any) -> None:
    switch = page.get_by_role("group", name="Card gateway").get_by_role(
        "switch", name="Fails before charging"
    )
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "true")
    token = await merchant.token()
    assert (await merchant.charge(token))[0] == 500
    await expect(switch).to_have_attribute("aria-checked", "false")
    assert (await merchant.charge(token))[0] == 200


async def test_a_switch_can_stay_on_until_it_is_switched_off(page: Page, merchant: Any) -> None:
    await page.get_by_label("until I switch it off").check()
    switch = page.get_by_role("group", name="Text messages").get_by_role(
        "switch", name="Fails without sending"
    )
    await switch.focus()
    await page.keyboard.press("Space")
    await expect(switch).to_have_attribute("aria-checked", "true")
    assert [(await merchant.text())[0] for _ in range(2)] == [500, 500]
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")
    assert (await merchant.text())[0] == 201


async def test_all_can_be_well_again(page: Page, merchant: Any) -> None:
    await merchant.fault(part="smtp", fault="hang", seconds=60)
    await page.get_by_role("button", name="All well again").click()
    await expect(page.locator("[aria-checked=true]")).to_have_count(0)
    assert await merchant.faults() == []


async def test_test_cards_are_copied_with_one_press(page: Page) -> None:
    await page.get_by_role("button", name="Copy 4000 0000 0000 0119").click()
    assert await page.evaluate("navigator.clipboard.readText()") == "4000000000000119"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_everybody_can_use_the_page(
    page: Page, merchant: Any, world: World, scheme: Any, width: int
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": 800})
    await expect(page.get_by_text("No mail yet.")).to_be_visible()
    assert await violations(page) == []
    await fill(merchant, world)
    await expect(page.locator("#ledger tr")).to_have_count(2)
    await expect(page.locator("#reader iframe")).to_be_visible()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
