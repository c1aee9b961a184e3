"""A patient without contacts and somebody at the desk, in two browsers: a call, a code, the bill."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff_desk import StaffDesk
from quickpay.services.staff.accounts import Invited
from tests.household import Household, household, settings_for
from tests.journeys.person import DESKTOP, PHONE, Person, somebody
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "a heron waits by seven boats"
TOO_WIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? []
  : [...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
      .map((one) => one.outerHTML.slice(0, 80))"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    """A household with a group that wants proof by the opposing contact, and POPS Management."""
    async with household(tmp_path_factory.mktemp("release"), POPS_MANAGEMENT="true") as started:
        await started.group(
            "lakeside",
            authentication={
                "enable_mfa": True,
                "require_mfa": True,
                "require_opposing_contact_methods": True,
            },
        )
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


async def _stands(person: Person, name: str, shots: Path) -> None:
    """Hold a page to its widths and colours, and take its pictures."""
    before = person.page.viewport_size
    for scheme in ("light", "dark"):
        await person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        for width in (320, 390, 1280):
            await person.page.set_viewport_size({"width": width, "height": 800})
            assert await person.page.evaluate(TOO_WIDE) == [], f"{name} at {width}"
            assert await violations(person.page) == [], f"{name} at {width}, {scheme}"
            if width > 320:
                await person.page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
    await person.page.emulate_media(color_scheme="light")
    assert before is not None
    await person.page.set_viewport_size(before)


async def _sign_in(person: Person, desk: StaffDesk, name: str, role: StaffRole) -> None:
    """Enrol and so be in."""
    invited = await desk.accounts.add(name, role=role, by="tests")
    assert isinstance(invited, Invited)
    await person.open(invited.url)
    await person.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await person.page.get_by_label("The same password again").fill(PASSWORD)
    await person.press("Continue")
    secret = (await person.page.locator("#totp-secret").inner_text()).replace(" ", "")
    await person.page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).at(datetime.now(UTC)))
    await person.press("Finish")
    await person.at(f"Hello, {name}")


async def test_a_caller_is_let_in_by_a_spoken_code(
    chromium: Browser, office: Household, desk: StaffDesk, tmp_path: Path
) -> None:
    await office.guarantor("lakeside", "1001", email=None)
    link = await office.link("lakeside", "1001")
    async with (
        somebody(chromium, office, viewport=PHONE) as alice,
        somebody(chromium, office, viewport=DESKTOP) as fay,
    ):
        await alice.open(link["url"])
        await alice.press("Continue")
        await alice.at("Please contact the office")
        await _stands(alice, "dead-end", tmp_path)
        await alice.press("I am calling the office", role="link")
        await alice.at("Let the office open your bill")
        await _stands(alice, "office", tmp_path)
        call_code = (await alice.page.locator(".big [aria-hidden]").inner_text()).strip()

        await _sign_in(fay, desk, "Fay", StaffRole.FRONT_DESK)
        await fay.page.locator(".wide summary").click()
        await fay.press("Caller without a code", role="link")
        await fay.at("A caller without a code")
        await _stands(fay, "find", tmp_path)
        await fay.page.get_by_label("Guarantor’s account number").fill("1001")  # noqa: RUF001 - as the page has it
        await fay.press("Continue")
        await fay.at("Let a caller in")
        await fay.page.get_by_label("Call code").fill(call_code.lower())
        await fay.page.get_by_role("radio", name="The date of a visit").check()
        await fay.page.get_by_label("Date the caller said").fill("2026-08-02")
        await _stands(fay, "form", tmp_path)
        await fay.press("Check and show the code")
        await expect(fay.page.get_by_role("alert")).to_contain_text("do not belong together")
        await _stands(fay, "refused", tmp_path)
        await fay.page.get_by_label("Date the caller said").fill("2026-08-01")
        await fay.press("Check and show the code")
        await fay.at("Say this code to the caller")
        await _stands(fay, "code", tmp_path)
        said = (await fay.page.locator("#spoken-code [aria-hidden]").inner_text()).strip()
        assert re.fullmatch(r"[0-9]{4} [0-9]{4}", said)

        wrong = "0000 0000" if said != "0000 0000" else "0000 0001"
        await alice.page.get_by_label("Code from the office").fill(wrong)
        await alice.press("Continue")
        await _stands(alice, "office-refused", tmp_path)
        await alice.page.get_by_label("Code from the office").fill(said)
        await alice.press("Continue")
        await alice.at("How much would you like to pay?")
        notice = await office.next_message("+16085551001")
        assert "by phone" in notice["text"]

        await fay.open(f"/staff/links/{link['id']}")
        await expect(fay.page.get_by_text("Let in by the office")).to_be_visible()


async def test_an_admin_makes_a_key_and_an_account(
    chromium: Browser, office: Household, desk: StaffDesk, tmp_path: Path
) -> None:
    async with somebody(chromium, office, viewport=DESKTOP) as ada:
        page = ada.page
        await _sign_in(ada, desk, "Ada", StaffRole.ADMIN)
        await ada.press("POPS Management", role="link")
        await ada.press("API keys", role="link")
        await ada.press("Make a key", role="link")
        await page.get_by_label("Name").fill("Portal")
        await ada.press("Make the key")
        await expect(page.get_by_role("alert")).to_contain_text("at least one scope")
        await page.get_by_label("Hand the portal").check()
        await page.get_by_label("Good for how many days").fill("10")
        await _stands(ada, "key-new", tmp_path)
        await ada.press("Make the key")
        await ada.at("The key of Portal")
        await page.get_by_role("button", name="Copy").click()
        await expect(page.get_by_text("Copied.")).to_be_visible()
        secret = await page.evaluate("() => navigator.clipboard.readText()")
        assert re.fullmatch(r"qpk_[\w-]{43}", secret)
        await _stands(ada, "key-made", tmp_path)
        await ada.press("To the keys", role="link")
        await expect(page.get_by_role("row", name="Portal")).to_contain_text("Ends soon")
        await _stands(ada, "keys", tmp_path)
        await ada.press(re.compile("^Revoke Portal$"), role="link")
        await _stands(ada, "key-revoke", tmp_path)
        await ada.press("Revoke it now")
        await expect(page.get_by_role("row", name="Portal")).to_contain_text("Revoked")

        await ada.press("Accounts", role="link")
        await _stands(ada, "accounts", tmp_path)
        await ada.press("Add somebody", role="link")
        await page.get_by_label("Name").fill("Gil Desk")
        await page.get_by_label("Role").select_option("front_desk")
        await page.get_by_label("Lakeside").check()
        await _stands(ada, "account-new", tmp_path)
        await ada.press("Make the account")
        await ada.at("The address for Gil Desk")
        await _stands(ada, "account-invited", tmp_path)
        await ada.press("To the accounts", role="link")
        await ada.press("Gil Desk", role="link")
        await _stands(ada, "account", tmp_path)
        await ada.press("Disable", role="link")
        await ada.at("Disable the account of Gil Desk?")
        await _stands(ada, "account-sure", tmp_path)
        await ada.press("Disable it now")
        await expect(page.get_by_text("Disabled")).to_be_visible()
