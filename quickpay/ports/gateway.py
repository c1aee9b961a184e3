"""The port to the card processor: charging, asking how a charge ended, and its webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from quickpay.ports.card_fields import Activated, CardFields

Currency = Literal["usd"]
Wallet = Literal["apple_pay", "google_pay"]


class DeclineReason(StrEnum):
    """Why a card was not charged, in the classes a patient is told."""

    CARD_DECLINED = "card_declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    INCORRECT_CVC = "incorrect_cvc"
    CARD_NOT_ACCEPTED = "card_not_accepted"
    CARD_COULD_NOT_BE_READ = "card_could_not_be_read"
    NOT_CONFIRMED = "not_confirmed"
    NOT_CHARGED = "not_charged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Hold what may be shown of a card; the expiry where the gateway tells it.

    `fingerprint` is shown to nobody: the gateway's own word by which it knows a card again, where it has one.
    """

    brand: str
    last4: str
    exp_month: int | None = None
    exp_year: int | None = None
    fingerprint: str | None = field(default=None, repr=False)

    @property
    def is_known(self) -> bool:
        """Whether it can be told from another; what a webhook says of a success may name none."""
        return self != NO_CARD


RUBBISH = "garbled"
"""The reason of what was answered with words nobody can read."""

NO_CARD = Card(brand="card", last4="····")
"""Stands for a card that was charged and that nobody named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Hold one order to the gateway.

    `payment_id` is the idempotency key, the gateway's reference and never changes for a payment (R75, F9).
    `amount` is integer cents, above zero. `token` stands for the card: it came from the gateway's own fields
    or is a stored one. `store` asks the gateway to keep the card if it is charged. `cvc_token` stands for the
    security code of a stored card, from the gateway's own fields too. `wallet` says which wallet the token is
    from, None that it is from none: a gateway that can tell declines a token of another kind.
    """

    payment_id: str
    amount: int
    currency: Currency
    token: str = field(repr=False)
    require_cvc: bool
    description: str = field(repr=False)
    store: bool = False
    cvc_token: str | None = field(default=None, repr=False)
    wallet: Wallet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The card was charged; as the answer to a charge, for exactly what was asked (R86).

    `stored` is the token for later charges, if the card was kept; `refunded` the cents given back so far.
    """

    transaction: str
    card: Card
    amount: int
    currency: Currency
    reference: str
    stored: str | None = field(default=None, repr=False)
    refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The card was not charged and will not be for this payment."""

    reason: DeclineReason
    transaction: str | None
    card: Card | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReceived:
    """This sending did not reach the gateway's book; the same order may be sent again (X2).

    It says nothing about an earlier sending of the same order.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Nobody knows: silence, a server error, or words that make no sense (R78). Ask later, never anew."""

    reason: str

    @property
    def is_rubbish(self) -> bool:
        """Whether there were words, and they made no sense (X8)."""
        return self.reason == RUBBISH


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """The gateway answered for something else than we asked; a person must look (R86, X6, X8).

    `differs` names what is not ours: any of amount, currency, reference, order (the same key with another
    body). The other fields are what the gateway said, where it said it readably; `stored` as in `Approved`.
    """

    differs: tuple[str, ...]
    transaction: str | None
    amount: int | None
    currency: str | None
    reference: str | None
    stored: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsAction:
    """The payer's bank wants to hear from the payer first; until then nothing is charged.

    `page` is the address the payer must visit, or None where the gateway's own script does it in our page
    with `word`, which the gateway gave for this payment alone.
    """

    transaction: str
    page: str | None = field(repr=False)
    word: str | None = field(repr=False)


Outcome = Approved | Declined | NotReceived | NoAnswer | Mismatch | NeedsAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Hold one order to give money back.

    `refund_id` is the idempotency key and never changes for a refund; `transaction` is the charge's. `amount`
    is integer cents, above zero.
    """

    refund_id: str
    transaction: str
    amount: int
    currency: Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """The money was given back; `transaction` is the refund's own."""

    transaction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRefused:
    """Nothing was given back and nothing will be for this refund: more than is left, or no such charge."""

    reason: str


RefundOutcome = Refunded | RefundRefused | NotReceived | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The gateway knows the payment; hold the outcome's amount and currency against its row (R86)."""

    outcome: Approved | Declined | Mismatch | NeedsAction


@dataclass(frozen=True, slots=True)
class NotFound:
    """The gateway does not know the payment yet, or never will (X11)."""


LookUp = Found | NotFound | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCharge:
    """A charge that took money, as the gateway's list has it; `reference` is our payment's id, if ours."""

    transaction: str
    reference: str | None
    amount: int
    currency: str
    refunded: int
    charged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayEvent:
    """A webhook that is genuine and speaks of a payment; `event_id` is the same on each delivery (R100).

    The outcome's amount and currency are the gateway's word: hold them against the payment's row (R86).
    """

    event_id: str
    payment_id: str
    outcome: Approved | Declined | Mismatch


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgedWebhook:
    """The signature is missing, wrong, or more than 300 seconds off in either direction (R98, R99)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredWebhook:
    """Genuine, but of a kind or shape we have no use for: acknowledge and forget (R101)."""

    reason: str


Webhook = GatewayEvent | ForgedWebhook | IgnoredWebhook


class Gateway(Protocol):
    """Charge cards. No call holds a lock of ours; each ends within the gateway's own time limit (R55)."""

    @property
    def name(self) -> str:
        """The word of the setting GATEWAY, also the last part of its webhook's address."""
        ...

    @property
    def activated(self) -> Activated:
        """What may be offered to patients."""
        ...

    @property
    def idempotency_window(self) -> timedelta:
        """How long the gateway keeps a key; an order older than this may only be looked up (F9)."""
        ...

    @property
    def look_up_lag(self) -> timedelta:
        """How long a charge may stay invisible to `look_up`; before that `NotFound` proves nothing (X11)."""
        ...

    def card_fields(self) -> CardFields:
        """Return what a page needs to show the card fields."""
        ...

    async def charge(self, charge: Charge) -> Outcome:
        """Ask the gateway to charge, once; the call itself never tries again (R79)."""
        ...

    async def refund(self, refund: Refund) -> RefundOutcome:
        """Ask the gateway to give money back, once; after `NoAnswer` the same refund may be sent again."""
        ...

    async def forget_card(self, token: str) -> bool:
        """Ask the gateway to drop a stored card; True once it is certainly gone."""
        ...

    async def look_up(self, payment_id: str) -> LookUp:
        """Ask how a payment ended; changes nothing and may be repeated."""
        ...

    async def call_off(self, payment_id: str) -> LookUp:
        """See to it that a payment that waits for its payer is never charged, and say how it stands then.

        A gateway that never answers `NeedsAction` only looks it up.
        """
        ...

    async def list_charges(self, *, since: datetime, until: datetime) -> tuple[ListedCharge, ...] | NoAnswer:
        """List every charge that took money from `since` until before `until`, to hold against ours (R89)."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Webhook:
        """Judge a webhook by its raw body; header names are matched without regard to case."""
        ...
