"""The SQLite file: who may read it, what it must hold, how it is copied, and when it is refused."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from quickpay.adapters.store.engine.sqlite import SqliteStore
from quickpay.adapters.store.engine.sqlite_file import backup, check_settings
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.statements import Statement
from quickpay.ports.store import StoreUnavailable
from tests.adapters.store.counters import SCHEMA, USE, add


def store_at(path: Path) -> SqliteStore[Run]:
    return SqliteStore(path, make_tx=lambda run: run)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def halve(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
async def test_every_connection_holds_the_four_settings(
    sqlite_store: SqliteStore[Run],
    name: str,
    value: int | str,
) -> None:
    pragma = Statement(text(f"PRAGMA {name}"))

    async def unit(tx: Run) -> object:
        row = await tx.one(pragma)
        return row and row[0]

    assert await sqlite_store.write(unit) == value
    assert await asyncio.gather(*(sqlite_store.read(unit) for _ in range(40))) == [value] * 40


def test_a_setting_that_does_not_hold_is_refused_by_name(sqlite_path: Path) -> None:
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.execute("PRAGMA synchronous=NORMAL")
        with pytest.raises(StoreUnavailable, match="synchronous is 1 where it must be 2"):
            check_settings(connection, {"journal_mode": "wal", "synchronous": 2})


async def test_a_file_that_cannot_keep_a_log_beside_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute(SCHEMA)
        other.execute("BEGIN EXCLUSIVE")
        store = SqliteStore[Run](path, make_tx=lambda run: run, busy_seconds=0.1)
        with pytest.raises(StoreUnavailable, match=r"old\.db cannot be used: database is locked"):
            await store.open()


async def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="there is no database at"):
        await store_at(tmp_path / "none.db").open()
    assert modes(tmp_path) == {}


async def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    with pytest.raises(StoreUnavailable, match="is empty"):
        await store_at(tmp_path / "store.db").open()


@pytest.mark.parametrize("create", [True, False])
async def test_a_folder_and_a_text_file_are_refused(tmp_path: Path, *, create: bool) -> None:
    (tmp_path / "text").write_text("not a database, whatever its name\n" * 100)
    (tmp_path / "folder").mkdir()
    for name in ("text", "folder"):
        with pytest.raises(StoreUnavailable, match=name):
            await store_at(tmp_path / name).open(create=create)


async def test_a_truncated_file_is_refused(sqlite_store: SqliteStore[Run], sqlite_path: Path) -> None:
    await add(sqlite_store, *(f"a fairly long name number {number}" for number in range(1000)))
    await sqlite_store.close()
    halve(sqlite_path)
    with pytest.raises(StoreUnavailable, match="malformed"):
        await store_at(sqlite_path).open()


async def test_a_new_file_and_its_log_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    store = store_at(path)
    await store.open(create=True)

    async def unit(tx: Run) -> None:
        await tx.count(Statement(text(SCHEMA)))

    await store.write(unit)
    made = modes(tmp_path)
    await store.close()
    assert made == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}
    await store.open(create=True)
    await add(store, "a")
    await store.close()


async def test_a_backup_under_load_is_one_moment(
    sqlite_store: SqliteStore[Run],
    sqlite_path: Path,
    tmp_path: Path,
) -> None:
    await add(sqlite_store, "a", "b", max_uses=999_999)
    await add(sqlite_store, *(f"a fairly long name number {number}" for number in range(5000)))
    copied = asyncio.Event()

    async def both(tx: Run) -> None:
        await tx.one(USE, key="a")
        await tx.one(USE, key="b")

    async def keep_writing() -> None:
        while not copied.is_set():
            await sqlite_store.write(both)

    writing = asyncio.create_task(keep_writing())
    await backup(sqlite_path, tmp_path / "copy.db")
    copied.set()
    await writing
    assert modes(tmp_path)["copy.db"] == 0o600
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (a,), (b,) = copy.execute("SELECT uses FROM counters WHERE name IN ('a', 'b')")
        assert a == b
        assert copy.execute("SELECT count(*) FROM counters").fetchone() == (5002,)


async def test_a_backup_overwrites_nothing_and_leaves_nothing_when_it_fails(tmp_path: Path) -> None:
    bad, target = tmp_path / "bad.db", tmp_path / "copy.db"
    bad.write_text("not a database\n" * 1000)
    with pytest.raises(StoreUnavailable):
        await backup(bad, target)
    with pytest.raises(StoreUnavailable):
        await backup(tmp_path / "none.db", target)
    assert not target.exists()
    target.write_text("kept")
    with pytest.raises(FileExistsError):
        await backup(bad, target)
    assert target.read_text() == "kept"
