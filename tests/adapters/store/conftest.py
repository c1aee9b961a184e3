"""The engine on both databases, each with one small table and nothing in it."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from quickpay.adapters.store.engine.postgres import PostgresStore
from quickpay.adapters.store.engine.sqlite import SqliteStore
from quickpay.adapters.store.run import Run
from quickpay.ports.store import Store
from tests.adapters.store.counters import SCHEMA


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(SCHEMA)
    connection.close()
    return path


@pytest.fixture
async def sqlite_store(sqlite_path: Path) -> AsyncIterator[SqliteStore[Run]]:
    store = SqliteStore(sqlite_path, make_tx=lambda run: run)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def postgres_store(postgres_url: str) -> AsyncIterator[PostgresStore[Run]]:
    connection = await asyncpg.connect(postgres_url)  # type: ignore[no-untyped-call]  # ships no types
    await connection.execute(SCHEMA)
    await connection.close()
    store = PostgresStore(postgres_url, make_tx=lambda run: run)
    await store.open()
    yield store
    await store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store[Run]:
    """The store under test, once on each database."""
    found: Store[Run] = request.getfixturevalue(f"{request.param}_store")
    return found
