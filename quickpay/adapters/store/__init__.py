"""The store: one schema, one set of statements, two databases."""

import asyncio
from typing import Protocol

from quickpay.adapters.store.engine.sqlite import SqliteStore
from quickpay.adapters.store.engine.version import SchemaNotCurrent, SchemaVersion, check_version, sqlite_path
from quickpay.adapters.store.tx import StoreTx
from quickpay.ports.store import Store


class OpenStore(Store[StoreTx], Protocol):
    """A `Store` that holds connections until it is closed."""

    async def close(self) -> None:
        """Refuse new units, finish the waiting ones, and disconnect."""
        ...


async def open_store(database_url: str, *, create: bool = False) -> OpenStore:
    """Open `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://…` (also `?host=/socket/dir`).

    Args:
        create: bring an empty or older database to this program's version first; for SQLite, make the file.

    Raises:
        SchemaNotCurrent: it is of a later version, or of an earlier one or empty without `create`.
        StoreUnavailable: it cannot be reached or used.
        ValueError: the address is neither.
    """
    version = await check_version(database_url)
    if create and version in {SchemaVersion.EMPTY, SchemaVersion.BEHIND}:
        from quickpay.adapters.store.engine.migrate import migrate  # noqa: PLC0415 - slow to load, rarely needed

        await asyncio.to_thread(migrate, database_url)
    elif version is not SchemaVersion.CURRENT:
        raise SchemaNotCurrent(version)
    path = sqlite_path(database_url)
    if path is None:
        return await _on_server(database_url)
    store = SqliteStore(path, make_tx=StoreTx)
    await store.open()
    return store


async def _on_server(database_url: str) -> OpenStore:
    from quickpay.adapters.store.engine.postgres import PostgresStore  # noqa: PLC0415 - its driver is an extra

    store = PostgresStore(database_url, make_tx=StoreTx)
    await store.open()
    return store
