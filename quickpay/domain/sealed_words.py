"""Words that stand in an address and cannot be read there: encrypted, and good for one reader only.

The seal is made of the words themselves (as in SIV), so the same words always have the same address.
"""

import base64
import hmac
from itertools import count

_SEAL = 16  # bytes
_BLOCK = 32  # bytes; what is typed is filled up to this, so that its length says little
_LONGEST = 4_000


def seal_words(words: str, *, key: bytes) -> str:
    """Write words so that only who has the key can read them; made of letters an address may hold."""
    raw = words.encode()
    raw += b"\0" * (-len(raw) % _BLOCK)
    seal = _seal(raw, key)
    return base64.urlsafe_b64encode(seal + _mixed(raw, seal, key)).rstrip(b"=").decode()


def unseal_words(sealed: str, *, key: bytes) -> str | None:
    """Read them again; None for what this key did not write."""
    if len(sealed) > _LONGEST or not sealed.isascii():
        return None
    try:
        whole = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    seal, raw = whole[:_SEAL], _mixed(whole[_SEAL:], whole[:_SEAL], key)
    if not hmac.compare_digest(_seal(raw, key), seal):
        return None
    return raw.rstrip(b"\0").decode()


def _seal(raw: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"quickpay.sealed.v1\n" + raw, "sha256")[:_SEAL]


def _mixed(raw: bytes, seal: bytes, key: bytes) -> bytes:
    stream = b""
    for block in count():
        if len(stream) >= len(raw):
            break
        stream += hmac.digest(key, b"quickpay.stream.v1\n" + seal + block.to_bytes(4, "big"), "sha256")
    return bytes(one ^ other for one, other in zip(raw, stream[: len(raw)], strict=True))
