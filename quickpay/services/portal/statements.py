"""Statements: the bills as they were cut, and what is left of each now."""

from dataclasses import dataclass

from quickpay.domain.encounters import Line, ServiceId, Statement, natural
from quickpay.domain.visits import Totals, totals
from quickpay.services.account import AccountNow
from quickpay.services.portal.paging import Paged, paged
from quickpay.services.portal.sums import shown_lines
from quickpay.services.stay import Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One statement with what its lines come to now.

    `is_paid`: nothing of it is left, here or with a collector, also of lines that are not shown.
    """

    statement: Statement
    now: Totals
    is_last: bool
    is_paid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsPage:
    """The history of statements by due date, the latest first; `hidden` counts the paid ones left out."""

    stay: Stay
    statements: Paged[StatementLine]
    hide_paid: bool
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """One statement, its lines as they stand now; `gone` are lines the PM system no longer lists."""

    stay: Stay
    statement: StatementLine
    lines: tuple[Line, ...]
    gone: tuple[ServiceId, ...]


def statements_page(
    stay: Stay, account: AccountNow, last: Statement | None, *, hide_paid: bool, page: int
) -> StatementsPage:
    """List the statements."""
    every = statement_lines(stay, account, last)
    listed = tuple(one for one in every if not (hide_paid and one.is_paid))
    return StatementsPage(
        stay=stay,
        statements=paged(listed, page),
        hide_paid=hide_paid,
        hidden=len(every) - len(listed),
    )


def statement_lines(stay: Stay, account: AccountNow, last: Statement | None) -> tuple[StatementLine, ...]:
    """Give every statement by due date, the latest first."""
    by_due_date = sorted(account.statements, key=lambda one: (one.due_date, natural(one.id)), reverse=True)
    return tuple(_line(stay, account, one, last) for one in by_due_date)


def statement_page(
    stay: Stay, account: AccountNow, last: Statement | None, statement_id: str
) -> StatementPage | None:
    """Find one statement among the guarantor's own."""
    found = next((one for one in account.statements if one.id == statement_id), None)
    if found is None:
        return None
    shown = {line.service_id: line for line in shown_lines(stay, account)}
    known = {line.service_id for line in account.lines}
    return StatementPage(
        stay=stay,
        statement=_line(stay, account, found, last),
        lines=tuple(shown[one] for one in found.lines if one in shown),
        gone=tuple(one for one in found.lines if one not in known),
    )


def _line(stay: Stay, account: AccountNow, statement: Statement, last: Statement | None) -> StatementLine:
    lines = frozenset(statement.lines)
    now = totals(line for line in shown_lines(stay, account) if line.service_id in lines)
    is_paid = all(line.remaining == 0 for line in account.lines if line.service_id in lines)
    return StatementLine(statement=statement, now=now, is_last=statement is last, is_paid=is_paid)
