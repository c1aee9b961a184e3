"""The whole site with its staff's pages, and an office with a key, for whoever means harm."""

from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore, open_store
from tests.handlers.options.office import Office, office_of
from tests.handlers.site import Site
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House
from tests.store_fixtures import migrated_file, sqlite_url

__all__ = ["migrated_file", "sqlite_url"]


@pytest.fixture
async def own_store(sqlite_url: str) -> AsyncIterator[OpenStore]:
    opened = await open_store(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
def site(here: StaffSite) -> Site:
    return here.site


@pytest.fixture
async def office(site: Site) -> Office:
    return await office_of(site)
