"""An admin edits a group by keys alone: a mistake, its mending, a caution, a draft, publishing, history."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Dialog, Locator, expect

from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.domain.staff import StaffRole
from quickpay.services.staff.accounts import Invited
from tests.household import Household, household, settings_for
from tests.journeys.person import DESKTOP, Person, somebody
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "a heron waits by seven boats"
FOCUSED = "element => document.hasFocus() && element === document.activeElement"
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
# In sight and not under the sticky bar: what has the focus is what one can see (WCAG 2.4.11).
SEEN = """element => { const box = element.getBoundingClientRect();
  const met = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, 20) / 2);
  return met !== null && (element.contains(met) || met.contains(element)); }"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    """A household where POPS Management is switched on."""
    async with household(tmp_path_factory.mktemp("groups"), POPS_MANAGEMENT="true") as started:
        await started.group("lakeside")
        yield started


async def invited(office: Household, name: str) -> str:
    settings = settings_for(
        base_url=office.base_url, world=office.world, database_url=office.database_url, POPS_MANAGEMENT="true"
    )
    async with open_world(settings) as outside:
        desk = furnish(settings, outside, BackgroundTasks()).desk.staff
        made = await desk.accounts.add(name, role=StaffRole.ADMIN, by="tests")
    assert isinstance(made, Invited)
    return made.url


async def come_in(person: Person, address: str) -> None:
    """Enrol by the one-time address; that signs in too."""
    page = person.page
    await person.open(address)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("The same password again").fill(PASSWORD)
    await press(person, "Enter")
    app = pyotp.TOTP((await page.locator("#totp-secret").inner_text()).replace(" ", ""))
    await page.get_by_label("Code", exact=True).fill(app.at(datetime.now(UTC) + timedelta(seconds=0)))
    await press(person, "Enter")


async def to(person: Person, target: Locator) -> None:
    """Walk there by Tab, from wherever we are, and see it when we are there."""
    for _ in range(140):
        if await target.evaluate(FOCUSED):
            assert await target.evaluate(SEEN), f"{target} has the focus and cannot be seen"
            return
        await person.page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {target}")


async def put(person: Person, label: str, text: str) -> None:
    """Type in place of what a field has."""
    await to(person, person.page.get_by_label(label, exact=True))
    await person.page.keyboard.press("ControlOrMeta+A")
    await person.page.keyboard.type(text)


async def press(person: Person, key: str) -> None:
    async with person.page.expect_navigation():
        await person.page.keyboard.press(key)
    await person.look()


async def stands(person: Person, name: str, shots: Path) -> None:
    """Hold a page to its widths and colours, and take its picture."""
    for scheme in ("light", "dark"):
        await person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        for width in (320, 1280):
            await person.page.set_viewport_size({"width": width, "height": 800})
            await person.page.evaluate(
                "scrollTo(0, document.body.scrollHeight)"
            )  # the sticky bar covers none
            assert not await person.page.evaluate(TOO_WIDE), f"{name} at {width}"
            assert await violations(person.page) == [], f"{name} at {width}, {scheme}"
            await person.page.screenshot(path=shots / f"{name}-{scheme}-{width}.png")
    await person.page.emulate_media(color_scheme="light")
    await person.page.set_viewport_size(DESKTOP)


async def look_back(ada: Person, shots: Path) -> None:
    """Walk the history by keys and restore the first version."""
    page = ada.page
    await to(ada, page.get_by_role("link", name="History"))
    await press(ada, "Enter")
    await expect(page.get_by_role("row", name="Footer Text")).to_contain_text("Open on weekdays")
    await stands(ada, "history", shots)
    await to(ada, page.get_by_role("button", name="Compare"))
    await press(ada, "Enter")
    await ada.at("Hilltop Dental: version 1 to 2")
    await stands(ada, "compare", shots)
    await to(ada, page.get_by_role("link", name="Restore version 1"))
    await press(ada, "Enter")
    await ada.at("Restore version 1 of Hilltop Dental?")
    await stands(ada, "restore", shots)
    await to(ada, page.get_by_role("button", name="Restore version 1"))
    await press(ada, "Enter")
    await expect(page.get_by_role("status").filter(has_text="Saved as version 3.")).to_be_visible()
    await expect(page.get_by_label("Footer Text")).to_have_value("")
    await ada.open("/staff/groups")
    await stands(ada, "list", shots)


async def test_a_group_is_added_mended_drafted_and_published_by_keys_alone(
    chromium: Browser, office: Household, tmp_path: Path
) -> None:
    address = await invited(office, "Ada Quill")
    async with somebody(chromium, office, viewport=DESKTOP) as ada:
        page = ada.page
        await come_in(ada, address)
        await to(ada, page.get_by_role("link", name="POPS Management", exact=True))
        await press(ada, "Enter")
        await to(ada, page.get_by_role("link", name="Add a group"))
        await press(ada, "Enter")
        await ada.at("Add a group")
        await stands(ada, "add", tmp_path)
        await put(ada, "Slug", "hilltop")
        await put(ada, "Primary", "#ffff00")
        await press(ada, "F2")
        await expect(page.get_by_role("alert")).to_contain_text("Write the name patients know you by.")
        await expect(page.get_by_role("alert")).to_contain_text("Primary #ffff00 is hard to read")
        await expect(page.get_by_label("Slug", exact=True)).to_have_value("hilltop")
        await stands(ada, "mistakes", tmp_path)
        await to(ada, page.get_by_role("link", name="Write the name patients know you by."))
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Shift+Tab")
        await put(ada, "Name required", "Hilltop Dental")
        await put(ada, "Primary", "#1f5c99")
        await put(ada, "Footer Phone", "(608) 555-0100")
        await put(ada, "QuickPay Max Access Attempts required", "2")
        await press(ada, "F2")
        await expect(page.get_by_role("alert")).to_contain_text("fewer than 3 uses")
        await stands(ada, "caution", tmp_path)
        await put(ada, "QuickPay Max Access Attempts required", "12")
        await to(ada, page.get_by_role("button", name="Save draft"))
        await press(ada, "Enter")
        await expect(page.get_by_role("status").filter(has_text="Patients see nothing of it")).to_be_visible()
        await stands(ada, "draft", tmp_path)
        await put(ada, "MFA Email Body", "Hello\nyour code is ${mfa.code}")
        await press(ada, "F2")
        await expect(page.get_by_role("status").filter(has_text="Saved as version 1.")).to_be_visible()
        await ada.at("Modify Hilltop Dental")
        await put(ada, "Footer Text", "Open on weekdays")
        await to(ada, page.get_by_label("Enable Google Pay"))
        await page.keyboard.press("Space")
        await press(ada, "F2")
        await expect(page.get_by_role("status").filter(has_text="Saved as version 2.")).to_be_visible()
        await expect(page.get_by_label("Enable Google Pay")).to_be_checked()
        await look_back(ada, tmp_path)


async def test_two_admins_at_one_group_are_told_and_one_takes_the_other_s_word(
    chromium: Browser, office: Household, tmp_path: Path
) -> None:
    address, other = await invited(office, "Bea Lind"), await invited(office, "Cy Moss")
    async with somebody(chromium, office, viewport=DESKTOP) as bea, somebody(chromium, office) as cy:
        for person, theirs in ((bea, address), (cy, other)):
            await come_in(person, theirs)
            await person.open("/staff/groups/lakeside")
        await cy.page.get_by_label("Footer Text").fill("Cy's footer")
        await cy.page.get_by_label("Info", exact=True).fill("#123456")
        await press(cy, "F2")
        await bea.page.get_by_label("Footer Text").fill("Bea's footer")
        await bea.page.get_by_label("Footer Phone").fill("(608) 555-0177")
        await press(bea, "F2")
        told = bea.page.get_by_role("alert")
        await expect(told).to_contain_text("Cy Moss saved this group on")
        await expect(told).to_contain_text("Cy's footer")
        await stands(bea, "clash", tmp_path)
        await to(bea, bea.page.get_by_role("button", name="Take theirs: Footer Text"))
        await bea.page.keyboard.press("Enter")
        await expect(bea.page.get_by_label("Footer Text")).to_have_value("Cy's footer")
        await press(bea, "F2")
        await expect(bea.page.get_by_role("status").filter(has_text="Saved as version 3.")).to_be_visible()
        for label, value in (
            ("Footer Text", "Cy's footer"),
            ("Info", "#123456"),
            ("Footer Phone", "(608) 555-0177"),
        ):
            await expect(bea.page.get_by_label(label, exact=True)).to_have_value(value)


async def test_leaving_with_something_unsaved_is_asked_about_and_after_saving_is_not(
    chromium: Browser, office: Household
) -> None:
    address = await invited(office, "Cara Lind")
    await office.group("woodland")
    async with somebody(chromium, office, viewport=DESKTOP) as cara:
        page, asked = cara.page, []

        async def answer(dialog: Dialog) -> None:
            asked.append(dialog.type)
            await (dialog.dismiss() if stays else dialog.accept())

        page.on("dialog", answer)
        await come_in(cara, address)
        stays = True
        await cara.open("/staff/groups/woodland")
        await page.get_by_role("link", name="History").click()
        await cara.at("History of Woodland")
        assert asked == []
        await page.go_back()
        await cara.at("Modify Woodland")
        before = await page.get_by_label("Footer Text").input_value()
        await put(cara, "Footer Text", "Half a sentence")
        await page.get_by_role("link", name="History").click()
        await expect(page.get_by_label("Footer Text")).to_have_value("Half a sentence")
        assert asked == ["beforeunload"]
        await put(cara, "Footer Text", before)
        await put(cara, "Primary", "#ffff00")
        await press(cara, "F2")
        await expect(page.get_by_role("alert")).to_contain_text("Primary #ffff00 is hard to read")
        assert asked == ["beforeunload"]
        await page.keyboard.press("Tab")
        await page.get_by_role("link", name="History").click()
        await expect(page.get_by_label("Primary", exact=True)).to_have_value("#ffff00")
        assert asked == ["beforeunload"] * 2, "what was refused is saved nowhere"
        await put(cara, "Primary", "#1f5c99")
        await put(cara, "Footer Text", "A whole sentence.")
        await press(cara, "F2")
        await expect(page.get_by_role("status").first).to_contain_text("Saved as version")
        await page.get_by_role("link", name="History").click()
        await cara.at("History of Woodland")
        assert asked == ["beforeunload"] * 2
