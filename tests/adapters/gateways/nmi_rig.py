"""Stand behind the NMI adapter: our own small NMI, its cards and its webhooks."""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import aiohttp
from aiohttp import web

from quickpay.adapters.gateways.nmi import NmiGateway
from quickpay.ports.gateway import Approved, Gateway, GatewayEvent
from quickpay.ports.gateway import Card as ShownCard
from tests.adapters.gateways.differing import Events, Promises
from tests.adapters.gateways.inbox import Inbox
from tests.adapters.http import nobody_listening, serve
from tests.nmi.book import BROKEN, SILENT, Act, Card, Transaction
from tests.nmi.host import SECURITY_KEY, SIGNING_KEY, TOKENIZATION_KEY, Nmi, event, nmi, signed

NUMBERS = {
    "approved": "4242424242424242",
    "declined": "4000000000000002",
    "no_funds": "4000000000009995",
    "no_cvc": "4242424242424242",
    "silent": SILENT,
    "broken": BROKEN,
}
SOLD = Transaction(
    number="8564830211",
    order="p1",
    currency="USD",
    condition="pendingsettlement",
    card=Card(number="4242424242424242", expiry="1230"),
    acts=[
        Act(
            kind="sale",
            amount=Decimal("0.05"),
            success=True,
            at=datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
            code="100",
            text="SUCCESS",
        )
    ],
)
PAID = event(SOLD, "sale", event_id="evt_1")


def changed(**parts: object) -> bytes:
    """Change what the event tells of the sale; `action_…` goes into its act."""
    body = json.loads(PAID)
    for name, value in parts.items():
        inside = body["event_body"]["action"] if name.startswith("action_") else body["event_body"]
        inside[name.removeprefix("action_")] = value
    return json.dumps(body).encode()


EVENTS = Events(
    paid=PAID,
    meaning=GatewayEvent(
        event_id="evt_1",
        payment_id="p1",
        outcome=Approved(
            transaction="8564830211",
            card=ShownCard(brand="visa", last4="4242", exp_month=12, exp_year=2030),
            amount=5,
            currency="usd",
            reference="p1",
        ),
    ),
    in_euros=changed(currency="EUR"),
    useless=(
        b"",
        b"[]",
        b"null",
        b"\xff",
        b'{"event_id":"evt_1"}',
        b'{"event_id":"evt_1","event_type":["x"],"event_body":{}}',
        PAID.replace(b"transaction.sale.success", b"transaction.sale.unknown"),
        PAID.replace(b"transaction.sale.success", b"transaction.refund.success"),
        PAID.replace(b"transaction.sale.success", b"transaction.sale.failure"),
        PAID.replace(b'"evt_1"', b"7"),
        PAID.replace(b'"evt_1"', b'""'),
        changed(order_id=None),
        changed(order_id=""),
        changed(transaction_id=8564830211),
        changed(transaction_id="٣"),
        changed(currency=None),
        changed(card=None),
        changed(action=None),
        changed(action_success="0"),
        changed(action_amount=0.05),
        changed(action_amount="0.5"),
        changed(action_amount="1e3"),
        changed(action_amount="-0.05"),
        changed(action_date="yesterday"),
        b"[" * 100_000,
    ),
)


class NmiRig:
    """NMI's own ways: it keeps no order it refused at the door, and no keys; the account wants the code."""

    promises = Promises(
        remembers_refusals=False, code_by_order=False, signs_a_time=False, joins_signatures=False
    )
    events = EVENTS

    def __init__(self, *, host: Nmi, session: aiohttp.ClientSession, nowhere: str, inbox: Inbox) -> None:
        self._host = host
        self._inbox = inbox
        host.book.wants_code = True
        self.gateway: Gateway = gateway_at(host.url, session)
        self.unreachable: Gateway = gateway_at(nowhere, session)

    async def token(self, card: str) -> str:
        if card == "unreadable":
            return "nmi_00000000-nobody-made-this"
        return "nmi_" + self._host.book.token(NUMBERS[card], cvv=None if card == "no_cvc" else "123")

    async def webhook(self, payment_id: str) -> tuple[Mapping[str, str], bytes]:
        return await self._inbox.about(payment_id)

    def signed(
        self,
        body: bytes,
        *,
        at: datetime,  # noqa: ARG002 - NMI signs no time
        secret: bytes | None = None,
    ) -> dict[str, str]:
        headers, _ = signed(body, key=(secret or SIGNING_KEY.encode()).decode())
        return {name.upper(): value for name, value in headers.items()}


def gateway_at(url: str, session: aiohttp.ClientSession, *, timeout: float = 5.0) -> NmiGateway:
    """Make the adapter for our own NMI at this address."""
    return NmiGateway(
        api_base=url,
        security_key=SECURITY_KEY,
        tokenization_key=TOKENIZATION_KEY,
        webhook_secrets=(SIGNING_KEY, "older-secret"),
        script_url=f"{url}/token/Collect.js",
        offers=frozenset({"card", "apple_pay", "google_pay", "storage"}),
        session=session,
        timeout=timeout,
    )


@contextlib.asynccontextmanager
async def nmi_rig(_folder: Path) -> AsyncIterator[NmiRig]:
    """Start our own NMI with its webhooks."""
    inbox, app = Inbox(), web.Application()
    app.router.add_post("/webhooks/nmi", inbox.take)
    async with (
        aiohttp.ClientSession() as session,
        serve(app) as merchant,
        nmi(webhook_url=f"{merchant}/webhooks/nmi") as host,
    ):
        with nobody_listening() as nowhere:
            yield NmiRig(host=host, session=session, nowhere=nowhere, inbox=inbox)
