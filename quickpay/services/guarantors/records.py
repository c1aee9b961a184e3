"""What the PM system says of one guarantor, in the API's shape.

The dataclasses are the shape of `PUT /groups/{slug}/guarantors/{id}` and of an import; what a type can say of
a value stands in its annotation, so that the JSON Schema has it too.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from annotated_types import Interval, Len, MaxLen

from quickpay.domain.encounters import Line, ServiceId, Statement
from quickpay.domain.guarantors import Account, OutsideReceipt, Patient
from quickpay.domain.money import MAX_AMOUNT, Cents
from quickpay.domain.options import FORBID_UNKNOWN

Id = Annotated[str, Len(1, 64)]
Name = Annotated[str, Len(1, 100)]
Words = Annotated[str, MaxLen(200)]
Sum = Annotated[int, Interval(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
"""Whole cents; what the PM system corrects may be below 0."""
Amount = Annotated[int, Interval(ge=0, le=MAX_AMOUNT)]
"""Whole cents, never below 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """Somebody the guarantor pays for."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    id: Id
    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRecord:
    """One thing done in a visit; sums are cents, `remaining` is what the patient still has to pay."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    line: Id
    code: Words = field(default="", repr=False)
    description: Words = field(default="", repr=False)
    billed: Sum = 0
    adjusted: Sum = 0
    insurance_paid: Sum = 0
    insurance_pending: Sum = 0
    patient_paid: Sum = 0
    remaining: Amount
    in_collections: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterRecord:
    """One visit."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    id: Id
    date: dt.date
    patient: Words = field(default="", repr=False)
    facility: Words = ""
    provider: Words = ""
    lines: tuple[LineRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRecord:
    """One bill as it was cut; `lines` are service ids, `encounter-line`."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    id: Id
    date: dt.date
    due_date: dt.date
    balance: Sum
    lines: tuple[Annotated[str, Len(1, 130)], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """A payment the PM system took, or one of ours that it has posted (`number` is then our receipt's)."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    number: Id | int
    date: dt.date
    amount: Amount
    applied: Amount
    disbursed: Amount = 0
    refunded: Amount = 0
    method: Words = ""
    status: Words = "Paid"
    source: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorRecord:
    """Everything the PM system knows of one guarantor; it replaces what it said before."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    first_name: Name = field(repr=False)
    preferred_name: Annotated[str, MaxLen(100)] | None = field(default=None, repr=False)
    last_name: Name = field(repr=False)
    language: Annotated[str, Len(2, 35)] = "en"
    email: Annotated[str, MaxLen(320)] | None = field(default=None, repr=False)
    mobile: Annotated[str, MaxLen(64)] | None = field(default=None, repr=False)
    text_opt_out: bool = False
    patients: tuple[PatientRecord, ...] = field(default=(), repr=False)
    encounters: tuple[EncounterRecord, ...] = field(default=(), repr=False)
    statements: tuple[StatementRecord, ...] = field(default=(), repr=False)
    receipts: tuple[ReceiptRecord, ...] = field(default=(), repr=False)


def account_of(record: GuarantorRecord) -> Account:
    """Give the account a checked record describes."""
    return Account(
        lines=tuple(
            [
                Line(
                    encounter=encounter.id,
                    line=line.line,
                    date=encounter.date,
                    patient=encounter.patient,
                    facility=encounter.facility,
                    provider=encounter.provider,
                    code=line.code,
                    description=line.description,
                    billed=Cents(line.billed),
                    adjusted=Cents(line.adjusted),
                    insurance_paid=Cents(line.insurance_paid),
                    insurance_pending=Cents(line.insurance_pending),
                    patient_paid=Cents(line.patient_paid),
                    remaining=Cents(line.remaining),
                    in_collections=line.in_collections,
                )
                for encounter in record.encounters
                for line in encounter.lines
            ]
        ),
        statements=tuple(
            [
                Statement(
                    id=one.id,
                    date=one.date,
                    due_date=one.due_date,
                    balance=Cents(one.balance),
                    lines=tuple([ServiceId(line) for line in one.lines]),
                )
                for one in record.statements
            ]
        ),
        receipts=tuple(
            [
                OutsideReceipt(
                    number=str(one.number),
                    date=one.date,
                    amount=Cents(one.amount),
                    applied=Cents(one.applied),
                    disbursed=Cents(one.disbursed),
                    refunded=Cents(one.refunded),
                    method=one.method,
                    status=one.status,
                    source=one.source,
                )
                for one in record.receipts
            ]
        ),
    )


def patients_of(record: GuarantorRecord) -> tuple[Patient, ...]:
    """Give the patients of a record."""
    return tuple([Patient(id=one.id, name=one.name) for one in record.patients])
