"""A rule: one SELECT that finds what must not be, for both databases."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from quickpay.adapters.store.columns import number
from quickpay.adapters.store.schema import group_versions
from quickpay.adapters.store.statements import Statement
from quickpay.mfa.challenge import PROOFS_KEPT

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
PROOFS_SURE = (PROOFS_KEPT.days - 1) * DAY
"""What was proved longer ago than this may have no challenge left to show for it (R132)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What must find nothing; the first column of each row found is its id."""

    invariant: str
    what: str
    statement: Statement
    timed: bool


def rule(invariant: str, what: str, found: Select[Any]) -> Rule:
    """Make a rule; `found` may use `now()`."""
    timed = "now" in found.compile().params
    return Rule(invariant, what, Statement(found), timed)


def now() -> ColumnElement[int]:
    """The moment of the check, in microseconds."""
    return number("now")


def option_was_on(
    option: str, *, group_id: ColumnElement[int], at: ColumnElement[int]
) -> ColumnElement[bool]:
    """Whether a group's option was on at that moment, by the version in force then."""
    version = group_versions.alias()
    in_force = (
        select(func.max(version.c.version))
        .where(version.c.group_id == group_id, version.c.changed_at <= at)
        .correlate_except(version)
        .scalar_subquery()
    )
    return _version_with(option, group_id, group_versions.c.version == in_force)


def option_was_ever_on(option: str, *, group_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether any version of the group had the option on."""
    return _version_with(option, group_id)


def _version_with(
    option: str, group_id: ColumnElement[int], *which: ColumnElement[bool]
) -> ColumnElement[bool]:
    # Options are kept as JSON without spaces, so the pair stands in the text exactly so (`options_to_json`).
    pair = group_versions.c.options.contains(f'"{option}":true', autoescape=True)
    found = select(group_versions.c.version).where(group_versions.c.group_id == group_id, *which, pair)
    return found.correlate_except(group_versions).exists()
