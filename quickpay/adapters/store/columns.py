"""How values stand in columns: times as microseconds, truth as 0 and 1, words and documents as text."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from json import JSONEncoder
from typing import TypeVar

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Text, bindparam, cast, func

WordT = TypeVar("WordT", bound=StrEnum)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

to_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def micros(at: datetime) -> int:
    """Write a moment; one without a time zone is refused with TypeError."""
    return (at - _EPOCH) // _MICROSECOND


def moment(number: int) -> datetime:
    """Read a moment, in UTC."""
    return _EPOCH + timedelta(microseconds=number)


def maybe_micros(at: datetime | None) -> int | None:
    """Write a moment that may be missing."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def maybe_moment(number: int | None) -> datetime | None:
    """Read a moment that may be missing."""
    return None if number is None else _EPOCH + timedelta(microseconds=number)


def span(length: timedelta) -> int:
    """Write a length of time in microseconds."""
    return length // _MICROSECOND


def words(enum: type[WordT]) -> dict[str, WordT]:
    """Give the word list of an enumeration: a look-up costs a fifth of calling it."""
    return {word.value: word for word in enum}


def number(name: str) -> BindParameter[int]:
    """Stand for a whole number that no column is next to, whose type it could take."""
    return bindparam(name, type_=BigInteger)


def text_(name: str) -> BindParameter[str]:
    """Stand for a text that no column is next to."""
    return bindparam(name, type_=Text)


def total(column: ColumnElement[int]) -> ColumnElement[int]:
    """Add up; none is 0. PostgreSQL's sum of a BIGINT is a NUMERIC, which must not become a Decimal here."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
