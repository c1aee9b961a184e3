"""Encounters: visits, the lines of what was done in them, and the statements that bill them."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import NewType

from quickpay.domain.money import Cents

ServiceId = NewType("ServiceId", str)
"""`encounter-line`, like `67563-4`: how a patient and a statement name one line."""

_PARTS = re.compile(r"[0-9]+|[^0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing done in a visit, with what remains for the patient to pay; sums are cents.

    Raises:
        ValueError: `remaining` is below 0, or `line` holds a hyphen (its service id could mean two).
    """

    encounter: str
    line: str
    date: dt.date
    patient: str
    facility: str
    provider: str
    code: str = field(repr=False)
    description: str = field(repr=False)
    billed: Cents
    adjusted: Cents
    insurance_paid: Cents
    insurance_pending: Cents
    patient_paid: Cents
    remaining: Cents
    in_collections: bool

    def __post_init__(self) -> None:
        if self.remaining < 0:
            raise ValueError("what remains of a line cannot be below 0")
        if "-" in self.line:
            raise ValueError("a line's number cannot hold a hyphen")

    @property
    def service_id(self) -> ServiceId:
        """The line's name on statements and receipts."""
        return ServiceId(f"{self.encounter}-{self.line}")

    @property
    def payable(self) -> Cents:
        """What remains of it that may be paid here: nothing once it is in collections."""
        return Cents(0) if self.in_collections else self.remaining


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A bill as it was cut: its balance is frozen, its lines live on."""

    id: str
    date: dt.date
    due_date: dt.date
    balance: Cents
    lines: tuple[ServiceId, ...]


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Give a sorting key in which `9` comes before `10` and `A9` before `A10`; equal only for equal text."""
    parts = [
        (0, len(part.lstrip("0")), part.lstrip("0")) if part[0] in "0123456789" else (1, 0, part)
        for part in _PARTS.findall(text)
    ]
    return (*parts, (-1, 0, text))


def last_statement(statements: tuple[Statement, ...]) -> Statement | None:
    """Find the statement of the latest date, and of one date the one with the highest id."""
    return max(statements, key=lambda one: (one.date, natural(one.id)), default=None)


def oldest_first(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Order lines as money is posted on them: by service date, encounter, then line."""
    return tuple(sorted(lines, key=lambda one: (one.date, natural(one.encounter), natural(one.line))))
