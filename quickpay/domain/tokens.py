"""Signed tokens: an opaque id and a signature, good for one purpose and in one spelling only."""

import hashlib
import hmac
import re
from enum import StrEnum
from functools import lru_cache

from itsdangerous import Signer
from itsdangerous.encoding import base64_encode
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
    """HMAC-SHA-256; each key is made ready once, and a copy taken for each token."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        mac = _ready(key).copy()
        mac.update(value)
        return mac.digest()


class _LinkSigner(Signer):
    """A signer that derives each key once, not at every token."""

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        key = self.secret_keys[-1] if secret_key is None else secret_key
        return _derived(key if isinstance(key, bytes) else key.encode(), bytes(self.salt))

    def has_signed(self, token_id: str, signature: str) -> bool:
        """Compare as written: to a signature of one spelling nothing need be read back (R3)."""
        value, given = token_id.encode(), signature.encode()
        for key in reversed(self.secret_keys):
            expected = base64_encode(self.algorithm.get_signature(self.derive_key(key), value))
            if hmac.compare_digest(expected, given):
                return True
        return False


@lru_cache(maxsize=256)
def _derived(key: bytes, salt: bytes) -> bytes:
    return hmac.new(key, salt, hashlib.sha256).digest()


@lru_cache(maxsize=256)
def _ready(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod=hashlib.sha256)


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
        token_id, _, signature = token.partition(".")
        return token_id if self._signers[purpose].has_signed(token_id, signature) else None
