"""A code: drawn afresh for each sending, kept only as a keyed digest, compared in constant time."""

import hmac
import re
from typing import Never, final

import pyotp

CODE_DIGITS = 6
SPOKEN_DIGITS = 8
"""Of a code the office says: a guess at it costs the office's time, but it is said in the open."""

_TYPED_LONGEST = 32
_CODE = re.compile(r"[0-9]{6}|[0-9]{8}")
_LEAST_KEY = 32
_LEAST_SESSION_SECRET = 16
_PURPOSE = b"quickpay code v1"
_SPOKEN = b"quickpay spoken code v1"


@final
class Code:
    """Hold a code that cannot be printed, logged, compared or pickled by accident (R34)."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        if not _CODE.fullmatch(digits):
            raise ValueError("a code is six ASCII digits, or eight if it is spoken")
        self._digits = digits

    def reveal(self) -> str:
        """Give the digits, for the one message that carries them."""
        return self._digits

    def __repr__(self) -> str:
        return "Code(••••••)"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> Never:
        raise TypeError("a code is not pickled or copied")


def new_code(digits: int = CODE_DIGITS) -> Code:
    """Draw a code from a secret of its own, dropped at once: whoever has it has the code (R20)."""
    return Code(pyotp.HOTP(pyotp.random_base32(), digits=digits).at(0))


def code_digest(*, pepper: bytes, session_secret: bytes, challenge_id: str, code: Code | str) -> bytes:
    """Compute what the challenge's row keeps of a code: 32 bytes of HMAC-SHA-256.

    The key needs the pepper, which is not in the database, and the session secret, which only her cookie has
    (R32). Raises: ValueError for a key too short to be one.
    """
    if len(pepper) < _LEAST_KEY or len(session_secret) < _LEAST_SESSION_SECRET:
        raise ValueError("the pepper or the session's secret is too short to be a key")
    key = hmac.digest(pepper, _PURPOSE + b"\x00" + session_secret, "sha256")
    digits = code.reveal() if isinstance(code, Code) else code
    return hmac.digest(key, _encoded(challenge_id) + _encoded(digits), "sha256")


def spoken_digest(*, pepper: bytes, session_hash: bytes, release_id: str, code: Code | str) -> bytes:
    """Compute what a release's row keeps of its code.

    Who draws it has not the session's secret, so the key is the pepper and the hash of that secret: the code
    is good in that one browser, and the database without the pepper gives nothing.
    """
    key = hmac.digest(pepper, _SPOKEN + b"\x00" + session_hash, "sha256")
    digits = code.reveal() if isinstance(code, Code) else code
    return hmac.digest(key, _encoded(release_id) + _encoded(digits), "sha256")


def same_code(expected: bytes, given: bytes) -> bool:
    """Compare two digests in constant time (R33)."""
    return hmac.compare_digest(expected, given)


def clean_code(typed: str, digits: int = CODE_DIGITS) -> str | None:
    """Read a typed code: ASCII spaces and hyphens go, then it is so many ASCII digits or None (R33)."""
    if len(typed) > _TYPED_LONGEST:
        return None
    left = typed.replace(" ", "").replace("-", "")
    return left if len(left) == digits and _CODE.fullmatch(left) else None


def _encoded(part: str) -> bytes:
    # The length goes first, so that no two lists of parts make the same bytes.
    raw = part.encode()
    return len(raw).to_bytes(4, "big") + raw
