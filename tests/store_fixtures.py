"""The store on both databases, migrated and empty, for whoever tests what stands on it."""

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from quickpay.adapters.store import OpenStore, open_store
from quickpay.adapters.store.migrate import migrate
from tests.postgres import PostgresServer

_numbers = itertools.count()


def migrate_aside(database_url: str, *, to: str = "head") -> None:
    """Migrate from a thread: the migration runs an event loop of its own."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(migrate, database_url, to=to).result()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one file for all tests; each copies it."""
    path = tmp_path_factory.mktemp("store") / "migrated.db"
    migrate_aside(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres_server: PostgresServer) -> Iterator[str]:
    """Migrate one database for all tests, and return its name: each makes its own from this template."""
    name = postgres_server.create()
    migrate_aside(postgres_server.url(name))
    yield name
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """Copy the migrated file for one test and return its address."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'quickpay.db')}"


@pytest.fixture
async def postgresql_url(migrated_database: str, postgres_server: PostgresServer) -> AsyncIterator[str]:
    """Make a migrated database for one test and return its address."""
    # Over the driver and not by `psql`, whose start takes longer than the work.
    name = f"{migrated_database}_{next(_numbers)}"
    maintenance = await asyncpg.connect(postgres_server.url("postgres"))  # type: ignore[no-untyped-call]
    try:
        await maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_database}")
        yield postgres_server.url(name)
        await maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await maintenance.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database, once of each kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[OpenStore]:
    """The store under test, once on each database."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()
