"""Picture every page, phone and desktop, light and dark: `python -m tests.journeys.shots OUT_DIR [staff]`."""

import asyncio
import itertools
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.household import Household, household
from tests.journeys import staff_tour, tour
from tests.journeys.bills import Bills
from tests.journeys.person import DESKTOP, PHONE, Person, somebody
from tests.journeys.watched import launch

PRACTICES = (
    *("Maple Family Dental", "Lakeside Family Medicine", "Elm Street Pediatrics", "Riverbend Eye Care"),
    *("Hilltop Dental", "Northgate Physical Therapy", "Old Mill Skin Clinic", "Prairie Heart Center"),
    *("Harbor Orthopedics", "Cedar Grove Family Care"),
)
DEVICES = {"phone": PHONE, "desktop": DESKTOP}
SCHEMES = ("light", "dark")
SHEET = """<!doctype html><meta charset="utf-8"><title>Every page</title>
<style>body {{ margin: 16px; background: #777; font: 14px system-ui, sans-serif; color: #fff }}
section {{ display: flex; gap: 12px; align-items: start; margin-bottom: 24px }} h2 {{ margin: 0 0 4px }}
img {{ height: 640px; width: auto; object-fit: contain; object-position: top }}</style>
{rows}
"""


async def take(out: Path, *, areas: tuple[str, ...]) -> None:
    """Walk every walk of these areas and leave the pictures."""
    with tempfile.TemporaryDirectory() as data:
        async with (
            household(Path(data), POPS_MANAGEMENT="true") as house,
            async_playwright() as playwright,
        ):
            browser = await launch(playwright)
            if "patient" in areas:
                await _patients_pages(out, browser, house)
            if "staff" in areas:
                await staff_tour.walk(browser, house, _staff_visit(out))
            await browser.close()


async def _patients_pages(out: Path, browser: Browser, house: Household) -> None:
    for number, (look, walk) in enumerate(itertools.product(tour.LOOKS, tour.WALKS)):

        async def visit(person: Person, name: str, look: str = look) -> None:
            for device, size in DEVICES.items():
                await person.page.set_viewport_size(size)
                await person.page.screenshot(
                    path=out / f"{name}-{device}-{look}.png", full_page=True, animations="disabled"
                )
            await person.page.set_viewport_size(PHONE)

        bills = Bills(house=house, number=number)
        bills.name = PRACTICES[number]
        bills.group = bills.name.partition(" ")[0].lower() + "-patients"
        async with somebody(browser, house) as person:
            await walk(person, bills, visit, look=look)


def _staff_visit(out: Path) -> staff_tour.Visit:
    async def visit(person: Person, name: str) -> None:
        before = person.page.viewport_size
        for scheme, (device, size) in itertools.product(SCHEMES, DEVICES.items()):
            await person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
            await person.page.set_viewport_size(size)
            await person.page.screenshot(
                path=out / f"{name}-{device}-{scheme}.png", full_page=True, animations="disabled"
            )
        await person.page.emulate_media(color_scheme="light")
        await person.page.set_viewport_size(before or DESKTOP)

    return visit


def lay_out(out: Path) -> None:
    """Lay the pictures out on one sheet, a line for each page."""
    taken = sorted(one.name for one in out.glob("*-*-*.png"))
    names = dict.fromkeys(name.rsplit("-", 2)[0] for name in taken)
    (out / "index.html").write_text(SHEET.format(rows="\n".join(_row(name) for name in names)), "utf-8")


def _row(name: str) -> str:
    shots = "".join(
        f'<img src="{name}-{device}-{look}.png" alt="{name}, {device}, {look}">'
        for look, device in itertools.product(SCHEMES, DEVICES)
    )
    return f"<h2>{name}</h2><section>{shots}</section>"


if __name__ == "__main__":
    OUT = Path(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(OUT, areas=tuple(sys.argv[2:]) or ("patient", "staff")))
    lay_out(OUT)
