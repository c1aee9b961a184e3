"""Speak to the sandbox world's card gateway over HTTP, as strictly as to a real one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import quote, urlsplit

import aiohttp
import structlog

from quickpay.adapters.answers import read_object
from quickpay.adapters.gateways import sandbox_answers as answers
from quickpay.adapters.gateways.signatures import fault
from quickpay.ports.card_fields import Activated, CardFields
from quickpay.ports.gateway import (
    Charge,
    ForgedWebhook,
    ListedCharge,
    LookUp,
    NoAnswer,
    NotReceived,
    Outcome,
    Refund,
    RefundOutcome,
    Webhook,
)

_log = structlog.get_logger(__name__)

_GONE: Final = frozenset({200, 204, 404})
_PAGE: Final = 500


class SandboxGateway:
    """Charge invented cards at the sandbox world (port `Gateway`).

    `base_url` is where the world listens; patients' browsers load its card fields from the same place.
    `timeout` and `connect_timeout` are in seconds (R55). The session is the house's; no redirect is followed.
    """

    name: Final = "sandbox"
    activated: Final = Activated(card=True, apple_pay=True, google_pay=True, storage=True)
    idempotency_window: Final = timedelta(hours=24)
    # With the 30 s a charge may be sent in, this ends what was never charged inside the minute of R79.
    look_up_lag: Final = timedelta(seconds=25)

    def __init__(
        self,
        *,
        base_url: str,
        secret: str,
        webhook_secret: str,
        session: aiohttp.ClientSession,
        connect_timeout: float = 5.0,
        timeout: float = 30.0,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise ValueError("QUICKPAY_SANDBOX_URL must look like http://127.0.0.1:8081")
        self._base = base_url.rstrip("/")
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._authorization = {"Authorization": f"Bearer {secret}"}
        self._webhook_secret = webhook_secret.encode()
        self._session = session
        self._limits = aiohttp.ClientTimeout(total=timeout, sock_connect=connect_timeout)

    def card_fields(self) -> CardFields:
        """Return the world's script and origin."""
        return CardFields(
            adapter="fields_sandbox.js",
            script_url=f"{self._base}/fields.js",
            script_src=(self._origin,),
            frame_src=(self._origin,),
            connect_src=(self._origin,),
            plays_wallets=True,
        )

    async def charge(self, charge: Charge) -> Outcome:
        """Ask for one charge with one POST; the payment id is the idempotency key (F9)."""
        body = {
            "amount": charge.amount,
            "currency": charge.currency,
            "token": charge.token,
            "reference": charge.payment_id,
            "require_cvc": charge.require_cvc,
            "store_card": charge.store,
            "wallet": charge.wallet,
        } | ({} if charge.cvc_token is None else {"cvc_token": charge.cvc_token})
        said = await self._ask("POST", "/v1/charges", key=charge.payment_id, body=body)
        return answers.judge_charge(*said, charge=charge) if isinstance(said, tuple) else said

    async def refund(self, refund: Refund) -> RefundOutcome:
        """Ask for one refund with one POST; the refund id is the idempotency key."""
        body = {"charge": refund.transaction, "amount": refund.amount}
        said = await self._ask("POST", "/v1/refunds", key=refund.refund_id, body=body)
        return answers.judge_refund(*said, refund=refund) if isinstance(said, tuple) else said

    async def forget_card(self, token: str) -> bool:
        """Ask the world to drop a stored card; True once it is certainly gone."""
        said = await self._ask("DELETE", f"/v1/cards/{quote(token, safe='')}")
        return isinstance(said, tuple) and said[0] in _GONE

    async def look_up(self, payment_id: str) -> LookUp:
        """Ask how a payment ended, by its reference."""
        said = await self._ask("GET", "/v1/charges", params={"reference": payment_id})
        if isinstance(said, tuple):
            return answers.judge_look_up(*said, payment_id=payment_id)
        return NoAnswer(reason=said.reason)

    async def call_off(self, payment_id: str) -> LookUp:
        """Look it up: nothing here waits for its payer."""
        return await self.look_up(payment_id)

    async def list_charges(self, *, since: datetime, until: datetime) -> tuple[ListedCharge, ...] | NoAnswer:
        """Read the world's whole ledger, page by page, and keep what took money in that time."""
        found: list[ListedCharge] = []
        after = ""
        while True:
            said = await self._ask("GET", "/v1/charges", params={"after": after, "limit": str(_PAGE)})
            page = answers.read_list(*said) if isinstance(said, tuple) else NoAnswer(reason=said.reason)
            if isinstance(page, NoAnswer):
                return page
            found += [charge for charge in page.charges if since <= charge.charged_at < until]
            if page.last is None:
                return tuple(found)
            after = page.last

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Webhook:
        """Judge a webhook by its raw body and `Sandbox-Signature`."""
        signature = next(
            (value for name, value in headers.items() if name.lower() == "sandbox-signature"), None
        )
        if reason := fault(signature, body=body, secret=self._webhook_secret, now=now):
            return ForgedWebhook(reason=reason)
        return answers.read_event(body)

    async def _ask(
        self,
        method: Literal["GET", "POST", "DELETE"],
        path: str,
        *,
        key: str | None = None,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> tuple[int, dict[str, Any] | None] | NotReceived | NoAnswer:
        headers = self._authorization | ({} if key is None else {"Idempotency-Key": key})
        try:
            async with self._session.request(
                method,
                self._base + path,
                headers=headers,
                params=params,
                json=body,
                allow_redirects=False,
                timeout=self._limits,
            ) as response:
                return response.status, await read_object(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as trouble:
            tls = isinstance(trouble, aiohttp.ClientSSLError)
            reason = "tls_failed" if tls else "not_connected"
            _log.error("gateway_not_connected", gateway=self.name, reason=reason)
            return NotReceived(reason=reason)
        except (TimeoutError, aiohttp.ClientError):
            return NoAnswer(reason="silent")
