"""Speak to Stripe through its own package; loaded only where the settings say so.

Why each call is as it is: docs/adr/0023-stripe.md.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlsplit

import aiohttp
import stripe
import structlog

from quickpay.adapters.gateways import stripe_answers as answers
from quickpay.adapters.gateways import stripe_others as others
from quickpay.adapters.gateways.signatures import untimely
from quickpay.adapters.gateways.stripe_books import WHOLE, Books
from quickpay.adapters.gateways.stripe_reading import REFERENCE, Said, mapping_of, text_of
from quickpay.adapters.gateways.stripe_wire import Wire
from quickpay.ports.card_fields import Activated, CardFields
from quickpay.ports.gateway import (
    Charge,
    ForgedWebhook,
    Found,
    ListedCharge,
    LookUp,
    Mismatch,
    NeedsAction,
    NoAnswer,
    NotFound,
    NotReceived,
    Outcome,
    Refund,
    RefundOutcome,
    Webhook,
)

_log = structlog.get_logger(__name__)

API: Final = "https://api.stripe.com"
SCRIPT: Final = "https://js.stripe.com/v3/"
_NO_SUCH: Final = 404


class StripeGateway:
    """Charge cards at Stripe with PaymentIntents (port `Gateway`).

    `return_to` is the address a payer's bank sends her back to, without the payment's id at its end.
    `webhook_secrets` are all that may sign now. `timeout` and `connect_timeout` are in seconds (R55).
    """

    name: Final = "stripe"
    idempotency_window: Final = timedelta(hours=24)
    look_up_lag: Final = timedelta(seconds=30)

    def __init__(
        self,
        *,
        secret_key: str,
        publishable_key: str,
        webhook_secrets: tuple[str, ...],
        return_to: str,
        activated: Activated,
        session: aiohttp.ClientSession,
        api_base: str = API,
        script_url: str = SCRIPT,
        connect_timeout: float = 5.0,
        timeout: float = 30.0,
    ) -> None:
        self.activated = activated
        self._publishable = publishable_key
        self._webhook_secrets = webhook_secrets
        self._return_to = return_to
        self._api = _origin(api_base)
        self._script_url = script_url
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=connect_timeout)
        self._stripe = stripe.StripeClient(
            secret_key,
            http_client=Wire(session=session, timeout=limits),
            base_addresses={"api": self._api},
            max_network_retries=0,
        )
        self._books = Books(self._stripe)

    def card_fields(self) -> CardFields:
        """Return Stripe's script and origins; with the real one, all that Stripe's own page on CSP names."""
        script = _origin(self._script_url)
        real = script == _origin(SCRIPT)
        return CardFields(
            adapter="fields_stripe.js",
            script_url=self._script_url,
            script_src=("https://js.stripe.com", "https://*.js.stripe.com") if real else (script,),
            frame_src=(
                ("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com")
                if real
                else (script,)
            ),
            connect_src=("https://api.stripe.com",) if real else (script,),
            settings={"key": self._publishable},
        )

    async def charge(self, charge: Charge) -> Outcome:
        """Create and confirm one PaymentIntent with one POST; the payment id is the idempotency key (F9)."""
        params: dict[str, Any] = {
            "amount": charge.amount,
            "currency": charge.currency,
            "confirm": True,
            "description": charge.description,
            "metadata": {REFERENCE: charge.payment_id},
            "payment_method_types": ["card"],
            "return_url": f"{self._return_to}{charge.payment_id}",
            "expand": WHOLE,
        }
        customer, _, method = charge.token.rpartition("/")
        params["confirmation_token" if method.startswith("ctoken_") else "payment_method"] = method
        if charge.cvc_token is not None:
            params["payment_method_options"] = {"card": {"cvc_token": charge.cvc_token}}
        if charge.store and not customer:
            made = await self._customer(charge)
            if not isinstance(made, str):
                return made
            customer = made
            params["setup_future_usage"] = "on_session"
        if customer:
            params["customer"] = customer
        said = await self._books.ask(
            self._stripe.v1.payment_intents.create_async(
                cast("stripe.params.PaymentIntentCreateParams", params),
                {"idempotency_key": charge.payment_id},
            )
        )
        match said:
            case NotReceived() | NoAnswer():
                return said
            case (status, body):
                return answers.judge_error(status, body, charge=charge)
            case _:
                return answers.judge_charge(said, charge=charge)

    async def _customer(self, charge: Charge) -> str | NotReceived | NoAnswer:
        """Make the customer a kept card belongs to; nothing is charged yet, whatever happens here."""
        said = await self._books.ask(
            self._stripe.v1.customers.create_async(
                {"metadata": {REFERENCE: charge.payment_id}},
                {"idempotency_key": f"{charge.payment_id}-customer"},
            )
        )
        made = text_of(mapping_of(said), "id")
        if made is not None:
            return made
        # Not NoAnswer: this sending never came to the charge.
        return NotReceived(reason=said.reason if isinstance(said, NotReceived | NoAnswer) else "no_customer")

    async def refund(self, refund: Refund) -> RefundOutcome:
        """Ask for one refund with one POST; the refund id is the idempotency key."""
        whose = "charge" if refund.transaction.startswith("ch_") else "payment_intent"
        params = {whose: refund.transaction, "amount": refund.amount}
        said = await self._books.ask(
            self._stripe.v1.refunds.create_async(
                cast("stripe.params.RefundCreateParams", params), {"idempotency_key": refund.refund_id}
            )
        )
        match said:
            case NotReceived() | NoAnswer():
                return said
            case (status, body):
                return others.judge_refund_error(status, body)
            case _:
                return others.judge_refund(said, refund=refund)

    async def forget_card(self, token: str) -> bool:
        """Detach a kept card from its customer; True once it is certainly gone."""
        said = await self._books.ask(
            self._stripe.v1.payment_methods.detach_async(token.rpartition("/")[2]),
        )
        if isinstance(said, tuple):  # one that is nobody's any more, or was never there
            return said[0] in {400, _NO_SUCH}
        return isinstance(said, Mapping) and said.get("customer") is None and "id" in said

    async def look_up(self, payment_id: str) -> LookUp:
        """Ask how a payment ended, by its reference."""
        found = await self._books.find(payment_id)
        return found if isinstance(found, NoAnswer) else _judge(found, payment_id=payment_id)

    async def call_off(self, payment_id: str) -> LookUp:
        """Cancel the intent, so that nobody can confirm it any more; one that was paid meanwhile stays so."""
        found = await self._books.find(payment_id)
        if isinstance(found, NoAnswer):
            return found
        for intent in found:
            if intent.get("status") not in {"succeeded", "canceled", "processing"}:
                await self._books.ask(self._stripe.v1.payment_intents.cancel_async(str(intent.get("id"))))
        again = await self.look_up(payment_id)
        if isinstance(again, Found) and isinstance(again.outcome, NeedsAction):
            return NoAnswer(reason="not cancelled")
        return again

    async def list_charges(self, *, since: datetime, until: datetime) -> tuple[ListedCharge, ...] | NoAnswer:
        """Read Stripe's charges page by page, whoever made them."""
        return await self._books.charges(since=since, until=until)

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Webhook:
        """Judge a webhook by its raw body and `Stripe-Signature`, by Stripe's own verifier and our clock."""
        signature = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
        if not signature:
            return ForgedWebhook(reason="signature missing")
        if reason := untimely(signature, now=now):
            return ForgedWebhook(reason=reason)
        if not any([_signed(body, signature, secret) for secret in self._webhook_secrets]):  # noqa: C419 - each secret, in the same time
            return ForgedWebhook(reason="signature wrong")
        return others.read_event(body)


def _judge(found: list[Said], *, payment_id: str) -> LookUp:
    """Judge the intents with our reference; one that succeeded outweighs those that did not."""
    if not found:
        return NotFound()
    paid = [intent for intent in found if intent.get("status") == "succeeded"]
    if len(paid) > 1:
        _log.error("gateway_charged_twice", payment=payment_id)
        twice = Mismatch(
            differs=("order",),
            transaction=text_of(paid[0], "id"),
            amount=None,
            currency=None,
            reference=payment_id,
        )
        return Found(outcome=twice)
    outcome = answers.judge_intent((paid or found)[0], payment_id=payment_id)
    return outcome if isinstance(outcome, NoAnswer) else Found(outcome=outcome)


def _signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, signature, secret))
    except (stripe.SignatureVerificationError, UnicodeError):
        return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
