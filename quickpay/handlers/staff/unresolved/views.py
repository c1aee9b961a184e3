"""These pages as values; their templates may use nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.domain.money import Cents
from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.views import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedLine:
    """One payment without an end; `path` leads to its decision, for who may decide."""

    made: str
    age: str
    group: str
    guarantor: str
    guarantor_path: str
    amount: Cents
    state: str
    differs: str
    said: str
    asked: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedPage:
    """All of them."""

    template: ClassVar[str] = "staff/unresolved.html"
    frame: Frame
    bar: Bar
    rows: tuple[UnresolvedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to choose."""

    value: str
    label: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvePage:
    """One payment with all that is known, and the decision; `sure`: the second press."""

    template: ClassVar[str] = "staff/resolve.html"
    frame: Frame
    bar: Bar
    guarantor: str = field(repr=False)
    guarantor_path: str
    facts: tuple[tuple[str, str], ...]
    done: str
    offered: bool
    why_not: str
    sure: tuple[str, ...]
    decision: str
    decisions: tuple[Option, ...]
    transaction: str
    because: str
    reasons: tuple[tuple[str, str], ...]
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """One difference; `path` leads to its explanation, for who may explain; `ended` says how it did."""

    happened: str
    kind: str
    todo: str
    group: str
    payment: str
    charge: str
    ours: str
    theirs: str
    since: str
    ended: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferencesPage:
    """Those that are open, and those that ended lately."""

    template: ClassVar[str] = "staff/differences.html"
    frame: Frame
    bar: Bar
    stands: str
    failed: str
    rows: tuple[DifferenceLine, ...]
    ended: tuple[DifferenceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainPage:
    """One difference and the reason that ends it."""

    template: ClassVar[str] = "staff/difference.html"
    frame: Frame
    bar: Bar
    row: DifferenceLine
    sure: str
    reason: str
    reasons: tuple[tuple[str, str], ...]
    mistakes: tuple[Mistake, ...]
