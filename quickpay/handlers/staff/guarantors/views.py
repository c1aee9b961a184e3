"""The desk's pages as values; their templates may use nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.domain.money import Cents
from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.views import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way on from a page: what it is called and where it leads."""

    label: str
    path: str


WAYS_ON = (
    Way(label="Send a link", path="/staff/guarantors/{group}/{guarantor}/send"),
    Way(label="Code for a statement", path="/staff/guarantors/{group}/{guarantor}/qr"),
    Way(label="See as patient", path="/staff/launch?group={group}&guarantor={guarantor}"),
    Way(label="Caller without a code", path="/staff/guarantors/{group}/{guarantor}/release"),
)
"""What the desk may go on to do for a guarantor; each is a page of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a filter; the chosen one leads nowhere else."""

    label: str
    path: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """One guarantor who was found."""

    name: str = field(repr=False)
    number: str
    path: str
    group: str
    contacts: tuple[str, ...] = field(repr=False)
    payable: Cents
    live_links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorsPage:
    """Search; `rows` is None before anything was searched for."""

    template: ClassVar[str] = "staff/guarantors.html"
    frame: Frame
    bar: Bar
    action: str
    typed: str = field(default="", repr=False)
    choices: tuple[Choice, ...] = ()
    balances: tuple[Choice, ...] = ()
    rows: tuple[FoundRow, ...] | None = None
    said: str = ""
    earlier: str = ""
    later: str = ""
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One balance and what it means."""

    label: str
    amount: Cents
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One contact and, unless all is well, what is to be known of it."""

    label: str
    contact: str = field(repr=False)
    words: str
    since: str
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link of the guarantor."""

    path: str
    origin: str
    made: str
    state: str
    uses: str
    sent_to: str = field(repr=False)
    batch: str
    match_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """One payment of the guarantor; `path` leads to the link it came through, `send` to its receipt again."""

    page: str
    made: str
    amount: Cents
    state: str
    receipt: str
    path: str
    send: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorPage:
    """One guarantor."""

    template: ClassVar[str] = "staff/guarantor.html"
    frame: Frame
    bar: Bar
    name: str = field(repr=False)
    number: str
    group: str
    language: str
    sessions: int
    patients: tuple[str, ...] = field(repr=False)
    contacts: tuple[ContactRow, ...] = field(repr=False)
    figures: tuple[Figure, ...]
    ways: tuple[Way, ...]
    end_links: str
    allow_texts: str
    done: str
    links: tuple[LinkRow, ...]
    newer_links: str
    older_links: str
    payments: tuple[PaymentRow, ...]
    newer_payments: str
    older_payments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """One link, and how it fared, in sentences; `url` lets its holder in and is for the desk alone."""

    template: ClassVar[str] = "staff/link.html"
    frame: Frame
    bar: Bar
    link_id: str
    guarantor: str = field(repr=False)
    number: str
    guarantor_path: str
    facts: tuple[tuple[str, str], ...] = field(repr=False)
    match_code: str
    batch: str
    batch_path: str
    url: str = field(repr=False)
    end: str
    restore: str
    unlock: str
    done: str
    events: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingPage:
    """The question before links are ended or one is restored: what will happen, and the button."""

    template: ClassVar[str] = "staff/ending.html"
    frame: Frame
    bar: Bar
    heading: str
    words: tuple[str, ...]
    button: str
    back: Way
    ends: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTo:
    """One address a receipt may go to."""

    value: str
    label: str
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """A receipt to be sent again: how it fared, and where it may go, or why it cannot."""

    template: ClassVar[str] = "staff/receipt_again.html"
    frame: Frame
    bar: Bar
    number: str
    guarantor: str = field(repr=False)
    back: str
    told: tuple[str, ...] = field(repr=False)
    why_not: str
    ways: tuple[ReceiptTo, ...]
    sending: int
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One send batch."""

    batch: str
    group: str
    made_on: str
    made: int
    opened: int
    paid: int
    active: int
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchesPage:
    """Recent batches; `groups` are those all of whose links may be ended here."""

    template: ClassVar[str] = "staff/batches.html"
    frame: Frame
    bar: Bar
    rows: tuple[BatchRow, ...]
    earlier: str
    later: str
    groups: tuple[Way, ...]
    done: str
