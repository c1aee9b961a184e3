"""Reports for the staff and the API: what is asked for, held to who asks, and its lines with their whole."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method
from quickpay.domain.reach import Reach
from quickpay.domain.reports import (
    LONGEST_SPAN,
    PAYMENTS_BY,
    SESSIONS_BY,
    By,
    PaymentSums,
    PaymentsWanted,
    SessionCounts,
    SessionsWanted,
    Span,
    SumsT,
    added_up,
    period_of,
)
from quickpay.ports.clock import Clock
from quickpay.ports.report_tables import Key
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.events.feed import STATUSES, status_of

WordT = TypeVar("WordT", bound=StrEnum)

USUAL_SPAN = timedelta(days=30)
MOST_LINES = 5_000
"""More lines nobody reads, on a page or in a sheet; the whole counts them all."""
_A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_NUMBER = 64
_MOST_DIGITS = 18

ORIGINS = tuple(origin for origin in Origin if origin is not Origin.STAFF)
"""How patients come; what staff look at in a simulation is no visit of hers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Generic[SumsT]):
    """One line: `key` for programs, `name` for people."""

    key: str
    name: str
    sums: SumsT


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Generic[SumsT]):
    """The lines and their whole; `cut` says that there are more lines than are given."""

    span: Span
    by: By
    lines: tuple[Line[SumsT], ...]
    whole: SumsT
    groups: tuple[Group, ...]
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BadQuestion:
    """What of the filters cannot be taken; a report of the usual span would be another than was asked for."""

    faults: tuple[Fault, ...]
    groups: tuple[Group, ...]


Asked = Mapping[str, str]
"""Filters by name as they came: from, until, by, group, origin, guarantor, method, status, batch."""


class Reports:
    """Session Usage and Payments, within the groups of whoever asks."""

    def __init__(self, *, store: Store[Tx], clock: Clock, zone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone

    async def session_usage(self, asked: Asked, reach: Reach) -> Report[SessionCounts] | BadQuestion:
        """Count sessions by how they were authenticated and whether they paid."""

        async def unit(tx: Tx) -> Report[SessionCounts] | BadQuestion:
            groups = await _groups(tx, reach)
            faults: list[Fault] = []
            span, by = self._span(asked, faults), _by(asked, SESSIONS_BY, faults)
            within = _within(asked, groups, reach, faults)
            origin = _one_of(asked, "origin", {one.value: one for one in ORIGINS}, faults)
            guarantor = _number(asked, faults)
            if faults or span is None:
                return BadQuestion(faults=tuple(faults), groups=groups)
            rows = await tx.reports.sessions(
                SessionsWanted(span=span, by=by, groups=within, origin=origin, guarantor=guarantor)
            )
            return _report(rows, span=span, by=by, groups=groups, none=SessionCounts(), names={})

        return await self._store.read(unit)

    async def payments(self, asked: Asked, reach: Reach) -> Report[PaymentSums] | BadQuestion:
        """Add payments up by what became of them."""

        async def unit(tx: Tx) -> Report[PaymentSums] | BadQuestion:
            groups = await _groups(tx, reach)
            faults: list[Fault] = []
            span, by = self._span(asked, faults), _by(asked, PAYMENTS_BY, faults)
            within = _within(asked, groups, reach, faults)
            method = _one_of(asked, "method", {one.value: one for one in Method}, faults)
            status = _one_of(asked, "status", STATUSES, faults)
            batch = _batch(asked, faults)
            if faults or span is None:
                return BadQuestion(faults=tuple(faults), groups=groups)
            rows = await tx.reports.payments(
                PaymentsWanted(span=span, by=by, groups=within, method=method, status=status, batch=batch)
            )
            names: dict[str, str] = {}
            if by is By.BATCH:
                ids = frozenset(int(key) for key, _ in rows if isinstance(key, str) and key)
                found = await tx.reports.batch_names(ids)
                names = {str(id_): name for id_, name in found.items()}
            if by is By.STATUS:
                rows = [(status_of(str(key)), sums) for key, sums in rows]
            return _report(rows, span=span, by=by, groups=groups, none=PaymentSums(), names=names)

        return await self._store.read(unit)

    def _span(self, asked: Asked, faults: list[Fault]) -> Span | None:
        today = self._clock.now().astimezone(self._zone).date()
        last = _day(asked, "until", faults) or today
        first = _day(asked, "from", faults) or last - USUAL_SPAN + timedelta(days=1)
        if first > last:
            faults.append(Fault(path="until", message="The last day is before the first."))
            return None
        if last - first > LONGEST_SPAN:
            faults.append(Fault(path="from", message="A report is of three years at most."))
            return None
        return Span(first=first, last=last, zone=self._zone)


async def _groups(tx: Tx, reach: Reach) -> tuple[Group, ...]:
    return tuple(one for one in await tx.groups.list_() if reach.holds(one.id))


def _report(
    rows: Sequence[tuple[Key, SumsT]],
    *,
    span: Span,
    by: By,
    groups: tuple[Group, ...],
    none: SumsT,
    names: Mapping[str, str],
) -> Report[SumsT]:
    slugs = {str(one.id): one.slug for one in groups}
    called = {one.slug: one.name for one in groups} | dict(names)
    keyed = [(_word(key, by, slugs), sums) for key, sums in rows]
    if by is By.GUARANTOR:
        keyed.sort(key=lambda row: row[0])
        called = {key: _guarantor(key, called, several=len(groups) > 1) for key, _ in keyed}
    sums, whole = added_up(keyed, none=none)
    if by.is_time:  # a day on which nothing was is a line too, or the picture would lie
        every = dict.fromkeys(period_of(day, by).isoformat() for day in span.days())
        sums = {key: sums.get(key, none) for key in every}
    lines = tuple(Line(key=key, name=called.get(key, key), sums=one) for key, one in sums.items())
    return Report(
        span=span,
        by=by,
        lines=lines[:MOST_LINES],
        whole=whole,
        groups=groups,
        cut=len(lines) > MOST_LINES,
    )


def _word(key: Key, by: By, slugs: Mapping[str, str]) -> str:
    if isinstance(key, date):
        return period_of(key, by).isoformat()
    if by is By.GUARANTOR:
        group, _, number = key.partition("/")
        return f"{slugs.get(group, group)}/{number}"
    return slugs.get(key, key) if by is By.GROUP else key


def _guarantor(key: str, groups: Mapping[str, str], *, several: bool) -> str:
    """Name one by the account number, and by the group where another may have one of the same number."""
    slug, _, number = key.partition("/")
    return f"{number}, {groups.get(slug, slug)}" if several else number


def _day(asked: Asked, name: str, faults: list[Fault]) -> date | None:
    word = asked.get(name, "")
    if not word:
        return None
    try:
        return date.fromisoformat(word if _A_DAY.fullmatch(word) else "")
    except ValueError:
        faults.append(Fault(path=name, message="Write a day like 2026-01-31."))
        return None


def _by(asked: Asked, known: tuple[By, ...], faults: list[Fault]) -> By:
    word = asked.get("by", "") or By.DAY.value
    if word not in known:
        faults.append(Fault(path="by", message=f"Choose from {', '.join(known)}."))
        return By.DAY
    return By(word)


def _within(
    asked: Asked, groups: tuple[Group, ...], reach: Reach, faults: list[Fault]
) -> frozenset[int] | None:
    slug = asked.get("group", "")
    if not slug:
        return reach.groups
    found = frozenset(one.id for one in groups if one.slug == slug)
    if not found:
        faults.append(Fault(path="group", message="There is no such group."))
    return found


def _one_of(asked: Asked, name: str, known: Mapping[str, WordT], faults: list[Fault]) -> WordT | None:
    word = asked.get(name, "")
    if not word:
        return None
    if word not in known:
        faults.append(Fault(path=name, message=f"Choose from {', '.join(known)}."))
        return None
    return known[word]


def _number(asked: Asked, faults: list[Fault]) -> str | None:
    word = asked.get("guarantor", "").strip()
    if len(word) > _LONGEST_NUMBER or not word.isprintable():
        faults.append(Fault(path="guarantor", message="Write an account number."))
    return word or None


def _batch(asked: Asked, faults: list[Fault]) -> int | None:
    word = asked.get("batch", "")
    if not word:
        return None
    if not word.isdecimal() or not word.isascii() or len(word) > _MOST_DIGITS:
        faults.append(Fault(path="batch", message="Write a batch's number."))
        return None
    return int(word)
