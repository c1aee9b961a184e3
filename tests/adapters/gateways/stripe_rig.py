"""The Stripe adapter before localstripe, for the promises every gateway keeps."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import aiohttp
from aiohttp import web

from quickpay.adapters.gateways.stripe import StripeGateway
from quickpay.ports.card_fields import Activated
from quickpay.ports.gateway import Gateway
from tests.adapters.gateways import stripe_front as front
from tests.adapters.gateways.differing import Promises, events_like
from tests.adapters.gateways.inbox import Inbox
from tests.adapters.http import nobody_listening, serve
from tests.fakes.gateway import sign

CARDS = {
    "approved": front.APPROVED,
    "declined": front.DECLINED,
    "no_funds": "4000000000009995",
    "silent": front.SILENT,
    "broken": front.BROKEN,
    "asks_bank": front.ASKS_BANK,
}
EVENT = (
    b'{"id":"evt_1","object":"event","type":"payment_intent.succeeded","data":{"object":{"id":"ch_1",'
    b'"object":"payment_intent","status":"succeeded","amount":5,"currency":"usd","metadata":{"payment":"p1"},'
    b'"payment_method":{"id":"pm_1","card":{"brand":"visa","last4":"4242"}}}}}'
)
# Stripe's verifier reads text: what is none is refused, not ignored, so no b"\xff" here.
EVENTS = events_like(EVENT, useless=(EVENT.replace(b'.succeeded"', b'.disputed"'),))
EVERYTHING = Activated(card=True, apple_pay=True, google_pay=True, storage=True)


class StripeRig:
    """What a test needs of Stripe."""

    promises = Promises(
        remembers_refusals=False,
        webhook_names_card=False,
        not_asked={"no_cvc": "Stripe's own fields never let the security code be left out"},
    )
    events = EVENTS

    def __init__(
        self, *, session: aiohttp.ClientSession, stands: front.Front, nowhere: str, inbox: Inbox
    ) -> None:
        self.front = stands
        self._inbox = inbox
        self.gateway: Gateway = stripe_gateway(session, stands.url)
        self.unreachable: Gateway = stripe_gateway(session, nowhere)

    async def token(self, card: str) -> str:
        return "pm_nobody_made" if card == "unreadable" else await self.front.new_card(CARDS[card])

    async def webhook(self, payment_id: str) -> tuple[Mapping[str, str], bytes]:
        # By the intent: localstripe tells a second late, when another test may have the same payment.
        (intent,) = [
            one["id"] for one in await self.front.intents() if one["metadata"]["payment"] == payment_id
        ]
        return await self._inbox.about(intent)

    def signed(self, body: bytes, *, at: datetime, secret: bytes | None = None) -> dict[str, str]:
        return {"stripe-SIGNATURE": sign(body, at=at, secret=secret or front.WEBHOOK_SECRET.encode())}


def stripe_gateway(session: aiohttp.ClientSession, url: str, *, timeout: float = 30.0) -> StripeGateway:
    """Make the adapter; of its two webhook secrets the first is on its way out."""
    return StripeGateway(
        secret_key=front.SECRET_KEY,
        publishable_key=front.PUBLISHABLE_KEY,
        webhook_secrets=("whsec_before", front.WEBHOOK_SECRET),
        return_to="http://127.0.0.1:1/payments/",
        activated=EVERYTHING,
        session=session,
        api_base=url,
        script_url=f"{url}/js.stripe.com/v3/",
        timeout=timeout,
    )


@contextlib.asynccontextmanager
async def stripe_rig(upstream: str) -> AsyncIterator[StripeRig]:
    """Stand before localstripe and take its webhooks."""
    inbox, app = Inbox(), web.Application()
    app.router.add_post("/webhooks/stripe", inbox.take)
    async with (
        front.stripe_front(upstream) as stands,
        serve(app) as merchant,
        aiohttp.ClientSession() as session,
    ):
        await stands.send_webhooks_to(f"{merchant}/webhooks/stripe")
        with nobody_listening() as nowhere:
            yield StripeRig(session=session, stands=stands, nowhere=nowhere, inbox=inbox)
