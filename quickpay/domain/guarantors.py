"""A guarantor: who gets the statement and pays, and what the PM system knows of the account."""

from dataclasses import dataclass, field
from datetime import date, datetime

from quickpay.domain.encounters import Line, Statement
from quickpay.domain.money import Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Somebody who was treated and for whom the guarantor pays."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideReceipt:
    """A payment the PM system took or already knows: by mail, in the office, or one of ours it has posted."""

    number: str
    date: date
    amount: Cents
    applied: Cents
    disbursed: Cents
    refunded: Cents
    method: str
    status: str
    source: str

    @property
    def unapplied(self) -> Cents:
        """What of it is on no line yet."""
        return Cents(max(0, self.amount - self.applied - self.disbursed - self.refunded))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the PM system last said: lines, statements and receipts. Replaced whole, never edited by us."""

    lines: tuple[Line, ...] = ()
    statements: tuple[Statement, ...] = ()
    receipts: tuple[OutsideReceipt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantor:
    """One guarantor of one group; `number` is the account number, the PM system's id for them."""

    id: int
    group_id: int
    number: str
    first_name: str = field(repr=False)
    preferred_name: str | None = field(repr=False)
    last_name: str = field(repr=False)
    language: str
    email: str | None = field(repr=False)
    mobile: str | None = field(repr=False)
    text_opt_out: bool
    patients: tuple[Patient, ...] = field(repr=False)
    changed_at: datetime

    @property
    def name(self) -> str:
        """The name on pages and receipts: the one on the statement, whatever they prefer to be called."""
        return f"{self.first_name} {self.last_name}"
