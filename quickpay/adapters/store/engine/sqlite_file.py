"""The SQLite file: made, opened, checked, copied."""

import asyncio
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from quickpay.ports.store import StoreUnavailable

_STATEMENTS_KEPT = 512  # prepared, per connection
_WAL_BYTES_KEPT = 64 * 2**20  # the log shrinks to this after a checkpoint (X20)
_PAGES_PER_STEP = 1024  # copied at a time, so that a backup never holds the lock for long


def settle_file(path: Path, *, create: bool) -> None:
    """Make sure there is a database file; never put a fresh one where an old one is missing unless told to.

    Raises:
        StoreUnavailable: there is none and `create` is false, or it is empty, or it cannot be made.
    """
    if create and not path.exists():
        _make(path)
    elif not path.is_file():
        raise StoreUnavailable(f"there is no database at {path}; create one, or correct the path")
    elif not create and path.stat().st_size == 0:
        raise StoreUnavailable(f"{path} is empty where a database was expected; restore a backup")


def connect(path: Path, *, busy_seconds: float, query_only: bool) -> sqlite3.Connection:
    """Open the file, set what every connection must have, and look whether it holds (R134).

    Raises:
        StoreUnavailable: not a database, read-only, or a setting that will not hold.
    """
    wanted: dict[str, int | str] = {
        "busy_timeout": round(busy_seconds * 1000),
        "journal_mode": "wal",
        "synchronous": 2,  # FULL: an acknowledged commit survives power loss
        "foreign_keys": 1,
        "query_only": int(query_only),
        "journal_size_limit": _WAL_BYTES_KEPT,
    }
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=busy_seconds,
            isolation_level=None,  # transactions are begun and ended by the lane alone
            cached_statements=_STATEMENTS_KEPT,
            check_same_thread=True,
        )
    except sqlite3.Error as problem:
        raise StoreUnavailable(f"{path} cannot be opened: {problem}") from problem
    try:
        connection.row_factory = sqlite3.Row
        for name, value in wanted.items():
            connection.execute(f"PRAGMA {name}={value}")
        check_settings(connection, wanted)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as problem:
        connection.close()
        raise StoreUnavailable(f"{path} cannot be used: {problem}") from problem
    except StoreUnavailable:
        connection.close()
        raise
    return connection


def check_settings(connection: sqlite3.Connection, wanted: Mapping[str, int | str]) -> None:
    """Look whether the connection holds the settings it was given.

    Raises:
        StoreUnavailable: one of them is different; names it.
    """
    for name, value in wanted.items():
        held = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if held != value:
            raise StoreUnavailable(f"PRAGMA {name} is {held} where it must be {value}")


async def backup(source: Path, target: Path) -> None:
    """Copy a database, live or not, as one consistent state into a new file of mode 0600 (R141).

    Raises:
        FileExistsError: something is at `target` already; a backup never overwrites.
        StoreUnavailable: the source is missing or cannot be read, or the disk is full; nothing is left.
    """
    await asyncio.to_thread(_copy, source, target)


def _copy(source: Path, target: Path) -> None:
    settle_file(source, create=False)
    _make(target)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as origin,
            closing(sqlite3.connect(target)) as copy,
        ):
            # One snapshot from the first page to the last, whatever is written meanwhile.
            origin.execute("BEGIN")
            origin.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            origin.backup(copy, pages=_PAGES_PER_STEP)
    except sqlite3.Error as problem:
        target.unlink()
        raise StoreUnavailable(f"{source} could not be copied: {problem}") from problem


def _make(path: Path) -> None:
    # SQLite gives the -wal and -shm files beside it the same mode.
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
