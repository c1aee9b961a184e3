"""Session Usage and Payments: filters in the address, so that what is seen can be passed on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aiohttp import web

from quickpay.domain.groups import Group
from quickpay.domain.money import Cents, format_usd
from quickpay.domain.reports import PAYMENTS_BY, SESSIONS_BY, By, PaymentSums, SessionCounts
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, show
from quickpay.handlers.report_sheets import (
    PAYMENT_HEAD,
    SESSION_HEAD,
    payment_sheet,
    session_sheet,
)
from quickpay.handlers.sheets import sheet_answer
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors.addresses import with_query
from quickpay.handlers.staff.guarantors.words import ORIGINS as ORIGIN_WORDS
from quickpay.handlers.staff.reports.chart import Chart, chart
from quickpay.handlers.staff.reports.views import Choices, ReportPage, ReportsPage, Row, Typed
from quickpay.handlers.staff.reports.words import (
    BY,
    METHODS,
    NOTHING,
    PAYMENT_LEGEND,
    PAYMENT_WORDS,
    SESSION_LEGEND,
    SESSION_WORDS,
    STATUS_WORDS,
    name_of,
    payment_bar,
    payment_cells,
    session_bar,
    session_cells,
)
from quickpay.services.desk.reports import ORIGINS, BadQuestion, Report
from quickpay.services.events.feed import STATUSES

SESSIONS = "/staff/reports/session-usage"
PAYMENTS = "/staff/reports/payments"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A report as it is written, a row for each line."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    total: tuple[str, ...]
    chart: Chart | None


async def show_reports(request: web.Request) -> web.Response:
    """List the reports."""
    return show(ReportsPage(frame=staff_frame(request), bar=bar_of(request, staff_of(request))))


async def show_session_usage(request: web.Request) -> web.Response:
    """Show how links and proofs are used, and whether they lead to payments."""
    asked, staff = _asked(request), staff_of(request)
    report = await request.app[DESK].reports.session_usage(asked, staff.reach)
    choices = (
        _by(asked, SESSIONS_BY),
        _groups(asked, report.groups),
        _choices(asked, "origin", "Origin", {one.value: ORIGIN_WORDS[one] for one in ORIGINS}),
    )
    typed = (
        Typed(name="guarantor", label="Account number of a guarantor", value=asked.get("guarantor", "")),
    )
    form = _form(request, "Session Usage", SESSION_WORDS, SESSIONS, choices, typed)
    if isinstance(report, BadQuestion):
        return _mend(form, report)
    bars = [session_bar(line, report.by) for line in report.lines]
    drawn = chart(
        f"Sessions by {BY[report.by].lower()}",
        SESSION_LEGEND,
        bars,
        said=lambda sessions: f"{sessions:,}",
        newest=report.by.is_time,
    )
    rows = tuple(
        Row(name=name_of(line.key, line.name, report.by), cells=session_cells(line.sums))
        for line in report.lines
    )
    total = session_cells(report.whole)
    return _shown(form, asked, report, _Table(head=SESSION_HEAD, rows=rows, total=total, chart=drawn))


async def show_payments(request: web.Request) -> web.Response:
    """Show what was taken, and by which ways."""
    asked, staff = _asked(request), staff_of(request)
    report = await request.app[DESK].reports.payments(asked, staff.reach)
    choices = (
        _by(asked, PAYMENTS_BY),
        _groups(asked, report.groups),
        _choices(asked, "method", "Method", {one.value: words for one, words in METHODS.items()}),
        _choices(asked, "status", "Status", {one: STATUS_WORDS[one] for one in STATUSES}),
    )
    typed = (Typed(name="batch", label="Reference batch number", value=asked.get("batch", "")),)
    form = _form(request, "Payments report", PAYMENT_WORDS, PAYMENTS, choices, typed)
    if isinstance(report, BadQuestion):
        return _mend(form, report)
    bars = [payment_bar(line, report.by) for line in report.lines]
    title = f"Money by {BY[report.by].lower()}"
    drawn = chart(
        title, PAYMENT_LEGEND, bars, said=lambda sum_: format_usd(Cents(sum_)), newest=report.by.is_time
    )
    rows = tuple(
        Row(name=name_of(line.key, line.name, report.by), cells=payment_cells(line.sums))
        for line in report.lines
    )
    total = payment_cells(report.whole)
    return _shown(form, asked, report, _Table(head=PAYMENT_HEAD, rows=rows, total=total, chart=drawn))


async def session_usage_file(request: web.Request) -> web.Response:
    """Give Session Usage as a file."""
    asked = _asked(request)
    report = await request.app[DESK].reports.session_usage(asked, staff_of(request).reach)
    if isinstance(report, BadQuestion):
        raise web.HTTPNotFound  # the page says what is to be mended, and offers no such file
    return sheet_answer(session_sheet(report, totals_only="totals" in asked), name="session-usage.csv")


async def payments_file(request: web.Request) -> web.Response:
    """Give the Payments report as a file."""
    asked = _asked(request)
    report = await request.app[DESK].reports.payments(asked, staff_of(request).reach)
    if isinstance(report, BadQuestion):
        raise web.HTTPNotFound
    return sheet_answer(payment_sheet(report, totals_only="totals" in asked), name="payments.csv")


def _asked(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in request.query.items() if value}


def _form(
    request: web.Request,
    heading: str,
    words: str,
    action: str,
    choices: tuple[Choices, ...],
    typed: tuple[Typed, ...],
) -> ReportPage:
    asked = _asked(request)
    return ReportPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff_of(request)),
        heading=heading,
        words=words,
        action=action,
        days=(
            Typed(name="from", label="From", value=asked.get("from", ""), type="date"),
            Typed(name="until", label="Until", value=asked.get("until", ""), type="date"),
        ),
        choices=choices,
        typed=typed,
        totals_only="totals" in asked,
    )


def _mend(form: ReportPage, report: BadQuestion) -> web.Response:
    mistakes = tuple(Mistake(field=fault.path, message=fault.message) for fault in report.faults)
    return show(replace(form, mistakes=mistakes), status=422)


def _shown(
    form: ReportPage,
    asked: Mapping[str, str],
    report: Report[SessionCounts] | Report[PaymentSums],
    table: _Table,
) -> web.Response:
    first, last = report.span.first.isoformat(), report.span.last.isoformat()
    days = tuple(replace(one, value=value) for one, value in zip(form.days, (first, last), strict=True))
    page = replace(
        form,
        days=days,
        of=BY[report.by],
        head=table.head,
        rows=() if form.totals_only or report.whole.nothing else table.rows,
        total=table.total,
        nothing=NOTHING if report.whole.nothing else "",
        cut=report.cut,
        chart=None if form.totals_only else table.chart,
        file=with_query(f"{form.action}.csv", **(dict(asked) | {"from": first, "until": last})),
    )
    return show(page)


def _by(asked: Mapping[str, str], known: tuple[By, ...]) -> Choices:
    options = tuple((one.value, BY[one]) for one in known)
    return Choices(name="by", label="A line for each", options=options, chosen=asked.get("by", By.DAY.value))


def _groups(asked: Mapping[str, str], groups: tuple[Group, ...]) -> Choices:
    return _choices(asked, "group", "Group", {one.slug: one.name for one in groups})


def _choices(asked: Mapping[str, str], name: str, label: str, known: Mapping[str, str]) -> Choices:
    options = (("", "All"), *known.items())
    return Choices(name=name, label=label, options=options, chosen=asked.get(name, ""))
