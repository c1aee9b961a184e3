"""A place on each database, its service running."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.place import Place, place
from tests.store_fixtures import (
    database_url,
    migrated_database,
    migrated_file,
    postgresql_url,
    sqlite_url,
)

__all__ = ["database_url", "migrated_database", "migrated_file", "postgresql_url", "sqlite_url"]


@pytest.fixture
async def here(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Place]:
    """A place on SQLite whose gateway sends no webhooks."""
    async with place(tmp_path, database_url=sqlite_url) as made:
        await made.arrange()
        yield made


@pytest.fixture
async def told(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Place]:
    """A place on SQLite whose gateway also tells by webhook."""
    async with place(tmp_path, database_url=sqlite_url, webhooks=True) as made:
        await made.arrange()
        yield made
