"""The load: wrk where it is installed, else a small client of our own; always says which."""

import asyncio
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

from bench.machine import Cores, on

_PRESS = Path(__file__).with_name("press.lua")
_REFUSED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, made before the clock runs."""

    method: str
    path: str
    cookie: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What came of asking for some seconds."""

    answers: int
    refused: int  # with a status from 400
    broken: int  # connections, not answers
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rps(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def client() -> str:
    """Say what presses."""
    return "wrk" if shutil.which("wrk") else "bench's own asyncio client (wrk is not installed)"


def press(
    address: str, asks: Sequence[Ask], *, concurrency: int, seconds: float, where: Cores, skip: int = 0
) -> Burst:
    """Ask over `concurrency` connections, each the next request as soon as it is answered.

    `skip` lets a later burst begin where an earlier one may have ended, so that no request comes first twice.
    """
    turned = [*asks[skip % len(asks) :], *asks[: skip % len(asks)]]
    with on(where.load):
        if shutil.which("wrk"):
            burst = _wrk(address, turned, concurrency=concurrency, seconds=seconds)
        else:
            burst = asyncio.run(_asyncio(address, turned, concurrency=concurrency, seconds=seconds))
    if not burst.answers:
        raise RuntimeError(f"{address} answered nothing in {burst.seconds:g} s")
    return burst


def _wrk(address: str, asks: Sequence[Ask], *, concurrency: int, seconds: float) -> Burst:
    with tempfile.NamedTemporaryFile("w", suffix=".asks") as file:
        file.writelines(f"{ask.method}\t{ask.path}\t{ask.cookie}\t{ask.form}\n" for ask in asks)
        file.flush()
        command = ["wrk", "-t1", f"-c{concurrency}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
        done = subprocess.run(  # noqa: S603 - our own words
            [*command, "-s", str(_PRESS), address, "--", file.name],
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        )
    return Burst(**json.loads(done.stdout.splitlines()[-1]))


async def _asyncio(address: str, asks: Sequence[Ask], *, concurrency: int, seconds: float) -> Burst:
    parts = urlsplit(address)
    ready = cycle([_bytes(ask, parts.netloc) for ask in asks])
    begun = time.perf_counter()
    until = begun + seconds
    told = await asyncio.gather(
        *(_one(parts.hostname or "", parts.port or 80, ready, until) for _ in range(concurrency))
    )
    took = time.perf_counter() - begun
    spans = sorted(span for spans, _, _ in told for span in spans) or [0.0]
    return Burst(
        answers=sum(len(spans) for spans, _, _ in told),
        refused=sum(refused for _, refused, _ in told),
        broken=sum(broken for _, _, broken in told),
        seconds=took,
        p50_ms=statistics.median(spans) * 1e3,
        p99_ms=spans[int(len(spans) * 0.99)] * 1e3,
    )


async def _one(host: str, port: int, ready: Iterator[bytes], until: float) -> tuple[list[float], int, int]:
    spans: list[float] = []
    refused = 0
    try:
        reader, writer = await asyncio.open_connection(host, port)
        while (begun := time.perf_counter()) < until:
            writer.write(next(ready))
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            spans.append(time.perf_counter() - begun)
            refused += int(head[9:12]) >= _REFUSED
        writer.close()
    except (OSError, EOFError):
        return spans, refused, 1
    return spans, refused, 0


def _bytes(ask: Ask, host: str) -> bytes:
    lines = [f"{ask.method} {ask.path} HTTP/1.1", f"Host: {host}"]
    if ask.cookie:
        lines.append(f"Cookie: {ask.cookie}")
    if ask.method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(ask.form)}"]
    return "\r\n".join([*lines, "", ask.form]).encode()
