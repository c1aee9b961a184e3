"""The practice's logo where the patient meets it: on every page, and in the emails she gets."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from quickpay.app import World
from quickpay.domain.images import Purpose
from tests.fakes.images import FakeImageFetcher, drawn
from tests.household import Household, household
from tests.journeys import tour
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import PHONE, Person, somebody
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

URLS = {
    "logo_url": "https://www.example.com/logo.png",
    "favicon_url": "https://www.example.com/favicon.ico",
}
BOX = """() => { const img = document.querySelector("header img"), box = img.getBoundingClientRect();
  const text = document.querySelector("main h1").getBoundingClientRect();
  return [box.width, box.height, box.left, img.complete && img.naturalWidth, innerWidth,
    document.documentElement.scrollWidth, text.left]; }"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pictured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    """A household whose web draws its pictures."""

    def wrap(world: World) -> World:
        return replace(world, images=FakeImageFetcher())

    async with household(tmp_path_factory.mktemp("pictured"), wrap=wrap) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(chromium: Browser, pictured: Household) -> AsyncIterator[Person]:
    async with somebody(chromium, pictured) as person:
        yield person


async def _stands(person: Person) -> None:
    for width in (320, 390, 1280):
        await person.page.set_viewport_size({"width": width, "height": 800})
        wide, high, left, natural, inner, scrolled, text = await person.page.evaluate(BOX)
        assert (wide, high, natural) == (250, 64, 250)
        assert left >= 0
        assert abs(left - text) <= 1, "the logo stands where the text begins"
        assert scrolled <= inner
        assert await violations(person.page) == []
    await person.page.set_viewport_size(PHONE)
    logo = person.page.locator("header img")
    (alt, title) = (await logo.get_attribute("alt"), await person.page.title())
    assert alt
    assert title.endswith(alt)


@pytest.mark.parametrize("look", tour.LOOKS)
async def test_the_logo_stands_top_left_at_its_size_on_every_page(
    visitor: Person, pictured: Household, look: str
) -> None:
    bills = Bills(house=pictured, number=300 + len(look))
    await pictured.group(
        bills.group,
        branding={"name": bills.name, **URLS},
        theme=tour.LOOKS[look].theme,
        authentication={"enable_mfa": True},
    )
    await pictured.guarantor(bills.group, bills.number)
    await visitor.open(await bills.link())
    await _stands(visitor)
    await visitor.press("Continue")
    await _stands(visitor)
    await visitor.choose_amount("Amount Due")
    await _stands(visitor)
    images = [one for one in visitor.watched.exchanges if one.url.endswith(".png")]
    assert {one.status for one in images} == {200}
    assert all(one.url.startswith(f"{pictured.base_url}/g/{bills.group}/") for one in images)


def _attachments(house: Household) -> list[tuple[str, str, bytes, str]]:
    """Look into the mailbox's own database: its API names files, and gives no content."""
    world = Path(house.database_url.removeprefix("sqlite:///")).parent / "world" / "world.db"
    with closing(sqlite3.connect(world)) as db:
        return db.execute(
            "SELECT a.name, a.kind, a.content, m.html"
            " FROM attachments a JOIN messages m ON m.seq = a.message ORDER BY m.seq"
        ).fetchall()


async def test_emails_carry_the_logo(visitor: Person, pictured: Household) -> None:
    bills = Bills(house=pictured, number=320)
    await pictured.group(
        bills.group,
        branding={"name": bills.name, **URLS},
        authentication=MFA | {"require_opposing_contact_methods": False},
    )
    await pictured.guarantor(bills.group, bills.number)
    await visitor.open(await bills.link("email", send=True))
    await pictured.next_message(bills.email)
    await visitor.press("Continue")
    await visitor.page.get_by_role("radio", name="Email").check()
    await visitor.press("Send code")
    await visitor.type_code(await visitor.code_from(bills.email, after=1))
    await visitor.choose_amount("Amount Due")
    await visitor.page.get_by_label("Email (optional)").fill(bills.email)
    await visitor.pay()
    await pictured.next_message(bills.email, after=2)
    mails = await pictured.messages(bills.email)
    assert [mail["attachments"] for mail in mails] == [["logo"]] * 3, "link, code, receipt"
    kept = await asyncio.to_thread(_attachments, pictured)
    assert len(kept) == 3
    for name, kind, content, html in kept:
        assert (name, kind, content) == ("logo", "image/png", drawn(URLS["logo_url"], Purpose.LOGO).png)
        assert f'src="cid:logo" width="250" height="64" alt="{bills.name}"' in html
        assert "www.example.com" not in html
