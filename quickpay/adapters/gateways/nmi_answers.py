"""Judge what NMI answers to a sale, a void and a refund; its answer names no amount, so its book decides."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, assert_never

import structlog

from quickpay.adapters.gateways.nmi_book import Entry
from quickpay.adapters.gateways.nmi_words import reason_of, vault_record, vault_token
from quickpay.ports.gateway import (
    RUBBISH,
    Approved,
    Charge,
    Declined,
    Found,
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

_APPROVED, _DECLINED = "1", "2"
# The processor may have charged: words about the line, not about the card.
_UNCERTAIN: Final = frozenset({"400", "420", "421", "440"})
# Ours to mend, and nothing was charged: the account is not set up, or the key is not ours.
_OUR_TROUBLE: Final = frozenset({"410", "411"})
_OUR_KEY: Final = ("authentication failed", "invalid security key", "invalid api key", "specified api key")
_TWICE: Final = "430"


def judge_sale(said: Mapping[str, str], book: LookUp, *, charge: Charge) -> Outcome:
    """Judge a sale by what was answered and by what the book has under our order (R86)."""
    outcome = _judge(said, book, charge=charge)
    if isinstance(outcome, Mismatch):
        _log.error("gateway_mismatch", payment=charge.payment_id, differs=outcome.differs)
    return outcome


def _judge(said: Mapping[str, str], book: LookUp, *, charge: Charge) -> Outcome:
    match book:
        case Found(outcome=Approved() as paid):
            return _hold_against(paid, said, charge=charge)
        case Found(outcome=Declined()) if said["response"] == _APPROVED:
            return NoAnswer(reason=RUBBISH)
        case Found(outcome=outcome):
            return outcome
        case NoAnswer() if said["response"] != _DECLINED:
            return book
        case NotFound() if said["response"] == _APPROVED:
            return NoAnswer(reason="not_in_the_book_yet")
        case NotFound() | NoAnswer():
            return _refusal(said, charge=charge)
        case _:
            assert_never(book)


def _hold_against(paid: Approved, said: Mapping[str, str], *, charge: Charge) -> Approved | Mismatch:
    differs: list[str] = []
    if paid.amount != charge.amount:
        # An answer that approves another amount is a wrong amount; any other means an earlier sending.
        differs.append("amount" if said["response"] == _APPROVED else "order")
    if said["response"] == _APPROVED:
        if said.get("transactionid") != paid.transaction:
            differs.append("order")
        if said.get("orderid") not in {charge.payment_id, ""}:
            differs.append("reference")
    # A name that is not the one we made could be guessed, and stands for no card of ours.
    token = vault_token(said.get("customer_vault_id", ""))
    stored = token if charge.store and vault_record(token) is not None else None
    if differs:
        return Mismatch(
            differs=tuple(dict.fromkeys(differs)),
            transaction=paid.transaction,
            amount=paid.amount,
            currency=paid.currency,
            reference=paid.reference,
            stored=stored,
        )
    return replace(paid, stored=stored)


def _refusal(said: Mapping[str, str], *, charge: Charge) -> Outcome:
    """Judge a refusal the book knows nothing of."""
    code, text = said.get("response_code", ""), said.get("responsetext", "").lower()
    if said.get("orderid", "") not in {"", charge.payment_id}:
        return NoAnswer(reason=RUBBISH)
    if code in _OUR_TROUBLE or any(words in text for words in _OUR_KEY):
        _log.error("gateway_refuses_us", gateway="nmi", code=code)
        return NotReceived(reason=f"refused_{code}")
    if code in _UNCERTAIN or _is_repeated(said) or not code:
        return NoAnswer(reason=f"code_{code}")
    transaction = said.get("transactionid", "")
    return Declined(
        reason=reason_of(code, text),
        transaction=transaction if transaction.isascii() and transaction.isdigit() else None,
        card=None,
    )


def _is_repeated(said: Mapping[str, str]) -> bool:
    """Whether NMI has seen the order or its token before: an earlier sending may have charged."""
    text = said.get("responsetext", "").lower()
    return said.get("response_code") == _TWICE or "duplicate transaction" in text or "already" in text


def judge_given_back(
    found: tuple[Entry, ...], *, refund: Refund
) -> Refunded | RefundRefused | NoAnswer | None:
    """Say how an earlier sending of this refund ended; None if there was none."""
    ours = [entry for entry in found if entry.order == refund.refund_id and entry.sale is None]
    if len(ours) != len(found):
        return NoAnswer(reason=RUBBISH)
    for entry in ours:
        if entry.given_back == refund.amount and entry.original in {"", refund.transaction}:
            return Refunded(transaction=entry.transaction)
    if not ours:
        return None
    failed = all(not act.success for entry in ours for act in entry.acts)
    return RefundRefused(reason="refused_before") if failed else NoAnswer(reason="another_refund")


def judge_refund(said: Mapping[str, str]) -> RefundOutcome:
    """Judge the answer to a refund or a void."""
    code, text = said.get("response_code", ""), said.get("responsetext", "").lower()
    transaction = said.get("transactionid", "")
    if said["response"] == _APPROVED:
        known = transaction.isascii() and transaction.isdigit()
        return Refunded(transaction=transaction) if known else NoAnswer(reason=RUBBISH)
    if code in _OUR_TROUBLE or any(words in text for words in _OUR_KEY):
        _log.error("gateway_refuses_us", gateway="nmi", code=code)
        return NotReceived(reason=f"refused_{code}")
    if code in _UNCERTAIN or _is_repeated(said) or not code:
        return NoAnswer(reason=f"code_{code}")
    if "exceed" in text:
        return RefundRefused(reason="refund_too_large")
    if "settle" in text:
        return RefundRefused(reason="not_settled_yet")
    return RefundRefused(reason=f"refused_{code}")


def already_voided(sale: Entry, *, whole: bool) -> Refunded | RefundRefused:
    """Judge a refund of a sale that was voided: the whole of it is back, and there is no more to give."""
    if whole:
        return Refunded(transaction=sale.transaction)
    return RefundRefused(reason="refund_too_large")


def is_gone(said: Mapping[str, str]) -> bool:
    """Whether a vault record is certainly not there any more."""
    missing = "invalid customer vault id" in said.get("responsetext", "").lower()
    return said["response"] == _APPROVED or missing
