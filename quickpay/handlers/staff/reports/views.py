"""The pages of reports as values."""

from dataclasses import dataclass
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.reports.chart import Chart
from quickpay.handlers.staff.views import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """Which reports there are."""

    template: ClassVar[str] = "staff/reports.html"
    frame: Frame
    bar: Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A filter with few values: each with its words, and the one chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A filter that is typed."""

    name: str
    label: str
    value: str
    type: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table, as it is written."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """One report: its filters, picture and table; without `total` the filters must be mended first."""

    template: ClassVar[str] = "staff/report.html"
    frame: Frame
    bar: Bar
    heading: str
    words: str
    action: str
    days: tuple[Typed, ...]
    choices: tuple[Choices, ...]
    typed: tuple[Typed, ...]
    totals_only: bool
    of: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    total: tuple[str, ...] = ()
    nothing: str = ""
    cut: bool = False
    chart: Chart | None = None
    file: str = ""
    mistakes: tuple[Mistake, ...] = ()
