"""One browser and one household for all journeys; every test has people, groups and links of its own."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from quickpay.domain.languages import Language
from quickpay.ports.clock import Clock
from quickpay.world import World
from tests.household import Household, household
from tests.journeys.bills import Bills
from tests.journeys.person import Person, somebody
from tests.journeys.watched import launch


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    async with household(tmp_path_factory.mktemp("house")) as started:
        yield started


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterClock:
    """The service's clock run on by a span that a test chooses (port `Clock`)."""

    inner: Clock
    ahead: list[timedelta]

    def now(self) -> datetime:
        return self.inner.now() + self.ahead[-1]

    def put_back(self) -> timedelta:
        return self.inner.put_back()

    def monotonic(self) -> float:
        return self.inner.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A household of its own whose time a test lets pass."""

    house: Household
    ahead: list[timedelta]

    def passes(self, span: timedelta) -> None:
        """Let the service believe that this much more time has gone by."""
        self.ahead.append(self.ahead[-1] + span)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def later(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Later]:
    ahead = [timedelta()]

    def wrap(world: World) -> World:
        return replace(world, clock=LaterClock(inner=world.clock, ahead=ahead))

    async with household(tmp_path_factory.mktemp("later"), wrap=wrap) as started:
        yield Later(house=started, ahead=ahead)


_NUMBERS = itertools.count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def bills(house: Household, language: Language) -> AsyncIterator[Bills]:
    """Make what this test needs in the household all share; its faults end with it."""
    yield Bills(house=house, number=next(_NUMBERS), language=language)
    await house.no_faults()


@pytest.fixture
def language() -> Language:
    """What `alice` and `bills` speak; a test that is walked in both languages asks for it by `IN_BOTH`."""
    return Language.EN


@pytest_asyncio.fixture(loop_scope="session")
async def alice(chromium: Browser, house: Household, language: Language) -> AsyncIterator[Person]:
    async with somebody(chromium, house, language=language) as person:
        yield person


@pytest.fixture
def later_bills(later: Later, language: Language) -> Bills:
    """The same in the household whose time passes."""
    return Bills(house=later.house, number=next(_NUMBERS), language=language)


@pytest_asyncio.fixture(loop_scope="session")
async def later_alice(chromium: Browser, later: Later, language: Language) -> AsyncIterator[Person]:
    async with somebody(chromium, later.house, language=language) as person:
        yield person
