"""Picture every page and message, laid out on one sheet: `python -m tests.journeys.shots OUT_DIR [area]`."""

import asyncio
import itertools
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.household import Household, household
from tests.journeys import staff_tour, staff_tour_more, tour, tour_doors
from tests.journeys.bills import Bills
from tests.journeys.person import DESKTOP, PHONE, Person, somebody
from tests.journeys.sheet import lay_out
from tests.journeys.watched import launch

PRACTICES = (
    *("Maple Family Dental", "Larkspur Family Medicine", "Elm Street Pediatrics", "Riverbend Eye Care"),
    *("Hilltop Dental", "Northgate Physical Therapy", "Old Mill Skin Clinic", "Prairie Heart Center"),
    *("Harbor Orthopedics", "Cedar Grove Family Care"),
)
ROUNDS = ((), *((side,) for side in ("West", "East", "North", "South", "Downtown")))
DEVICES = {"phone": PHONE, "desktop": DESKTOP}
SCHEMES = ("light", "dark")
AT_ONCE = 3
TEXT = """<!doctype html><meta charset="utf-8"><style>
body { margin: 16px; font: 16px/1.4 system-ui, sans-serif }
p { margin: 0; padding: 12px 16px; border-radius: 18px; background: #e9e9eb; white-space: pre-wrap }
</style><p></p>"""


async def take(out: Path, *, areas: tuple[str, ...]) -> None:
    """Walk every walk of these areas, each in a household of its own, and leave the pictures."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        for area in areas:
            with tempfile.TemporaryDirectory() as data:
                async with household(Path(data), POPS_MANAGEMENT="true") as house:
                    await AREAS[area](out, browser, house)
        await browser.close()


async def _staffs_pages(out: Path, browser: Browser, house: Household) -> None:
    for walk in (staff_tour.walk, staff_tour_more.walk):
        await walk(browser, house, _staff_visit(out))


async def _patients_pages(out: Path, browser: Browser, house: Household) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def go(number: int, walk: tour.Walk, look: str) -> None:
        bills = Bills(house=house, number=number)
        round_, place = divmod(number, len(PRACTICES))
        bills.name = " ".join((PRACTICES[place], *ROUNDS[round_]))
        bills.group = f"patients-{number}"
        async with room, somebody(browser, house) as person:
            await walk(person, bills, _visit(out, look), look=tour.EVERY_LOOK[look])
            await _messages(out, person, bills, look)

    asked = list(enumerate(itertools.product(tour_doors.EVERY_WALK, tour.EVERY_LOOK)))
    for number, (walk, look) in asked:
        if walk in tour_doors.ALONE:
            await go(number, walk, look)
    others = (one for one in asked if one[1][0] not in tour_doors.ALONE)
    await asyncio.gather(*(go(number, walk, look) for number, (walk, look) in others))


def _visit(out: Path, look: str) -> tour.Visit:
    language = tour.EVERY_LOOK[look].language
    scheme = "dark" if tour.EVERY_LOOK[look].theme else "light"

    async def visit(person: Person, name: str) -> None:
        for device, size in DEVICES.items():
            await person.page.set_viewport_size(size)
            await _picture(person.page, out / f"{name}.{language}.{device}.{scheme}.png")
        await person.page.set_viewport_size(PHONE)

    return visit


async def _messages(out: Path, person: Person, bills: Bills, look: str) -> None:
    """Picture each kind of message of this walk, once; what it says is the same in every group's colours."""
    page = await person.page.context.new_page()
    for contact in (bills.email, bills.mobile):
        for one in await bills.house.messages(contact):
            kind = "-".join((one["subject"] or one["text"]).split()[:5]).strip(".:").replace("/", "")
            await page.set_viewport_size(PHONE)
            await page.set_content(one["html"] or TEXT)
            if not one["html"]:
                await page.locator("p").evaluate("(p, text) => { p.textContent = text; }", one["text"])
            language = tour.EVERY_LOOK[look].language
            await _picture(page, out / f"~{one['channel']}-{kind}.{language}.phone.light.png")


def _staff_visit(out: Path) -> staff_tour.Visit:
    async def visit(person: Person, name: str) -> None:
        before = person.page.viewport_size
        for scheme, (device, size) in itertools.product(SCHEMES, DEVICES.items()):
            await person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
            await person.page.set_viewport_size(size)
            await _picture(person.page, out / f"staff-{name}.en.{device}.{scheme}.png")
        await person.page.emulate_media(color_scheme="light")
        await person.page.set_viewport_size(before or DESKTOP)

    return visit


async def _picture(page: Page, file: Path) -> None:
    await page.screenshot(path=file, full_page=True, animations="disabled")


AREAS = {"patient": _patients_pages, "staff": _staffs_pages}

if __name__ == "__main__":
    OUT = Path(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    asyncio.run(take(OUT, areas=tuple(sys.argv[2:]) or tuple(AREAS)))
    print(f"Look at file://{lay_out(OUT).resolve()}")  # noqa: T201 - a command that says where to look
