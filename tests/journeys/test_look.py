"""How every page stands: narrow, wide, enlarged, in forced colours; legible and within a thumb's reach."""

import pytest
from playwright.async_api import Browser

from tests.household import Household
from tests.journeys import heard, tour
from tests.journeys.bills import Bills
from tests.journeys.person import PHONE, Person, somebody
from tests.journeys.probes import spaced, still
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (320, 390, 1280)
FIRST_VIEW_MOST = 50 * 1024
LEAST_TARGET = 44
TOO_WIDE = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth)
      .map((one) => one.outerHTML.slice(0, 120)) : []"""
# A radio's target is the whole card it stands in. No page has a link within a sentence.
TOO_SMALL = """least => [...document.querySelectorAll(
    "main button, main a, main .choice, main summary, footer a, header a, header button")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
  .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""
CUT_OFF = """() => [...document.querySelectorAll("main button, main label, main h1, main dd, main .sum")]
  .filter((one) => one.checkVisibility() && getComputedStyle(one).overflow === "hidden"
    && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""
# The colours are the reader's own then; what we owe are edges that do not hang on a background.
NO_EDGE = """() => [...document.querySelectorAll("button.main, a.main, button.second, .choice, .card, input")]
  .filter((one) => one.checkVisibility() && one.type !== "radio")
  .filter((one) => !(parseFloat(getComputedStyle(one).borderTopWidth) >= 1)
    || getComputedStyle(one).borderTopColor === "rgba(0, 0, 0, 0)")
  .map((one) => one.outerHTML.slice(0, 120))"""
ENLARGED = "size => { document.documentElement.style.fontSize = size; }"


async def _stands(person: Person, name: str) -> None:
    """Hold one page to all of it, and leave it as it was."""
    page = person.page
    wrong = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{name} at {width}: {one}" for one in await page.evaluate(TOO_WIDE)]
        wrong += [f"{name} at {width}: {one}" for one in await page.evaluate(TOO_SMALL, LEAST_TARGET)]
        wrong += [f"{name} at {width}: {one}" for one in await violations(page)]
    await page.set_viewport_size(PHONE)
    await page.emulate_media(forced_colors="active")
    wrong += [f"{name} in forced colours: {one}" for one in await page.evaluate(NO_EDGE)]
    await page.emulate_media(forced_colors="none", media="screen")
    wrong += [f"{name} {one}" for one in (*await spaced(page), *await still(page))]
    await page.set_viewport_size({"width": 640, "height": 800})
    await page.evaluate(ENLARGED, "34px")  # twice the size: as much room as 320 give
    wrong += [f"{name} enlarged: {one}" for one in await page.evaluate(TOO_WIDE)]
    wrong += [f"{name} enlarged: {one}" for one in await page.evaluate(CUT_OFF)]
    await page.evaluate(ENLARGED, "")
    await page.set_viewport_size(PHONE)
    assert wrong == []


@pytest.mark.parametrize("look", tour.LOOKS)
@pytest.mark.parametrize("walk", tour.WALKS)
async def test_every_page_stands_at_every_size(
    alice: Person, bills: Bills, walk: tour.Walk, look: str
) -> None:
    seen: list[str] = []

    async def visit(person: Person, name: str) -> None:
        seen.append(name)
        await _stands(person, name)
        if look == "light":
            assert await heard.wrong(person, name) == []

    await walk(alice, bills, visit, look=tour.LOOKS[look])
    assert len(seen) >= 3


async def test_a_name_without_a_space_breaks_rather_than_the_page(alice: Person, bills: Bills) -> None:
    await bills.make(record={"first_name": "W" * 80})
    await alice.page.set_viewport_size({"width": 320, "height": 800})
    await alice.come_to_pay(await bills.link())
    assert await alice.page.evaluate(TOO_WIDE) == []
    await alice.choose_amount("Current Balance")
    await alice.pay()
    await alice.status("paid")
    assert await alice.page.evaluate(TOO_WIDE) == []


async def test_the_chosen_amount_can_be_told_in_forced_colours(alice: Person, bills: Bills) -> None:
    await bills.make()
    await alice.page.emulate_media(forced_colors="active")
    await alice.come_to_pay(await bills.link())
    outlines = await alice.page.evaluate(
        "() => [...document.querySelectorAll('.choice')].map((one) => "
        "[one.querySelector('input').checked, getComputedStyle(one).outlineStyle !== 'none'])"
    )
    assert [outlined for _, outlined in outlines] == [checked for checked, _ in outlines]


async def test_the_page_a_text_leads_to_is_small(chromium: Browser, house: Household, bills: Bills) -> None:
    await bills.make()
    async with somebody(chromium, house) as alice:
        await alice.open(await bills.link())
        await alice.watched.settled()
        assert sum(one.size for one in alice.watched.exchanges) < FIRST_VIEW_MOST
        assert {one.kind for one in alice.watched.exchanges} <= {
            "document",
            "stylesheet",
            "script",
            "other",
            "image",
        }
