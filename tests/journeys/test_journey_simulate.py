"""Staff see what a patient sees, by key and by the dashboard's call; nothing is done by it (J6)."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from quickpay.adapters.clock import SystemClock
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.demo_staff import staff_of_demo
from tests.household import Household, household, settings_for
from tests.journeys.bills import DARK, MFA, Bills
from tests.journeys.person import DESKTOP, Person, somebody
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
MOST_BANNER = 0.3  # of a phone's height
AMOUNTS = "How much would you like to pay?"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    async with household(tmp_path_factory.mktemp("simulate")) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def admin(office: Household, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The administrator of the demo's staff: a name, a password and an app's secret."""
    settings = settings_for(base_url=office.base_url, world=office.world, database_url=office.database_url)
    async with open_world(settings) as outside:
        desk = furnish(settings, outside, BackgroundTasks()).desk.staff
        kept = tmp_path_factory.mktemp("staff") / "staff.json"
        people, _ = await staff_of_demo(desk, SystemClock(), kept)
    [one] = [one for one in people if one["role"] == "admin"]
    return dict(one)


async def _launch(bills: Bills, mode: str = "quickpay") -> str:
    """Ask for the address as the dashboard's program does."""
    body = {"group": bills.group, "guarantor": bills.number, "staff": "Ada Admin", "mode": mode}
    made: dict[str, Any] = await bills.house.api("POST", "/staff-launches", body)
    return str(made["url"])


async def _stands(page: Page, name: str, shots: Path) -> None:
    """Hold a page to its widths, its colours and its banner, and take its picture."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        for width in (320, 390, 1280):
            await page.set_viewport_size({"width": width, "height": 844})
            assert not await page.evaluate(TOO_WIDE), f"{name} at {width}"
            assert await violations(page) == [], f"{name} at {width}, {scheme}"
            if width > 320:
                await page.screenshot(path=shots / f"{name}-{scheme}-{width}.png", full_page=True)
    await page.emulate_media(color_scheme="light")


async def _banner(page: Page) -> None:
    banner = page.get_by_role("region", name="Simulation")
    await expect(banner).to_contain_text("signed in as Ada Admin, seeing what Alice Example sees.")
    await expect(banner).to_be_in_viewport()
    await expect(banner.get_by_role("button", name="End simulation")).to_be_visible()
    box = await banner.bounding_box()
    assert box is not None
    assert box["height"] < 844 * MOST_BANNER


@pytest.mark.parametrize("dark", [False, True])
async def test_j6_staff_walk_the_patient_s_pages_and_nothing_is_done(
    alice: Person, bills: Bills, tmp_path: Path, dark: bool
) -> None:
    await bills.make(
        authentication=MFA, look_and_feel={"logout_function": "none"}, theme=DARK if dark else {}
    )
    theirs = await bills.made()
    page = alice.page
    await alice.open(await _launch(bills))
    await _stands(page, "launch", tmp_path)
    await page.set_viewport_size({"width": 390, "height": 844})
    await alice.press("Continue")
    await alice.at("First, let us check that it is you")
    await _banner(page)
    await page.get_by_role("radio", name="Text message").check()
    await _stands(page, "verify", tmp_path)
    await alice.press("Send code")
    await alice.at("Enter your code")
    await _banner(page)
    await expect(page.get_by_role("button", name="Continue")).to_be_disabled()
    await _stands(page, "code", tmp_path)
    await alice.press("See what comes after the right code", role="link")
    await alice.at(AMOUNTS)
    await _stands(page, "amount", tmp_path)
    await page.get_by_role("radio", name="Other Amount").check()
    await page.get_by_label("Amount in dollars").fill("12.34")
    await alice.press("Next")
    await alice.at("How would you like to pay $12.34?")
    await page.get_by_role("radio", name="Card").check()
    await alice.press("Next")
    await alice.at("Pay $12.34")
    await _banner(page)
    await expect(page.get_by_role("button", name="Pay $12.34")).to_be_disabled()
    assert await page.locator("iframe").count() == 0
    await _stands(page, "details", tmp_path)
    await page.emulate_media(media="print")
    await expect(page.get_by_role("region", name="Simulation")).to_be_visible()
    over = await page.evaluate("getComputedStyle(document.body, '::after').backgroundColor")
    assert over == "rgba(0, 0, 0, 0)", "the frame lies over the page and must not hide it"
    await page.screenshot(path=tmp_path / "print.png", full_page=True)
    await page.emulate_media(media="screen")
    await alice.press("Change how to pay", role="link")
    await alice.at("How would you like to pay $12.34?")
    await alice.press("I am not this person", role="link")
    await expect(page.get_by_role("button", name="I am not this person")).to_be_disabled()
    await alice.press("End simulation")
    await alice.at("The simulation has ended")
    assert alice.path == f"/g/{bills.group}/simulation-ended"
    assert await bills.uses(theirs["id"]) == 0
    assert await bills.charges() == []
    assert await bills.house.messages(bills.email) + await bills.house.messages(bills.mobile) == []


async def test_j6_sign_in_by_f2_opens_a_tab_and_the_staff_page_remains(
    chromium: Browser, office: Household, admin: dict[str, str], tmp_path: Path
) -> None:
    await office.group("lakeside", branding={"name": "Lakeside Family Medicine"})
    await office.guarantor("lakeside", "1001")
    async with somebody(chromium, office, viewport=DESKTOP) as ada:
        page = ada.page
        await ada.open("/staff/sign-in")
        await page.get_by_label("Name", exact=True).fill(admin["name"])
        await page.get_by_label("Password").fill(admin["password"])
        await page.get_by_label("Code").fill(pyotp.TOTP(admin["totp_secret"]).now())
        await ada.press("Sign in")
        await ada.press("See as patient", role="link")
        await ada.at("See what a patient sees")
        await expect(page.get_by_role("checkbox", name="Simulate QuickPay")).to_be_checked()
        await _stands(page, "form", tmp_path)
        await page.set_viewport_size(DESKTOP)
        await page.get_by_label("Guarantor").fill("1001")
        for press in ("key", "button"):
            async with page.context.expect_page() as opened:
                if press == "key":
                    await page.keyboard.press("F2")
                else:
                    await page.get_by_role("button", name="Sign In [F2]").click()
            tab = await opened.value
            await expect(tab.get_by_role("heading", level=1)).to_contain_text("as a patient does")
            assert await violations(tab) == []
            assert await tab.evaluate("window.opener") is None
            await tab.get_by_role("button", name="Continue").click()
            await expect(tab.get_by_role("heading", level=1)).to_have_text(AMOUNTS)
            await expect(tab.get_by_role("region", name="Simulation")).to_contain_text(admin["name"])
            await tab.close()
            await ada.at("See what a patient sees")
        await page.get_by_label("Guarantor").fill("9999")
        async with page.context.expect_page() as opened:
            await page.keyboard.press("F2")
        tab = await opened.value
        await expect(tab.get_by_role("alert")).to_contain_text("This group has no such guarantor.")
        await _stands(tab, "form-wrong", tmp_path)
        await tab.get_by_label("Guarantor").fill("1001")
        await tab.keyboard.press("F2")
        await expect(tab).to_have_url(re.compile(r"/launch/"))
