"""axe and more on every page x theme x language x width; `make accessibility` prints what was met."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from quickpay.domain.languages import Language
from quickpay.domain.themes import Theme, nearest_passing_theme
from tests.household import Household, household
from tests.journeys import staff_tour, staff_tour_more
from tests.journeys.bills import DARK, Bills
from tests.journeys.met import KEPT, Met, kept, written
from tests.journeys.person import PHONE, Person, somebody
from tests.journeys.probes import TOO_WIDE, printed, spaced, still, tabbed
from tests.journeys.test_look_staff import EDITOR, EDITOR_MOST, FIRST_VIEW_MOST
from tests.journeys.tour import LOOKS, Look, Walk
from tests.journeys.tour_doors import EVERY_WALK
from tests.journeys.watched import launch, violations

WIDTHS = (320, 390, 768, 1280)
TO_THE_END = "scrollTo(0, document.body.scrollHeight)"
LOW = {"width": 320, "height": 256}
"""1280 x 1024 at 400 % (WCAG 1.4.10)."""
# As odd as a group can have it: no two tones alike, and each only as far from the next as it must be.
ODD = nearest_passing_theme(
    Theme(
        background="#ff9ad5",
        surface="#a6ff4d",
        primary="#ff0000",
        secondary="#00aaff",
        accent="#ffff00",
        info="#00ffff",
        success="#00ff00",
        error="#ff7700",
        warning="#8888ff",
    )
)
_COLOURS = ("background", "surface", "primary", "secondary", "accent", "info", "success", "error", "warning")
THEMES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": DARK,
    "odd": {name: getattr(ODD, name) for name in _COLOURS},
}

Area = Callable[["Report", Browser, Household], Awaitable[None]]
StaffWalk = Callable[[Browser, Household, staff_tour.Visit], Awaitable[object]]

STAFF_WALKS: tuple[StaffWalk, ...] = (staff_tour.walk, staff_tour_more.walk)
MET = "met"
"""Asked for instead of areas: only write down anew what is met."""


@dataclass(slots=True, kw_only=True)
class Line:
    """What was found of one page."""

    views: int = 0
    own: int = 0
    foreign: int = 0
    wrong: list[str] = field(default_factory=list)


class Report:
    """Everything found, by page."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.met = Met()
        self.began = time.monotonic()

    async def look(self, person: Person, name: str, themes: tuple[str, ...], language: str) -> None:
        """Hold one page to all of it in each of these of the reader's own schemes, and leave it as it was."""
        line, page = self.lines.setdefault(name, Line()), person.page
        self.met.page(page.url, name)
        before = page.viewport_size
        for theme in themes:
            if name.startswith("staff"):
                await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its words
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": 800})
                await page.evaluate(TO_THE_END)  # a sticky bar covers nothing there
                found = [f"too wide: {one}" for one in await page.evaluate(TOO_WIDE)]
                found += await violations(page)
                if width in (WIDTHS[0], WIDTHS[-1]):
                    found += await spaced(page)
                line.wrong += [f"{name}, {theme}, {language}, {width}: {one}" for one in found]
                line.views += 1
            line.wrong += [f"{name}, {theme}, {language}: {one}" for one in await _otherwise(person)]
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size(before or PHONE)
        own, foreign = await _weight(person)
        line.own, line.foreign = max(line.own, own), max(line.foreign, foreign)
        if line.own >= (EDITOR_MOST if EDITOR.search(page.url) else FIRST_VIEW_MOST):
            line.wrong.append(f"{name}: {line.own} bytes")

    def table(self) -> str:
        """Say it all, a line for each page."""
        head = f"{'page':34}{'views':>6}{'bytes, ours':>13}{'gateway':>12}{'wrong':>7}"
        rows = [
            f"{name:34}{line.views:6}{line.own:13,}{line.foreign or '':>12}{len(line.wrong):7}"
            for name, line in sorted(self.lines.items())
        ]
        every = self.lines.values()
        total = (
            f"{len(self.lines)} pages, {sum(one.views for one in every)} views "
            f"(page x theme x language x width), {sum(len(one.wrong) for one in every)} wrong, "
            f"the heaviest {max(one.own for one in every):,} bytes of ours, "
            f"{time.monotonic() - self.began:.0f} s"
        )
        return "\n".join((head, *rows, total, *(wrong for one in every for wrong in one.wrong)))


async def _otherwise(person: Person) -> list[str]:
    """Look at it by keys, in print, without motion, and at 400 %."""
    page = person.page
    wrong = [*await still(page), *await printed(page)]
    if not person.page.url.endswith("/pay/details"):  # the gateway's frame takes the keys there
        wrong += await tabbed(page)
        await page.set_viewport_size({"width": LOW["width"], "height": LOW["height"]})
        wrong += [f"at 400 %, {one}" for one in await tabbed(page)]
    return wrong


async def _weight(person: Person) -> tuple[int, int]:
    """The bytes this page takes to be seen for the first time: ours, and others'."""
    await person.watched.settled()
    size: dict[str, int] = {}
    for one in person.watched.exchanges:  # what came again from the browser's own store weighs nothing there
        size[one.url] = max(size.get(one.url, 0), one.size)
    here = person.page.url.partition("#")[0]
    needed = {url for url, page in person.watched.urls if page == here} | {here}
    own = sum(size.get(url, 0) for url in needed if url.startswith(person.house.base_url + "/"))
    return own, sum(size.get(url, 0) for url in needed) - own


def patients(*walks: Walk) -> Area:
    """Walk these walks of a patient in each theme and language."""

    async def area(report: Report, browser: Browser, house: Household) -> None:
        number = 0
        for theme, colours in THEMES.items():
            for language in Language:
                for walk in walks:
                    number += 1
                    bills = Bills(house=house, number=number)

                    async def visit(
                        person: Person, name: str, theme: str = theme, language: Language = language
                    ) -> None:
                        await report.look(person, name, (theme,), language.value)

                    async with somebody(browser, house, language=language) as person:
                        await walk(person, bills, visit, look=Look(theme=colours, language=language))
                print(f"{theme}, {language}: {time.monotonic() - report.began:.0f} s", flush=True)  # noqa: T201 - it is asked to

    return area


def staff(*walks: StaffWalk) -> Area:
    """Walk these of the staff's pages, light and dark; they are in English."""

    async def area(report: Report, browser: Browser, house: Household) -> None:
        async def visit(person: Person, name: str) -> None:
            await report.look(person, name, ("light", "dark"), "en")

        for walk in walks:
            await walk(browser, house, visit)

    return area


AREAS: dict[str, Area] = {
    "patient": patients(*EVERY_WALK),
    "staff": staff(*STAFF_WALKS),
}
ONE_WALK: dict[str, Area] = {walk.__name__: patients(walk) for walk in EVERY_WALK} | {
    "staff-more": staff(staff_tour_more.walk)
}
"""What can be named too, to look again at what was mended."""


async def main(areas: tuple[str, ...]) -> int:
    """Walk these areas, or all, and print what was found; 1 when anything was wrong."""
    report = Report()
    async with _opened(report.met) as (browser, house):
        for area in areas or AREAS:
            await (AREAS | ONE_WALK)[area](report, browser, house)
    print(report.table())  # noqa: T201 - it is asked to
    wrong = any(one.wrong for one in report.lines.values())
    if not areas and report.met.named != kept():
        print(f"{KEPT.name} is not what was met: `make accessibility ARGS={MET}` writes it")  # noqa: T201
        wrong = True
    return int(wrong)


async def record() -> int:
    """Walk everything once without looking, keep which template each page has, and print what none shows."""
    met = Met()

    async def visit(person: Person, name: str) -> None:
        met.page(person.page.url, name)

    async with _opened(met) as (browser, house):
        for walk in STAFF_WALKS:
            await walk(browser, house, visit)
        for number, one in enumerate(EVERY_WALK):
            async with somebody(browser, house) as person:
                await one(person, Bills(house=house, number=number), visit, look=LOOKS["light"])
    KEPT.write_text(written(met.named), "utf-8")
    print("Shown by no walk:", *met.unmet(), sep="\n  ")  # noqa: T201 - it is asked to
    return 0


@asynccontextmanager
async def _opened(met: Met) -> AsyncIterator[tuple[Browser, Household]]:
    with tempfile.TemporaryDirectory() as data, met.watching():
        async with household(Path(data), POPS_MANAGEMENT="true") as house, async_playwright() as playwright:
            browser = await launch(playwright)
            yield browser, house
            await browser.close()


if __name__ == "__main__":
    ASKED = tuple(sys.argv[1:])
    sys.exit(asyncio.run(record() if ASKED == (MET,) else main(ASKED)))
