"""Judge what Stripe says of refunds, lines of its ledger, and in its webhooks."""

import json
from datetime import UTC, datetime
from typing import Final

import structlog

from quickpay.adapters.gateways.stripe_answers import judge_intent
from quickpay.adapters.gateways.stripe_reading import Said, id_of, mapping_of, reference_of, text_of
from quickpay.ports.gateway import (
    RUBBISH,
    GatewayEvent,
    IgnoredWebhook,
    ListedCharge,
    NeedsAction,
    NoAnswer,
    NotReceived,
    Refund,
    Refunded,
    RefundOutcome,
    RefundRefused,
)

_log = structlog.get_logger(__name__)

_NO_SUCH: Final = 404
_REFUSED: Final = frozenset({400, _NO_SUCH})
_NOT_BEGUN: Final = frozenset({401, 403, 429})
_EVENTS: Final = frozenset(
    {
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "charge.refunded",
    }
)


def judge_refund(said: object, *, refund: Refund) -> RefundOutcome:
    """Judge the answer to a refund; one on its way through the bank counts as given."""
    answer = mapping_of(said)
    charge = {id_of(answer.get("payment_intent")), id_of(answer.get("charge"))}
    ours = refund.transaction in charge and (answer.get("amount"), answer.get("currency")) == (
        refund.amount,
        refund.currency,
    )
    transaction = text_of(answer, "id")
    if answer.get("object") != "refund" or not ours or transaction is None:
        return NoAnswer(reason=RUBBISH)
    match answer.get("status"):
        case "succeeded" | "pending":
            return Refunded(transaction=transaction)
        case "failed" | "canceled":
            return RefundRefused(reason="refund_failed")
        case _:
            return NoAnswer(reason="no outcome")


def judge_refund_error(status: int, said: object) -> RefundOutcome:
    """Judge an error Stripe answered to a refund."""
    error = mapping_of(mapping_of(said).get("error"))
    if status in _NOT_BEGUN:
        _log.error("gateway_refuses_us", gateway="stripe", status=status)
        return NotReceived(reason=f"http_{status}")
    if status not in _REFUSED or not error:
        return NoAnswer(reason=f"http_{status}")
    if error.get("type") == "idempotency_error":
        return RefundRefused(reason="idempotency_mismatch")
    if error.get("code") == "charge_already_refunded" or error.get("param") == "amount":
        return RefundRefused(reason="refund_too_large")
    if status == _NO_SUCH or error.get("code") == "resource_missing":
        return RefundRefused(reason="no_such_charge")
    return RefundRefused(reason=str(error.get("code") or error.get("type")))


def read_charge(said: object) -> ListedCharge | None:
    """Read one line of Stripe's list of charges; None of one that took no money.

    Raises:
        ValueError: it makes no sense.
    """
    charge = mapping_of(said)
    transaction, at = id_of(charge.get("payment_intent")) or text_of(charge, "id"), charge.get("created")
    amount, refunded = charge.get("amount"), charge.get("amount_refunded", 0)
    if transaction is None or type(at) is not int or type(amount) is not int or type(refunded) is not int:
        raise ValueError("a charge nobody can read")
    if charge.get("status") != "succeeded" or charge.get("captured") is False:
        return None
    return ListedCharge(
        transaction=transaction,
        reference=reference_of(mapping_of(charge.get("payment_intent"))) or reference_of(charge),
        amount=amount,
        currency=str(charge.get("currency")),
        refunded=refunded,
        charged_at=datetime.fromtimestamp(at, UTC),
    )


def read_event(body: bytes) -> GatewayEvent | IgnoredWebhook:
    """Read a genuine webhook; kinds we do not know are ignored (R101)."""
    try:
        event = mapping_of(json.loads(body))
        said = mapping_of(mapping_of(event.get("data")).get("object"))
    except (ValueError, RecursionError):
        return IgnoredWebhook(reason="unreadable")
    event_id, kind, reference = text_of(event, "id"), event.get("type"), reference_of(said)
    if event_id is None or reference is None:
        return IgnoredWebhook(reason="unreadable")
    if kind not in _EVENTS:
        return IgnoredWebhook(reason="kind unknown")
    intent = _of_refunded(said) if kind == "charge.refunded" else said
    outcome = judge_intent(intent, payment_id=reference)
    if isinstance(outcome, NoAnswer | NeedsAction):
        return IgnoredWebhook(reason="no outcome")
    return GatewayEvent(event_id=event_id, payment_id=reference, outcome=outcome)


def _of_refunded(charge: Said) -> Said:
    """Read a charge as the intent that made it: a refunded one was charged before."""
    return {
        "object": "payment_intent",
        "id": id_of(charge.get("payment_intent")),
        "status": charge.get("status"),
        "amount": charge.get("amount"),
        "currency": charge.get("currency"),
        "metadata": charge.get("metadata"),
        "latest_charge": charge,
    }
