"""The service in a process of its own, to be killed, stopped, starved and started again."""

import asyncio
import os
import resource
import signal
import sys
import time
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
STARTING_SECONDS = 90.0
_COMPILED_ASIDE = {"PYTHONPYCACHEPREFIX": str(ROOT / ".tools" / "pycache"), "PYTHONDONTWRITEBYTECODE": ""}
STOPPING_SECONDS = 40.0


class NotServing(AssertionError):
    """It ended, or said nothing, before it served."""


class Service:
    """One process at a time, with the same settings each time.

    `ahead` is the file by which its clock is moved; `listen` and `host` differ where several processes serve
    one address.
    """

    def __init__(self, settings: dict[str, str], *, ahead: Path) -> None:
        self.settings = settings
        self.address = f"http://{settings['LISTEN']}"
        self.host = settings["BASE_URL"].removeprefix("http://")
        self.log: list[str] = []
        self._ahead = ahead
        self._broken = ahead.with_suffix(".broken")
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was never started"
        return self._process.pid

    async def start(self, *, crash: str | None = None, plainly: bool = False, debug: bool = False) -> None:
        """Start it and wait until it answers; `plainly` is exactly what an operator runs."""
        more = {"FAULTS_CLOCK": str(self._ahead), "FAULTS_DISK": str(self._broken)} | (
            {} if crash is None else {"FAULTS_CRASH": crash}
        )
        more |= {"FAULTS_DEBUG": "1"} if debug else {}
        module = ("quickpay", "serve") if plainly else ("tests.faults.crashing",)
        self._process = await launch(*module, settings=self.settings, more={} if plainly else more)
        self._reader = asyncio.create_task(self._read(self._process))
        await self._until_it_answers()

    async def ended(self, *, within: float = STOPPING_SECONDS) -> int:
        """Wait until it has ended by itself; returns how."""
        assert self._process is not None
        async with asyncio.timeout(within):
            code = await self._process.wait()
        await self._forget()
        return code

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self.ended()

    async def stop(self) -> int:
        """Ask it to end, as a deploy does; returns how it ended."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def let_write(self, *, files: bool) -> None:
        """Take away, or give back, the room its files may grow into: a full disk for this process alone."""
        room = resource.RLIM_INFINITY if files else 0
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

    def let_keep(self, *, files: bool) -> None:
        """Have its disk refuse to keep anything (every fsync of its database fails), or keep it again."""
        if files:
            self._broken.unlink()
        else:
            self._broken.touch()

    def let_open(self, more: int) -> None:
        """Let it open so many files and lines beyond those it has open now."""
        open_now = sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())
        _, most = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (open_now + more, most))

    async def answers(self) -> bool:
        """Whether it serves at this moment."""
        async with aiohttp.ClientSession(headers={"Host": self.host}) as session:
            try:
                async with session.get(f"{self.address}/livez") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

    def _has_ended(self) -> bool:
        return self._process is not None and self._process.returncode is not None

    async def _until_it_answers(self) -> None:
        end = time.monotonic() + STARTING_SECONDS
        async with aiohttp.ClientSession(headers={"Host": self.host}) as session:
            while time.monotonic() < end:
                if self._has_ended():
                    await self._forget()
                    raise NotServing("".join(self.log[-40:]))
                try:
                    async with session.get(f"{self.address}/livez") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        await self.kill()
        raise NotServing("".join(self.log[-40:]))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.log.append(line.decode(errors="replace"))

    async def _forget(self) -> None:
        if self._reader is not None:
            await self._reader
            self._reader = None


async def launch(
    *module: str, settings: dict[str, str], more: dict[str, str] | None = None
) -> asyncio.subprocess.Process:
    """Run `python -m …` with these settings and no other `QUICKPAY_…`; output and errors come together."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("QUICKPAY_")}
    ours = {f"QUICKPAY_{name}": value for name, value in settings.items()}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *module,
        cwd=ROOT,
        env={**outside, **ours, **(more or {}), **_COMPILED_ASIDE},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=1 << 20,
    )


async def run(*module: str, settings: dict[str, str], within: float = 60.0) -> tuple[int, str]:
    """Run a command to its end; returns how it ended and all it said."""
    process = await launch(*module, settings=settings)
    try:
        async with asyncio.timeout(within):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        said, _ = await process.communicate()
        raise AssertionError(f"{module} did not end: {said.decode()}") from None
    assert process.returncode is not None
    return process.returncode, said.decode()
