"""The hosted card fields: a script for the merchant's page, and the page inside its iframe."""

import secrets
from typing import Any

from aiohttp import web

from quickpay.sandbox.cards import WALLETS
from quickpay.sandbox.palette import palette
from quickpay.sandbox.terms import Terms
from quickpay.sandbox.web import STATIC, render
from quickpay.sandbox.words import LABELS, language

KINDS = {".js": "text/javascript", ".css": "text/css"}
LONGEST_LABEL = 80
_LONGEST_AMOUNT = 8
NAMES = {"apple_pay": "Apple Pay", "google_pay": "Google Pay"}


class Fields:
    """Serve the fields to one merchant's pages and to nobody else's."""

    def __init__(self, *, terms: Terms) -> None:
        self._terms = terms

    def routes(self) -> list[web.RouteDef]:
        """List what is served."""
        return [
            web.get("/fields.js", self.script),
            web.get("/fields", self.card),
            web.get("/wallet", self.wallet),
            web.get("/static/{name:[a-z]+[.](js|css)}", self.static),
        ]

    async def script(self, _request: web.Request) -> web.Response:
        """Serve the script that a merchant's page includes."""
        return _file("fields.js", headers={"Cross-Origin-Resource-Policy": "cross-origin"})

    async def static(self, request: web.Request) -> web.Response:
        """Serve a script or a stylesheet of the world's own pages."""
        return _file(request.match_info["name"])

    async def card(self, request: web.Request) -> web.Response:
        """Serve the page with the card's fields, or with that of the security code alone."""
        alone = request.query.get("only") == "cvc"
        require_cvc = alone or request.query.get("cvc") == "1"
        return self._frame(request, "frame.html", require_cvc=require_cvc, alone=alone)

    async def wallet(self, request: web.Request) -> web.Response:
        """Serve the page with one wallet's button."""
        method = request.query.get("method", "")
        if method not in WALLETS:
            raise web.HTTPNotFound
        amount = request.query.get("amount", "")
        cents = int(amount) if amount.isdecimal() and len(amount) <= _LONGEST_AMOUNT else 0
        sum_ = f"${cents // 100:,}.{cents % 100:02}"
        return self._frame(request, "wallet.html", method=method, sum=sum_, wallet=NAMES[method])

    def _frame(self, request: web.Request, template: str, **more: Any) -> web.Response:
        query, nonce = request.query, secrets.token_urlsafe(16)
        spoken = language(query.get("language", ""))
        labels = LABELS[spoken]
        page = render(
            template,
            labels=labels,
            title=query.get("label", "").strip()[:LONGEST_LABEL] or labels["title"],
            language=spoken,
            merchant=self._terms.merchant_origin,
            colours=palette(query, dark=query.get("dark") == "1"),
            nonce=nonce,
            **more,
        )
        policy = (
            "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            f"style-src 'self' 'nonce-{nonce}'; frame-ancestors {self._terms.merchant_origin}"
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return web.Response(text=page, content_type="text/html", headers=headers)


def _file(name: str, *, headers: dict[str, str] | None = None) -> web.Response:
    path = STATIC / name
    if not path.exists():
        raise web.HTTPNotFound
    return web.Response(
        body=path.read_bytes(),
        content_type=KINDS[path.suffix],
        charset="utf-8",
        headers={"Cache-Control": "no-cache", **(headers or {})},
    )
