"""What runs behind the requests: a stop waits for it, and no longer than it was told to."""

import asyncio
import time

from quickpay.adapters.tasks import BackgroundTasks


async def test_r138_rounds_and_running_work_share_one_grace() -> None:
    tasks = BackgroundTasks()
    begun = asyncio.Event()

    async def winds_up() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.9)

    async def works() -> None:
        await asyncio.sleep(60)

    tasks.every(1.0, winds_up, name="round")
    running = tasks.start(works(), name="work")
    await begun.wait()
    start = time.monotonic()
    await tasks.stop(grace=1.0)
    assert time.monotonic() - start < 1.7, "one after the other they take nearly two seconds"
    assert running.cancelled()
