"""Which version of the schema a database has; answered without loading the machinery that migrates."""

import sqlite3
from contextlib import closing
from enum import Enum
from pathlib import Path
from urllib.parse import unquote

from quickpay.ports.store import StoreUnavailable

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0008",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
)
"""Every revision of the schema, oldest first; the last is what this program needs."""

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgresql+asyncpg://", "postgres://")
_ASK = "SELECT version_num FROM alembic_version"


class SchemaVersion(Enum):
    """How a database's schema relates to this program's."""

    CURRENT = "current"
    BEHIND = "behind"
    NEWER = "newer"
    EMPTY = "empty"


class SchemaNotCurrent(Exception):
    """The database's schema is not the one this program needs; `version` says how."""

    def __init__(self, version: SchemaVersion) -> None:
        super().__init__(_ADVICE[version])
        self.version = version


_ADVICE = {
    SchemaVersion.CURRENT: "the database is current",
    SchemaVersion.BEHIND: "an earlier version of QuickPay made the database; run `quickpay migrate` first",
    SchemaVersion.NEWER: "the database was made by a later version of QuickPay; this one would do it harm",
    SchemaVersion.EMPTY: "the database is empty; run `quickpay migrate` first",
}


def sqlite_path(database_url: str) -> Path | None:
    """Return the file of `sqlite:///relative.db` or `sqlite:////absolute.db`, None for PostgreSQL.

    Raises:
        ValueError: neither, or a database that is not a file.
    """
    if database_url.startswith(_POSTGRESQL):
        return None
    path = unquote(database_url.removeprefix(_SQLITE))
    if not database_url.startswith(_SQLITE) or path in {"", ":memory:"} or "?" in database_url:
        raise ValueError("a database is sqlite:///relative.db, sqlite:////absolute.db or postgresql://…")
    return Path(path)


def postgresql_dsn(database_url: str) -> str:
    """Return the address as the driver takes it."""
    return f"postgresql://{database_url.partition('://')[2]}"


async def check_version(database_url: str) -> SchemaVersion:
    """Look which version a database has; changes nothing and makes no file.

    Raises:
        StoreUnavailable: it cannot be reached or read.
    """
    path = sqlite_path(database_url)
    found = await _of_server(postgresql_dsn(database_url)) if path is None else _of_file(path)
    if found is None:
        return SchemaVersion.EMPTY
    if found not in REVISIONS:
        return SchemaVersion.NEWER
    return SchemaVersion.CURRENT if found == REVISIONS[-1] else SchemaVersion.BEHIND


def _of_file(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            row = connection.execute(_ASK).fetchone()
    except sqlite3.OperationalError as problem:
        if "no such table" in str(problem):
            return None
        raise StoreUnavailable(f"{path} cannot be read: {problem}") from problem
    except sqlite3.DatabaseError as problem:
        raise StoreUnavailable(f"{path} cannot be read: {problem}") from problem
    return None if row is None else str(row[0])


async def _of_server(dsn: str) -> str | None:
    from quickpay.adapters.store.engine.server_version import found_on  # noqa: PLC0415 - its driver is an extra

    return await found_on(dsn, ask=_ASK)
