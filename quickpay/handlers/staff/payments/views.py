"""The pages of payments and reference batches as values; their templates may use nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.domain.money import Cents
from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.guarantors.views import Way
from quickpay.handlers.staff.views import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """One choice among a few: its values with their words, and what is chosen; empty is all."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One payment in the list; `off` says what of it was given back or is on no line."""

    path: str
    made: str
    who: str = field(repr=False)
    number: str
    guarantor_path: str
    group: str
    amount: Cents
    off: tuple[str, ...]
    state: str
    paid_with: str
    origin: str
    receipt: str
    batch: str
    batch_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsPage:
    """Payments by filter; `filters` are its choices and the typed fields keep what was typed."""

    template: ClassVar[str] = "staff/payments.html"
    frame: Frame
    bar: Bar
    filters: tuple[Select, ...]
    first: str
    last: str
    number: str
    batch: str
    said: str
    totals: tuple[tuple[str, str], ...]
    rows: tuple[ListRow, ...]
    every: str
    older: str
    newest: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    """One refund with who made it and why."""

    number: int
    amount: Cents
    state: str
    made: str
    by: str
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnLine:
    """What of a payment is on one line."""

    service_id: str
    amount: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPage:
    """One payment; `refund`, `post`, `resolve` are empty where there is nothing to do or she may not."""

    template: ClassVar[str] = "staff/payment.html"
    frame: Frame
    bar: Bar
    amount: Cents
    state: str
    who: str = field(repr=False)
    number: str
    group: str
    guarantor_path: str
    link_path: str
    facts: tuple[tuple[str, str], ...]
    batch: str
    batch_path: str
    mail: tuple[str, ...] = field(repr=False)
    mail_path: str
    lines: tuple[OnLine, ...]
    unapplied: Cents
    refunded: Cents
    nowhere: str
    why_not: str
    refunds: tuple[RefundRow, ...]
    refund: str
    post: str
    resolve: str
    events: tuple[tuple[str, str], ...]
    done: str
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPage:
    """The first step: how much, and why."""

    template: ClassVar[str] = "staff/refund.html"
    frame: Frame
    bar: Bar
    who: tuple[str, ...] = field(repr=False)
    amount: Cents
    left: Cents
    paid_with: str
    typed: str
    reason: str = field(repr=False)
    number: int
    why_not: str
    back: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSurePage:
    """The second step: what will happen, and the button."""

    template: ClassVar[str] = "staff/refund_sure.html"
    frame: Frame
    bar: Bar
    who: tuple[str, ...] = field(repr=False)
    amount: Cents
    typed: str
    reason: str = field(repr=False)
    number: int
    words: tuple[str, ...] = field(repr=False)
    lines: tuple[OnLine, ...]
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """One line that money may go on, and the field for how much."""

    name: str
    service_id: str
    date: str
    words: str
    remaining: Cents
    typed: str
    mistake: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage:
    """What is on no line, and the lines it may go on."""

    template: ClassVar[str] = "staff/post.html"
    frame: Frame
    bar: Bar
    who: tuple[str, ...] = field(repr=False)
    unapplied: Cents
    rows: tuple[PostRow, ...]
    seen: str
    why_not: str
    back: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBatchRow:
    """One reference batch."""

    path: str
    date: str
    number: int
    group: str
    state: str
    receipts: int
    amount: Cents
    refunded: Cents
    unapplied: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBatchesPage:
    """Reference batches, the newest first."""

    template: ClassVar[str] = "staff/reference_batches.html"
    frame: Frame
    bar: Bar
    open_only: bool
    rows: tuple[ReferenceBatchRow, ...]
    older: str
    newest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBatchPage:
    """One reference batch."""

    template: ClassVar[str] = "staff/reference_batch.html"
    frame: Frame
    bar: Bar
    heading: str
    group: str
    facts: tuple[tuple[str, str], ...]
    payments: Way
    close: str
    done: str
