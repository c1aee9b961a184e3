"""What the portal pages are made of, as values; pieces several pages have alike."""

import datetime as dt
from dataclasses import dataclass

from quickpay.domain.money import Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One sum, what it means, and the insurance pending beside it where the group shows that."""

    label: str
    amount: Cents
    words: str = ""
    pending: Cents | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One address of a filter or of a list's pages; `here` is the one that is shown."""

    word: str
    address: str
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One thing to choose by."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Where a long list goes on."""

    number: int
    pages: int
    earlier: str | None
    later: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPanel:
    """Pay Now, or why it is not there; `held` is what was paid and is not in the sums yet."""

    offered: bool
    words: str | None
    held: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line of a visit with what remains of it."""

    date: dt.date
    service_id: str
    procedure: str | None
    billed: Cents
    adjusted: Cents
    insurance_paid: Cents
    patient_paid: Cents
    remaining: Cents
    pending: Cents | None
    in_collections: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRow:
    """What lines come to."""

    billed: Cents
    adjusted: Cents
    insurance_paid: Cents
    patient_paid: Cents
    remaining: Cents
    pending: Cents | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTable:
    """Lines side by side; `shows_pending` where the group has that column."""

    caption: str
    rows: tuple[LineRow, ...]
    total: TotalRow | None
    shows_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCard:
    """One visit of the history, its lines to unfold."""

    date: dt.date
    patient: str
    where: str
    remaining: Cents
    pending: Cents | None
    is_open: bool
    is_paid: bool
    collections: Cents | None
    table: LineTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Visits of one patient at one facility with one provider."""

    patient: str
    where: str
    table: LineTable


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLink:
    """One statement and where its page is."""

    date: dt.date
    due_date: dt.date
    address: str
