"""The port to the words of emails and texts: facts go in, a subject, a text and a page come out."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from quickpay.domain.groups import Group
from quickpay.domain.link_templates import OwnWords
from quickpay.domain.money import NO_CENTS, Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptNote:
    """The seven fields of an emailed receipt (Email Receipt); what was given back since, if anything was.

    Guarantor and account are None where somebody else paid: the receipt goes to them.
    """

    receipt_number: int
    guarantor: str | None = field(repr=False)
    account: str | None
    date_paid: date
    transaction: str
    card_type: str
    amount: Cents
    refunded: Cents = NO_CENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundNote:
    """Money of a payment was given back: how much, when, and the receipt of the payment as it is now."""

    amount: Cents
    given_on: date
    receipt: ReceiptNote


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedNote:
    """Somebody typed too many wrong codes; told to the contact that did not get them (R38)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkNote:
    """A link by email or text: its address, until when it is good, and the group's own words, if any."""

    url: str = field(repr=False)
    good_until: date
    own: OwnWords | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedNote:
    """The office let somebody in by phone; told to every contact on file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChangedNote:
    """Another contact took this one's place, or was added; the new one is masked, the rest is not told."""

    email: bool
    masked: str
    added: bool


Note = ReceiptNote | RefundNote | LockedNote | LinkNote | ReleasedNote | ContactChangedNote


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is sent: `text` also serves as the body of a text message."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


class Notes(Protocol):
    """Put facts into the group's words."""

    def email(self, note: Note, *, group: Group, language: str) -> Words: ...
    def sms(self, note: Note, *, group: Group, language: str) -> str: ...
    def said(self, words: str, *, language: str) -> str:
        """Say words of our own in a language; what a group wrote itself stays as it is."""
        ...

    def code_email(self, *, subject: str, body: str, group: Group, language: str) -> Words:
        """Wrap a practice's own filled template, whose every letter is text, not markup."""
        ...
