"""Statements: the bills by due date, and one of them with its lines as they stand now."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.options import LookAndFeel
from quickpay.domain.said import say, say_in
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import show
from quickpay.handlers.patient.answers import stay_frame
from quickpay.handlers.portal.parts import line_table, not_a_member, number_in, pager, statement_link
from quickpay.handlers.portal.pieces import Choice, Filter
from quickpay.handlers.portal.views import StatementRow, StatementsView, StatementView
from quickpay.services.member import NotAuthorized
from quickpay.services.payer import LinkEnded
from quickpay.services.portal.pages import NoSuchPage
from quickpay.services.portal.statements import StatementLine, StatementPage, StatementsPage
from quickpay.services.stay import MustProve, NoStay

_HIDE_PAID = {"hide": "paid"}


async def show_statements(request: web.Request) -> web.Response:
    """Show the history of statements."""
    page = await request.app[DESK].portal.statements(
        visit_of(request),
        hide_paid=request.query.get("hide") == _HIDE_PAID["hide"],
        number=number_in(request, "page") or 1,
    )
    if not isinstance(page, StatementsPage):
        return not_a_member(request, page)
    look = page.stay.group.options.look_and_feel
    choices = (
        Choice(word=say_in("statements", "All"), address="/statements", here=not page.hide_paid),
        Choice(word=say("Hide paid"), address="/statements?hide=paid", here=page.hide_paid),
    )
    view = StatementsView(
        frame=stay_frame(request, page.stay, here="statements"),
        guarantor=page.stay.guarantor.name,
        account=page.stay.guarantor.number,
        statements=tuple(statement_row(one, look) for one in page.statements.items),
        shows_balance=look.show_statement_balance,
        shows_pending=look.show_insurance_pending,
        filter=Filter(label=say("Show"), choices=choices),
        hidden=page.hidden,
        pager=pager(page.statements, "/statements", **(_HIDE_PAID if page.hide_paid else {})),
    )
    return show(view)


async def show_statement(request: web.Request) -> web.Response:
    """Show one statement."""
    match await request.app[DESK].portal.statement(visit_of(request), request.match_info["id"]):
        case StatementPage() as page:
            return show(statement_view(request, page))
        case NoSuchPage():
            raise web.HTTPNotFound
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() as why:
            return not_a_member(request, why)
        case never:
            assert_never(never)


def statement_view(request: web.Request, page: StatementPage) -> StatementView:
    """Make the page of a statement."""
    look = page.stay.group.options.look_and_feel
    row = statement_row(page.statement, look)
    return StatementView(
        frame=stay_frame(request, page.stay, here="statements", scripts=new_scripts()),
        guarantor=page.stay.guarantor.name,
        account=page.stay.guarantor.number,
        statement=row,
        paper=f"{row.link.address}.pdf",
        table=line_table(say("Lines of this statement"), page.lines, look, total=len(page.lines) > 1),
        gone=page.gone,
    )


def statement_row(one: StatementLine, look: LookAndFeel) -> StatementRow:
    """Show one; with Show Statement Balance off what was billed at the time is nowhere."""
    return StatementRow(
        number=one.statement.id,
        link=statement_link(one.statement),
        balance=one.statement.balance if look.show_statement_balance else None,
        remaining=one.now.remaining,
        pending=one.now.insurance_pending if look.show_insurance_pending else None,
        collections=one.now.collections or None,
        paid=one.is_paid,
        current=one.is_last,
    )
