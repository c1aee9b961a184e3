"""What is left after a kill, and after a full disk: all that was acknowledged, and nothing half done."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

_WRITER = Path(__file__).with_name("writer_process.py")


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
