"""The portal pages as values; each template may use its page's fields and nothing else.

What a group does not show is None or left out here, so that no template can show it.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.domain.money import Cents
from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.portal.pieces import (
    Filter,
    LineTable,
    Pager,
    PayPanel,
    Place,
    StatementLink,
    Sum,
    VisitCard,
)
from quickpay.handlers.receipt_mail import MailPanel


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """Home."""

    template: ClassVar[str] = "portal/home.html"
    frame: Frame
    guarantor: str
    image: str | None
    due: Sum
    due_date: dt.date | None
    figures: tuple[Sum, ...]
    new_statement: bool
    statement: StatementLink | None
    pay: PayPanel


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One statement of the history; `balance` is None where the group does not show it."""

    number: str
    link: StatementLink
    balance: Cents | None
    remaining: Cents
    pending: Cents | None
    collections: Cents | None
    paid: bool
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """Account."""

    template: ClassVar[str] = "portal/account.html"
    frame: Frame
    guarantor: str
    account: str
    figures: tuple[Sum, ...]
    statement: StatementLink | None
    collections: Sum | None
    pay: PayPanel
    since: tuple[Place, ...]
    unlisted: int
    visits: tuple[VisitCard, ...]
    filters: tuple[Filter, ...]
    any_visits: bool
    statements: tuple[StatementRow, ...]
    export: str | None
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """One payment of the history."""

    number: str
    address: str
    date: dt.date
    status: str
    unsuccessful: bool
    paid_with: str
    paid_where: str
    amount: Cents
    refunded: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsView:
    """The history of payments."""

    template: ClassVar[str] = "portal/receipts.html"
    frame: Frame
    guarantor: str
    account: str
    receipts: tuple[ReceiptRow, ...]
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedRow:
    """How much of a receipt went on one line; of a line that is no longer listed only its number is known."""

    service_id: str
    amount: Cents
    date: dt.date | None
    patient: str
    where: str
    procedure: str | None
    remaining: Cents | None
    pending: Cents | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """One receipt; `elsewhere` when the PM system took it, which has not told what it was put on.

    `paper` is the address of the same as a PDF.
    """

    template: ClassVar[str] = "portal/receipt.html"
    frame: Frame
    guarantor: str
    account: str
    receipt: ReceiptRow
    paper: str
    mail: MailPanel | None
    transaction: str | None
    not_posted: bool
    unapplied: Cents | None
    posted: tuple[PostedRow, ...]
    shows_pending: bool
    elsewhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsView:
    """The history of statements."""

    template: ClassVar[str] = "portal/statements.html"
    frame: Frame
    guarantor: str
    account: str
    statements: tuple[StatementRow, ...]
    shows_balance: bool
    shows_pending: bool
    filter: Filter
    hidden: int
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """One statement with its lines as they stand now; `paper` is the address of the same as a PDF."""

    template: ClassVar[str] = "portal/statement.html"
    frame: Frame
    guarantor: str
    account: str
    statement: StatementRow
    paper: str
    table: LineTable
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCardRow:
    """One stored card; `remove` is where it is asked whether to remove it."""

    name: str
    expires: str | None
    expired: bool
    remove: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCard:
    """The question whether to remove one stored card; `action` does it."""

    template: ClassVar[str] = "portal/remove_card.html"
    frame: Frame
    name: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """What is on file; the contacts in full, as she has proved who she is."""

    template: ClassVar[str] = "portal/profile.html"
    frame: Frame
    guarantor: str
    account: str
    preferred_name: str | None
    email: str | None = field(repr=False)
    mobile: str | None = field(repr=False)
    patients: tuple[str, ...] = field(repr=False)
    told: str | None
    email_rests: str
    mobile_rests: str
    editable: bool
    cards: tuple[StoredCardRow, ...] = ()
    cards_used: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactField:
    """The field for a new contact; `name` is the form's, `kept` is said where one is on file."""

    template: ClassVar[str] = "portal/contact.html"
    frame: Frame
    heading: str
    name: str
    label: str
    hint: str
    keyboard: str
    on_file: str | None = field(repr=False)
    kept: str
    rests: str
    typed: str = field(repr=False)
    told: str | None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmContact:
    """Where the code went, in full as she has just typed it, and the field for it."""

    template: ClassVar[str] = "portal/confirm_contact.html"
    frame: Frame
    way: str
    contact: str = field(repr=False)
    again: str
    undeliverable: bool
    open: bool
    time_left: str
    seconds_to_resend: int
    mistakes: tuple[Mistake, ...] = ()
    told: str | None = None
