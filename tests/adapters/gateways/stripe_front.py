"""Stand before localstripe: faults it cannot have, and what Stripe documents and localstripe lacks.

Each is one method, so that a reader sees what is not somebody else's. What is not named here passes as it is:
customers, cards, intents and their states, declines, bank's questions, refunds, lists, webhooks.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from multidict import MultiDict

from tests.adapters.http import serve

SECRET_KEY = "sk_test_invented"
PUBLISHABLE_KEY = "pk_test_invented"
WEBHOOK_SECRET = "whsec_invented"
APPROVED = "4242424242424242"
DECLINED = "4000000000000341"
ASKS_BANK = "4000002500003155"
SILENT = "4242424242420119"
BROKEN = "4242424242420259"
DECLINE_CODES = {"4000000000009995": "insufficient_funds", "4000000000000127": "incorrect_cvc"}

_NOT_KNOWN = ("description", "return_url", "setup_future_usage")
_AUTHORIZED = {"Authorization": f"Bearer {SECRET_KEY}"}
_SCRIPT = """
{
  const theirs = Stripe;
  const base = LOCALSTRIPE_BASE_API;
  window.Stripe = (key) => {
    const stripe = theirs(key);
    stripe.handleNextAction = ({clientSecret}) => stripe.confirmCardPayment(clientSecret);
    stripe.createPaymentMethod = async ({card}) => {
      const body = new URLSearchParams({type: "card", key});
      Object.entries((card.value || {card: {}}).card).forEach(([name, value]) => {
        body.append(`card[${name}]`, value);
      });
      const answer = await fetch(`${base}/v1/payment_methods`, {method: "POST", body});
      const said = await answer.json();
      return said.error ? {error: said.error} : {paymentMethod: said};
    };
    return stripe;
  };
}
"""


class Front:
    """A proxy to localstripe that keeps idempotency keys (unless told not to) and can misbehave.

    `created` has the key of every intent that was asked for; `redirects` sends payers to a bank's page here.
    """

    def __init__(self, upstream: str, session: aiohttp.ClientSession) -> None:
        self._upstream, self._session = upstream, session
        self.url = ""
        self.keeps_keys = True
        self.redirects = False
        self.created: list[str] = []
        self._answers: dict[str, tuple[str, int, bytes]] = {}
        self._in_use: set[str] = set()
        self._cards: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._return_to: dict[str, str] = {}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/js.stripe.com/v3/", self._script)
        app.router.add_get("/bank/{intent}", self._bank)
        app.router.add_get("/v1/payment_intents/search", self._search)
        app.router.add_post("/v1/payment_intents", self._create)
        app.router.add_post("/v1/payment_methods", self._card)
        app.router.add_post("/v1/refunds", self._refund)
        app.router.add_route("*", "/{path:.*}", self._pass)
        return app

    async def call(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """Ask localstripe itself."""
        _, body = await self._ask(method, path, MultiDict(form))
        said: dict[str, Any] = json.loads(body)
        return said

    async def intents(self) -> list[dict[str, Any]]:
        """Every intent in localstripe's book."""
        said = await self.call("GET", "/v1/payment_intents?limit=1000")
        found: list[dict[str, Any]] = said["data"]
        return found

    async def new_card(self, number: str) -> str:
        """Make a card as Stripe's own fields would."""
        form = {"type": "card", "card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2040"}
        async with self._session.post(
            f"{self.url}/v1/payment_methods", data=form | {"card[cvc]": "123"}
        ) as answer:
            said = await answer.json()
            return str(said["id"])

    async def answer_bank(self, page: str, says: str) -> str:
        """Answer the bank's question on its page; returns where that leads."""
        params = {"confirm": says}
        async with self._session.get(page, params=params, allow_redirects=False) as answer:
            assert answer.status == 303
            return answer.headers["Location"]

    async def send_webhooks_to(self, url: str) -> None:
        """Have localstripe send its events there."""
        body = {"url": url, "secret": WEBHOOK_SECRET}
        async with self._session.post(f"{self._upstream}/_config/webhooks/tests", json=body) as answer:
            assert answer.status == 200

    async def _pass(self, request: web.Request) -> web.Response:
        status, body = await self._ask(request.method, request.path_qs, MultiDict(await _form(request)))
        return self._answer(status, body)

    async def _card(self, request: web.Request) -> web.Response:
        """A browser makes a card with the public key; some numbers stand for what localstripe never says."""
        form = MultiDict(await _form(request))
        form.pop("key", None)
        number = form.get("card[number]", "")
        if number in DECLINE_CODES:
            form["card[number]"] = DECLINED
        elif number in {SILENT, BROKEN}:
            form["card[number]"] = APPROVED
        status, body = await self._ask("POST", "/v1/payment_methods", form)
        if status == 200:
            self._cards[json.loads(body)["id"]] = number
        return self._answer(status, body)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        """Make an intent once for each key; the same key with another body is an error, as at Stripe."""
        form = MultiDict(await _form(request))
        key = request.headers.get("Idempotency-Key", "")
        self.created.append(key)
        asked = json.dumps(sorted(form.items()))
        if self.keeps_keys and key in self._in_use:
            return self._error(409, code="idempotency_key_in_use")
        if self.keeps_keys and key in self._answers:
            before, status, body = self._answers[key]
            if before != asked:
                return self._error(400, type="idempotency_error")
            return self._answer(status, body)
        number = self._cards.get(form.get("payment_method", ""))
        if number == BROKEN:
            return web.Response(status=500, text="<h1>Oh no</h1>")
        self._in_use.add(key)
        try:
            status, body = await self._new_intent(form)
        finally:
            self._in_use.discard(key)
        self._answers[key] = (asked, status, body)
        if number == SILENT:
            assert request.transport is not None
            request.transport.close()
        return self._answer(status, body)

    async def _new_intent(self, form: MultiDict[str]) -> tuple[int, bytes]:
        extra = {name: form.pop(name, None) for name in _NOT_KNOWN}
        if await self._is_someone_elses(form, keeps=extra["setup_future_usage"] is not None):
            return 400, _wrong(param="payment_method")
        status, body = await self._ask("POST", "/v1/payment_intents", form)
        said = json.loads(body)
        if status == 404:
            return 400, _wrong(code="resource_missing", param="payment_method")
        if status == 402:
            return status, await self._explained(said)
        if extra["setup_future_usage"] and said["status"] == "succeeded":
            customer, card = form["customer"], form["payment_method"]
            await self.call("POST", f"/v1/payment_methods/{card}/attach", customer=customer)
            self._kept[said["id"]] = str(extra["setup_future_usage"])
        if said["status"] == "requires_action" and self.redirects:
            self._return_to[said["id"]] = str(extra["return_url"])
        return status, json.dumps(said).encode()

    async def _is_someone_elses(self, form: MultiDict[str], *, keeps: bool) -> bool:
        """A card that was kept and forgotten may never be charged again, says Stripe."""
        if "customer" not in form or keeps:
            return False
        card = await self.call("GET", f"/v1/payment_methods/{form['payment_method']}")
        return bool(card.get("customer") != form["customer"])

    async def _explained(self, said: dict[str, Any]) -> bytes:
        """Stripe names the intent in the error of a declined one; localstripe only its charge."""
        error = said["error"]
        charge = await self.call("GET", f"/v1/charges/{error['charge']}")
        path = f"/v1/payment_intents/{charge['payment_intent']}?expand[]=payment_method"
        intent = await self.call("GET", path)
        error |= {"type": "card_error", "payment_intent": intent}
        self._code(error, intent)
        return json.dumps(said).encode()

    def _code(self, error: dict[str, Any], intent: dict[str, Any]) -> None:
        method = intent["payment_method"]
        number = self._cards.get(method["id"] if isinstance(method, dict) else method or "", "")
        if number in DECLINE_CODES:
            error["decline_code"] = DECLINE_CODES[number]

    async def _refund(self, request: web.Request) -> web.Response:
        """Refuse more than is left, which localstripe gives; and give once for each key."""
        form = MultiDict(await _form(request))
        key, asked = request.headers.get("Idempotency-Key", ""), json.dumps(sorted(form.items()))
        if key in self._answers:
            before, status, body = self._answers[key]
            return (
                self._answer(status, body) if before == asked else self._error(400, type="idempotency_error")
            )
        if "payment_intent" in form:
            intent = await self.call("GET", f"/v1/payment_intents/{form['payment_intent']}")
            charge = intent.get("latest_charge") or {}
            if charge and int(form["amount"]) > charge["amount"] - charge["amount_refunded"]:
                return self._error(400, param="amount")
        status, body = await self._ask("POST", "/v1/refunds", form)
        self._answers[key] = (asked, status, body)
        return self._answer(status, body)

    async def _search(self, request: web.Request) -> web.Response:
        wanted = request.query["query"].split("'")[3]
        said = await self.call("GET", "/v1/payment_intents?limit=1000&expand[]=data.payment_method")
        found = [one for one in said["data"] if one["metadata"].get("payment") == wanted]
        return self._answer(200, json.dumps({"object": "search_result", "data": found}).encode())

    async def _script(self, _request: web.Request) -> web.Response:
        """localstripe's own script, with the two functions it has only stubs of."""
        async with self._session.get(f"{self._upstream}/js.stripe.com/v3/") as answer:
            text = await answer.text()
        return web.Response(text=text + _SCRIPT, content_type="application/javascript")

    async def _bank(self, request: web.Request) -> web.Response:
        """The bank's page: two links, and back to the shop with words that prove nothing."""
        intent_id = request.match_info["intent"]
        answer = request.query.get("confirm")
        if answer is None:
            links = "".join(f'<p><a href="?confirm={one}">{one}</a></p>' for one in ("yes", "no"))
            return web.Response(
                text=f"<title>Bank</title><h1>Is it you?</h1>{links}", content_type="text/html"
            )
        intent = await self.call("GET", f"/v1/payment_intents/{intent_id}")
        success = "true" if answer == "yes" else "false"
        path = f"/v1/payment_intents/{intent_id}/_authenticate?success={success}"
        await self.call("POST", path, client_secret=intent["client_secret"])
        words = f"?payment_intent={intent_id}&redirect_status=succeeded&payment_intent_client_secret=x"
        raise web.HTTPSeeOther(self._return_to[intent_id] + words)

    async def _ask(self, method: str, path: str, form: MultiDict[str]) -> tuple[int, bytes]:
        async with self._session.request(
            method, self._upstream + path, data=form or None, headers=_AUTHORIZED
        ) as answer:
            return answer.status, await answer.read()

    def _answer(self, status: int, body: bytes) -> web.Response:
        """Answer with what Stripe would also say of each intent."""
        try:
            said = json.loads(body)
        except ValueError:
            return web.Response(status=status, body=body)
        for intent in _intents_in(said):
            if intent.get("last_payment_error"):
                self._code(intent["last_payment_error"], intent)
            if intent["id"] in self._kept:
                intent["setup_future_usage"] = self._kept[intent["id"]]
            if intent["id"] in self._return_to and intent.get("next_action"):
                page = {"url": f"{self.url}/bank/{intent['id']}", "return_url": self._return_to[intent["id"]]}
                intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": page}
        return web.json_response(said, status=status, headers={"Access-Control-Allow-Origin": "*"})

    def _error(self, status: int, **said: str) -> web.Response:
        return self._answer(status, _wrong(**said))


def _wrong(**said: str) -> bytes:
    return json.dumps({"error": {"type": "invalid_request_error", "message": "no", **said}}).encode()


def _intents_in(said: Any) -> list[dict[str, Any]]:
    if isinstance(said, list):
        return [intent for one in said for intent in _intents_in(one)]
    if not isinstance(said, dict):
        return []
    inner = [intent for one in said.values() for intent in _intents_in(one)]
    return [said, *inner] if said.get("object") == "payment_intent" else inner


async def _form(request: web.Request) -> Any:
    if request.content_type == "text/plain":  # localstripe's script sends JSON so
        return await request.json()
    return await request.post()


@asynccontextmanager
async def stripe_front(upstream: str) -> AsyncIterator[Front]:
    """Empty localstripe's book and stand before it."""
    async with aiohttp.ClientSession() as session:
        async with session.delete(f"{upstream}/_config/data") as emptied:
            assert emptied.status == 200
        front = Front(upstream, session)
        async with serve(front.app()) as url:
            front.url = url
            yield front
