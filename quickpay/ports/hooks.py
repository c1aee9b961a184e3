"""The port through which another program is told of an event."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One telling: the same `id` through every try, the secrets that sign it now, the newest first."""

    url: str
    id: str
    at: datetime
    body: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """The receiver answered with success."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The receiver answered that it wants no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Anything else; `trouble` is one of a few fixed words, or `status NNN`."""

    trouble: str


HookAnswer = Taken | Gone | NotTaken


class Hooks(Protocol):
    """Tell other programs of events."""

    async def send(self, hook: Hook) -> HookAnswer:
        """Try once, within some seconds; raises nothing for what a receiver can do."""
        ...

    def new_secret(self) -> str:
        """Draw a secret in the form receivers take."""
        ...
