"""The editor shows while it is typed what patients would see, and which colour could not be read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FrameLocator, Locator, Page, expect

from quickpay.adapters.clock import SystemClock
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.demo_staff import staff_of_demo
from quickpay.services.previews.looks import Shown
from tests.household import Household, household, settings_for
from tests.journeys.person import DESKTOP, PHONE
from tests.journeys.watched import AXE, AXE_RUN, violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

_KEPT: list[Any] = []
"""Her session: a code works once, and these tests are many."""
PALE = "#88aadd"
FOCUSED = "element => element === document.activeElement"
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    async with household(tmp_path_factory.mktemp("preview"), POPS_MANAGEMENT="true") as started:
        await started.group("lakeside", authentication={"enable_mfa": True})
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def admin(office: Household, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    settings = settings_for(
        base_url=office.base_url,
        world=office.world,
        database_url=office.database_url,
        POPS_MANAGEMENT="true",
    )
    async with open_world(settings) as outside:
        desk = furnish(settings, outside, BackgroundTasks()).desk.staff
        people, _ = await staff_of_demo(desk, SystemClock(), tmp_path_factory.mktemp("staff") / "staff.json")
    return next(one for one in people if one["role"] == "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Her tab, and what the browser complained of; frames come and go here, and no answer is waited for."""

    page: Page
    complaints: list[str]


@asynccontextmanager
async def _editing(
    chromium: Browser, office: Household, admin: dict[str, str], *, scripts: bool = True
) -> AsyncIterator[Desk]:
    context = await chromium.new_context(viewport=DESKTOP, java_script_enabled=scripts, locale="en-US")
    context.set_default_timeout(10_000)
    page = await context.new_page()
    await context.add_cookies(_KEPT)
    for seconds in () if _KEPT else (0, 30):
        await page.goto(f"{office.base_url}/staff/sign-in")
        await page.get_by_label("Name", exact=True).fill(admin["name"])
        await page.get_by_label("Password").fill(admin["password"])
        code = pyotp.TOTP(admin["totp_secret"]).at(SystemClock().now() + timedelta(seconds=seconds))
        await page.get_by_label("Code").fill(code)
        async with page.expect_navigation():
            await page.get_by_role("button", name="Sign in").click()
        if page.url.endswith("/staff"):
            _KEPT.extend(await context.cookies())
            break
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    await page.goto(f"{office.base_url}/staff/groups/lakeside")
    yield Desk(page=page, complaints=complaints)
    await context.close()


def _preview(person: Desk) -> FrameLocator:
    return person.page.frame_locator("iframe.handset:not(.coming)")


async def _by_tab(person: Desk, target: Locator, most: int = 120) -> None:
    for _ in range(most):
        if await target.evaluate(FOCUSED):
            return
        await person.page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {target}")


async def test_a_colour_that_cannot_be_read_is_said_and_mended_by_keys_alone(
    chromium: Browser, office: Household, admin: dict[str, str], tmp_path: Path
) -> None:
    async with _editing(chromium, office, admin) as ada:
        page = ada.page
        primary = page.locator("[id='theme.primary']")
        verdict = page.locator("[id='theme.primary-verdict']")
        await expect(verdict).to_contain_text("Passes")
        await _by_tab(ada, primary)
        await page.keyboard.press("Control+A")
        await page.keyboard.type(PALE)
        await expect(verdict).to_contain_text("Too low")
        await expect(page.locator("#preview-said")).to_contain_text("Primary")
        await page.screenshot(path=tmp_path / "failing.png", full_page=True)
        use = page.locator("[id='theme.primary-use']")
        nearest = (await use.inner_text()).removeprefix("Use ")
        assert await violations(ada.page) == []
        await _by_tab(ada, use, most=4)
        await page.keyboard.press("Enter")
        await expect(primary).to_have_value(nearest)
        await expect(verdict).to_contain_text("Passes")
        await expect(use).to_have_count(0)
        assert await primary.evaluate(FOCUSED)
        assert (
            await page.locator("[id='theme.primary']").evaluate(
                "field => field.closest('.field').querySelector('input[type=color]').value"
            )
            == nearest
        )
        await page.keyboard.press("F2")
        await expect(page.get_by_text("Saved as version 2")).to_be_visible()


async def test_typing_the_name_changes_the_page_in_the_phone(
    chromium: Browser, office: Household, admin: dict[str, str]
) -> None:
    async with _editing(chromium, office, admin) as ada:
        history = await ada.page.evaluate("history.length")
        await expect(_preview(ada).get_by_role("heading", level=1)).to_have_text("Your bill from Lakeside")
        await ada.page.get_by_label("Name").first.fill("Birch Family Care")
        await expect(_preview(ada).get_by_role("heading", level=1)).to_have_text(
            "Your bill from Birch Family Care"
        )
        await ada.page.get_by_label("Name").first.fill("<script>alert(1)</script>")
        await expect(_preview(ada).get_by_role("heading", level=1)).to_have_text(
            "Your bill from <script>alert(1)</script>"
        )
        assert await ada.page.evaluate("history.length") == history
        await _preview(ada).get_by_role("button", name="Continue").click()
        await expect(_preview(ada).get_by_role("button", name="Continue")).to_be_visible()
        assert ada.complaints == []
        assert ada.page.url.endswith("/staff/groups/lakeside")


async def test_every_page_can_be_chosen_by_keys_and_has_nothing_in_anybody_s_way(
    chromium: Browser, office: Household, admin: dict[str, str], tmp_path: Path
) -> None:
    async with _editing(chromium, office, admin) as ada:
        await ada.page.locator("#preview-page").focus()
        for number, shown in enumerate(Shown):
            if number:
                async with ada.page.expect_response(lambda one: "/preview" in one.url):
                    await ada.page.keyboard.press("ArrowDown")
            assert await ada.page.locator("#preview-page").input_value() == shown
            await expect(ada.page.locator("iframe.handset")).to_have_count(1)
            frame = next(one for one in ada.page.frames if one.url.endswith(f"page={shown}"))
            await frame.wait_for_load_state("load")
            await ada.page.locator(".handset:not(.coming)").screenshot(path=tmp_path / f"in-{shown}.png")
        assert await violations(ada.page) == []
        assert ada.complaints == []


async def test_each_preview_alone_has_no_violations(
    chromium: Browser, office: Household, admin: dict[str, str]
) -> None:
    """Its policy lets no script run there, so what it says is held as a page of its own."""
    async with _editing(chromium, office, admin) as ada:
        for shown in Shown:
            written = await ada.page.evaluate(
                """async page => {
                  const form = document.getElementById("editor");
                  const answer = await fetch(`/staff/groups/lakeside/preview?page=${page}`,
                    {method: "POST", body: new URLSearchParams(new FormData(form))});
                  return answer.text();
                }""",
                shown.value,
            )
            context = await chromium.new_context(viewport=PHONE, base_url=office.base_url)
            alone = await context.new_page()
            await context.add_cookies(_KEPT)
            await context.route(
                "**/alone", lambda route, _, body=written: route.fulfill(body=body, content_type="text/html")
            )
            await alone.goto(f"{office.base_url}/alone")
            await alone.evaluate(AXE)
            found = await alone.evaluate(AXE_RUN)
            wrong = [(one["id"], node["html"]) for one in found["violations"] for node in one["nodes"]]
            assert wrong == [], f"{shown}: {wrong}"
            await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_editor_with_its_preview_stands_at_every_width(
    chromium: Browser, office: Household, admin: dict[str, str], scheme: str, tmp_path: Path
) -> None:
    async with _editing(chromium, office, admin) as ada:
        await ada.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        await expect(ada.page.locator("[id='theme.primary-verdict']")).to_contain_text("Passes")
        for width in (320, 390, 1280):
            await ada.page.set_viewport_size({"width": width, "height": 900})
            assert not await ada.page.evaluate(TOO_WIDE), width
            assert await violations(ada.page) == [], width
            await ada.page.screenshot(path=tmp_path / f"editor-{width}-{scheme}.png", full_page=True)
        await ada.page.screenshot(path=tmp_path / f"editor-top-{scheme}.png")


async def test_without_script_the_button_shows_it_in_the_frame(
    chromium: Browser, office: Household, admin: dict[str, str]
) -> None:
    async with _editing(chromium, office, admin, scripts=False) as ada:
        await ada.page.get_by_label("Name").first.fill("Birch Family Care")
        await ada.page.locator("#preview-page").select_option("about")
        await ada.page.get_by_role("button", name="Preview").click()
        await expect(_preview(ada).get_by_text("This page takes payments for")).to_contain_text(
            "Birch Family"
        )
        await expect(ada.page.get_by_label("Name").first).to_have_value("Birch Family Care")
