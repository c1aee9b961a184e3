"""The port to work that goes on after its request was answered, watched so that nothing fails unseen."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Tasks(Protocol):
    """Start work that outlives the request; at shutdown it is waited for, for a while."""

    def start(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run it in a task of its own; what it raises is logged under `name`, never lost."""
        ...
