"""How every page of the staff's side stands: three widths, light and dark, by keys, and small enough."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from quickpay.handlers.access import Access, StaffOnly
from quickpay.handlers.routes import ROUTES
from tests.household import Household, household
from tests.journeys import staff_tour
from tests.journeys.person import DESKTOP, PHONE, Person
from tests.journeys.watched import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (320, 390, 1280)
FIRST_VIEW_MOST = 50 * 1024
EDITOR_MOST = 60 * 1024  # its 40 options, and a patient's page with its own stylesheets beside them
EDITOR = re.compile(r"/staff/groups/[a-z]+(/draft)?([?].*)?$")
LEAST_TARGET = 24  # WCAG 2.2 2.5.8; the desk has a mouse
TOO_WIDE = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth)
      .filter((one) => !one.closest(".wide-table")).map((one) => one.outerHTML.slice(0, 120)) : []"""
SIDEWAYS = """() => [...document.querySelectorAll(".wide-table:has(table)")]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.getAttribute("aria-label"))"""
# A cell without its column's words would mean nothing once the row stands by itself; an action needs none.
UNNAMED = """() => [...document.querySelectorAll(".wide-table table")].flatMap((table) => {
  const said = [...table.tHead.rows[0].cells]
    .map((one) => one.querySelector(".unseen") ? "" : one.textContent);
  return [...table.querySelectorAll("tbody tr, tfoot tr")].flatMap((row) => [...row.cells])
    .filter((cell) => cell.tagName === "TD" && (cell.dataset.label ?? "") !== said[cell.cellIndex])
    .map((cell) => `${said[cell.cellIndex]}: ${cell.outerHTML.slice(0, 80)}`);
})"""
TOO_SMALL = """least => [...document.querySelectorAll("button, a, summary, select, input:not([type=hidden])")]
  .filter((one) => one.checkVisibility() && !one.closest("p, dd, li:has(> a + *), .skip") &&
    one.type !== "radio" && one.type !== "checkbox")
  .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
  .map(([html, box]) => `${html} ${box.width} x ${box.height}`)"""
FULL_BUTTONS = """() => [...document.querySelectorAll("main :is(button, a).main")]
  .filter((one) => one.checkVisibility()).length"""
NO_PAGES = re.compile(r"\.(css|csv|svg|png)$")
"""Routes that answer with a file."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    async with household(tmp_path_factory.mktemp("look"), POPS_MANAGEMENT="true") as started:
        yield started


def _routes_of_pages() -> list[str]:
    return [
        route.path
        for route in ROUTES
        if route.method == "GET"
        and (isinstance(route.access, StaffOnly) or route.access is Access.STAFF_DOOR)
        and not NO_PAGES.search(route.path)
    ]


def _route_at(path: str, routes: list[str]) -> str | None:
    """The route a path belongs to: of several, the one with the fewest parts left open."""
    fitting = [one for one in routes if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    return min(fitting, key=lambda one: one.count("{"), default=None)


async def _wrong(person: Person, name: str) -> list[str]:
    """Say what is wrong with one page at any width, light or dark."""
    page, wrong = person.page, []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            await page.evaluate(
                "scrollTo(0, document.body.scrollHeight)"
            )  # a sticky bar covers nothing there
            wrong += [f"{name} at {width}: {one}" for one in await page.evaluate(TOO_WIDE)]
            wrong += [f"{name} at {width}: sideways {one}" for one in await page.evaluate(SIDEWAYS)]
            wrong += [f"{name} at {width}, {scheme}: {one}" for one in await violations(page)]
            wrong += [
                f"{name} at {width}: small {one}" for one in await page.evaluate(TOO_SMALL, LEAST_TARGET)
            ]
    await page.emulate_media(color_scheme="light")
    wrong += [f"{name}: unnamed {one}" for one in await page.evaluate(UNNAMED)]
    if name.startswith("staff") and await page.evaluate(FULL_BUTTONS) > 1:
        wrong.append(f"{name} has more than one full button")
    await page.set_viewport_size(DESKTOP if name.startswith("staff") else PHONE)
    return wrong


async def test_every_staff_page_stands_at_every_size_in_light_and_dark(
    chromium: Browser, office: Household
) -> None:
    names: list[str] = []
    wrong: list[str] = []

    async def visit(person: Person, name: str) -> None:
        names.append(name)
        wrong.extend(await _wrong(person, name))

    tour = await staff_tour.walk(chromium, office, visit)
    assert not wrong, "\n".join(wrong)
    routes = _routes_of_pages()
    assert len(routes) > 30
    assert set(routes) - {_route_at(path, routes) for path in tour.paths} == set(), "a page nobody looked at"
    assert len(set(names)) == len(names)
    heavy = {path: size for path, size in tour.sizes.items() if size >= FIRST_VIEW_MOST}
    assert {
        path: size for path, size in heavy.items() if not EDITOR.search(path) or size >= EDITOR_MOST
    } == {}


async def test_the_way_about_by_keys_and_without_script(chromium: Browser, office: Household) -> None:
    async with staff_tour.signed_in(chromium, office, "Kay Keys", viewport=DESKTOP) as kay:
        page = kay.page
        await kay.open("/staff/groups/new")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the page"
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('main') !== null")
        assert await page.locator(".place-menu [aria-current]").all_inner_texts() == ["Groups"]
        typed = page.locator("#slug")
        await typed.fill("kept")
        await page.keyboard.press("Escape")
        assert await typed.input_value() == "kept"
    async with staff_tour.signed_in(chromium, office, "Nora Noscript", scripts=False, viewport=PHONE) as nora:
        await nora.open("/staff/guarantors")
        menu = nora.page.locator(".fold")
        await menu.locator("summary").click()
        marked = menu.locator("[aria-current=page]")
        assert await marked.all_inner_texts() == ["Guarantors"]
        await menu.get_by_role("link", name="Batches").click()
        await nora.at("Batches")
