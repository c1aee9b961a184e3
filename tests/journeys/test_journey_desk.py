"""J7 and J8: the desk shows a code that a phone pays by, and sends a link by F2; all of it by keys alone."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from quickpay.adapters.clock import SystemClock
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.demo_staff import staff_of_demo
from tests.handlers.qr_reader import read_path
from tests.household import Household, household, settings_for
from tests.journeys.person import DESKTOP, Person, somebody
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOCUSED = "element => document.hasFocus() && element === document.activeElement"
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
SHOTS = os.environ.get("QUICKPAY_TEST_SHOTS")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    async with household(tmp_path_factory.mktemp("desk"), POPS_MANAGEMENT="true") as started:
        await started.group("lakeside")
        await started.guarantor("lakeside", "1001")
        await started.guarantor("lakeside", "1004")
        await started.guarantor("lakeside", "1002", encounters=[], statements=[])
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def people(office: Household, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The staff by role, each test with apps of their own: a code works once."""
    settings = settings_for(
        base_url=office.base_url, world=office.world, database_url=office.database_url, POPS_MANAGEMENT="true"
    )
    async with open_world(settings) as outside:
        desk = furnish(settings, outside, BackgroundTasks()).desk.staff
        found, _ = await staff_of_demo(desk, SystemClock(), tmp_path_factory.mktemp("staff") / "staff.json")
    return {one["role"]: {name: str(value) for name, value in one.items()} for one in found}


async def _sign_in(person: Person, who: dict[str, str]) -> None:
    await person.open("/staff")
    await person.page.get_by_label("Name", exact=True).fill(who["name"])
    await person.page.get_by_label("Password").fill(who["password"])
    await person.page.get_by_label("Code").fill(pyotp.TOTP(who["totp_secret"]).now())
    await person.press("Sign in")


async def _to(person: Person, target: Locator) -> None:
    """Reach a thing by Tab alone."""
    for _ in range(40):
        if await target.evaluate(FOCUSED):
            return
        await person.page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {target}")


async def _key(person: Person, key: str) -> None:
    """Press a key that leads to another page, and look at that."""
    async with person.page.expect_navigation():
        await person.page.keyboard.press(key)
    await person.look()


async def _stands(person: Person, name: str, shots: Path) -> None:
    """Hold a page to its widths and colours, and take its picture."""
    folder = Path(SHOTS) if SHOTS else shots
    for scheme in ("light", "dark"):
        await person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        for width in (320, 390, 1280):
            await person.page.set_viewport_size({"width": width, "height": 900})
            assert not await person.page.evaluate(TOO_WIDE), f"{name} at {width}"
            assert await violations(person.page) == [], f"{name} at {width}, {scheme}"
            await person.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
    await person.page.emulate_media(color_scheme="light")
    await person.page.set_viewport_size(DESKTOP)


async def _scan(person: Person) -> str:
    """Read the code off the screen as a phone does."""
    svg = person.page.locator("svg.qr")
    box = await svg.get_attribute("viewBox")
    path = await svg.locator("path").get_attribute("d")
    assert box
    assert path
    return read_path(path, int(box.split()[2]))


async def test_j7_a_code_on_the_desks_screen_is_scanned_and_the_bill_is_paid(
    chromium: Browser, office: Household, people: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    charged = len(await office.charges())
    async with somebody(chromium, office, viewport=DESKTOP) as ada, somebody(chromium, office) as alice:
        await _sign_in(ada, people["front_desk"])
        page = ada.page
        await _to(ada, page.get_by_role("link", name="Office QR", exact=True))
        await _key(ada, "Enter")
        await ada.at("Office QR")
        await _stands(ada, "choose", tmp_path)
        await _to(ada, page.get_by_label("Guarantor’s account number"))  # noqa: RUF001 - as the page has it
        await page.keyboard.type("77")
        await _key(ada, "Enter")
        await expect(page.get_by_role("alert")).to_contain_text("no guarantor of that number")
        await _stands(ada, "choose-mistake", tmp_path)
        await page.get_by_label("Guarantor’s account number").fill("1001")  # noqa: RUF001 - as the page has it
        await _key(ada, "Enter")
        await ada.at("Scan to see and pay your bill")
        await expect(page.get_by_text("Good until")).to_contain_text("more")
        await _stands(ada, "office-qr", tmp_path)
        where, code = ada.path, await _scan(ada)
        await page.reload()
        assert (ada.path, await _scan(ada)) == (where, code)

        await alice.open(await _scan(ada))
        await alice.press("Continue")
        await alice.at("How much would you like to pay?")
        await alice.choose_amount("Other Amount", "12.00")
        await alice.pay()
        await alice.status("paid")
        assert len(await office.charges()) == charged + 1

        await ada.open(where)
        await ada.at("The bill was paid with this code.")
        await _stands(ada, "office-qr-over", tmp_path)


async def test_the_code_leaves_the_screen_when_its_time_is_over_or_the_desk_ends_it(
    chromium: Browser, office: Household, people: dict[str, dict[str, str]]
) -> None:
    async with somebody(chromium, office, viewport=DESKTOP) as bea:
        await _sign_in(bea, people["billing"])
        page = bea.page
        await page.clock.install()
        await bea.open("/staff/office-qr")
        await page.get_by_label("Guarantor’s account number").fill("1001")  # noqa: RUF001 - as the page has it
        await _key(bea, "Enter")
        first = await _scan(bea)
        await page.go_back()
        await page.go_forward()
        assert await _scan(bea) == first
        await expect(page.get_by_role("button", name="New code")).to_be_hidden()
        await page.clock.fast_forward("14:50")
        await expect(page.locator("svg.qr")).to_be_visible()
        await page.clock.fast_forward("00:15")
        await expect(page.locator("svg.qr")).to_have_count(0)
        await bea.at("This code is over")
        await bea.press("New code")
        assert await _scan(bea) != first
        await bea.press("End it now")
        await bea.at("This code was ended.")
        await expect(page.locator("svg.qr")).to_have_count(0)


async def _write_a_template(
    chromium: Browser, office: Household, who: dict[str, str], tmp_path: Path
) -> None:
    """Write `reminder` in POPS Management, with a mistake on the way."""
    async with somebody(chromium, office, viewport=DESKTOP) as root:
        await _sign_in(root, who)
        page = root.page
        await root.open("/staff/templates")
        await _stands(root, "template-groups", tmp_path)
        await root.press("Lakeside", role="link")
        await root.press("Add a template", role="link")
        await page.get_by_label("Name", exact=True).fill("reminder")
        await page.get_by_role("radio", name="Text message").check()
        await page.get_by_label("Message", exact=True).fill("“Dear” ${guarantor.first_name}: ${link}")
        await _key(root, "F2")
        await expect(page.get_by_role("alert")).to_contain_text("Take out “ ”")
        await _stands(root, "template-mistake", tmp_path)
        await page.get_by_label("Message", exact=True).fill(
            "Dear ${guarantor.first_name}, ${amount_due} is due until ${expires}:\n${link}"
        )
        await root.press("Show what it will say")
        await expect(page.locator(".message")).to_contain_text("Dear Alice, $150.00 is due until")
        await _stands(root, "template", tmp_path)
        await _key(root, "F2")
        await root.at("Messages of Lakeside")
        await _stands(root, "templates", tmp_path)


async def test_j8_send_now_by_f2_and_the_phone_has_it(
    chromium: Browser, office: Household, people: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    await _write_a_template(chromium, office, people["admin"], tmp_path)
    async with somebody(chromium, office, viewport=DESKTOP) as ada, somebody(chromium, office) as alice:
        await _sign_in(ada, people["front_desk"])
        page = ada.page
        await _to(ada, page.get_by_role("link", name="Send a link", exact=True))
        await _key(ada, "Enter")
        await _to(ada, page.get_by_label("Guarantor’s account number"))  # noqa: RUF001 - as the page has it
        await page.keyboard.type("1004")
        await _key(ada, "Enter")
        await ada.at("Send a link to Alice Example")
        await _stands(ada, "send", tmp_path)
        await _to(ada, page.get_by_role("radio", name="Email"))
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_text("Something was changed")).to_be_visible()
        await _key(ada, "F2")  # not looked at yet: nothing goes out
        await expect(page.get_by_role("alert")).to_contain_text("Look at the message as it is now")
        await _stands(ada, "send-look", tmp_path)
        await _to(ada, page.get_by_label("In these words"))
        await page.keyboard.type("rem")
        await _to(ada, page.get_by_role("button", name="Show the message"))
        await _key(ada, "Enter")
        await expect(page.locator(".message")).to_contain_text("Dear Alice, $150.00 is due until")
        await _key(ada, "F2")
        assert ada.path.startswith("/staff/links/")
        await expect(page.get_by_text("its text waits to go out")).to_be_visible()
        message = await office.next_message("+16085551004")
        assert message["text"].startswith("Dear Alice, $150.00 is due until")
        await alice.open(await alice.link_from("+16085551004"))
        await alice.press("Continue")
        await alice.at("How much would you like to pay?")
        await page.reload()
        await expect(page.get_by_text("went out by text")).to_be_visible()


async def test_j8_with_nothing_due_the_link_opens_and_says_so(
    chromium: Browser, office: Household, people: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    async with somebody(chromium, office, viewport=DESKTOP) as bea, somebody(chromium, office) as alice:
        await _sign_in(bea, people["admin"])
        await bea.open("/staff/guarantors/lakeside/1002/send")
        await expect(bea.page.get_by_text("Nothing is due.")).to_be_visible()
        await _stands(bea, "send-nothing-due", tmp_path)
        async with bea.page.expect_navigation():
            await bea.page.get_by_role("button", name="Send Now [F2]").dblclick()
        await bea.look()
        await office.next_message("alice1002@example.com")
        await alice.open(await alice.link_from("alice1002@example.com"))
        await alice.press("Continue")
        await expect(alice.page.get_by_role("radio")).to_have_count(0)
        await expect(alice.pay_button).to_have_count(0)
        assert len(await office.messages("alice1002@example.com")) == 1


async def test_a_code_for_paper_prints_with_its_address_and_nothing_of_the_desk(
    chromium: Browser, office: Household, people: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    await office.guarantor("lakeside", "1003", email=None, mobile=None)
    async with somebody(chromium, office, viewport=DESKTOP) as bea:
        await _sign_in(bea, people["viewer"])
        assert (await bea.page.goto(f"{office.base_url}/staff/send")).status == 403  # type: ignore[union-attr]  # it answers
    async with somebody(chromium, office, viewport=DESKTOP) as bea:
        await _sign_in(bea, people["billing"])
        page = bea.page
        await bea.open("/staff/guarantors/lakeside/1003/send")
        await expect(page.get_by_text("Nothing can be sent.")).to_be_visible()
        await _stands(bea, "send-nothing", tmp_path)
        await bea.press("Put a code on a paper statement instead", role="link")
        await _stands(bea, "statement-new", tmp_path)
        await bea.press("Make the code")
        address = await page.locator("#address").inner_text()
        assert await _scan(bea) == address
        await _stands(bea, "statement", tmp_path)
        async with page.expect_download() as begun:
            await page.get_by_role("link", name="Get it as PNG").click()
        assert (await begun.value).suggested_filename.endswith(".png")
        await page.emulate_media(media="print")
        await expect(page.get_by_role("link", name="Get it as SVG")).to_be_hidden()
        await expect(page.get_by_role("navigation")).to_be_hidden()
        await expect(page.locator("#address")).to_be_visible()
        box = await page.locator("svg.qr").bounding_box()
        assert box is not None
        assert 110 < box["width"] < 117  # 30 mm at 96 to the inch
        await page.screenshot(path=tmp_path / "statement-print.png", full_page=True)
