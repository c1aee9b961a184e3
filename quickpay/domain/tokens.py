"""Signed tokens: an opaque id and a signature, good for one purpose and in one spelling only."""

import hashlib
import hmac
import re
from enum import StrEnum
from functools import lru_cache

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

SHORTEST_KEY = 32
# 16 bytes and 32: the last letter of each has bits to spare, and only its spelling without them is ours.
_FORM = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)


class TokenPurpose(StrEnum):
    """What a token is for; its version is in the salt, so nothing else has to be in the token (R1)."""

    LINK = "quickpay.link.v1"
    PORTAL_HANDOFF = "quickpay.portal-handoff.v1"
    STAFF_LAUNCH = "quickpay.staff-launch.v1"
    CSRF = "quickpay.csrf.v1"


class _Hmac(SigningAlgorithm):
    """HMAC-SHA-256 in a single call, at a third of the cost of an object for each token."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha256")


class _LinkSigner(Signer):
    """A signer that derives each key once, not at every token."""

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        key = self.secret_keys[-1] if secret_key is None else secret_key
        return _derived(key if isinstance(key, bytes) else key.encode(), bytes(self.salt))


@lru_cache(maxsize=256)
def _derived(key: bytes, salt: bytes) -> bytes:
    return hmac.new(key, salt, hashlib.sha256).digest()


class Tokens:
    """Sign and read tokens with the installation's keys, newest first; all of them are accepted (R12)."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        # itsdangerous signs with the *last* of its list.
        oldest_first = [key.encode() for key in reversed(keys)]
        self._signers = {
            purpose: _LinkSigner(oldest_first, salt=purpose.encode(), algorithm=_Hmac())
            for purpose in TokenPurpose
        }

    def sign(self, purpose: TokenPurpose, token_id: str) -> str:
        """Make the one token of this id and purpose."""
        return self._signers[purpose].sign(token_id).decode("ascii")

    def read(self, purpose: TokenPurpose, token: str) -> str | None:
        """Return the id if the token is ours, for this purpose and canonically spelled (R3, F1)."""
        if _FORM.fullmatch(token) is None:
            return None
        try:
            return self._signers[purpose].unsign(token).decode("ascii")
        except BadSignature:
            return None
