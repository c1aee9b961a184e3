"""Visits: lines gathered by encounter, what they come to, and which of them the last statement lacks."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from quickpay.domain.encounters import Line, ServiceId, Statement, last_statement, natural
from quickpay.domain.money import Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What lines come to, column by column; `remaining` leaves out what is in collections."""

    billed: Cents
    adjusted: Cents
    insurance_paid: Cents
    insurance_pending: Cents
    patient_paid: Cents
    remaining: Cents
    collections: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One encounter of one patient, its lines in the order of their numbers.

    `is_paid`: nothing is left of it, here or with a collector, also of lines that are not shown.
    """

    encounter: str
    date: dt.date
    patient: str
    facility: str
    provider: str
    lines: tuple[Line, ...]
    is_paid: bool

    @property
    def is_open(self) -> bool:
        """Whether anything of it may still be paid."""
        return any(line.payable > 0 for line in self.lines)

    @property
    def place(self) -> tuple[str, str, str]:
        """Where, by whom and who was treated: visits that stand together share it."""
        return self.facility, self.provider, self.patient


def totals(lines: Iterable[Line]) -> Totals:
    """Add lines up."""
    kept = tuple(lines)
    return Totals(
        billed=Cents(sum(line.billed for line in kept)),
        adjusted=Cents(sum(line.adjusted for line in kept)),
        insurance_paid=Cents(sum(line.insurance_paid for line in kept)),
        insurance_pending=Cents(sum(line.insurance_pending for line in kept)),
        patient_paid=Cents(sum(line.patient_paid for line in kept)),
        remaining=Cents(sum(line.payable for line in kept)),
        collections=Cents(sum(line.remaining for line in kept if line.in_collections)),
    )


def visits_of(lines: tuple[Line, ...]) -> tuple[Visit, ...]:
    """Gather lines by encounter, the latest visit first."""
    ordered = sorted(lines, key=lambda line: (natural(line.encounter), natural(line.line)))
    visits = [_visit(tuple(same)) for _, same in groupby(ordered, key=lambda line: line.encounter)]
    return tuple(sorted(visits, key=lambda one: (one.date, natural(one.encounter)), reverse=True))


def open_first(visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """Put those with something to pay before the rest, each in the order they came."""
    return tuple(sorted(visits, key=lambda one: not one.is_open))


def since_statement(
    visits: tuple[Visit, ...], statements: tuple[Statement, ...]
) -> tuple[tuple[Visit, ...], ...]:
    """Give the visits the last statement does not speak of, those of one place together, latest place first.

    Such are the visits after its date, and older ones with something to pay that no statement has named.
    """
    last = last_statement(statements)
    billed = frozenset(line for one in statements for line in one.lines)
    return by_place(
        visit for visit in visits if last is None or visit.date > last.date or _unbilled(visit, billed)
    )


def by_place(visits: Iterable[Visit]) -> tuple[tuple[Visit, ...], ...]:
    """Put visits of one place together, the places in the order in which they are met."""
    places: dict[tuple[str, str, str], list[Visit]] = {}
    for visit in visits:
        places.setdefault(visit.place, []).append(visit)
    return tuple(tuple(together) for together in places.values())


def _unbilled(visit: Visit, billed: frozenset[ServiceId]) -> bool:
    return any(line.payable > 0 and line.service_id not in billed for line in visit.lines)


def _visit(lines: tuple[Line, ...]) -> Visit:
    first = lines[0]
    return Visit(
        encounter=first.encounter,
        date=first.date,
        patient=first.patient,
        facility=first.facility,
        provider=first.provider,
        lines=lines,
        is_paid=all(line.remaining == 0 for line in lines),
    )
