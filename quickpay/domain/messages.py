"""A message that waits in the outbox: what it is about, to whom, and how long it is worth sending."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MessageKind(StrEnum):
    """What a message tells; with its subject it is sent once."""

    RECEIPT = "receipt"  # subject: the payment's id; sent again, that and which sending it is
    LOCKED = "locked"  # subject: the challenge's id; goes to the other contact (R38)
    LINK = "link"  # subject: the link's id
    CONTACT_CHANGED = "contact_changed"  # subject: the challenge that confirmed it; goes to the old contact
    REFUND = "refund"  # subject: the refund's id; goes where the receipt went
    RELEASED = "released"  # subject: the release's id and the channel; goes to every contact on file


def receipt_subject(payment_id: str, sending: int) -> str:
    """Name one sending of a payment's receipt, from 1; each can be queued once."""
    return payment_id if sending == 1 else f"{payment_id}.{sending}"


def payment_of(subject: str) -> tuple[str, int]:
    """Give the payment a receipt's message is about, and which sending it is."""
    payment_id, _, sending = subject.partition(".")
    return payment_id, int(sending or 1)


class Channel(StrEnum):
    """How it travels."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be queued in the unit that makes its reason (R48)."""

    kind: MessageKind
    subject: str
    group_id: int
    guarantor_id: int
    channel: Channel
    recipient: str = field(repr=False)
    now: datetime
    give_up_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message leased by a worker."""

    id: int
    kind: MessageKind
    subject: str
    group_id: int
    guarantor_id: int
    channel: Channel
    recipient: str = field(repr=False)
    attempts: int
    give_up_at: datetime

    @property
    def stable_id(self) -> str:
        """The same for every sending of this message, so a duplicate can be told from a second one (R54)."""
        return f"{self.kind}.{self.subject}"


class Fate(StrEnum):
    """What became of a message, as whoever asked for it may know it."""

    WAITING = "waiting"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSending:
    """One sending of a receipt; `ended_at` is when it went out or was given up.

    The recipient is forgotten some time after that (R132).
    """

    payment_id: str
    sending: int
    recipient: str | None = field(repr=False)
    fate: Fate
    ended_at: datetime | None
