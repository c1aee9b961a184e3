"""The page for people: a phone, a mailbox, the gateway's books and the switches for faults."""

import sqlite3
from functools import partial
from urllib.parse import quote

from aiohttp import web

from quickpay.sandbox import inbox
from quickpay.sandbox.cards import TEST_CARDS
from quickpay.sandbox.store import Store
from quickpay.sandbox.terms import Terms
from quickpay.sandbox.web import render

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A mail may look as it likes and do nothing: no script, nothing from elsewhere; links open beside the page.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
HARMLESS = {"application/pdf", "text/plain", "image/png"}
PARTS = (
    (
        "gateway",
        "Card gateway",
        (
            ("refuse", "Cannot be reached"),
            ("hang", "Keeps callers waiting"),
            ("error", "Fails before charging"),
            ("drop_after_accept", "Charges, then loses the answer"),
        ),
    ),
    (
        "smtp",
        "Mail server",
        (
            ("refuse", "Turns senders away"),
            ("hang", "Keeps senders waiting"),
            ("error", "Refuses each mail for now"),
            ("drop_after_accept", "Takes the mail, drops the line"),
        ),
    ),
    (
        "sms",
        "Text messages",
        (
            ("refuse", "Cannot be reached"),
            ("hang", "Keeps senders waiting"),
            ("error", "Fails without sending"),
            ("drop_after_accept", "Sends, then loses the answer"),
        ),
    ),
    (
        "webhooks",
        "Webhooks",
        (
            ("refuse", "Do not go out yet"),
            ("hang", "Go out late"),
            ("drop_after_accept", "Arrive twice"),
        ),
    ),
)


class Pages:
    """Show a person what happened in the world."""

    def __init__(self, *, store: Store, terms: Terms) -> None:
        self._store = store
        self._terms = terms

    def routes(self) -> list[web.RouteDef]:
        """List what is shown."""
        return [
            web.get("/", self.home),
            web.get("/favicon.ico", self.icon),
            web.get("/mail/{id:[0-9]{1,12}}", self.mail),
            web.get("/mail/{id:[0-9]{1,12}}/{place:[0-9]{1,3}}", self.attachment),
        ]

    async def home(self, _request: web.Request) -> web.Response:
        """Show the page; its script fills it and keeps it fresh."""
        page = render(
            "world.html",
            merchant=self._terms.merchant_origin,
            cards=[(card, spaced(card.number)) for card in TEST_CARDS],
            parts=PARTS,
        )
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def icon(self, _request: web.Request) -> web.Response:
        """Have no icon, without a complaint in the console."""
        return web.Response(status=204)

    async def mail(self, request: web.Request) -> web.Response:
        """Show the HTML of one mail inside a frame that can do nothing."""
        html = await self._store.run(partial(inbox.find_html, number=int(request.match_info["id"])))
        if html is None:
            raise web.HTTPNotFound
        page = f'<!doctype html><base target="_blank">{html}'
        headers = {"Content-Security-Policy": MAIL_POLICY, "Cache-Control": "no-store"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def attachment(self, request: web.Request) -> web.Response:
        """Hand over one file of one mail."""
        number, place = int(request.match_info["id"]), int(request.match_info["place"])

        def work(db: sqlite3.Connection) -> inbox.Attachment | None:
            return inbox.find_attachment(db, number, place)

        found = await self._store.run(work)
        if found is None:
            raise web.HTTPNotFound
        return web.Response(
            body=found.content,
            content_type=found.kind if found.kind in HARMLESS else "application/octet-stream",
            headers={"Content-Disposition": f"inline; filename*=UTF-8''{quote(found.name)}"},
        )


def spaced(number: str) -> str:
    """Write a card number as it stands on the card."""
    groups = (4, 6, 5) if number.startswith("3") else (4, 4, 4, 4)
    parts, rest = [], number
    for size in groups:
        parts.append(rest[:size])
        rest = rest[size:]
    return " ".join(parts)
