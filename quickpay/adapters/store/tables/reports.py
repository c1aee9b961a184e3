"""Reports in the database: one statement that groups and adds up, for each choice of filters and lines."""

from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)

from quickpay.adapters.store.columns import micros, number, span, text_, total
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import batches, guarantors, payments, sessions
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables.finding import among
from quickpay.domain.payments import HELD, PaymentState
from quickpay.domain.reports import By, PaymentSums, PaymentsWanted, SessionCounts, SessionsWanted, Span
from quickpay.domain.sessions import EXTENDABLE_LIFE, MOST_EXTENSIONS
from quickpay.ports.report_tables import Key

_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1)
_LONGEST_STAY = EXTENDABLE_LIFE * (MOST_EXTENSIONS + 1)
_TOOK_MONEY = (PaymentState.SUCCEEDED.value, PaymentState.REFUNDED.value)


@cache
def _sessions(*, by: By, groups_: int | None, shifts: int, origin: bool, guarantor: bool) -> Statement:
    # Of each session: 2 it paid, 1 it tried in vain or nobody knows yet; without a row it did not try.
    tried = (
        select(
            payments.c.session_id,
            func.max(case((payments.c.state.in_(_TOOK_MONEY), 2), else_=1)).label("best"),
        )
        .where(payments.c.created_at >= number("begins"), payments.c.created_at < number("paid_until"))
        .group_by(payments.c.session_id)
        .subquery("tried")
    )
    kept = sessions.c
    columns = [
        _count(kept.authentication == proof, func.coalesce(tried.c.best, 0) == best)
        for proof in ("quickpay", "mfa")
        for best in (2, 1, 0)
    ]
    keys: dict[By, ColumnElement[Any]] = {
        By.GROUP: cast(kept.group_id, Text),
        By.ORIGIN: kept.origin,
        # Each group numbers its own: two of one number are two people.
        By.GUARANTOR: cast(kept.group_id, Text).concat(literal_column("'/'")).concat(guarantors.c.number),
    }
    key = keys.get(by)
    key = _day(kept.opened_at, shifts) if key is None else key
    source = sessions.outerjoin(tried, tried.c.session_id == kept.id)
    if guarantor or by is By.GUARANTOR:
        source = source.join(guarantors, guarantors.c.id == kept.guarantor_id)
    conditions = [
        kept.opened_at >= number("begins"),
        kept.opened_at < number("ends"),
        kept.purpose == "pay",
        kept.origin != "staff",
        *among(kept.group_id, groups_),
        *([kept.origin == text_("origin")] if origin else []),
        *([guarantors.c.number == text_("guarantor")] if guarantor else []),
    ]
    # By its place: the shifts of the zone would be other parameters to PostgreSQL, and so another expression.
    return Statement(
        select(key.label("key"), *columns)
        .select_from(source)
        .where(*conditions)
        .group_by(literal_column("1"))
        .order_by(literal_column("1"))
    )


@cache
def _payments(
    *, by: By, groups_: int | None, shifts: int, method: bool, status: bool, batch: bool
) -> Statement:
    kept = payments.c
    took, waits = kept.state.in_(_TOOK_MONEY), kept.state.in_([state.value for state in HELD])
    keys: dict[By, ColumnElement[Any]] = {
        By.GROUP: cast(kept.group_id, Text),
        By.METHOD: kept.method,
        By.STATUS: kept.state,
        By.BATCH: func.coalesce(cast(kept.batch_id, Text), ""),
    }
    key = keys.get(by)
    key = _day(kept.created_at, shifts) if key is None else key
    return Statement(
        select(
            key.label("key"),
            func.count(),
            _count(took),
            total(case((took, kept.amount), else_=0)),
            total(kept.refunded),
            _count(kept.state == PaymentState.DECLINED.value),
            _count(waits),
            total(case((waits, kept.amount), else_=0)),
        )
        .where(
            kept.created_at >= number("begins"),
            kept.created_at < number("ends"),
            *among(kept.group_id, groups_),
            *([kept.method == text_("method")] if method else []),
            *([kept.state == text_("status")] if status else []),
            *([kept.batch_id == number("batch")] if batch else []),
        )
        .group_by(literal_column("1"))
        .order_by(literal_column("1"))
    )


_BATCH = Statement(select(batches.c.date, batches.c.description).where(batches.c.id == bindparam("batch")))


class Reports:
    """`ports.report_tables.Reports` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def sessions(self, wanted: SessionsWanted) -> list[tuple[Key, SessionCounts]]:
        """Count patients' sessions by the day they began; looks at receipts and simulations are none."""
        if wanted.groups == frozenset():
            return []
        given = _given(wanted.span, wanted.by, wanted.groups)
        if wanted.origin is not None:
            given["origin"] = wanted.origin.value
        if wanted.guarantor is not None:
            given["guarantor"] = wanted.guarantor
        statement = _sessions(
            by=wanted.by,
            groups_=None if wanted.groups is None else len(wanted.groups),
            shifts=_shifts(wanted.span, wanted.by),
            origin=wanted.origin is not None,
            guarantor=wanted.guarantor is not None,
        )
        rows = await self._run.all(
            statement, **given, paid_until=micros(wanted.span.ends) + span(_LONGEST_STAY)
        )
        return [(_key(row, wanted.by), _session_counts(row)) for row in rows]

    async def payments(self, wanted: PaymentsWanted) -> list[tuple[Key, PaymentSums]]:
        """Add payments up by the day Pay was pressed."""
        if wanted.groups == frozenset():
            return []
        given = _given(wanted.span, wanted.by, wanted.groups)
        if wanted.method is not None:
            given["method"] = wanted.method.value
        if wanted.status is not None:
            given["status"] = wanted.status.value
        if wanted.batch is not None:
            given["batch"] = wanted.batch
        statement = _payments(
            by=wanted.by,
            groups_=None if wanted.groups is None else len(wanted.groups),
            shifts=_shifts(wanted.span, wanted.by),
            method=wanted.method is not None,
            status=wanted.status is not None,
            batch=wanted.batch is not None,
        )
        rows = await self._run.all(statement, **given)
        return [(_key(row, wanted.by), _payment_sums(row)) for row in rows]

    async def batch_names(self, ids: frozenset[int]) -> dict[int, str]:
        """Say of each reference batch its date and description."""
        names: dict[int, str] = {}
        for batch in sorted(ids):
            row = await self._run.one(_BATCH, batch=batch)
            if row is not None:
                names[batch] = f"{row[0]} {row[1]}"
        return names


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return total(case((_all(conditions), 1), else_=0))


def _all(conditions: tuple[ColumnElement[bool], ...]) -> ColumnElement[bool]:
    whole = conditions[0]
    for one in conditions[1:]:
        whole &= one
    return whole


def _day(column: ColumnElement[int], shifts: int) -> ColumnElement[int]:
    """Number the day of the zone a moment is in, from 1970 on; both databases divide whole numbers whole."""
    last = number(f"shift_{shifts - 1}")
    changes = [(column < number(f"until_{place}"), number(f"shift_{place}")) for place in range(shifts - 1)]
    shifted = column + (case(*changes, else_=last) if changes else last)
    return cast(shifted.op("/", precedence=8)(literal_column(str(_DAY))), BigInteger)


def _shifts(wanted: Span, by: By) -> int:
    return len(wanted.shifts()) if by.is_time else 0


def _given(wanted: Span, by: By, groups_: frozenset[int] | None) -> dict[str, Any]:
    given: dict[str, Any] = {"begins": micros(wanted.begins), "ends": micros(wanted.ends)}
    given |= {f"group_{place}": group for place, group in enumerate(sorted(groups_ or ()))}
    if by.is_time:
        for place, shift in enumerate(wanted.shifts()):
            given[f"shift_{place}"] = shift.seconds * 1_000_000
            if shift.until is not None:
                given[f"until_{place}"] = micros(shift.until)
    return given


def _key(row: Row, by: By) -> Key:
    return _EPOCH + timedelta(days=int(row[0])) if by.is_time else str(row[0])


def _session_counts(row: Row) -> SessionCounts:
    _, quickpay_paid, quickpay_failed, quickpay_none, mfa_paid, mfa_failed, mfa_none = row
    return SessionCounts(
        quickpay_paid=quickpay_paid,
        quickpay_failed=quickpay_failed,
        quickpay_none=quickpay_none,
        mfa_paid=mfa_paid,
        mfa_failed=mfa_failed,
        mfa_none=mfa_none,
    )


def _payment_sums(row: Row) -> PaymentSums:
    _, count, succeeded, taken, refunded, declined, waiting, waiting_amount = row
    return PaymentSums(
        payments=count,
        succeeded=succeeded,
        taken=taken,
        refunded=refunded,
        declined=declined,
        open=waiting,
        open_amount=waiting_amount,
    )
