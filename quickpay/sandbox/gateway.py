"""The card gateway's HTTP side: tokens, charges, refunds, look-ups."""

import asyncio
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from quickpay.sandbox import ledger, tokens
from quickpay.sandbox.cards import WALLETS, BadField, Code, read_card
from quickpay.sandbox.faults import Fault, Faults
from quickpay.sandbox.moments import now
from quickpay.sandbox.store import Store
from quickpay.sandbox.terms import Terms
from quickpay.sandbox.web import answer, hang_up, json_object, refusal
from quickpay.sandbox.words import said_in

MOST_CENTS = 99_999_999
LONGEST_TEXT = 200
WHOLE_LEDGER = -1
OK, FIRST_ERROR = 200, 400
GARBAGE = "<html><body><h1>Welcome</h1>This is not the answer you were looking for.</body></html>"
Work = Callable[[ledger.Promise], Awaitable[ledger.Answer]]


class Gateway:
    """Answer the merchant's server, and the card fields that ask for tokens."""

    def __init__(self, *, store: Store, faults: Faults, terms: Terms) -> None:
        self._store = store
        self._faults = faults
        self._terms = terms
        self._in_flight: set[str] = set()
        self._late: set[asyncio.Task[ledger.Answer]] = set()

    def routes(self) -> list[web.RouteDef]:
        """List what the gateway answers."""
        return [
            web.post("/v1/tokens", self.make_token),
            web.post("/v1/charges", self.make_charge),
            web.get("/v1/charges", self.list_charges),
            web.get("/v1/charges/{id}", self.show_charge),
            web.post("/v1/refunds", self.make_refund),
            web.delete("/v1/cards/{id}", self.forget_card),
        ]

    async def stop(self) -> None:
        """Give up the charges that a fault has made late."""
        for task in list(self._late):
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def make_token(self, request: web.Request) -> web.Response:
        """Turn a card into a token; the number and the code go no further than this call."""
        body = await json_object(request)
        if body is None:
            return refusal(422, code="invalid_request", field="number", message="Send a JSON object.")
        card = read_card(body, today=dt.datetime.now(dt.UTC).date())
        if isinstance(card, BadField):
            message = said_in(card.message, asked=request.headers.get("Accept-Language", ""))
            return refusal(422, code="invalid_card", field=card.field, message=message)
        if isinstance(card, Code):
            return answer(await self._store.run(partial(tokens.add_code, now=now())))
        return answer(await self._store.run(partial(tokens.add, card=card, now=now())))

    async def make_charge(self, request: web.Request) -> web.Response:
        """Charge a token once per idempotency key."""

        def read(body: dict[str, Any]) -> Work | BadField:
            order = _order(body)
            if isinstance(order, BadField):
                return order
            url = self._terms.webhook_url
            return lambda promise: self._store.run(
                partial(ledger.charge, order=order, promise=promise, webhook_url=url)
            )

        return await self._once(request, read)

    async def make_refund(self, request: web.Request) -> web.Response:
        """Give money back once per idempotency key."""

        def read(body: dict[str, Any]) -> Work | BadField:
            amount, charge = body.get("amount"), body.get("charge")
            if not isinstance(amount, int) or not _cents(amount):
                return BadField(field="amount", message="must be cents, a whole number above 0")
            if not isinstance(charge, str):
                return BadField(field="charge", message="must be the id of a charge")
            url = self._terms.webhook_url
            return lambda promise: self._store.run(
                partial(ledger.refund, identity=charge, amount=amount, promise=promise, webhook_url=url)
            )

        return await self._once(request, read)

    async def list_charges(self, request: web.Request) -> web.Response:
        """Show the ledger to anybody: it is a sandbox."""
        query = request.query
        if query.get("newest", "").isdecimal():
            newest = partial(ledger.newest_charges, limit=int(query["newest"]))
            return await self._look_up(request, newest, lambda charges: {"data": charges})
        limit = query.get("limit", "")
        work = partial(
            ledger.list_charges,
            reference=query.get("reference"),
            after=query.get("after", ""),
            limit=int(limit) if limit.isdecimal() else WHOLE_LEDGER,
        )
        return await self._look_up(request, work, lambda charges: {"data": charges})

    async def show_charge(self, request: web.Request) -> web.Response:
        """Show one line of the ledger."""
        work = partial(ledger.find_charge, identity=request.match_info["id"])
        return await self._look_up(request, work, lambda charge: charge)

    async def forget_card(self, request: web.Request) -> web.Response:
        """Drop a stored card."""
        if not self._knows(request):
            return _who()
        gone = await self._store.run(partial(tokens.forget_card, identity=request.match_info["id"]))
        return answer({"deleted": True}) if gone else _nothing()

    async def _look_up(
        self, request: web.Request, work: Callable[..., Any], shape: Callable[[Any], object]
    ) -> web.Response:
        fault = None
        if "Authorization" in request.headers:
            fault = self._faults.take("gateway")
            if fault is not None and fault.kind == "refuse":
                return hang_up(request)
            if not self._knows(request):
                return _who()
        if fault is not None and fault.holds:
            await fault.hold()
        if fault is not None and fault.kind == "error":
            return _failure(fault)
        found = await self._store.run(work)
        if fault is not None and fault.kind == "drop_after_accept":
            return hang_up(request)
        return _nothing() if found is None else answer(shape(found))

    async def _once(
        self, request: web.Request, read: Callable[[dict[str, Any]], Work | BadField]
    ) -> web.Response:
        fault = self._faults.take("gateway")
        if fault is not None and fault.kind == "refuse":
            return hang_up(request)
        if not self._knows(request):
            return _who()
        key = request.headers.get("Idempotency-Key", "")
        if not 0 < len(key) <= LONGEST_TEXT:
            return refusal(400, code="idempotency_key_missing", message="Send an Idempotency-Key.")
        body = await json_object(request)
        work = BadField(field="", message="Send a JSON object.") if body is None else read(body)
        if isinstance(work, BadField):
            return refusal(422, code="invalid_request", field=work.field, message=work.message)
        if key in self._in_flight:
            return refusal(409, code="idempotency_key_in_use", message="This key is being worked on.")
        digest = hashlib.sha256(f"{request.path}\n{json.dumps(body, sort_keys=True)}".encode()).hexdigest()
        return await self._do(request, fault, key=key, digest=digest, work=work)

    async def _do(
        self, request: web.Request, fault: Fault | None, *, key: str, digest: str, work: Work
    ) -> web.Response:
        if fault is not None and fault.kind == "late":
            task = asyncio.create_task(self._work(fault, key=key, digest=digest, work=work))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            said = await asyncio.shield(task)  # the caller may leave; the charge comes all the same
        elif fault is not None and fault.kind == "error":
            return _failure(fault)
        else:
            waits = fault if fault is not None and fault.holds else None
            said = await self._work(waits, key=key, digest=digest, work=work)
        if fault is not None and fault.kind == "drop_after_accept":
            return hang_up(request) if fault.code is None else _failure(fault)
        if said.silent:
            return hang_up(request)
        repeated = {"Idempotent-Replayed": "true"} if said.repeated else None
        return answer(said.body, status=said.status, headers=repeated)

    async def _work(self, waits: Fault | None, *, key: str, digest: str, work: Work) -> ledger.Answer:
        self._in_flight.add(key)
        try:
            if waits is not None:
                await waits.hold()
            return await work(ledger.Promise(key=key, digest=digest, now=now()))
        finally:
            self._in_flight.discard(key)

    def _knows(self, request: web.Request) -> bool:
        said = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(said, f"Bearer {self._terms.gateway_secret}".encode())


def _order(body: dict[str, Any]) -> ledger.Order | BadField:
    if not _cents(body.get("amount")):
        return BadField(field="amount", message="must be cents, a whole number above 0")
    if body.get("currency") != "usd":
        return BadField(field="currency", message="must be usd")
    for field in ("token", "reference"):
        value = body.get(field)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
            return BadField(field=field, message=f"must be a text of at most {LONGEST_TEXT} characters")
    for field in ("require_cvc", "store_card"):
        if not isinstance(body.get(field, False), bool):
            return BadField(field=field, message="must be true or false")
    cvc_token = body.get("cvc_token")
    if cvc_token is not None and not isinstance(cvc_token, str):
        return BadField(field="cvc_token", message="must be a text")
    if body.get("wallet") not in (None, *WALLETS):
        return BadField(field="wallet", message="is not known")
    return ledger.Order(
        amount=body["amount"],
        currency=body["currency"],
        token=body["token"],
        reference=body["reference"],
        require_cvc=body.get("require_cvc", False),
        store_card=body.get("store_card", False),
        cvc_token=cvc_token,
        kind=body.get("wallet", ledger.ANY_KIND),
    )


def _cents(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_CENTS


def _failure(fault: Fault) -> web.Response:
    status = fault.code if fault.code is not None and OK <= fault.code < 600 else 500  # noqa: PLR2004 - HTTP
    if status < FIRST_ERROR:  # an answer that says all is well in words nobody can read
        return web.Response(status=status, text=GARBAGE, content_type="text/html")
    return refusal(status, code="fault", message="A fault is switched on.")


def _who() -> web.Response:
    return refusal(401, code="unauthorized", message="Send Authorization: Bearer and the gateway's secret.")


def _nothing() -> web.Response:
    return refusal(404, code="not_found", message="There is no such thing.")
