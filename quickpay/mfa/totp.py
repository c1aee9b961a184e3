"""An authenticator app's codes: drawn once, kept sealed, each 30 seconds' code good for one use."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import pyotp

STEP_SECONDS = 30
ISSUER = "QuickPay"

_SECRET_BYTES = 20
_NONCE_BYTES = 32
_PURPOSE = b"quickpay totp v1"
_EITHER_SIDE = 1
"""Steps a phone's clock may be early or late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A secret as the database keeps it; without the signing key, which is not there, it is noise."""

    nonce: bytes = field(repr=False)
    body: bytes = field(repr=False)


def new_secret() -> str:
    """Draw 160 bits, in the letters an app takes (base32)."""
    return pyotp.random_base32(length=_SECRET_BYTES * 8 // 5)


def seal(secret: str, *, pepper: bytes) -> Sealed:
    """Hide a secret under a key stream that no other secret ever gets: its nonce is drawn afresh."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    raw = pyotp.TOTP(secret).byte_secret()
    return Sealed(nonce=nonce, body=_mixed(raw, nonce, pepper))


def unseal(sealed: Sealed, *, pepper: bytes) -> str:
    """Give the secret back; under another key, another secret."""
    return base64.b32encode(_mixed(sealed.body, sealed.nonce, pepper)).decode("ascii")


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Tell which 30 seconds a code belongs to, now or a step to either side; None for a wrong code.

    Every candidate is compared, in constant time. Whether the step was used before, the database says.
    """
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = totp.timecode(now)
    found = None
    for step in range(current - _EITHER_SIDE, current + _EITHER_SIDE + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def address_of(secret: str, *, name: str) -> str:
    """Write the `otpauth://` address an app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name=ISSUER)


def _mixed(raw: bytes, nonce: bytes, pepper: bytes) -> bytes:
    stream = hmac.digest(pepper, _PURPOSE + nonce, "sha256")
    return bytes(one ^ other for one, other in zip(raw, stream[: len(raw)], strict=True))
