"""The headers of every answer: what a browser may load, keep, embed and say of us (R105, R107)."""

import os
import secrets
from dataclasses import dataclass

from quickpay.ports.card_fields import CardFields

SERVER = "QuickPay"
NO_STORE = "no-store"
FOR_EVER = "public, max-age=31536000, immutable"

_NOTHING_ELSE = (
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
)
PLAIN_POLICY = f"{_NOTHING_ELSE}; style-src 'self'; img-src 'self'"
"""Of a page without any script."""
BARE_POLICY = (
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'none'"
)
"""Of what is no page at all: JSON, stylesheets, redirects."""
FRAMED_POLICY = (
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'; form-action 'none'; "
    "style-src 'self'; img-src 'self'; sandbox allow-same-origin"
)
"""Of a page that only shows something, in a frame of ours: no script, no form, no way on.

It stays of our own origin, as its stylesheets and pictures are for nobody else.
"""

_FEATURES = "camera=(), microphone=(), geolocation=(), payment=(self{}), usb=()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripts:
    """What scripts one page may run: ours under its nonce; the gateway's where its card fields stand."""

    nonce: str
    card_fields: CardFields | None = None
    own_frames: bool = False
    """Whether the page holds a page of ours in a frame; that one must allow it too (`FRAMED_POLICY`)."""

    @property
    def policy(self) -> str:
        """The content security policy of the page."""
        fields = self.card_fields
        scripts = " ".join((f"'nonce-{self.nonce}'", *(() if fields is None else fields.script_src)))
        connects = " ".join(("'self'", *(() if fields is None else fields.connect_src)))
        framed = (*(("'self'",) if self.own_frames else ()), *(() if fields is None else fields.frame_src))
        frames = f"; frame-src {' '.join(framed)}" if framed else ""
        return f"{PLAIN_POLICY}; script-src {scripts}; connect-src {connects}{frames}"

    @property
    def features(self) -> str:
        """The permissions policy: only the gateway's frames may ask for a payment, besides ourselves."""
        frames = () if self.card_fields is None else self.card_fields.frame_src
        return _FEATURES.format("".join(f' "{origin}"' for origin in frames))


def framing_scripts() -> Scripts:
    """Draw a nonce for an answer that holds a page of ours in a frame."""
    return Scripts(nonce=secrets.token_urlsafe(16), own_frames=True)


def new_scripts(card_fields: CardFields | None = None) -> Scripts:
    """Draw a nonce for one answer."""
    return Scripts(nonce=secrets.token_urlsafe(16), card_fields=card_fields)


def new_request_id() -> str:
    """Name a request, so that what a patient reads to the office finds it in our logs."""
    return os.urandom(8).hex()


def always(*, secure: bool) -> dict[str, str]:
    """Give the headers that are the same on every answer of this installation."""
    headers = {
        "Server": SERVER,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers


UNLESS_SAID = {
    "Content-Security-Policy": BARE_POLICY,
    "Cache-Control": NO_STORE,
    "Permissions-Policy": _FEATURES.format(""),
}
"""The headers an answer may say for itself; the strictest where it does not."""
