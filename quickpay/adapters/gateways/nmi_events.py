"""Check and read NMI's webhooks: `t=<nonce>,s=<digest>` over the nonce, a dot and the raw body."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from quickpay.adapters.gateways.nmi_book import TIME
from quickpay.adapters.gateways.nmi_words import read_amount, read_card, reason_of
from quickpay.adapters.gateways.signatures import TOLERANCE
from quickpay.ports.gateway import (
    NO_CARD,
    Approved,
    Card,
    Declined,
    ForgedWebhook,
    GatewayEvent,
    IgnoredWebhook,
    Mismatch,
    Webhook,
)

_HEADER: Final = re.compile(r"t=(?P<nonce>[^,\s]{1,255}),\s?s=(?P<digest>[0-9a-f]{64})")
_SALES: Final = {"transaction.sale.success": True, "transaction.sale.failure": False}
_LONGEST: Final = 255


def read_signed(header: str | None, body: bytes, *, secrets: tuple[bytes, ...], now: datetime) -> Webhook:
    """Judge a webhook.

    The nonce is no time, so a replay is known by its event id alone, which is kept for good. A resent
    event carries the time of its act: only one from the future is refused for it (R99).
    """
    if header is None:
        return ForgedWebhook(reason="signature missing")
    parts = _HEADER.fullmatch(header) if header.isascii() else None
    if parts is None:
        return ForgedWebhook(reason="signature malformed")
    signed = parts["nonce"].encode("ascii") + b"." + body
    expected = [hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in secrets]
    # A list, not a generator: every secret is tried, whichever fits.
    if not any([hmac.compare_digest(one, parts["digest"]) for one in expected]):  # noqa: C419 - all of them, in the same time
        return ForgedWebhook(reason="signature wrong")
    try:
        return _read(json.loads(body), now=now)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return IgnoredWebhook(reason="unreadable")


def _read(event: Any, *, now: datetime) -> Webhook:
    event_id, kind, said = event["event_id"], event["event_type"], event["event_body"]
    if not isinstance(event_id, str) or not 0 < len(event_id) <= _LONGEST:
        return IgnoredWebhook(reason="unreadable")
    if kind not in _SALES:
        # A refund or a void names a transaction, not the order it began with; look-ups and the list see it.
        return IgnoredWebhook(reason="kind unknown")
    act = said["action"]
    at = datetime.strptime(act["date"], TIME).replace(tzinfo=UTC)
    if (at - now).total_seconds() > TOLERANCE:
        return ForgedWebhook(reason="signature from the future")
    outcome = _outcome(said, act, success=_SALES[kind])
    order = said["order_id"]
    if outcome is None or not isinstance(order, str) or not 0 < len(order) <= _LONGEST:
        return IgnoredWebhook(reason="no outcome")
    return GatewayEvent(event_id=event_id, payment_id=order, outcome=outcome)


def _outcome(
    said: Mapping[str, Any], act: Mapping[str, Any], *, success: bool
) -> Approved | Declined | Mismatch | None:
    amount, transaction, currency = read_amount(act["amount"]), said["transaction_id"], said["currency"]
    sound = isinstance(transaction, str) and transaction.isascii() and transaction.isdigit()
    if amount is None or not sound or act["action_type"] != "sale" or act["success"] != str(int(success)):
        return None
    card = _card(said["card"])
    if not success:
        reason = reason_of(str(act["response_code"]))
        return Declined(reason=reason, transaction=transaction, card=card)
    if currency.lower() != "usd":
        return Mismatch(
            differs=("currency",),
            transaction=transaction,
            amount=amount,
            currency=currency[:_LONGEST].lower(),
            reference=said["order_id"],
        )
    return Approved(
        transaction=transaction,
        card=card or NO_CARD,
        amount=amount,
        currency="usd",
        reference=said["order_id"],
    )


def _card(said: Mapping[str, str]) -> Card | None:
    return read_card(said["cc_number"], said.get("cc_type", ""), said.get("cc_exp", ""))
