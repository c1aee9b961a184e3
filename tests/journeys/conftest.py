"""One browser and one household for all journeys; every test has people, groups and links of its own."""

import itertools
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

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


_NUMBERS = itertools.count(1)


@pytest.fixture
def bills(house: Household) -> Bills:
    """Make what this test needs in the household all share."""
    return Bills(house=house, number=next(_NUMBERS))


@pytest_asyncio.fixture(loop_scope="session")
async def alice(chromium: Browser, house: Household) -> AsyncIterator[Person]:
    async with somebody(chromium, house) as person:
        yield person
