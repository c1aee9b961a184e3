"""The host of our own small NMI: transact.php, query.php, webhooks and a stand-in for Collect.js.

It is ours, written from what NMI publishes; it was never held against NMI itself. It shares no code with the
adapter.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import aiohttp
from aiohttp import web

from tests.adapters.http import serve
from tests.nmi.book import BROKEN, SILENT, Answer, Book, Card, Transaction

SECURITY_KEY, TOKENIZATION_KEY, SIGNING_KEY = "nmi-private-key", "abc123-public-key", "nmi-signing-key"
HERE = Path(__file__).parent
ANYBODY = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


class Nmi:
    """One merchant's NMI. `trouble` answers the next requests of a part (transact, query) before it works."""

    def __init__(self, *, webhook_url: str | None = None) -> None:
        self.book = Book()
        self.webhook_url = webhook_url
        self.trouble: list[tuple[str, str]] = []
        self.asked: list[tuple[str, Answer]] = []
        self.posted: list[int] = []
        self.url = ""
        self._parts: dict[str, dict[str, str]] = {}
        self._posting: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/transact.php", self.transact)
        app.router.add_post("/api/query.php", self.query)
        app.router.add_get("/token/Collect.js", self.script)
        app.router.add_get("/token/field", self.field)
        app.router.add_get("/token/field.js", self.field_script)
        app.router.add_post("/token/part/{session}/{name}", self.part)
        app.router.add_post("/token/make/{session}", self.make)
        app.router.add_post("/token/wallet", self.wallet)
        return app

    async def transact(self, request: web.Request) -> web.StreamResponse:
        form = await self._asked("transact", request)
        if (fault := await self._fault("transact", request)) is not None:
            return fault
        if form.get("security_key") != SECURITY_KEY:
            return _form({"response": "3", "responsetext": "Authentication Failed", "response_code": "300"})
        card = self.book.tokens.get(form.get("payment_token", ""))
        if card is not None and card.number == BROKEN:
            return web.Response(status=500, text="Internal Server Error")
        answer, changed = self._work(form)
        if changed is not None:
            self._tell(changed, changed.acts[-1].kind)
        if card is not None and card.number == SILENT:
            return _cut(request)
        return _form(answer)

    def _work(self, form: Answer) -> tuple[Answer, Transaction | None]:
        match form.get("type"):
            case "sale":
                return self.book.sale(form)
            case "void":
                return self.book.void(form)
            case "refund":
                return self.book.refund(form)
            case _:
                assert form["customer_vault"] == "delete_customer"
                return self.book.forget(form), None

    async def query(self, request: web.Request) -> web.StreamResponse:
        form = await self._asked("query", request)
        if (fault := await self._fault("query", request)) is not None:
            return fault
        if form.get("security_key") != SECURITY_KEY:
            return _xml("<error_response>Authentication Failed</error_response>")
        return _xml("".join(map(_line, self.book.found(form))))

    async def _asked(self, part: str, request: web.Request) -> Answer:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append((part, form))
        return form

    async def _fault(self, part: str, request: web.Request) -> web.StreamResponse | None:
        found = next((one for one in self.trouble if one[0] == part), None)
        if found is None:
            return None
        self.trouble.remove(found)
        match found[1]:
            case "cut":
                return _cut(request)
            case "silent":
                await asyncio.Event().wait()
                raise AssertionError
            case "late":  # it charges, and then it is the answer that fails
                self._work(self.asked[-1][1])
                return web.Response(status=502, text="Bad Gateway")
            case status if status[:3].isdigit():  # with a text behind it, if the body shall make sense
                return web.Response(status=int(status[:3]), text=status[4:] or "trouble")
            case garbage:
                return web.Response(text=garbage, content_type="text/html")

    def _tell(self, one: Transaction, kind: str) -> None:
        if self.webhook_url is None:
            return
        headers, body = signed(event(one, kind))
        posting = asyncio.get_running_loop().create_task(self._post(self.webhook_url, headers, body))
        self._posting.add(posting)
        posting.add_done_callback(self._posting.discard)

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> None:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(url, data=body, headers=headers) as taken,
            ):
                self.posted.append(taken.status)
        except aiohttp.ClientError:
            return

    async def stop(self) -> None:
        for posting in tuple(self._posting):
            posting.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)

    async def script(self, _request: web.Request) -> web.Response:
        return _file("collect.js", "text/javascript", ANYBODY)

    async def field(self, _request: web.Request) -> web.Response:
        policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'"
        return _file("field.html", "text/html", {"Content-Security-Policy": policy})

    async def field_script(self, _request: web.Request) -> web.Response:
        return _file("field.js", "text/javascript", {})

    async def part(self, request: web.Request) -> web.Response:
        parts = self._parts.setdefault(request.match_info["session"], {})
        parts[request.match_info["name"]] = await request.text()
        return web.Response()

    async def make(self, request: web.Request) -> web.Response:
        if request.query.get("key") != TOKENIZATION_KEY:
            return web.json_response({"error": "key"}, status=401, headers=ANYBODY)
        parts = self._parts.pop(request.match_info["session"])
        expiry = parts["ccexp"].replace("/", "").replace(" ", "")
        token = self.book.token(
            parts["ccnumber"].replace(" ", ""), cvv=parts.get("cvv") or None, expiry=expiry
        )
        return web.json_response({"token": token}, headers=ANYBODY)

    async def wallet(self, _request: web.Request) -> web.Response:
        return web.json_response({"token": self.book.token("4242424242424242")}, headers=ANYBODY)


@asynccontextmanager
async def nmi(*, webhook_url: str | None = None) -> AsyncIterator[Nmi]:
    """Serve an NMI on loopback."""
    made = Nmi(webhook_url=webhook_url)
    async with serve(made.app()) as url:
        made.url = url
        try:
            yield made
        finally:
            await made.stop()


def event(one: Transaction, kind: str, *, event_id: str | None = None) -> bytes:
    """Write the webhook that tells of this act."""
    act = next(act for act in one.acts if act.kind == kind)
    end = "success" if act.success else "failure"
    body = {
        "event_id": event_id or secrets.token_hex(16),
        "event_type": f"transaction.{kind}.{end}",
        "event_body": {
            "merchant": {"id": "1234", "name": "Test Account"},
            "features": {"is_test_mode": True},
            "transaction_id": one.number,
            "transaction_type": "cc",
            "condition": one.condition,
            "order_id": one.order,
            "currency": one.currency,
            "requested_amount": f"{act.amount:.2f}",
            "card": _webhook_card(one.card),
            "action": {
                "amount": f"{act.amount:.2f}",
                "action_type": kind,
                "date": act.at.strftime("%Y%m%d%H%M%S"),
                "success": str(int(act.success)),
                "source": "api",
                "response_text": act.text,
                "response_code": act.code,
            },
        },
    }
    return json.dumps(body).encode()


def signed(body: bytes, *, key: str = SIGNING_KEY, nonce: str | None = None) -> tuple[dict[str, str], bytes]:
    """Sign a webhook as NMI does: over a nonce, which is no time, a dot and the raw body."""
    nonce = nonce or secrets.token_hex(8)
    digest = hmac.new(key.encode(), nonce.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"Webhook-Signature": f"t={nonce},s={digest}", "Content-Type": "application/json"}, body


def _webhook_card(card: Card) -> dict[str, str]:
    number = f"{card.number[:6]}******{card.number[-4:]}"
    return {"cc_number": number, "cc_exp": card.expiry, "cc_type": card.brand}


def _line(one: Transaction) -> str:
    acts = "".join(
        f"<action><amount>{act.amount:.2f}</amount><action_type>{act.kind}</action_type>"
        f"<date>{act.at:%Y%m%d%H%M%S}</date><success>{int(act.success)}</success><source>api</source>"
        f"<response_text>{escape(act.text)}</response_text><response_code>{act.code}</response_code></action>"
        for act in one.acts
    )
    original = f"<original_transaction_id>{one.original}</original_transaction_id>" if one.original else ""
    return (
        f"<transaction><transaction_id>{one.number}</transaction_id><platform_id></platform_id>"
        f"<transaction_type>cc</transaction_type><condition>{one.condition}</condition>"
        f"<order_id>{escape(one.order)}</order_id>{original}<currency>{one.currency}</currency>"
        f"<cc_number>{one.card.masked}</cc_number><cc_exp>{one.card.expiry}</cc_exp>"
        f"<cc_type>{one.card.brand}</cc_type>{acts}</transaction>"
    )


def _xml(inside: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<nm_response>{inside}</nm_response>\n'
    return web.Response(text=text, content_type="text/xml")


def _form(answer: Answer) -> web.Response:
    return web.Response(text=urlencode(answer), content_type="text/html")


def _file(name: str, kind: str, headers: dict[str, str]) -> web.Response:
    return web.Response(body=(HERE / name).read_bytes(), content_type=kind, charset="utf-8", headers=headers)


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
