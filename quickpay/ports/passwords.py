"""The port to what is slow on purpose: passwords are digested and compared aside, never in the loop."""

from typing import Protocol


class Passwords(Protocol):
    """Digest passwords so that whoever has the digests has none of them (R119)."""

    async def digest(self, password: str) -> str:
        """Return what may be kept, salted: the same password never gives the same twice."""
        ...

    async def matches(self, password: str, digest: str | None) -> bool:
        """Whether it is the digest's password; without a digest False, after as much work."""
        ...

    async def is_common(self, password: str, *, words: tuple[str, ...]) -> bool:
        """Whether somebody who knows the lists, the keyboard and these words would soon guess it."""
        ...

    def outgrown(self, digest: str) -> bool:
        """Whether a digest was made with other numbers than are used now, and so with less work."""
        ...
