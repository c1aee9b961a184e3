"""Bring a database's schema to this program's version, and show where the two differ."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from alembic import autogenerate, command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from quickpay.adapters.store.engine.sqlite_file import settle_file
from quickpay.adapters.store.engine.version import (
    SchemaNotCurrent,
    SchemaVersion,
    postgresql_dsn,
    sqlite_path,
)
from quickpay.adapters.store.engine.version import (
    check_version as check_version,
)
from quickpay.adapters.store.schema import metadata

T = TypeVar("T")

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7184320665128)")  # any number that nobody else uses
_LOCK_SECONDS = 60.0


class BrokenReferences(Exception):
    """After a migration, rows would point at rows that are not there; the migration was undone."""


def migrate(database_url: str, *, to: str = "head") -> None:
    """Bring the schema to a revision, by default the newest: in one transaction, wholly or not at all (R140).

    Makes a missing SQLite file, mode 0600. A second migration at the same time waits for the first and then
    finds nothing to do. Not to be called from a running event loop, but from a thread beside it.

    Raises:
        SchemaNotCurrent: the database has a revision this program does not know.
        BrokenReferences: see there.
        StoreUnavailable: the database cannot be reached or read.
    """
    if asyncio.run(check_version(database_url)) is SchemaVersion.NEWER:
        raise SchemaNotCurrent(SchemaVersion.NEWER)

    def move(connection: Connection) -> None:
        config = _config(connection)
        if to == "base" or _is_older(connection, to):
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)

    _in_transaction(database_url, move)


def drift(database_url: str) -> list[str]:
    """List how a database differs from the schema module, as `alembic check` would; empty is good."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(
            connection, opts={"target_metadata": metadata, "compare_server_default": True}
        )
        return [repr(difference) for difference in autogenerate.compare_metadata(context, metadata)]

    return _in_transaction(database_url, compare)


def draft(database_url: str, *, words: str, revision: str) -> Path:
    """Write a new revision's file from the difference between a current database and the schema module."""

    def write(connection: Connection) -> Path:
        script: Any = command.revision(_config(connection), message=words, rev_id=revision, autogenerate=True)
        return Path(script.path)

    return _in_transaction(database_url, write)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "quickpay:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _is_older(connection: Connection, to: str) -> bool:
    if to == "head":
        return False
    found = MigrationContext.configure(connection).get_current_revision()
    return found is not None and to < found


def _in_transaction(database_url: str, work: Callable[[Connection], T]) -> T:
    path = sqlite_path(database_url)
    if path is None:
        return asyncio.run(_on_server(postgresql_dsn(database_url), work))
    return _on_file(path, work)


def _on_file(path: Path, work: Callable[[Connection], T]) -> T:
    with suppress(FileExistsError):  # another migration was a moment quicker
        settle_file(path, create=True)
    engine = create_engine(
        f"sqlite:///{path.absolute()}", poolclass=NullPool, connect_args={"timeout": _LOCK_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def _connect(driver: Any, _: Any) -> None:
        driver.isolation_level = None  # the driver would begin and commit on its own

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        done = work(connection)
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise BrokenReferences(f"references in {path} would be broken")
    engine.dispose()
    return done


async def _on_server(dsn: str, work: Callable[[Connection], T]) -> T:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(_ONE_AT_A_TIME)
            return await connection.run_sync(work)
    finally:
        await engine.dispose()
