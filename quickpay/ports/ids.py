"""The port through which anything draws an identifier or a secret."""

from typing import Protocol


class Ids(Protocol):
    """Draw identifiers and secrets nobody can guess."""

    def link_id(self) -> str:
        """Return 16 random bytes as 22 characters of base64url without padding."""
        ...

    def secret(self) -> bytes:
        """Return 32 random bytes."""
        ...

    def uuid(self) -> str:
        """Return a random UUID (version 4) in its usual 36 characters."""
        ...
