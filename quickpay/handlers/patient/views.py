"""The patient's pages as values; each template may use its page's fields and nothing else."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from quickpay.domain.balances import AmountChoice
from quickpay.domain.money import Cents
from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.receipt_mail import MailPanel
from quickpay.mfa.methods import Method as WayMethod
from quickpay.ports.card_fields import CardFields
from quickpay.services.payer import PaidShare


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """What stands at the bare address."""

    template: ClassVar[str] = "patient/front.html"
    frame: Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFront:
    """What a link leads to: the group's name and a button; of a `share` it is somebody else's bill."""

    template: ClassVar[str] = "patient/link.html"
    frame: Frame
    csrf: str = field(repr=False)
    share: bool = False
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffFront:
    """What a hand-off leads to: the group's name, a button, and the way back to the portal."""

    template: ClassVar[str] = "patient/handoff.html"
    frame: Frame
    csrf: str = field(repr=False)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchFront:
    """What a staff launch leads to: the group's name, what a simulation is, and a button."""

    template: ClassVar[str] = "patient/launch.html"
    frame: Frame
    csrf: str = field(repr=False)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WayChoice:
    """One way to get a code, its contact masked; `by` and `aloud` are how they are said."""

    method: WayMethod
    label: str
    by: str
    masked: str
    aloud: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseWay:
    """Where to send the code."""

    template: ClassVar[str] = "patient/verify.html"
    frame: Frame
    required: bool
    office: bool
    ways: tuple[WayChoice, ...]
    chosen: WayMethod | None
    blocked: WayChoice | None
    blocked_words: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCode:
    """Where the code went, and the field for it; `seconds_to_resend` is 0 once a new one may be asked for."""

    template: ClassVar[str] = "patient/code.html"
    frame: Frame
    office: bool
    way: WayChoice
    other_ways: bool
    undeliverable: bool
    open: bool
    blocked: str
    report: str
    time_left: str
    seconds_to_resend: int
    mistakes: tuple[Mistake, ...] = ()
    told: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOffice:
    """What to read out to the office, and the field for the code it says."""

    template: ClassVar[str] = "patient/office.html"
    frame: Frame
    call_code: str
    time_left: str
    other_ways: bool
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One sum, what it is called, and what that means in plain words."""

    label: str
    amount: Cents
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountCard:
    """One amount that can be chosen; None where it is typed."""

    choice: AmountChoice
    label: str
    words: str
    amount: Cents | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeYourPayment:
    """How much to pay."""

    template: ClassVar[str] = "patient/amount.html"
    frame: Frame
    guarantor: str
    account: str
    figures: tuple[Figure, ...]
    cards: tuple[AmountCard, ...]
    chosen: AmountChoice | None
    typed: str
    held: Cents
    may_share: bool = False
    paid_shares: tuple[PaidShare, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToPay:
    """The account where nothing can be paid now, and why."""

    template: ClassVar[str] = "patient/nothing.html"
    frame: Frame
    guarantor: str
    account: str
    figures: tuple[Figure, ...]
    heading: str
    words: tuple[str, ...]
    go_on: tuple[str, str] | None
    office: bool
    paid_shares: tuple[PaidShare, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentResult:
    """How a payment stands; `status` is paid, declined, unknown or bank.

    `at_bank`: the payer must visit her bank; else the gateway's script asks her here, with `bank_word`.

    What may be said only to a live session (`remains`, `again`) is None or False after it has run out.
    """

    template: ClassVar[str] = "patient/payment.html"
    frame: Frame
    status: str
    amount: Cents
    paid: Cents
    refunded: Cents
    refunded_whole: bool
    reason: str | None
    next_step: str | None
    receipt_number: int | None
    guarantor: str | None
    account: str | None
    paid_on: date | None
    transaction: str | None
    card: str | None
    card_aloud: str | None
    not_posted: bool
    remains: Cents | None
    remains_label: str
    no_emails: bool
    mail: MailPanel | None
    again: bool
    mine: str
    at_bank: bool = False
    card_fields: CardFields | None = None
    bank_word: str | None = None
    elsewhere: bool = False
    """Paid from another session, so that nothing is said of the reader's own card."""
    by_door: bool = False
