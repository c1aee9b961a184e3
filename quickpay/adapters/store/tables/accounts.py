"""The document of an account: lines, statements and receipts as the PM system last said.

A list begins with the format's number; in it, each value is a list of its fields in the order below, which an
import writes and a page reads in half the time of objects with named fields. Who changes the order or adds a
field gives the format the next number and keeps reading the old ones.
"""

import json
from datetime import date
from typing import Any

from quickpay.adapters.store.columns import to_json
from quickpay.domain.encounters import Line, ServiceId, Statement
from quickpay.domain.guarantors import Account, OutsideReceipt, Patient

_FORMAT = 1

_day = date.fromisoformat


def account_to_json(account: Account) -> str:
    """Write an account."""
    return to_json(
        (
            _FORMAT,
            [_of_line(line) for line in account.lines],
            [_of_statement(statement) for statement in account.statements],
            [_of_receipt(receipt) for receipt in account.receipts],
        )
    )


def account_from_json(text: str) -> Account:
    """Read an account.

    Raises:
        ValueError: a format this version does not know.
    """
    form, lines, statements, receipts = json.loads(text)
    if form != _FORMAT:
        raise ValueError(f"an account of format {form} cannot be read")
    return Account(
        lines=tuple([_line(fields) for fields in lines]),
        statements=tuple([_statement(fields) for fields in statements]),
        receipts=tuple([_receipt(fields) for fields in receipts]),
    )


def patients_to_json(patients: tuple[Patient, ...]) -> str:
    """Write a guarantor's patients."""
    return to_json([(patient.id, patient.name) for patient in patients])


def patients_from_json(text: str) -> tuple[Patient, ...]:
    """Read a guarantor's patients."""
    return tuple([Patient(id=id_, name=name) for id_, name in json.loads(text)])


def _of_line(line: Line) -> tuple[Any, ...]:
    return (
        line.encounter,
        line.line,
        line.date.isoformat(),
        line.patient,
        line.facility,
        line.provider,
        line.code,
        line.description,
        line.billed,
        line.adjusted,
        line.insurance_paid,
        line.insurance_pending,
        line.patient_paid,
        line.remaining,
        line.in_collections,
    )


def _line(fields: list[Any]) -> Line:
    (
        encounter,
        line,
        day,
        patient,
        facility,
        provider,
        code,
        description,
        billed,
        adjusted,
        insurance_paid,
        insurance_pending,
        patient_paid,
        remaining,
        in_collections,
    ) = fields
    return Line(
        encounter=encounter,
        line=line,
        date=_day(day),
        patient=patient,
        facility=facility,
        provider=provider,
        code=code,
        description=description,
        billed=billed,
        adjusted=adjusted,
        insurance_paid=insurance_paid,
        insurance_pending=insurance_pending,
        patient_paid=patient_paid,
        remaining=remaining,
        in_collections=in_collections,
    )


def _of_statement(statement: Statement) -> tuple[Any, ...]:
    return (
        statement.id,
        statement.date.isoformat(),
        statement.due_date.isoformat(),
        statement.balance,
        statement.lines,
    )


def _statement(fields: list[Any]) -> Statement:
    id_, day, due_day, balance, lines = fields
    return Statement(
        id=id_,
        date=_day(day),
        due_date=_day(due_day),
        balance=balance,
        lines=tuple([ServiceId(line) for line in lines]),
    )


def _of_receipt(receipt: OutsideReceipt) -> tuple[Any, ...]:
    return (
        receipt.number,
        receipt.date.isoformat(),
        receipt.amount,
        receipt.applied,
        receipt.disbursed,
        receipt.refunded,
        receipt.method,
        receipt.status,
        receipt.source,
    )


def _receipt(fields: list[Any]) -> OutsideReceipt:
    number, day, amount, applied, disbursed, refunded, method, status, source = fields
    return OutsideReceipt(
        number=number,
        date=_day(day),
        amount=amount,
        applied=applied,
        disbursed=disbursed,
        refunded=refunded,
        method=method,
        status=status,
        source=source,
    )
