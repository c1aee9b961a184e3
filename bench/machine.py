"""The machine: who runs on which core, and what a process has used of it."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # counted behind the command's name, which may hold spaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """The server alone on one core; the load, and a database server, on the others."""

    server: frozenset[int]
    load: frozenset[int]


def cores() -> Cores:
    """Share out the cores this process may use; with one there is nothing to share."""
    mine = sorted(os.sched_getaffinity(0))
    return Cores(server=frozenset(mine[:1]), load=frozenset(mine[1:] or mine))


@contextmanager
def on(where: frozenset[int]) -> Iterator[None]:
    """Have every process started in the block run there, with all its threads and children."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, where)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """What a process and its children have used so far, in the kernel and outside."""
    return sum(_own_cpu_seconds(one) for one in family(pid))


def rss_mb(pid: int) -> float:
    """The memory a process and its children hold, in MB; what they share is counted again."""
    pages = sum(int((_read(Path(f"/proc/{one}/statm")) or "0 0").split()[1]) for one in family(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in _read(task).split()]
    return [pid, *(one for child in children for one in family(child))]


def description() -> dict[str, str | float]:
    """What a reader of the figures has to know of where they come from."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[1], 1),  # of 5 minutes; well above 2, others were at work too
    }


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _own_cpu_seconds(pid: int) -> float:
    figures = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (int(figures[_UTIME]) + int(figures[_STIME])) / _TICKS if figures else 0.0


def _read(file: Path) -> str:
    """Read of a process; empty once it is gone."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
