"""What a report is asked for and what it adds up: sessions by proof and success, payments by their end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, PaymentState

LONGEST_SPAN = timedelta(days=3 * 366)


class By(StrEnum):
    """What the lines of a report are of."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    GROUP = "group"
    ORIGIN = "origin"
    GUARANTOR = "guarantor"
    METHOD = "method"
    STATUS = "status"
    BATCH = "batch"

    @property
    def is_time(self) -> bool:
        """Whether its lines follow each other in time."""
        return self in {By.DAY, By.WEEK, By.MONTH}


SESSIONS_BY = (By.DAY, By.WEEK, By.MONTH, By.GROUP, By.ORIGIN, By.GUARANTOR)
PAYMENTS_BY = (By.DAY, By.WEEK, By.MONTH, By.GROUP, By.METHOD, By.STATUS, By.BATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Until when (exclusive; None: on from there) the zone's clock stands so many seconds off UTC."""

    until: datetime | None
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Whole days of the installation's time zone, both included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        """The first moment of it."""
        return _midnight(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    def shifts(self) -> tuple[Shift, ...]:
        """Say how the zone's clock stands throughout, each change of it included: days are the zone's own."""
        found: list[Shift] = []
        for step in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=step)
            now, after = _seconds(day, self.zone), _seconds(day + timedelta(days=1), self.zone)
            if now != after:
                found.append(Shift(until=_change(day, self.zone), seconds=now))
        return (*found, Shift(until=None, seconds=_seconds(self.last + timedelta(days=1), self.zone)))

    def days(self) -> Iterator[date]:
        """Each day of it."""
        return (self.first + timedelta(days=step) for step in range((self.last - self.first).days + 1))


def period_of(day: date, by: By) -> date:
    """Give the first day of the day, week (from Monday) or month that a day is in."""
    match by:
        case By.WEEK:
            return day - timedelta(days=day.weekday())
        case By.MONTH:
            return day.replace(day=1)
        case _:
            return day


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsWanted:
    """Which sessions a report is of; None is every one."""

    span: Span
    by: By
    groups: frozenset[int] | None
    origin: Origin | None = None
    guarantor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsWanted:
    """Which payments a report is of; None is every one."""

    span: Span
    by: By
    groups: frozenset[int] | None
    method: Method | None = None
    status: PaymentState | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    @property
    def nothing(self) -> bool:
        """Whether nothing was counted."""
        return not any(getattr(self, one.name) for one in fields(self))

    def __add__(self, other: Self) -> Self:
        return type(self)(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCounts(_Sums):
    """Sessions by how they were authenticated, and whether they paid, tried in vain, or did not try."""

    quickpay_paid: int = 0
    quickpay_failed: int = 0
    quickpay_none: int = 0
    mfa_paid: int = 0
    mfa_failed: int = 0
    mfa_none: int = 0

    @property
    def quickpay(self) -> int:
        """All that came by a link alone."""
        return self.quickpay_paid + self.quickpay_failed + self.quickpay_none

    @property
    def mfa(self) -> int:
        """All that passed a challenge, or were handed over by a portal that had."""
        return self.mfa_paid + self.mfa_failed + self.mfa_none

    @property
    def paid(self) -> int:
        """All with a successful payment."""
        return self.quickpay_paid + self.mfa_paid

    @property
    def all(self) -> int:
        """All."""
        return self.quickpay + self.mfa


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSums(_Sums):
    """Payments by what became of them; money in cents.

    `taken` is what succeeded, whatever was given back since; `open` are those nobody knows the end of yet.
    """

    payments: int = 0
    succeeded: int = 0
    taken: int = 0
    refunded: int = 0
    declined: int = 0
    open: int = 0
    open_amount: int = 0

    @property
    def net(self) -> Cents:
        """What was taken and kept."""
        return Cents(self.taken - self.refunded)


SumsT = TypeVar("SumsT", SessionCounts, PaymentSums)


def added_up(rows: Iterable[tuple[str, SumsT]], *, none: SumsT) -> tuple[dict[str, SumsT], SumsT]:
    """Put the rows of one key together, in the order the keys first come, and give the whole beside them."""
    sums: dict[str, SumsT] = {}
    whole = none
    for key, one in rows:
        sums[key] = sums[key] + one if key in sums else one
        whole = whole + one
    return sums, whole


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _seconds(day: date, zone: ZoneInfo) -> int:
    offset = datetime.combine(day, time(), tzinfo=zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def _change(day: date, zone: ZoneInfo) -> datetime:
    """Find the moment of a day at which the zone's clock is put on or back, to the second."""
    low, high = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
