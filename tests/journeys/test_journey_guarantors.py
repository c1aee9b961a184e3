"""The desk by keys alone: find a guarantor, read a link's timeline, end it; the patient's page says so."""

import re
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
from tests.household import Household, household, settings_for
from tests.journeys.person import DESKTOP, Person, somebody
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOCUSED = "element => document.hasFocus() && element === document.activeElement"
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
MOST_TABS = 60


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    """A household of its own, with staff who can sign in."""
    async with household(tmp_path_factory.mktemp("office")) as started:
        await started.group("lakeside")
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def staff(office: Household) -> list[dict[str, str]]:
    settings = settings_for(base_url=office.base_url, world=office.world, database_url=office.database_url)
    async with open_world(settings) as outside:
        desk = furnish(settings, outside, BackgroundTasks()).desk.staff
        people, _ = await staff_of_demo(desk, SystemClock(), Path("no such file"))
        return people


async def _sign_in(person: Person, one: dict[str, str]) -> None:
    await person.open("/staff/sign-in")
    await person.page.get_by_label("Name", exact=True).fill(one["name"])
    await person.page.get_by_label("Password").fill(one["password"])
    await person.page.get_by_label("Code").fill(pyotp.TOTP(one["totp_secret"]).now())
    await person.press("Sign in")
    await person.at(f"Hello, {one['name']}")


async def _come_to(person: Person, target: Locator) -> None:
    """Go there by Tab alone."""
    for _ in range(MOST_TABS):
        if await target.evaluate(FOCUSED):
            return
        await person.page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {target}")


async def _follow(person: Person, target: Locator) -> None:
    await _come_to(person, target)
    async with person.page.expect_navigation():
        await person.page.keyboard.press("Enter")
    await person.look()


async def _stands(person: Person, name: str, shots: Path) -> None:
    """Hold a page to its widths and colours, and take its picture."""
    for scheme in ("light", "dark"):
        await person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        for width in (320, 390, 1280):
            await person.page.set_viewport_size({"width": width, "height": 800})
            assert not await person.page.evaluate(TOO_WIDE), f"{name} at {width}"
            assert await violations(person.page) == [], f"{name} at {width}, {scheme}"
            if width > 320:
                await person.page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
    await person.page.emulate_media(color_scheme="light")
    await person.page.set_viewport_size(DESKTOP)


async def test_r118_the_desk_finds_a_link_and_ends_it_by_keys_alone(
    chromium: Browser, office: Household, staff: list[dict[str, str]], tmp_path: Path
) -> None:
    await office.guarantor("lakeside", "5001")
    link = await office.link("lakeside", "5001", batch="autumn-2026", origin="statement")
    kept = await office.link("lakeside", "5001", batch="autumn-2026")
    async with somebody(chromium, office) as alice:
        await alice.come_to_pay(link["url"])
        await alice.choose_amount("Other Amount", "25.00")
        await alice.pay()
        await alice.status("paid")
    front_desk = next(one for one in staff if one["role"] == "front_desk")
    async with somebody(chromium, office, viewport=DESKTOP) as desk:
        page = desk.page
        await _sign_in(desk, front_desk)
        await _find_alice(desk, tmp_path)
        await expect(page.get_by_role("row", name="Statement").first).to_contain_text("1 of 10")
        await _stands(desk, "guarantor", tmp_path)
        await _follow(desk, page.get_by_role("row", name="Statement").get_by_role("link"))
        await expect(page.get_by_text("Opened: use 1 of 10.")).to_be_visible()
        await expect(page.get_by_text("Paid $25.00; receipt 1.")).to_be_visible()
        await _come_to(desk, page.get_by_role("button", name="Copy"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("Copied.")
        assert await page.evaluate("navigator.clipboard.readText()") == link["url"]
        await _stands(desk, "link", tmp_path)

        await _follow(desk, page.get_by_role("link", name="End this link"))
        await desk.at("End this link of Alice Example?")
        await _stands(desk, "ending", tmp_path)
        asked = page.url
        await _follow(desk, page.get_by_role("button", name="End this link"))
        await expect(page.get_by_text("This link is ended: it opens no more.")).to_be_visible()
        await expect(page.get_by_text(f"Ended by {front_desk['name']}.")).to_be_visible()
        await _stands(desk, "link-ended", tmp_path)
        await page.go_back()
        await expect(page).to_have_url(asked)
        await expect(page.get_by_text("There is nothing to end")).to_be_visible()

        await _end_the_batch(desk, tmp_path)

    for url in (link["url"], kept["url"]):
        async with somebody(chromium, office) as patient:
            answer = await patient.page.goto(url)
            assert answer is not None
            assert answer.status == 410
            await patient.at("This link was ended by the office")


async def _end_the_batch(desk: Person, shots: Path) -> None:
    page = desk.page
    await _come_to(desk, page.locator(".wide summary"))
    await page.keyboard.press("Enter")
    await _follow(desk, page.get_by_role("link", name="Batches"))
    await expect(page.get_by_role("row", name=re.compile("autumn-2026"))).to_contain_text("2")
    await _stands(desk, "batches", shots)
    await _follow(desk, page.get_by_role("link", name=re.compile("End every link of batch autumn-2026")))
    await _follow(desk, page.get_by_role("button", name="End 1 link"))
    await expect(page.get_by_role("status")).to_have_text("1 link ended.")


async def _find_alice(desk: Person, shots: Path) -> None:
    page = desk.page
    await _follow(desk, page.get_by_role("link", name="Guarantors", exact=True))
    await desk.at("Guarantors")
    await expect(page.get_by_label("Name, account number")).to_be_focused()
    await page.keyboard.type("exam alic")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await desk.look()
    assert "alic" not in desk.path.lower()
    await expect(page.get_by_role("status")).to_have_text("1 guarantor found.")
    await _stands(desk, "guarantors", shots)
    await _follow(desk, page.get_by_role("link", name="Alice Example"))
    await desk.at("Alice Example")
