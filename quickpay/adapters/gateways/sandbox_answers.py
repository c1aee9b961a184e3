"""Judge what the sandbox's gateway says; only an answer that names our payment decides anything."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from quickpay.ports.gateway import (
    NO_CARD,
    RUBBISH,
    Approved,
    Card,
    Charge,
    Declined,
    DeclineReason,
    Found,
    GatewayEvent,
    IgnoredWebhook,
    ListedCharge,
    LookUp,
    Mismatch,
    NoAnswer,
    NotFound,
    NotReceived,
    Outcome,
    Refund,
    Refunded,
    RefundOutcome,
    RefundRefused,
)

_log = structlog.get_logger(__name__)

_LAST4: Final = re.compile(r"[0-9]{4}")
_REASONS: Final[Mapping[str, DeclineReason]] = {reason.value: reason for reason in DeclineReason} | {
    "invalid_token": DeclineReason.CARD_COULD_NOT_BE_READ,
    "cvc_required": DeclineReason.INCORRECT_CVC,
}
_KINDS: Final = frozenset({"charge.succeeded", "charge.declined", "charge.refunded"})
# The world never began to work on these; nothing of this sending is in its book.
_NOT_BEGUN: Final = frozenset({401, 403, 404, 429})


def judge_charge(status: int, said: dict[str, Any] | None, *, charge: Charge) -> Outcome:
    """Judge the answer to a charge: exactly what was asked, or no success (R86)."""
    if status in _NOT_BEGUN:
        _log.error("gateway_refuses_us", gateway="sandbox", status=status)
        return NotReceived(reason=f"http_{status}")
    if status == 422 and said is not None and _code(said) == "idempotency_mismatch":  # noqa: PLR2004 - HTTP
        _log.error("gateway_has_another_order", payment=charge.payment_id)
        return _mismatch(said, differs=("order",))
    if said is None or status not in {200, 402} or (status == 200) != (said.get("status") == "succeeded"):  # noqa: PLR2004
        return _no_answer(status)
    outcome = _read_charge(said, reference=charge.payment_id)
    if isinstance(outcome, Approved) and outcome.amount != charge.amount:
        outcome = _mismatch(said, differs=("amount",))
    if isinstance(outcome, Mismatch):
        _log.error("gateway_mismatch", payment=charge.payment_id, differs=outcome.differs)
    return outcome


def judge_refund(status: int, said: dict[str, Any] | None, *, refund: Refund) -> RefundOutcome:
    """Judge the answer to a refund."""
    if said is None:
        return _no_answer(status)
    code = _code(said)
    if isinstance(code, str) and code in {"no_such_charge", "refund_too_large", "idempotency_mismatch"}:
        return RefundRefused(reason=code)
    if status in _NOT_BEGUN:
        return NotReceived(reason=f"http_{status}")
    asked = {"charge": refund.transaction, "amount": refund.amount, "currency": refund.currency}
    ours = {name: said.get(name) for name in asked} == asked and said.get("status") == "succeeded"
    if status != 200 or not ours or not isinstance(said.get("id"), str):  # noqa: PLR2004 - HTTP
        return _no_answer(status)
    return Refunded(transaction=said["id"])


def judge_look_up(status: int, said: dict[str, Any] | None, *, payment_id: str) -> LookUp:
    """Judge the list of charges with our reference; one that succeeded outweighs those that did not."""
    charges = (said or {}).get("data")
    if status != 200 or not isinstance(charges, list):  # noqa: PLR2004 - HTTP
        return _no_answer(status)
    ours = [
        charge for charge in charges if isinstance(charge, dict) and charge.get("reference") == payment_id
    ]
    if len(ours) != len(charges):
        return NoAnswer(reason=RUBBISH)  # a list that ignored the question says nothing of our payment
    if not ours:
        return NotFound()
    paid = [charge for charge in ours if charge.get("status") == "succeeded"]
    if len(paid) > 1:
        _log.error("gateway_charged_twice", payment=payment_id)
        return Found(outcome=_mismatch(paid[-1], differs=("order",)))
    outcome = _read_charge((paid or ours)[-1], reference=payment_id)
    return outcome if isinstance(outcome, NoAnswer) else Found(outcome=outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page of the ledger's charges that took money; `last` is where the next begins, None at the end."""

    charges: tuple[ListedCharge, ...]
    last: str | None


def read_list(status: int, said: dict[str, Any] | None) -> ListPage | NoAnswer:
    """Read a page of the ledger; a line that makes no sense makes the whole list say nothing."""
    charges = (said or {}).get("data")
    if status != 200 or not isinstance(charges, list):  # noqa: PLR2004 - HTTP
        return _no_answer(status)
    try:
        listed = tuple(_listed(charge) for charge in charges if charge["status"] == "succeeded")
        return ListPage(charges=listed, last=str(charges[-1]["id"]) if charges else None)
    except (TypeError, KeyError, ValueError):
        return NoAnswer(reason=RUBBISH)


def _listed(charge: Mapping[str, Any]) -> ListedCharge:
    reference = charge.get("reference")
    return ListedCharge(
        transaction=str(charge["id"]),
        reference=reference if isinstance(reference, str) else None,
        amount=int(charge["amount"]),
        currency=str(charge["currency"]),
        refunded=int(charge.get("refunded", 0)),
        charged_at=datetime.fromisoformat(charge["at"]),
    )


def read_event(body: bytes) -> GatewayEvent | IgnoredWebhook:
    """Read a genuine webhook; kinds we do not know are ignored (R101)."""
    try:
        event = json.loads(body)
        event_id, kind, charge = event["id"], event["type"], event["data"]
        reference = charge["reference"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return IgnoredWebhook(reason="unreadable")
    if not all(isinstance(value, str) and value for value in (event_id, kind, reference)):
        return IgnoredWebhook(reason="unreadable")
    if kind not in _KINDS:
        return IgnoredWebhook(reason="kind unknown")
    outcome = _read_charge(charge, reference=reference)
    if isinstance(outcome, NoAnswer):
        return IgnoredWebhook(reason="no outcome")
    return GatewayEvent(event_id=event_id, payment_id=reference, outcome=outcome)


def _read_charge(said: Mapping[str, Any], *, reference: str) -> Approved | Declined | Mismatch | NoAnswer:
    transaction, amount, refunded = said.get("id"), said.get("amount"), said.get("refunded", 0)
    differs = tuple(
        name for name, ours in (("currency", "usd"), ("reference", reference)) if said.get(name) != ours
    )
    if not isinstance(transaction, str) or type(amount) is not int or type(refunded) is not int:
        return NoAnswer(reason=RUBBISH)
    match said.get("status"):
        case "succeeded" if differs:
            return _mismatch(said, differs=differs)
        case "succeeded":
            return Approved(
                transaction=transaction,
                card=_card(said) or NO_CARD,
                amount=amount,
                currency="usd",
                reference=reference,
                stored=_text(said, "stored_card"),
                refunded=refunded,
            )
        case "declined" if not differs:
            reason = _REASONS.get(str(said.get("reason")), DeclineReason.CARD_DECLINED)
            return Declined(reason=reason, transaction=transaction, card=_card(said))
        case _:
            return NoAnswer(reason=RUBBISH)


def _mismatch(said: Mapping[str, Any], *, differs: tuple[str, ...]) -> Mismatch:
    amount = said.get("amount")
    return Mismatch(
        differs=differs,
        transaction=_text(said, "id"),
        amount=amount if type(amount) is int else None,
        currency=_text(said, "currency"),
        reference=_text(said, "reference"),
        stored=_text(said, "stored_card"),
    )


def _card(said: Mapping[str, Any]) -> Card | None:
    card = said.get("card")
    if not isinstance(card, dict) or not _LAST4.fullmatch(_text(card, "last4") or ""):
        return None
    month, year = card.get("exp_month"), card.get("exp_year")
    return Card(
        brand=(_text(card, "brand") or "card")[:32],
        last4=card["last4"],
        exp_month=month if type(month) is int else None,
        exp_year=year if type(year) is int else None,
    )


def _text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    return value[:255] if isinstance(value, str) and value else None


def _code(said: Mapping[str, Any]) -> object:
    error = said.get("error")
    return error.get("code") if isinstance(error, dict) else None


def _no_answer(status: int) -> NoAnswer:
    """Say that nothing was learned: of a success that makes no sense, that it is rubbish."""
    return NoAnswer(reason=RUBBISH if status == 200 else f"http_{status}")  # noqa: PLR2004 - HTTP
