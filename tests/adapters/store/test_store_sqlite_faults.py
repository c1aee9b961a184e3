"""What is left after a kill, and after a full disk: all that was acknowledged, and nothing half done."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from quickpay.adapters.store.engine.sqlite import SqliteStore
from quickpay.adapters.store.run import Run
from tests.adapters.store.counters import NOTE, add

_WRITER = Path(__file__).with_name("writer_process.py")
_LOG_KEPT = 64 * 2**20


async def start(path: Path, how: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        _WRITER,
        path,
        how,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def found(path: Path) -> tuple[set[str], set[str]]:
    """Return the names of all rows, and of those whose second half is there too."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = {name for (name,) in connection.execute("SELECT name FROM counters")}
        whole = {name for (name,) in connection.execute("SELECT name FROM counters WHERE note IS NOT NULL")}
        return names, whole


@pytest.mark.parametrize("lines", [1, 200, 1500])
async def test_what_was_acknowledged_before_a_kill_is_there(sqlite_path: Path, lines: int) -> None:
    writer = await start(sqlite_path, "endless")
    assert writer.stdout is not None
    acknowledged = [await writer.stdout.readline() for _ in range(lines)]
    writer.kill()
    rest, _ = await writer.communicate()
    acknowledged += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    names, whole = found(sqlite_path)
    assert {line.decode().strip() for line in acknowledged} <= names
    assert names == whole


async def test_a_full_disk_acknowledges_nothing_and_is_got_over_without_a_restart(sqlite_path: Path) -> None:
    writer = await start(sqlite_path, "full")
    out, err = await asyncio.wait_for(writer.communicate(), 30)
    assert writer.returncode == 0, err.decode()
    acknowledged = set(out.decode().split())
    refused = int(err.decode().rsplit(maxsplit=1)[-1])
    assert refused > 20
    assert len(acknowledged) == 222 - refused
    assert {f"after-{number}" for number in range(20)} <= acknowledged
    names, whole = found(sqlite_path)
    assert names == whole == acknowledged


async def test_x20_the_log_a_long_reader_let_grow_shrinks_once_the_reader_is_gone(
    sqlite_store: SqliteStore[Run], sqlite_path: Path
) -> None:
    log = sqlite_path.with_name(f"{sqlite_path.name}-wal")
    await add(sqlite_store, "a")

    async def write(letter: str) -> None:
        async def unit(tx: Run) -> None:
            await tx.count(NOTE, key="a", note=letter * 4_000_000)

        await sqlite_store.write(unit)

    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM counters").fetchone()
        for letter in "abcdefghijklmnopqrst":  # pages that stay the same are not written
            await write(letter)
        assert log.stat().st_size > _LOG_KEPT, "the reader holds it"
    for letter in "xyz":  # one copies the log over, one begins it anew
        await write(letter)
    assert log.stat().st_size <= _LOG_KEPT
