"""Addresses nobody was given are not found, on either database; none of them is our own fault (500)."""

from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from tests.handlers.site import Site, site_of
from tests.people import House
from tests.store_fixtures import database_url, migrated_database, postgresql_url, store

__all__ = ["database_url", "migrated_database", "postgresql_url", "store"]


@pytest.fixture
async def either_site(store: OpenStore) -> AsyncIterator[Site]:
    async with site_of(House(store)) as made:
        yield made


@pytest.mark.parametrize(
    "path",
    [
        "/payments/%00",
        "/payments/%ff",
        "/payments/%ed%a0%80",
        "/g/%00/signed-out",
        "/g/%ff/signed-out",
        "/g/lakeside%00/theme-1.css",
    ],
)
async def test_what_cannot_be_a_name_is_not_found(either_site: Site, path: str) -> None:
    house, browser = either_site.house, either_site.browser()
    await browser.open(await house.link(await house.guarantor(await house.group())))
    assert (await browser.get(path)).status == 404
