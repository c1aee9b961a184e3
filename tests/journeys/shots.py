"""Picture every page, phone and desktop, light and dark: `python -m tests.journeys.shots OUT_DIR`."""

import asyncio
import itertools
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests.household import household
from tests.journeys import tour
from tests.journeys.bills import Bills
from tests.journeys.person import DESKTOP, PHONE, Person, somebody
from tests.journeys.watched import launch

PRACTICES = (
    *("Maple Family Dental", "Lakeside Family Medicine", "Elm Street Pediatrics", "Riverbend Eye Care"),
    *("Hilltop Dental", "Northgate Physical Therapy", "Old Mill Skin Clinic", "Prairie Heart Center"),
)
DEVICES = {"phone": PHONE, "desktop": DESKTOP}


async def take(out: Path) -> None:
    """Walk every walk on every device in both themes."""
    with tempfile.TemporaryDirectory() as data:
        async with household(Path(data)) as house, async_playwright() as playwright:
            browser = await launch(playwright)
            walks = itertools.product(tour.LOOKS, tour.WALKS)
            for number, (look, walk) in enumerate(walks):

                async def visit(person: Person, name: str, look: str = look) -> None:
                    for device, size in DEVICES.items():
                        await person.page.set_viewport_size(size)
                        await person.page.screenshot(
                            path=out / f"{name}-{device}-{look}.png", full_page=True, animations="disabled"
                        )
                    await person.page.set_viewport_size(PHONE)

                bills = Bills(house=house, number=number)
                bills.name = PRACTICES[number]
                bills.group = bills.name.partition(" ")[0].lower()
                async with somebody(browser, house) as person:
                    await walk(person, bills, visit, look=look)
            await browser.close()


if __name__ == "__main__":
    OUT = Path(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(OUT))
