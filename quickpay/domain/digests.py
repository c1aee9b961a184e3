"""Keyed digests: how counters and sessions are found without holding what they are about."""

import hashlib
import hmac

_MATCH_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32, none of which is read for another: no 0 and O, no 1 and I."""
_MATCH_LENGTH = 6
_MARK = 16
"""Bytes of a simulation's secret that say what it is; those before them are random."""


class Digests:
    """Digest contacts, addresses and session secrets; `pepper` is for codes and lies outside the database."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._key = hmac.new(keys[0].encode(), b"quickpay.subjects.v1", hashlib.sha256).digest()
        self.peppers = tuple(
            hmac.new(key.encode(), b"quickpay.codes.v1", hashlib.sha256).digest() for key in keys
        )
        """One for each signing key, newest first: a code sent before a rotation still counts (X32)."""
        self.hook_keys = tuple(
            hmac.new(key.encode(), b"quickpay.hooks.v1", hashlib.sha256).digest() for key in keys
        )
        """One for each signing key, newest first: they seal the secrets of endpoints."""
        self._match_key = hmac.new(keys[0].encode(), b"quickpay.match.v1", hashlib.sha256).digest()
        self._simulation_key = hmac.new(keys[0].encode(), b"quickpay.simulation.v1", hashlib.sha256).digest()
        self._call_key = hmac.new(keys[0].encode(), b"quickpay.call.v1", hashlib.sha256).digest()

    def subject(self, kind: str, value: str) -> bytes:
        """Say the same thing of the same subject, and nothing to somebody without the key."""
        return hmac.new(self._key, f"{kind}\n{value}".encode(), hashlib.sha256).digest()[:16]

    def match_code(self, link_id: str) -> str:
        """Give the letters the desk reads out to show that a link is the group's own; they open nothing."""
        return _letters(hmac.new(self._match_key, link_id.encode(), hashlib.sha256).digest())

    def call_code(self, session_id: int) -> str:
        """Give the letters a caller reads out so that the desk finds her session; they open nothing."""
        return _letters(hmac.new(self._call_key, str(session_id).encode(), hashlib.sha256).digest())

    def simulation_secret(self, secret: bytes) -> bytes:
        """Mark the secret of a simulated session; what is left of it to guess are 128 random bits (R122)."""
        drawn = secret[:-_MARK]
        return drawn + self._simulation_mark(drawn)

    def is_simulation(self, secret: bytes) -> bool:
        """Whether a secret was marked so: it is part of the secret, so nothing takes it off."""
        return hmac.compare_digest(secret[-_MARK:], self._simulation_mark(secret[:-_MARK]))

    def _simulation_mark(self, drawn: bytes) -> bytes:
        return hmac.new(self._simulation_key, drawn, hashlib.sha256).digest()[:_MARK]


def clean_letters(typed: str) -> str | None:
    """Read the letters of such a code as typed, in any case, with spaces or hyphens; None: it is none."""
    letters = typed.replace(" ", "").replace("-", "").upper()
    return letters if len(letters) == _MATCH_LENGTH and set(letters) <= set(_MATCH_LETTERS) else None


def session_hash(secret: bytes) -> bytes:
    """What the database knows of a session's secret (R62); 256 random bits need no key or salt."""
    return hashlib.sha256(secret).digest()


def form_token(secret: bytes) -> str:
    """The `csrf` of every form in the session of this secret; it dies when the session's id changes."""
    return hmac.new(secret, b"quickpay.form.v1", hashlib.sha256).hexdigest()[:43]


def _letters(digest: bytes) -> str:
    return "".join(_MATCH_LETTERS[byte % len(_MATCH_LETTERS)] for byte in digest[:_MATCH_LENGTH])
