"""The patient's pages on an embedded database; the services are tested on both elsewhere."""

from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore, open_store
from tests.handlers.site import Browser, Site, site_of
from tests.people import House
from tests.store_fixtures import migrated_file, sqlite_url

__all__ = ["migrated_file", "sqlite_url"]


@pytest.fixture
async def own_store(sqlite_url: str) -> AsyncIterator[OpenStore]:
    opened = await open_store(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def site(own_store: OpenStore) -> AsyncIterator[Site]:
    async with site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def browser(site: Site) -> Browser:
    return site.browser()
