"""A payment: one try to take one amount with one card; its states and what may follow each."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.money import NO_CENTS, Cents
from quickpay.domain.origins import Origin
from quickpay.domain.said import say
from quickpay.domain.sessions import Authentication


class PaymentState(StrEnum):
    """Where a payment stands. Silence is `unknown`: a third outcome, never a failure."""

    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    REVIEW = "review"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    REFUNDED = "refunded"


IN_FLIGHT = (PaymentState.SUBMITTING, PaymentState.UNKNOWN)
HELD = (*IN_FLIGHT, PaymentState.REVIEW)
"""States whose amount is held: the money may be on its way, so it is not asked for again."""

GATEWAY_PATIENCE = timedelta(seconds=30)
"""How long the gateway has to answer one charge before its silence is `unknown` (R55)."""

LOOK_UPS = (
    timedelta(seconds=2),
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(seconds=60),
    timedelta(minutes=5),
    timedelta(hours=1),
)
"""When an unknown outcome is asked after, each counted from the one before; the last repeats (R79)."""

MISSES_UNTIL_NOT_CHARGED = 3
RUBBISH_UNTIL_REVIEW = 5
"""Look-ups from which on words that make no sense are for a person: silence passes, this may not (X8)."""
REVIEW_AFTER = timedelta(hours=24)


class Method(StrEnum):
    """What the patient pays with."""

    CARD = "card"
    APPLE_PAY = "apple_pay"
    GOOGLE_PAY = "google_pay"
    STORED = "stored"


class Reason(StrEnum):
    """Why a payment took no money, in classes a page has words for."""

    CARD_DECLINED = "card_declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    INCORRECT_CVC = "incorrect_cvc"
    CARD_NOT_ACCEPTED = "card_not_accepted"
    CARD_COULD_NOT_BE_READ = "card_could_not_be_read"
    NOT_CONFIRMED = "not_confirmed"
    NOT_CHARGED = "not_charged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One chosen amount in one session; at most one payment of it is not declined.

    `stored_card` names the card of `Method.STORED`; `store_at` the gateway that the newest try asked to store
    its card.
    """

    id: str
    session_id: int
    amount: Cents
    choice: str
    method: Method | None
    created_at: datetime
    stored_card: str | None = None
    store_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment as the row has it. Its id is the gateway's idempotency key and never changes."""

    id: str
    order_id: str
    session_id: int
    link_serial: int | None
    group_id: int
    guarantor_id: int
    single_payment: bool
    amount: Cents
    currency: str
    method: Method
    state: PaymentState
    reason: Reason | None
    card_brand: str | None
    card_last4: str | None
    transaction: str | None
    receipt_email: str | None = field(repr=False)
    receipt_number: int | None
    batch_id: int | None
    unapplied: Cents
    not_posted_because: str | None
    origin: Origin
    authentication: Authentication
    created_at: datetime
    deadline: datetime
    changed_at: datetime
    change_number: int
    look_ups: int
    misses: int
    next_look_up_at: datetime | None
    acknowledged_at: datetime | None
    refunded: Cents
    refunding: Cents = NO_CENTS
    ended_at: datetime | None = None
    language: str | None = None
    """Of the pages it was paid on, and so of its receipt; None for those paid before it was kept."""

    @property
    def left(self) -> Cents:
        """What of its amount has neither been given back nor is on its way back."""
        return Cents(self.amount - self.refunded - self.refunding)

    @property
    def took_money(self) -> bool:
        """Whether the card was charged, whatever became of the money later."""
        return self.state in {PaymentState.SUCCEEDED, PaymentState.REFUNDED}


_BRANDS = {"amex": "American Express", "mastercard": "Mastercard", "visa": "Visa"}


def brand_name(brand: str) -> str:
    """Write a card's brand as its bearer knows it, whatever the gateway's spelling."""
    return _BRANDS.get(brand.lower()) or (brand if any(map(str.isupper, brand)) else brand.title())


def card_name(brand: str | None, last4: str | None) -> str:
    """Name a card as it is said aloud: its brand, and what it ends in where that is known."""
    name = say("Card") if brand is None else brand_name(brand)
    return name if last4 is None else say("%(card)s ending in %(digits)s", card=name, digits=last4)


def look_up_gap(look_ups: int) -> timedelta:
    """How long to wait after the given number of look-ups before the next."""
    return LOOK_UPS[min(look_ups, len(LOOK_UPS) - 1)]
