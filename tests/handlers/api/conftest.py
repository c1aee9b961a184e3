"""The API on both databases."""

from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from tests.handlers.api.desk import Api, api_alone
from tests.store_fixtures import (
    database_url,
    migrated_database,
    migrated_file,
    postgresql_url,
    sqlite_url,
    store,
)

__all__ = ["database_url", "migrated_database", "migrated_file", "postgresql_url", "sqlite_url", "store"]


@pytest.fixture
async def api(store: OpenStore) -> AsyncIterator[Api]:
    async with api_alone(store) as alone:
        yield alone
