"""Speak to NMI, the gateway behind names such as Wind River: sales, refunds, its book and its webhooks."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from quickpay.adapters.gateways import nmi_answers as answers
from quickpay.adapters.gateways.nmi_book import TIME, Entry, judge_order, listed
from quickpay.adapters.gateways.nmi_events import read_signed
from quickpay.adapters.gateways.nmi_wire import NmiWire
from quickpay.adapters.gateways.nmi_words import name_card, vault_record, write_amount
from quickpay.ports.card_fields import Activated, CardFields
from quickpay.ports.gateway import (
    Approved,
    Charge,
    Found,
    ListedCharge,
    LookUp,
    NoAnswer,
    NotReceived,
    Outcome,
    Refund,
    RefundOutcome,
    RefundRefused,
    Webhook,
)

_SAME_FOR: Final = 120
"""Seconds in which NMI refuses the same order again: a belt beside never sending one twice (X7)."""

_WALLET_SCRIPTS: Final = ("https://pay.google.com", "https://applepay.cdn-apple.com")


class NmiGateway:
    """Charge cards at an NMI merchant account (port `Gateway`).

    `api_base` is the gateway's host; `script_url` is Collect.js there; `offers` is what the account has:
    any of card, apple_pay, google_pay, storage. NMI keeps no idempotency keys: nothing is sent
    twice, and every sale is held against the book before it counts. `timeout` and `connect_timeout` are in
    seconds (R55). The session is the house's; no redirect is followed.
    """

    name: Final = "nmi"
    idempotency_window: Final = timedelta(0)
    # NMI promises nothing here. A sale its processor still works on may show this late.
    look_up_lag: Final = timedelta(minutes=2)

    def __init__(
        self,
        *,
        api_base: str,
        security_key: str,
        tokenization_key: str,
        webhook_secrets: tuple[str, ...],
        script_url: str,
        offers: frozenset[str],
        session: aiohttp.ClientSession,
        connect_timeout: float = 5.0,
        timeout: float = 30.0,
    ) -> None:
        self.activated = Activated(
            card="card" in offers,
            apple_pay="apple_pay" in offers,
            google_pay="google_pay" in offers,
            storage="storage" in offers,
        )
        self._wallets = _WALLET_SCRIPTS if offers & {"apple_pay", "google_pay"} else ()
        self._key = security_key.encode()
        self._tokenization_key = tokenization_key
        self._webhook_secrets = tuple(secret.encode() for secret in webhook_secrets)
        self._script_url = script_url
        self._timeout = timeout
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=connect_timeout)
        self._wire = NmiWire(api_base=api_base, security_key=security_key, session=session, limits=limits)

    def card_fields(self) -> CardFields:
        """Return Collect.js, with the public key it wants on its own tag."""
        parts = urlsplit(self._script_url)
        here = f"{parts.scheme}://{parts.netloc}"
        return CardFields(
            adapter="fields_nmi.js",
            script_url=self._script_url,
            script_data={"tokenization-key": self._tokenization_key, "variant": "inline"},
            script_src=(here, *self._wallets),
            frame_src=(here, *self._wallets),
            connect_src=(here, *self._wallets),
        )

    async def charge(self, charge: Charge) -> Outcome:
        """Send one sale, then read in the book what it did: the answer itself names no amount (R86)."""
        form = {
            "type": "sale",
            "amount": write_amount(charge.amount),
            "currency": charge.currency.upper(),
            "orderid": charge.payment_id,
            "orderdescription": charge.description,
            "dup_seconds": str(_SAME_FOR),
            **name_card(charge),
            **self._keep(charge),
        }
        try:
            async with asyncio.timeout(self._timeout):
                said = await self._wire.send(form)
                if not isinstance(said, dict):
                    return said
                found = await self._wire.ask_book({"order_id": charge.payment_id})
        except TimeoutError:
            return NoAnswer(reason="silent")
        return answers.judge_sale(said, _judged(found, order=charge.payment_id), charge=charge)

    async def refund(self, refund: Refund) -> RefundOutcome:
        """Give money back once: look for an earlier sending first, void what has not settled yet."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._refund(refund)
        except TimeoutError:
            return NoAnswer(reason="silent")

    async def _refund(self, refund: Refund) -> RefundOutcome:
        before = await self._wire.ask_book({"order_id": refund.refund_id})
        if not isinstance(before, tuple):
            return before
        done = answers.judge_given_back(before, refund=refund)
        if done is not None:
            return done
        found = await self._wire.ask_book({"transaction_id": refund.transaction})
        if not isinstance(found, tuple):
            return found
        sale = next((entry for entry in found if entry.transaction == refund.transaction), None)
        if sale is None or not sale.took_money or sale.sale is None:
            return RefundRefused(reason="no_such_charge")
        whole = refund.amount == sale.sale.amount
        if sale.is_voided:
            return answers.already_voided(sale, whole=whole)
        if refund.amount > sale.sale.amount:
            return RefundRefused(reason="refund_too_large")
        voids = whole and sale.condition == "pendingsettlement"
        said = await self._wire.send(
            {"type": "void", "transactionid": refund.transaction}
            if voids
            else {
                "type": "refund",
                "transactionid": refund.transaction,
                "amount": write_amount(refund.amount),
                "orderid": refund.refund_id,
            }
        )
        return answers.judge_refund(said) if isinstance(said, dict) else said

    async def forget_card(self, token: str) -> bool:
        """Delete the vault's record; one that is not there any more is gone too."""
        record = vault_record(token)
        if record is None:
            return False
        said = await self._wire.send({"customer_vault": "delete_customer", "customer_vault_id": record})
        return isinstance(said, dict) and answers.is_gone(said)

    async def look_up(self, payment_id: str) -> LookUp:
        """Ask the book for our order, and if it was charged, for what was given back of it since."""
        found = await self._wire.ask_book({"order_id": payment_id})
        judged = _judged(found, order=payment_id)
        if (
            not isinstance(found, tuple)
            or not isinstance(judged, Found)
            or not isinstance(judged.outcome, Approved)
        ):
            return judged
        since = min(act.at for entry in found for act in entry.acts)
        refunds = await self._wire.pages({"action_type": "refund", "start_date": since.strftime(TIME)})
        if isinstance(refunds, NoAnswer):
            return refunds
        ours = {entry.transaction for entry in found}
        others = tuple(entry for entry in refunds if entry.transaction not in ours)
        return judge_order(found, order=payment_id, refunds=others)

    async def call_off(self, payment_id: str) -> LookUp:
        """Only look it up: no sale here waits for its payer."""
        return await self.look_up(payment_id)

    async def list_charges(self, *, since: datetime, until: datetime) -> tuple[ListedCharge, ...] | NoAnswer:
        """Read the book from `since` on; its dates are of the last change, so its end is ours to cut."""
        pages = await self._wire.pages({"start_date": since.astimezone(UTC).strftime(TIME)})
        return pages if isinstance(pages, NoAnswer) else listed(pages, since=since, until=until)

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Webhook:
        """Judge a webhook by its raw body and `Webhook-Signature`."""
        signature = next(
            (value for name, value in headers.items() if name.lower() == "webhook-signature"), None
        )
        return read_signed(signature, body, secrets=self._webhook_secrets, now=now)

    def _keep(self, charge: Charge) -> Mapping[str, str]:
        """Name a vault record so that nobody guesses it: NMI's own names are short numbers."""
        if not charge.store:
            return {}
        name = hmac.new(self._key, charge.payment_id.encode(), hashlib.sha256).hexdigest()[:32]
        return {"customer_vault": "add_customer", "customer_vault_id": name}


def _judged(found: tuple[Entry, ...] | NotReceived | NoAnswer, *, order: str) -> LookUp:
    if not isinstance(found, tuple):
        return NoAnswer(reason=found.reason)
    return judge_order(found, order=order)
