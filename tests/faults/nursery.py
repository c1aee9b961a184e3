"""Services that start at once: a process that has imported everything makes copies of itself that serve.

It reads one JSON object of environment variables a line, and answers with the id of the process that serves.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.faults.service import ROOT, Service

_EVERYTHING = (
    "tests.faults.crashing",
    "quickpay.adapters.gateways.sandbox",
    "quickpay.adapters.mail",
    "quickpay.adapters.sms",
    "quickpay.adapters.store.engine.migrate",
    "quickpay.adapters.store.engine.postgres",
    "quickpay.adapters.store.engine.sqlite",
)


class Nursery:
    """The process that makes them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()

    async def make(self, environment: dict[str, str]) -> int:
        """Start one; returns its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._one_at_a_time:
            self._process.stdin.write(json.dumps(environment).encode() + b"\n")
            await self._process.stdin.drain()
            return int(await self._process.stdout.readline())


class Raised(Service):
    """A service that a nursery starts; what it says goes to a file."""

    def __init__(self, settings: dict[str, str], *, ahead: Path, nursery: Nursery, log: Path) -> None:
        super().__init__(settings, ahead=ahead)
        self._nursery = nursery
        self._log_file = log
        self._id: int | None = None

    @property
    def pid(self) -> int:
        assert self._id is not None, "it was never started"
        return self._id

    async def start(self, *, crash: str | None = None, plainly: bool = False, debug: bool = False) -> None:
        """Start it and wait until it answers."""
        assert (crash, plainly, debug) == (None, False, False), "for that there is `Service`"
        ours = {f"QUICKPAY_{name}": value for name, value in self.settings.items()}
        more = {"FAULTS_CLOCK": str(self._ahead), "FAULTS_LOG": str(self._log_file)}
        self._id = await self._nursery.make(ours | more | {"FAULTS_GATEWAY_SECONDS": "2"})
        await self._until_it_answers()

    async def kill(self) -> None:
        """End it as a power cut does, and wait until it is gone."""
        if self._id is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self._id, signal.SIGKILL)
            while True:
                os.kill(self._id, 0)
                await asyncio.sleep(0.005)
        self._id = None

    def _has_ended(self) -> bool:
        assert self._id is not None
        try:
            os.kill(self._id, 0)
        except ProcessLookupError:
            self.log = self._log_file.read_text("utf-8", errors="replace").splitlines(keepends=True)
            return True
        return False


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """Open one; those it made end with it."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("QUICKPAY_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.nursery",
        cwd=ROOT,
        env=outside,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def _serve(environment: dict[str, str]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(environment)
    log = os.open(environment["FAULTS_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, at in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, at)
    crashing = importlib.import_module("tests.faults.crashing")
    asyncio.run(crashing.serve())


def main() -> None:
    """Make one for each line; ends with its input, and everyone it made with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them, and none stays behind
    for name in _EVERYTHING:
        importlib.import_module(name)
    importlib.import_module("quickpay.handlers.pages").compile_templates()
    made: list[int] = []
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _serve(json.loads(line))
                code = 0
            finally:
                os._exit(code)
        made.append(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for child in made:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
