"""The store on both databases, migrated and empty, for whoever tests what stands on it."""

import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import delete, text, update

from quickpay.adapters.store import OpenStore, open_store
from quickpay.adapters.store.engine.migrate import migrate
from quickpay.adapters.store.schema import metadata, numbers
from tests.postgres import PostgresServer

# A new database for each test would take a second on a busy disk, TRUNCATE still a tenth.
_EMPTY = "".join(
    (
        "SET session_replication_role = replica;",  # no triggers, no references: any order will do
        *(f"{delete(table)};" for table in metadata.tables.values() if table is not numbers),
        f"{update(numbers).values(last=text('0'))};",
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';",
    )
)


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
    """Migrate one database for all tests and return its address; each test finds it empty."""
    name = postgres_server.create()
    url = postgres_server.url(name)
    migrate_aside(url)
    yield url
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """Copy the migrated file for one test and return its address."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'quickpay.db')}"


@pytest.fixture
async def postgresql_url(migrated_database: str) -> str:
    """Empty the migrated database for one test and return its address; ids begin at 1 again."""
    connection = await asyncpg.connect(migrated_database)  # type: ignore[no-untyped-call]  # ships no types
    await connection.execute(_EMPTY)
    await connection.close()
    return migrated_database


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
