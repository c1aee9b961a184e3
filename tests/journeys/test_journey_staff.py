"""Staff come in by keys alone: enrolment, sign-in, the pages behind it; light, dark, narrow, wide."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from quickpay.adapters.clock import SystemClock
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.demo_staff import staff_of_demo
from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff_desk import StaffDesk
from quickpay.services.staff.accounts import Invited
from tests.household import Household, household, settings_for
from tests.journeys.person import DESKTOP, PHONE, Person, somebody
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "a heron waits by seven boats"
FOCUSED = "element => document.hasFocus() && element === document.activeElement"
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    """A household where POPS Management is switched on."""
    async with household(tmp_path_factory.mktemp("office"), POPS_MANAGEMENT="true") as started:
        await started.group("lakeside")
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(office: Household) -> AsyncIterator[StaffDesk]:
    settings = settings_for(
        base_url=office.base_url,
        world=office.world,
        database_url=office.database_url,
        POPS_MANAGEMENT="true",
    )
    async with open_world(settings) as outside:
        yield furnish(settings, outside, BackgroundTasks()).desk.staff


async def _type(person: Person, target: Locator, text: str) -> None:
    for _ in range(20):
        if await target.evaluate(FOCUSED):
            await person.page.keyboard.type(text)
            return
        await person.page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {target}")


def _next(app: pyotp.TOTP) -> str:
    """The code after the present one, which is used up: a phone may be early."""
    return app.at(datetime.now(UTC) + timedelta(seconds=30))


async def _enter(person: Person) -> None:
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
        await person.page.screenshot(path=shots / f"{name}-{scheme}.png", full_page=True)
    await person.page.emulate_media(color_scheme="light")
    await person.page.set_viewport_size(DESKTOP)


async def test_r119_staff_enrol_and_sign_in_by_keys_alone(
    chromium: Browser, office: Household, desk: StaffDesk, tmp_path: Path
) -> None:
    invited = await desk.accounts.add("Ada Quill", role=StaffRole.ADMIN, by="tests")
    assert isinstance(invited, Invited)
    await office.guarantor("lakeside", "1001")
    link = await office.link("lakeside", "1001")
    async with somebody(chromium, office, viewport=DESKTOP) as ada:
        page = ada.page
        await ada.open(invited.url)
        await ada.at("Welcome, Ada Quill: choose a password")
        await _stands(ada, "enrol-password", tmp_path)
        await _type(ada, page.get_by_label("Password", exact=True), "password1234567")
        await _type(ada, page.get_by_label("The same password again"), "password1234567")
        await _enter(ada)
        await expect(page.get_by_role("alert")).to_contain_text("easy to guess")
        await _type(ada, page.get_by_label("Password", exact=True), PASSWORD)
        await _type(ada, page.get_by_label("The same password again"), PASSWORD)
        await _enter(ada)
        await ada.at("Set up your authenticator app")
        await _stands(ada, "enrol-app", tmp_path)
        app = pyotp.TOTP((await page.locator("#totp-secret").inner_text()).replace(" ", ""))
        await _type(ada, page.get_by_label("Code", exact=True), app.now())
        await _enter(ada)
        await ada.at("Hello, Ada Quill")
        await _stands(ada, "front", tmp_path)

        await page.get_by_role("button", name="Sign out").focus()
        await _enter(ada)
        await ada.at("Staff sign-in")
        await _stands(ada, "sign-in", tmp_path)
        for label, typed in (("Name", "ada quill"), ("Password", PASSWORD), ("Code", _next(app))):
            await _type(ada, page.get_by_label(label, exact=True), typed)
        await _enter(ada)
        await ada.at("Hello, Ada Quill")

        await _type(ada, page.get_by_label("Address or id of the link"), link["url"])
        await _enter(ada)
        await expect(page.get_by_role("heading", name="What happened")).to_be_visible()
        await _stands(ada, "link", tmp_path)
        await ada.press("POPS Management", role="link")
        await ada.at("Groups")
        await expect(page.get_by_role("row", name="Lakeside")).to_be_visible()
        await _stands(ada, "groups", tmp_path)
        await ada.open(invited.url)
        await ada.at("This address is no longer good")
        await _stands(ada, "no-enrolment", tmp_path)


async def test_the_demo_s_staff_can_sign_in_at_once_and_are_the_same_at_the_next_start(
    chromium: Browser, office: Household, desk: StaffDesk, tmp_path: Path
) -> None:
    kept = tmp_path / "staff.json"
    people, text = await staff_of_demo(desk, SystemClock(), kept)
    assert text is not None
    kept.write_text(text)
    assert await staff_of_demo(desk, SystemClock(), kept) == (people, None)
    assert [one["role"] for one in people] == ["viewer", "front_desk", "billing", "admin"]
    for one in people:
        async with somebody(chromium, office, viewport=PHONE) as person:
            await person.open("/staff")
            await person.at("Staff sign-in")
            await person.page.get_by_label("Name", exact=True).fill(one["name"])
            await person.page.get_by_label("Password").fill(one["password"])
            await person.page.get_by_label("Code").fill(pyotp.TOTP(one["totp_secret"]).now())
            await person.press("Sign in")
            await person.at(f"Hello, {one['name']}")
            offered = await person.page.locator("main").get_by_role("link", name="POPS Management").count()
            assert offered == (one["role"] == "admin")
