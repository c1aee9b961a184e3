"""Judge what Stripe says of a PaymentIntent; only an answer that names our payment decides anything."""

from typing import Final
from urllib.parse import urlsplit

import structlog

from quickpay.adapters.gateways.stripe_reading import (
    Said,
    card_of_intent,
    card_of_method,
    id_of,
    mapping_of,
    reference_of,
    text_of,
)
from quickpay.ports.gateway import (
    NO_CARD,
    RUBBISH,
    Approved,
    Card,
    Charge,
    Declined,
    DeclineReason,
    Mismatch,
    NeedsAction,
    NoAnswer,
    NotReceived,
)

_log = structlog.get_logger(__name__)

Judged = Approved | Declined | Mismatch | NeedsAction | NoAnswer

_REASONS: Final = {
    "insufficient_funds": DeclineReason.INSUFFICIENT_FUNDS,
    "expired_card": DeclineReason.EXPIRED_CARD,
    "incorrect_cvc": DeclineReason.INCORRECT_CVC,
    "invalid_cvc": DeclineReason.INCORRECT_CVC,
    "card_not_supported": DeclineReason.CARD_NOT_ACCEPTED,
    "currency_not_supported": DeclineReason.CARD_NOT_ACCEPTED,
    "incorrect_number": DeclineReason.CARD_COULD_NOT_BE_READ,
    "invalid_number": DeclineReason.CARD_COULD_NOT_BE_READ,
    "invalid_expiry_month": DeclineReason.CARD_COULD_NOT_BE_READ,
    "invalid_expiry_year": DeclineReason.CARD_COULD_NOT_BE_READ,
    "payment_intent_authentication_failure": DeclineReason.NOT_CONFIRMED,
    "authentication_required": DeclineReason.NOT_CONFIRMED,
}
# What Stripe calls a card that is used up, gone, or was never there; it charged nothing then.
_CARD_PARAMS: Final = frozenset({"payment_method", "confirmation_token", "customer"})
_NOT_BEGUN: Final = frozenset({401, 403, 429})


def judge_charge(said: object, *, charge: Charge) -> Judged:
    """Judge the answer to create and confirm: exactly what was asked, or no success (R86)."""
    outcome = judge_intent(said, payment_id=charge.payment_id)
    if isinstance(outcome, Approved):
        if outcome.amount != charge.amount:
            outcome = _mismatch(mapping_of(said), differs=("amount",))
        elif charge.store and outcome.stored is None:
            _log.error("gateway_kept_no_card", gateway="stripe", payment=charge.payment_id)
    if isinstance(outcome, Mismatch):
        _log.error("gateway_mismatch", payment=charge.payment_id, differs=outcome.differs)
    return outcome


def judge_error(
    status: int, said: object, *, charge: Charge
) -> Declined | NotReceived | NoAnswer | Mismatch | NeedsAction:
    """Judge an error Stripe answered to a charge: when in doubt, no answer."""
    error = mapping_of(mapping_of(said).get("error"))
    code = str(error.get("code") or error.get("type") or f"http_{status}")
    if error.get("type") == "idempotency_error" and status != _IN_USE:
        _log.error("gateway_has_another_order", payment=charge.payment_id)
        return Mismatch(differs=("order",), transaction=None, amount=None, currency=None, reference=None)
    if status == _DECLINED:
        return _declined(error, payment_id=charge.payment_id)
    if status in _NOT_BEGUN or code == "rate_limit":
        _log.error("gateway_refuses_us", gateway="stripe", status=status, code=code)
        return NotReceived(reason=f"http_{status}")
    if status in _REFUSED and error:
        if error.get("param") in _CARD_PARAMS:
            _log.error("gateway_refuses_card", payment=charge.payment_id, code=code)
            return Declined(reason=DeclineReason.CARD_COULD_NOT_BE_READ, transaction=None, card=None)
        # Nothing is made of a request that cannot be read, so nothing was charged; the operator must look.
        _log.error("gateway_refuses_us", gateway="stripe", status=status, code=code)
        return NotReceived(reason=code)
    return NoAnswer(reason=RUBBISH if status == _FINE else f"http_{status}")


_FINE: Final = 200
_DECLINED: Final = 402
_IN_USE: Final = 409
_REFUSED: Final = frozenset({400, 404})


def _declined(error: Said, *, payment_id: str) -> Declined | NoAnswer:
    intent = mapping_of(error.get("payment_intent"))
    if intent and reference_of(intent) != payment_id:
        return NoAnswer(reason=RUBBISH)
    return Declined(
        reason=_reason(error),
        transaction=text_of(intent, "id"),
        card=card_of_method(mapping_of(error.get("payment_method"))) or card_of_intent(intent),
    )


def judge_intent(said: object, *, payment_id: str) -> Judged:
    """Read how a PaymentIntent stands; one that was cancelled, or lost its card, is charged no more."""
    intent = mapping_of(said)
    transaction, amount = text_of(intent, "id"), intent.get("amount")
    if intent.get("object") != "payment_intent" or transaction is None or type(amount) is not int:
        return NoAnswer(reason=RUBBISH)
    differs = tuple(
        name
        for name, same in (
            ("currency", intent.get("currency") == "usd"),
            ("reference", reference_of(intent) == payment_id),
        )
        if not same
    )
    match intent.get("status"):
        case "succeeded" if differs:
            return _mismatch(intent, differs=differs)
        case "succeeded":
            return _approved(intent, transaction=transaction, amount=amount, payment_id=payment_id)
        case "requires_action" if not differs:
            return _action(intent, transaction=transaction)
        case "requires_payment_method" if not differs:
            error = mapping_of(intent.get("last_payment_error"))
            return Declined(reason=_reason(error), transaction=transaction, card=_failed_card(intent, error))
        case "canceled" if not differs:
            error = mapping_of(intent.get("last_payment_error"))
            reason = _reason(error) if error else DeclineReason.NOT_CHARGED
            return Declined(reason=reason, transaction=transaction, card=_failed_card(intent, error))
        case _:
            return NoAnswer(reason="no outcome")


def _approved(intent: Said, *, transaction: str, amount: int, payment_id: str) -> Approved | Mismatch:
    received = intent.get("amount_received", amount)  # what was captured, where it is said
    if received != amount:
        return _mismatch(intent, differs=("amount",))
    charge = mapping_of(intent.get("latest_charge"))
    refunded = charge.get("amount_refunded", 0)
    return Approved(
        transaction=transaction,
        card=card_of_intent(intent) or NO_CARD,
        amount=amount,
        currency="usd",
        reference=payment_id,
        stored=_stored(intent),
        refunded=refunded if type(refunded) is int else 0,
    )


def _stored(intent: Said) -> str | None:
    """The token of a card that was kept with this payment: its customer and the card itself."""
    customer, method = id_of(intent.get("customer")), id_of(intent.get("payment_method"))
    if intent.get("setup_future_usage") is None or customer is None or method is None:
        return None
    return f"{customer}/{method}"


def _action(intent: Said, *, transaction: str) -> NeedsAction | NoAnswer:
    action = mapping_of(intent.get("next_action"))
    page = text_of(mapping_of(action.get("redirect_to_url")), "url")
    if page is not None and _may_visit(page):
        return NeedsAction(transaction=transaction, page=page, word=None)
    word = text_of(intent, "client_secret")
    if action.get("type") != "use_stripe_sdk" or word is None:
        _log.error("gateway_asks_for_what_we_cannot", gateway="stripe", action=str(action.get("type"))[:40])
        return NoAnswer(reason="action unknown")
    return NeedsAction(transaction=transaction, page=None, word=word)


def _may_visit(page: str) -> bool:
    """Whether a payer may be sent there: by https, or to this very machine, where only tests are."""
    parts = urlsplit(page)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "127.0.0.1")


def _reason(error: Said) -> DeclineReason:
    for name in ("decline_code", "code"):
        reason = _REASONS.get(str(error.get(name)))
        if reason is not None:
            return reason
    return DeclineReason.CARD_DECLINED


def _mismatch(intent: Said, *, differs: tuple[str, ...]) -> Mismatch:
    amount = intent.get("amount")
    return Mismatch(
        differs=differs,
        transaction=text_of(intent, "id"),
        amount=amount if type(amount) is int else None,
        currency=text_of(intent, "currency"),
        reference=reference_of(intent),
        stored=_stored(intent),
    )


def _failed_card(intent: Said, error: Said) -> Card | None:
    return card_of_method(mapping_of(error.get("payment_method"))) or card_of_intent(intent)
