"""The ports through which emails and texts leave, and how a sending can end."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

STOPPED: Final = "stopped"
"""The reason of a `Rejected` text whose recipient has told the carrier STOP (R61)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineImage:
    """Hold one picture an email's HTML shows by `cid:<content_id>`."""

    content_id: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """Hold one email to exactly one address; its repr shows neither address nor words.

    `message_id` is the header's value with its angle brackets. It stays the same when the same email is sent
    again, so that a duplicate can be told from a second message (R54).
    """

    to: str = field(repr=False)
    sender: str = field(repr=False)
    sender_name: str | None = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    inline_images: tuple[InlineImage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Hold one text to exactly one mobile (E.164); its repr shows neither number nor words.

    `validity` is how long a carrier may still deliver it, at most ten hours (R53); `status_callback` is the
    absolute address where delivery reports are posted.
    """

    to: str = field(repr=False)
    body: str = field(repr=False)
    validity: timedelta | None
    status_callback: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The provider took the message; `provider_id` is its name there, if it gave one."""

    provider_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The message was certainly not taken.

    `permanent`: sending it again will not help. `reason` is a fixed word or a provider's code, no contact.
    """

    reason: str
    permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """The message may have been taken: bytes had gone when the line fell silent (R54)."""

    reason: str


Delivery = Sent | Rejected | Uncertain


class Mailer(Protocol):
    """Hand over emails."""

    async def send(self, email: Email) -> Delivery:
        """Hand over one email, at most once; trouble on the way is an outcome, not an exception."""
        ...


class Texter(Protocol):
    """Hand over texts."""

    async def send(self, text: Text) -> Delivery:
        """Hand over one text, at most once; trouble on the way is an outcome, not an exception."""
        ...
