"""axe and more on every page x theme x language x width; `make accessibility` prints what was met."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from quickpay.domain.languages import Language
from quickpay.domain.themes import Theme, nearest_passing_theme
from tests.household import Household, household
from tests.journeys import staff_tour
from tests.journeys.bills import DARK, Bills
from tests.journeys.person import PHONE, Person, somebody
from tests.journeys.probes import TOO_WIDE, printed, spaced, still, tabbed
from tests.journeys.test_look_staff import EDITOR, EDITOR_MOST, FIRST_VIEW_MOST
from tests.journeys.tour import Look
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
        self.began = time.monotonic()

    async def look(self, person: Person, name: str, themes: tuple[str, ...], language: str) -> None:
        """Hold one page to all of it in each of these of the reader's own schemes, and leave it as it was."""
        line, page = self.lines.setdefault(name, Line()), person.page
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


async def patients(report: Report, browser: Browser, house: Household) -> None:
    """Walk every walk of a patient in each theme and language."""
    number = 0
    for theme, colours in THEMES.items():
        for language in Language:
            for walk in EVERY_WALK:
                number += 1
                bills = Bills(house=house, number=number)

                async def visit(
                    person: Person, name: str, theme: str = theme, language: Language = language
                ) -> None:
                    await report.look(person, name, (theme,), language.value)

                async with somebody(browser, house, language=language) as person:
                    await walk(person, bills, visit, look=Look(theme=colours, language=language))
            print(f"{theme}, {language}: {time.monotonic() - report.began:.0f} s", flush=True)  # noqa: T201 - it is asked to


async def staff(report: Report, browser: Browser, house: Household) -> None:
    """Walk the staff's pages, light and dark; they are in English."""

    async def visit(person: Person, name: str) -> None:
        await report.look(person, name, ("light", "dark"), "en")

    await staff_tour.walk(browser, house, visit)


AREAS: dict[str, Callable[[Report, Browser, Household], Awaitable[None]]] = {
    "patient": patients,
    "staff": staff,
}


async def main(areas: tuple[str, ...]) -> int:
    """Walk these areas and print what was found; 1 when anything was wrong."""
    report = Report()
    with tempfile.TemporaryDirectory() as data:
        async with household(Path(data), POPS_MANAGEMENT="true") as house, async_playwright() as playwright:
            browser = await launch(playwright)
            for area in areas:
                await AREAS[area](report, browser, house)
            await browser.close()
    print(report.table())  # noqa: T201 - it is asked to
    return int(any(one.wrong for one in report.lines.values()))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(tuple(sys.argv[1:]) or tuple(AREAS))))
