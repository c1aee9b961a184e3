"""Reports over the API, as JSON or CSV."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Literal

from aiohttp import hdrs, web
from pydantic import BaseModel

from quickpay.domain.reports import PaymentSums, SessionCounts
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.paging import refuse
from quickpay.handlers.api.problems import Problem, not_found
from quickpay.handlers.report_sheets import payment_sheet, session_sheet
from quickpay.handlers.sheets import sheet_answer
from quickpay.services.desk.reports import BadQuestion

_SPAN = ("from", "until", "by", "group", "totals")
_CSV = "text/csv"
_JSON = frozenset({"application/json", "application/*", "*/*", ""})
_TOTALS = {"": False, "0": False, "false": False, "1": True, "true": True}


class ProofCounts(BaseModel):
    """Sessions of one way to be authenticated, by whether they paid."""

    sessions: int
    paid: int
    failed: int
    none: int


class SessionLine(BaseModel):
    """One line of Session Usage."""

    key: str
    name: str
    sessions: int
    paid: int
    quickpay: ProofCounts
    mfa: ProofCounts


class SessionUsageOut(BaseModel):
    """Session Usage: the lines, and their whole."""

    since: date
    until: date
    by: str
    data: list[SessionLine]
    totals: SessionLine
    next: None = None


class PaymentsLine(BaseModel):
    """One line of the Payments report; money in cents."""

    key: str
    name: str
    payments: int
    succeeded: int
    taken: int
    refunded: int
    net: int
    declined: int
    open: int
    open_amount: int


class PaymentsReportOut(BaseModel):
    """The Payments report: the lines, and their whole."""

    since: date
    until: date
    by: str
    currency: Literal["usd"] = "usd"
    data: list[PaymentsLine]
    totals: PaymentsLine
    next: None = None


async def session_usage(call: Call) -> web.Response:
    """Show Session Usage."""
    asked = call.query(*_SPAN, "origin", "guarantor")
    totals = _totals_only(asked)
    report = await call.desk.reports.session_usage(asked, call.reach)
    if isinstance(report, BadQuestion):
        raise _refused(report)
    if _wants_csv(call.request):
        body = session_sheet(report, totals_only=totals)
        return _varied(sheet_answer(body, name="session-usage.csv"))
    lines = () if totals else report.lines
    out = SessionUsageOut(
        since=report.span.first,
        until=report.span.last,
        by=report.by.value,
        data=[_session_line(line.key, line.name, line.sums) for line in lines],
        totals=_session_line("total", "Total", report.whole),
    )
    return _varied(answer(out))


async def payments(call: Call) -> web.Response:
    """Show the Payments report."""
    asked = call.query(*_SPAN, "method", "status", "batch")
    totals = _totals_only(asked)
    report = await call.desk.reports.payments(asked, call.reach)
    if isinstance(report, BadQuestion):
        raise _refused(report)
    if _wants_csv(call.request):
        return _varied(sheet_answer(payment_sheet(report, totals_only=totals), name="payments.csv"))
    lines = () if totals else report.lines
    out = PaymentsReportOut(
        since=report.span.first,
        until=report.span.last,
        by=report.by.value,
        data=[_payments_line(line.key, line.name, line.sums) for line in lines],
        totals=_payments_line("total", "Total", report.whole),
    )
    return _varied(answer(out))


def _refused(report: BadQuestion) -> Problem:
    """Say what is to be mended; a group that is not this key's does not exist (A59)."""
    elsewhere = any(fault.path == "group" for fault in report.faults)
    return not_found() if elsewhere else refuse(*report.faults)


def _totals_only(asked: Mapping[str, str]) -> bool:
    word = asked.get("totals", "")
    if word not in _TOTALS:
        raise Problem(HTTPStatus.BAD_REQUEST, "Send totals=1 or leave it out.")
    return _TOTALS[word]


def _wants_csv(request: web.Request) -> bool:
    """Whether CSV is named before JSON; what names neither gets JSON."""
    for part in request.headers.get(hdrs.ACCEPT, "").split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind == _CSV:
            return True
        if kind in _JSON:
            return False
    return False


def _varied(response: web.Response) -> web.Response:
    response.headers[hdrs.VARY] = hdrs.ACCEPT
    return response


def _session_line(key: str, name: str, one: SessionCounts) -> SessionLine:
    return SessionLine(
        key=key,
        name=name,
        sessions=one.all,
        paid=one.paid,
        quickpay=ProofCounts(
            sessions=one.quickpay,
            paid=one.quickpay_paid,
            failed=one.quickpay_failed,
            none=one.quickpay_none,
        ),
        mfa=ProofCounts(sessions=one.mfa, paid=one.mfa_paid, failed=one.mfa_failed, none=one.mfa_none),
    )


def _payments_line(key: str, name: str, one: PaymentSums) -> PaymentsLine:
    return PaymentsLine(
        key=key,
        name=name,
        payments=one.payments,
        succeeded=one.succeeded,
        taken=one.taken,
        refunded=one.refunded,
        net=one.net,
        declined=one.declined,
        open=one.open,
        open_amount=one.open_amount,
    )
