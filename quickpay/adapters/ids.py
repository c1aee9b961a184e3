"""Draw identifiers and secrets from the operating system's randomness."""

import base64
import secrets
import uuid


class RandomIds:
    """Draw identifiers and secrets nobody can guess."""

    def link_id(self) -> str:
        """Return 16 random bytes as 22 characters of base64url without padding."""
        return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode("ascii")

    def secret(self) -> bytes:
        """Return 32 random bytes."""
        return secrets.token_bytes(32)

    def uuid(self) -> str:
        """Return a random UUID (version 4) in its usual 36 characters."""
        return str(uuid.uuid4())
