"""Migrations on both databases: there, back and there again, in one transaction, never on a later schema."""

import asyncio
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from quickpay.adapters.store import open_store
from quickpay.adapters.store.engine.migrate import drift, migrate
from quickpay.adapters.store.engine.version import REVISIONS, SchemaNotCurrent, SchemaVersion, check_version
from quickpay.adapters.store.schema import metadata
from quickpay.ports.store import StoreUnavailable
from tests.postgres import PostgresServer

_SHAPE = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE type <> 'trigger'"
_SERVER_SHAPE = """
    SELECT format('%s.%s %s %s', table_name, column_name, data_type, is_nullable)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
"""
_SET_VERSION = "UPDATE alembic_version SET version_num = '9999'"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def _version(url: str) -> SchemaVersion:
    return asyncio.run(check_version(url))


def _execute(url: str, *statements: str) -> None:
    async def on_server() -> None:
        connection = await asyncpg.connect(url)  # type: ignore[no-untyped-call]  # ships no types
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    if not url.startswith("sqlite"):
        asyncio.run(on_server())
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
        for statement in statements:
            connection.execute(statement)


# SQLite writes a column that was added later behind the last one, on its line.
_ADDED = re.compile(r", (?=\w+ (?:BIGINT|INTEGER|TEXT|BLOB)\b)")


def _shape(url: str) -> list[str]:
    """Everything but triggers, as the database itself words it."""

    async def on_server() -> list[str]:
        connection = await asyncpg.connect(url)  # type: ignore[no-untyped-call]  # ships no types
        rows = [row[0] for row in await connection.fetch(_SERVER_SHAPE)]
        await connection.close()
        return rows

    if not url.startswith("sqlite"):
        rows = asyncio.run(on_server())
    else:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            rows = [row[0] for row in connection.execute(_SHAPE)]
    # The order of a table's columns and constraints is not its shape.
    return sorted(
        " ".join(sorted(line.strip(" ,\t") for line in _ADDED.sub("\n", row).splitlines()))
        for row in rows
        if "alembic_version" not in row
    )


def _create_all(url: str) -> None:
    async def on_server() -> None:
        engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await engine.dispose()

    if not url.startswith("sqlite"):
        asyncio.run(on_server())
        return
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()


def test_the_revisions_are_those_there_are() -> None:
    config = Config()
    config.set_main_option("script_location", "quickpay:migrations")
    script = ScriptDirectory.from_config(config)
    assert tuple(one.revision for one in reversed(list(script.walk_revisions()))) == REVISIONS


def test_up_down_and_up_again_leaves_no_drift(empty_url: str) -> None:
    assert _version(empty_url) is SchemaVersion.EMPTY
    migrate(empty_url)
    assert _version(empty_url) is SchemaVersion.CURRENT
    assert drift(empty_url) == []
    there = _shape(empty_url)

    migrate(empty_url, to="base")
    assert _version(empty_url) is SchemaVersion.EMPTY
    assert _shape(empty_url) == []
    assert drift(empty_url)

    migrate(empty_url)
    assert drift(empty_url) == []
    assert _shape(empty_url) == there


def test_a_migrated_database_is_what_the_schema_says_checks_and_conditions_included(
    empty_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """`drift` sees neither a CHECK nor the condition of a partial index."""
    if empty_url.startswith("sqlite"):
        fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        name = server.create()
        request.addfinalizer(lambda: server.drop(name))
        fresh = server.url(name)
    migrate(empty_url)
    _create_all(fresh)
    assert _shape(empty_url) == _shape(fresh)


def test_drift_is_seen(empty_url: str) -> None:
    migrate(empty_url)
    _execute(empty_url, "DROP INDEX uq_payments_one_per_order", "ALTER TABLE links ADD COLUMN colour TEXT")
    told = " ".join(drift(empty_url))
    assert "uq_payments_one_per_order" in told
    assert "colour" in told


def test_r140_a_later_database_is_refused_and_left_alone(empty_url: str) -> None:
    migrate(empty_url)
    _execute(empty_url, _SET_VERSION)
    before = _shape(empty_url)
    assert _version(empty_url) is SchemaVersion.NEWER
    for refused in (
        lambda: migrate(empty_url),
        lambda: asyncio.run(open_store(empty_url)),
        lambda: asyncio.run(open_store(empty_url, create=True)),
    ):
        with pytest.raises(SchemaNotCurrent, match="later version") as fact:
            refused()
        assert fact.value.version is SchemaVersion.NEWER
    assert _shape(empty_url) == before


def test_an_empty_database_is_reported_and_made_only_when_asked(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaNotCurrent, match="empty") as fact:
        asyncio.run(open_store(empty_url))
    assert fact.value.version is SchemaVersion.EMPTY
    assert list(tmp_path.iterdir()) == []

    async def open_and_ask() -> object:
        store = await open_store(empty_url, create=True)
        found = await store.read(lambda tx: tx.groups.list_())
        await store.close()
        return found

    assert asyncio.run(open_and_ask()) == []
    assert _version(empty_url) is SchemaVersion.CURRENT


def test_r133_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrate(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_r140_a_migration_that_fails_half_way_leaves_nothing(empty_url: str) -> None:
    _execute(empty_url, "CREATE TABLE sessions (id BIGINT)")  # in the way, after other tables are made
    before = _shape(empty_url)
    with pytest.raises(Exception, match="sessions"):
        migrate(empty_url)
    assert _shape(empty_url) == before
    assert _version(empty_url) is SchemaVersion.EMPTY


def test_two_migrations_at_once_are_one(empty_url: str) -> None:
    async def both() -> None:
        await asyncio.gather(*(asyncio.to_thread(migrate, empty_url) for _ in range(4)))

    asyncio.run(both())
    assert drift(empty_url) == []


def test_a_file_that_is_no_database_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Alice, " * 1000)
    with pytest.raises(StoreUnavailable):
        _version(f"sqlite:///{path}")


def test_a_database_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        _version(f"postgresql://postgres@/postgres?host={tmp_path}")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "mysql://a/b", "quickpay.db"]
)
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="relative"):
        _version(url)


def test_a_relative_path_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    migrate("sqlite:///here.db")
    assert (tmp_path / "here.db").is_file()
    assert _version("sqlite:///here.db") is SchemaVersion.CURRENT
