"""Run one command's work: its settings, its services, and what it says when something will not do."""

import asyncio
import errno
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import click

from quickpay.settings import BadSettings, Settings, load


class Refused(click.ClickException):
    """Something will not do; the message says what to do about it."""


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a command's work; turn what an operator can mend into a line, not a traceback."""
    from quickpay.adapters.store.engine.version import SchemaNotCurrent  # noqa: PLC0415 - slow to load
    from quickpay.ports.store import StoreBusy, StoreUnavailable  # noqa: PLC0415 - slow to load

    try:
        return asyncio.run(work)
    except BadSettings as wrong:
        raise Refused("\n".join(wrong.lines)) from None
    except OSError as trouble:
        if trouble.errno != errno.EADDRINUSE:
            raise
        raise Refused(f"{trouble.strerror}; end what listens there, or choose another port") from None
    except (SchemaNotCurrent, StoreBusy, StoreUnavailable, ValueError) as trouble:
        raise Refused(str(trouble)) from None


def read_settings() -> Settings:
    """Read the settings, or say what is wrong with them."""
    try:
        return load()
    except BadSettings as wrong:
        raise Refused("\n".join(wrong.lines)) from None


@asynccontextmanager
async def house() -> AsyncIterator[Any]:
    """The services without the web, for one command."""
    from quickpay.adapters.tasks import BackgroundTasks  # noqa: PLC0415 - slow to load
    from quickpay.app import furnish  # noqa: PLC0415 - slow to load
    from quickpay.world import open_world  # noqa: PLC0415 - slow to load

    settings = read_settings()
    async with open_world(settings) as world:
        tasks = BackgroundTasks()
        yield furnish(settings, world, tasks)
        await tasks.stop(grace=30.0)


def reasons(refused: object) -> str:
    """Say every fault in a line of its own; what has none is the group that is not there."""
    if isinstance(refused, tuple):
        return "\n".join(f"{fault.path}: {fault.message}" for fault in refused)
    return "group: There is no such group."
