"""A gateway in memory: a book, idempotency keys, and test tokens for every way a charge can end."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from quickpay.adapters.gateways.sandbox_answers import read_event
from quickpay.adapters.gateways.signatures import fault
from quickpay.ports.card_fields import Activated, CardFields
from quickpay.ports.gateway import (
    Approved,
    Card,
    Charge,
    Declined,
    DeclineReason,
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
    Refunded,
    RefundOutcome,
    RefundRefused,
    Webhook,
)

VISA = Card(brand="visa", last4="4242")
BANK = "https://bank.example.com/confirm"
_WALLETS = {"tok_apple_pay": "apple_pay", "tok_google_pay": "google_pay"}
SECRET = b"fake-gateway-webhook-secret"
DECLINES = {
    "tok_declined": DeclineReason.CARD_DECLINED,
    "tok_no_funds": DeclineReason.INSUFFICIENT_FUNDS,
    "tok_no_cvc": DeclineReason.INCORRECT_CVC,
    "tok_unreadable": DeclineReason.CARD_COULD_NOT_BE_READ,
}


class FakeGateway:
    """Keep charges in memory (port `Gateway`).

    Tokens: `tok_approved`; `tok_apple_pay` and `tok_google_pay`, only as those; those in `DECLINES`
    (`tok_no_cvc` only if a code is required); `tok_silent` charges and answers nothing; `tok_broken` answers
    nothing and charges nothing; `tok_bank` waits for the payer's bank until `confirm` says how it ended.
    `card` is what is charged; a stored one needs the code `cvc_right` where it is required; `forgotten` are
    those dropped. `then` answers the next charges without touching the book; `down` refuses every connection;
    `hidden` keeps the book from look-ups.
    `now` dates the book's lines.
    """

    name = "fake"
    idempotency_window = timedelta(hours=24)
    look_up_lag = timedelta(seconds=30)

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._charged_at: dict[str, datetime] = {}
        self.activated = Activated(card=True, apple_pay=True, google_pay=True, storage=True)
        self.asked: list[Charge] = []
        self.book: dict[str, Approved | Declined] = {}
        self.stored: set[str] = set()
        self.kept = 0
        self.forgotten: list[str] = []
        self.card = VISA
        self.refunds: dict[str, Refund] = {}
        self.down = False
        self.hidden = False
        self._orders: dict[str, Charge] = {}
        self._next: list[Outcome] = []
        self.waiting_for_bank: dict[str, tuple[Charge, NeedsAction]] = {}

    def then(self, *outcomes: Outcome) -> None:
        self._next.extend(outcomes)

    def card_fields(self) -> CardFields:
        origin = "https://gateway.example"
        return CardFields(
            adapter="fields_sandbox.js",
            script_url=f"{origin}/fields.js",
            script_src=(origin,),
            frame_src=(origin,),
            connect_src=(origin,),
            plays_wallets=True,
        )

    async def charge(self, charge: Charge) -> Outcome:
        self.asked.append(charge)
        if self.down:
            return NotReceived(reason="not_connected")
        if self._next:
            return self._next.pop(0)
        if charge.token == "tok_broken":
            return NoAnswer(reason="http_500")
        if self._orders.setdefault(charge.payment_id, charge) != charge:
            return Mismatch(differs=("order",), transaction=None, amount=None, currency=None, reference=None)
        if charge.token == "tok_bank" and charge.payment_id not in self.book:
            action = NeedsAction(transaction="pi_bank", page=f"{BANK}/{charge.payment_id}", word=None)
            return self.waiting_for_bank.setdefault(charge.payment_id, (charge, action))[1]
        if charge.payment_id not in self.book:
            self.book[charge.payment_id] = self._decide(charge)
            self._charged_at[charge.payment_id] = self._now()
        outcome = self.book[charge.payment_id]
        if charge.token == "tok_silent":
            return NoAnswer(reason="silent")
        return outcome

    def _decide(self, charge: Charge) -> Approved | Declined:
        transaction = f"ch_{len(self.book):024x}"
        reason = DECLINES.get(charge.token)
        if charge.token.startswith("card_"):
            if charge.token not in self.stored:
                reason = DeclineReason.CARD_COULD_NOT_BE_READ
            elif charge.require_cvc and charge.cvc_token != "cvc_right":
                reason = DeclineReason.INCORRECT_CVC
        if charge.wallet != _WALLETS.get(charge.token):
            reason = DeclineReason.CARD_COULD_NOT_BE_READ
        if reason and (charge.token != "tok_no_cvc" or charge.require_cvc):
            return Declined(reason=reason, transaction=transaction, card=VISA)
        stored = None
        if charge.store:
            self.kept += 1
            stored = f"card_{self.kept}"
            self.stored.add(stored)
        return Approved(
            transaction=transaction,
            card=self.card,
            amount=charge.amount,
            currency=charge.currency,
            reference=charge.payment_id,
            stored=stored,
        )

    async def refund(self, refund: Refund) -> RefundOutcome:
        if self.down:
            return NotReceived(reason="not_connected")
        found = [done for done in self.book.values() if done.transaction == refund.transaction]
        if not found or not isinstance(found[0], Approved):
            return RefundRefused(reason="no_such_charge")
        if self.refunds.get(refund.refund_id, refund) != refund:
            return RefundRefused(reason="idempotency_mismatch")
        others = [done for done in self.refunds.values() if done.transaction == refund.transaction]
        given = sum(done.amount for done in others if done != refund)
        if given + refund.amount > found[0].amount:
            return RefundRefused(reason="refund_too_large")
        self.refunds[refund.refund_id] = refund
        return Refunded(transaction=f"re_{refund.refund_id}")

    async def forget_card(self, token: str) -> bool:
        if self.down:
            return False
        self.stored.discard(token)
        self.forgotten.append(token)
        return True

    async def look_up(self, payment_id: str) -> LookUp:
        if self.down:
            return NoAnswer(reason="not_connected")
        if payment_id in self.waiting_for_bank and not self.hidden:
            return Found(outcome=self.waiting_for_bank[payment_id][1])
        outcome = self.book.get(payment_id)
        return NotFound() if outcome is None or self.hidden else Found(outcome=self._with_refunds(outcome))

    async def call_off(self, payment_id: str) -> LookUp:
        if not self.down and payment_id in self.waiting_for_bank:
            self.confirm(payment_id, DeclineReason.NOT_CHARGED)
        return await self.look_up(payment_id)

    def confirm(self, payment_id: str, reason: DeclineReason | None = None) -> None:
        """Let the payer answer her bank: it is she, or `reason` why nothing is charged."""
        charge, _ = self.waiting_for_bank.pop(payment_id)
        self._charged_at[payment_id] = self._now()
        declined = None if reason is None else Declined(reason=reason, transaction="pi_bank", card=VISA)
        self.book[payment_id] = declined or self._decide(charge)

    def _with_refunds(self, outcome: Approved | Declined) -> Approved | Declined:
        if isinstance(outcome, Declined):
            return outcome
        given = [done.amount for done in self.refunds.values() if done.transaction == outcome.transaction]
        return Approved(
            transaction=outcome.transaction,
            card=outcome.card,
            amount=outcome.amount,
            currency=outcome.currency,
            reference=outcome.reference,
            stored=outcome.stored,
            refunded=sum(given),
        )

    async def list_charges(self, *, since: datetime, until: datetime) -> tuple[ListedCharge, ...] | NoAnswer:
        if self.down:
            return NoAnswer(reason="not_connected")
        paid = {key: self._with_refunds(outcome) for key, outcome in self.book.items()}
        return tuple(
            ListedCharge(
                transaction=outcome.transaction,
                reference=payment_id,
                amount=outcome.amount,
                currency=outcome.currency,
                refunded=outcome.refunded,
                charged_at=self._charged_at[payment_id],
            )
            for payment_id, outcome in paid.items()
            if isinstance(outcome, Approved) and since <= self._charged_at[payment_id] < until
        )

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Webhook:
        signature = {name.lower(): value for name, value in headers.items()}.get("fake-signature")
        if reason := fault(signature, body=body, secret=SECRET, now=now):
            return ForgedWebhook(reason=reason)
        return read_event(body)

    def webhook(self, payment_id: str, *, event_id: str, now: datetime) -> tuple[dict[str, str], bytes]:
        """Return the headers and body of the webhook that tells how a payment in the book ended."""
        outcome = self._with_refunds(self.book[payment_id])
        paid = isinstance(outcome, Approved)
        data = {
            "id": outcome.transaction,
            "status": "succeeded" if paid else "declined",
            "amount": self._orders[payment_id].amount,
            "currency": "usd",
            "reference": payment_id,
            "card": {"brand": VISA.brand, "last4": VISA.last4},
        }
        if isinstance(outcome, Declined):
            data["reason"] = outcome.reason.value
        else:
            data["refunded"] = outcome.refunded
        body = json.dumps({"id": event_id, "type": f"charge.{data['status']}", "data": data}).encode()
        return {"Fake-Signature": sign(body, at=now)}, body


def sign(body: bytes, *, at: datetime, secret: bytes = SECRET) -> str:
    """Sign a webhook's body the way a gateway does."""
    moment = str(int(at.timestamp()))
    digest = hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
