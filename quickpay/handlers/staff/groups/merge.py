"""Bring a form and another's change together: theirs where she changed nothing, hers where she did."""

from collections.abc import Mapping
from dataclasses import dataclass

from quickpay.domain.options import Options
from quickpay.handlers.staff.groups.fields import FIELDS, Typed, typed_from_options
from quickpay.handlers.staff.groups.kinds import Kind
from quickpay.handlers.staff.groups.views import ClashRow
from quickpay.handlers.staff.groups.words import value_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The form as it goes on, and what to tell of it."""

    typed: Typed
    rows: tuple[ClashRow, ...]


def merge(typed: Typed, *, base: Options | None, theirs: Options) -> Merged:
    """Merge a form made from `base` into what is saved now; of an unknown base, hers stays everywhere."""
    now = typed_from_options(theirs)
    before: Mapping[str, str] = {} if base is None else typed_from_options(base)
    merged, rows = dict(typed), []
    for name, field in FIELDS.items():
        if _same(name, typed[name], now[name]) or (name in before and _same(name, before[name], now[name])):
            continue  # nothing of theirs is at stake here
        taken = name in before and _same(name, typed[name], before[name])
        if taken:
            merged[name] = now[name]
        rows.append(
            ClashRow(
                name=name,
                label=field.label,
                theirs=value_of(field, now[name]),
                yours=value_of(field, typed[name]),
                taken=taken,
                typed=now[name],
            )
        )
    return Merged(typed=merged, rows=tuple(rows))


def _same(name: str, one: str, other: str) -> bool:
    if FIELDS[name].kind is Kind.COLOUR:
        return one.strip().lower() == other.strip().lower()
    return one.strip() == other.strip()
