"""A message that waits in the outbox: what it is about, to whom, and how long it is worth sending."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MessageKind(StrEnum):
    """What a message tells; with its subject it is sent once."""

    RECEIPT = "receipt"  # subject: the payment's id
    LOCKED = "locked"  # subject: the challenge's id; goes to the other contact (R38)
    LINK = "link"  # subject: the link's id
    CONTACT_CHANGED = "contact_changed"  # subject: the challenge that confirmed it; goes to the old contact
    RELEASED = "released"  # subject: the release's id and the channel; goes to every contact on file


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
