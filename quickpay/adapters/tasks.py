"""Run work behind the requests, watched: what fails is logged, and a stop waits for what runs."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger("quickpay.tasks")


class BackgroundTasks:
    """Hold every task that outlives its request, so that none is lost or fails unseen."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._loops: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run it in a task of its own; what it raises is logged under `name`, never lost."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def every(self, seconds: float, work: Callable[[], Awaitable[object]], *, name: str) -> None:
        """Run it again and again, `seconds` after it ended; a failure is logged and the next run comes."""
        self._loops.add(asyncio.create_task(self._repeat(seconds, work, name), name=name))

    async def stop(self, *, grace: float) -> None:
        """End the loops, wait for them and for running work at most `grace` seconds in all, then leave it."""
        for loop in self._loops:
            loop.cancel()
        if self._loops or self._running:
            await asyncio.wait(self._loops | self._running, timeout=grace)
        for loop in self._loops:
            loop.cancel()  # once more: a round may still be winding up what it had begun
        await asyncio.gather(*self._loops, return_exceptions=True)
        for task in self._running:
            log.warning("task_left_behind", task=task.get_name())
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _repeat(self, seconds: float, work: Callable[[], Awaitable[object]], name: str) -> None:
        while True:
            try:
                await work()
            except Exception:
                log.exception("round_failed", task=name)
            await asyncio.sleep(seconds)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            failure = task.exception()
            if failure is not None:
                log.error("task_failed", task=task.get_name(), exc_info=failure)
