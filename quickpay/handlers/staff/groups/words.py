"""What the group editor says: values as people read them, who and when, and marks as forms carry them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from quickpay.domain.groups import Change
from quickpay.handlers.staff.groups.fields import FIELDS, text_of
from quickpay.handlers.staff.groups.kinds import Field, Kind
from quickpay.handlers.staff.words import moment

DRAFT_KEPT = "The draft is saved. Patients see nothing of it until you publish it."
DRAFT_DISCARDED = "The draft was discarded."
NO_SUCH_VERSION = "Write the numbers of two versions of this group."

_LONG = 60
_DAY_ENDS = ", "


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value in words: `lines` keeps its lines and stands by itself, `blank` says that there is none."""

    text: str
    lines: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One option that differs, with the value on either side."""

    name: str
    label: str
    before: Value
    after: Value


def value_of(field: Field, typed: str) -> Value:
    """Say one value."""
    if field.kind is Kind.SWITCH or typed.strip():
        shown = field.shown(typed)
        return Value(text=shown, lines="\n" in shown or len(shown) > _LONG)
    return Value(text="QuickPay's own" if field.instead else "blank", blank=True)


def differences(changes: Iterable[Change]) -> tuple[Difference, ...]:
    """Say what changed in labels and values."""
    return tuple(difference(one.path, text_of(one.before), text_of(one.after)) for one in changes)


def difference(name: str, before: str, after: str) -> Difference:
    """Say one difference."""
    field = FIELDS[name]
    return Difference(
        name=name, label=field.label, before=value_of(field, before), after=value_of(field, after)
    )


def when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Say a moment as it is spoken of: `today, 2:05 pm` or `Sep 30, 2026, 2:05 pm`."""
    there, here = at.astimezone(zone), now.astimezone(zone)
    said = moment(at, zone)
    if there.date() != here.date():
        return said
    return f"today, {said.rpartition(_DAY_ENDS)[2]}"


def letters(number: int) -> str:
    """Write a number as a form carries it: by chance alone, its digits could be taken for a card's."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def number_of(written: str) -> int:
    """Read what `letters` wrote; anything else is 0."""
    digits = "".join(str(ord(letter) - ord("a")) for letter in written if "a" <= letter <= "j")
    return int(digits) if digits and len(digits) == len(written) and len(digits) <= _MARK_LONGEST else 0


def small_number(written: str) -> int | None:
    """Read a version's number; None where it is none."""
    fits = written.isascii() and written.isdigit() and len(written) <= _VERSION_LONGEST
    return int(written) if fits else None


_MARK_LONGEST = 18
_VERSION_LONGEST = 9
