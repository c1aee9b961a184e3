"""Statement, receipt and visits as papers to keep: what their pages show, under the same options."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.money import Cents
from quickpay.domain.options import LookAndFeel
from quickpay.domain.said import say, together, usd
from quickpay.domain.visits import Totals, Visit
from quickpay.handlers import paper_words as words
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.pages import show
from quickpay.handlers.papers import facts_of, file_name, paper_answer
from quickpay.handlers.patient.answers import session_frame
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.portal.account import chosen_in, said_of, sums_of
from quickpay.handlers.portal.parts import line_table, not_a_member, patient_name, where
from quickpay.handlers.portal.pieces import LineRow, LineTable, TotalRow
from quickpay.handlers.portal.receipts import receipt_view
from quickpay.handlers.portal.statements import statement_view
from quickpay.handlers.portal.views import PostedRow, ReceiptView, StatementView
from quickpay.handlers.portal.words import NOT_EXPORTED, NOT_EXPORTED_WORDS
from quickpay.handlers.words import day
from quickpay.ports.papers import Section
from quickpay.services.member import NotAuthorized
from quickpay.services.payer import LinkEnded
from quickpay.services.portal.pages import NoSuchPage, NotExported
from quickpay.services.portal.receipts import ReceiptPage
from quickpay.services.portal.statements import StatementPage
from quickpay.services.portal.visits import VisitsPage
from quickpay.services.stay import MustProve, NoStay, Stay


async def visits(request: web.Request) -> web.Response:
    """Give the visits chosen in the address, where the group lets them be exported."""
    match await request.app[DESK].portal.visits(visit_of(request), chosen_in(request)):
        case VisitsPage() as page:
            return await paper_answer(
                request, page.stay, title=words.VISITS, name="visits", sections=_visits(page), wide=True
            )
        case NotExported(stay=stay):
            return _not_exported(request, stay)
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() as why:
            return not_a_member(request, why)
        case never:
            assert_never(never)


async def statement(request: web.Request) -> web.Response:
    """Give one statement."""
    match await request.app[DESK].portal.statement(visit_of(request), request.match_info["id"]):
        case StatementPage() as page:
            view = statement_view(request, page)
            number = view.statement.number
            return await paper_answer(
                request,
                page.stay,
                title=words.statement(number),
                name=file_name("statement", number),
                sections=_statement(view),
            )
        case NoSuchPage():
            raise web.HTTPNotFound
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() as why:
            return not_a_member(request, why)
        case never:
            assert_never(never)


async def receipt(request: web.Request) -> web.Response:
    """Give one receipt with what it was put on."""
    match await request.app[DESK].portal.receipt(visit_of(request), request.match_info["number"]):
        case ReceiptPage() as page:
            view = receipt_view(request, page)
            number = view.receipt.number
            return await paper_answer(
                request,
                page.stay,
                title=words.receipt(number),
                name=file_name("receipt", number),
                sections=_receipt(view),
            )
        case NoSuchPage():
            raise web.HTTPNotFound
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() as why:
            return not_a_member(request, why)
        case never:
            assert_never(never)


def _not_exported(request: web.Request, stay: Stay) -> web.Response:
    notice = Notice(
        frame=session_frame(request, stay, home="/home"),
        heading=NOT_EXPORTED,
        words=(NOT_EXPORTED_WORDS,),
        go_on=("/account", say("Account")),
    )
    return show(notice, status=403)


def _visits(page: VisitsPage) -> tuple[Section, ...]:
    stay, look = page.stay, page.stay.group.options.look_and_feel
    sums = [
        (label, usd(amount))
        for one in sums_of(page.owed, look)
        for label, amount in (
            (one.label, one.amount),
            *(() if one.pending is None else ((words.pending_of(one.label), one.pending),)),
        )
    ]
    whose = facts_of(
        (words.GUARANTOR, stay.guarantor.name),
        (words.ACCOUNT, stay.guarantor.number),
        (words.MADE_ON, day(page.today)),
        (words.SHOWN, said_of(page)),
        *sums,
    )
    places = tuple(_place(stay, visits, look) for visits in page.places)
    if not places:
        return Section(facts=whose), Section(words=(words.NO_VISITS,))
    shows = look.show_current_balance and len(places) > 1
    told = (_all_told(page.all_told, look),) if shows else ()
    return Section(facts=whose), *places, *told


def _place(stay: Stay, visits: tuple[Visit, ...], look: LookAndFeel) -> Section:
    first = visits[0].lines[0]
    lines = tuple(line for visit in visits for line in visit.lines)
    # Without Show Current Balance nothing may come to it.
    total = look.show_current_balance and len(lines) > 1
    who, place = patient_name(stay.guarantor, first.patient), where(first)
    return _lines(
        line_table("", lines, look, total=total),
        title=" · ".join(part for part in (who, place) if part),
    )


def _all_told(sums: Totals, look: LookAndFeel) -> Section:
    pending = sums.insurance_pending if look.show_insurance_pending else None
    return Section(
        title=words.ALL_TOLD,
        facts=facts_of(
            (words.BILLED, usd(sums.billed)),
            (words.ADJUSTED, usd(sums.adjusted)),
            (words.INSURANCE_PAID, usd(sums.insurance_paid)),
            (words.INSURANCE_PENDING, _usd(pending)),
            (words.YOU_PAID, usd(sums.patient_paid)),
            (words.REMAINING, usd(sums.remaining)),
            (words.COLLECTIONS_LINE, _usd(sums.collections or None)),
        ),
    )


def _statement(view: StatementView) -> tuple[Section, ...]:
    one = view.statement
    facts = facts_of(
        (words.GUARANTOR, view.guarantor),
        (words.ACCOUNT, view.account),
        (words.SENT, day(one.link.date)),
        (words.DUE_DATE, day(one.link.due_date)),
        (words.STATEMENT_BALANCE, _usd(one.balance)),
        (words.INSURANCE_PENDING, _usd(one.pending)),
        (words.COLLECTIONS_LINE, _usd(one.collections)),
        (words.REMAINING_NOW, words.paid(one.remaining) if one.paid else usd(one.remaining)),
    )
    table = (_lines(view.table, title=words.LINES_NOW),) if view.table.rows else ()
    return (
        Section(facts=facts),
        *table,
        *((Section(words=(words.no_longer(view.gone),)),) if view.gone else ()),
    )


def _receipt(view: ReceiptView) -> tuple[Section, ...]:
    one = view.receipt
    facts = facts_of(
        (words.GUARANTOR, view.guarantor),
        (words.ACCOUNT, view.account),
        (words.PAYMENT_DATE, day(one.date)),
        (words.TRANSACTION, view.transaction),
        (words.PAID_WITH, one.paid_with),
        (words.WHERE, one.paid_where),
        (words.AMOUNT_PAID, usd(one.amount)),
        (words.GIVEN_BACK, _usd(one.refunded or None)),
        (words.UNAPPLIED, _usd(view.unapplied)),
        (words.STATUS, one.status),
    )
    said = (
        (one.unsuccessful, words.NOT_CHARGED),
        (view.not_posted, words.NOT_POSTED),
        (view.elsewhere, words.ELSEWHERE),
    )
    sentences = tuple(sentence for so, sentence in said if so)
    parts = [Section(facts=facts)]
    if sentences:
        parts.append(Section(words=sentences))
    if view.posted:
        parts.append(_posted(view))
    return tuple(parts)


def _posted(view: ReceiptView) -> Section:
    pending = (words.INSURANCE_PENDING,) if view.shows_pending else ()

    def row(one: PostedRow) -> tuple[str, ...]:
        visit = "\n".join(part for part in (one.patient, one.where, one.procedure) if part)
        date = "" if one.date is None else day(one.date)
        sums = (_usd(one.pending) or "",) if view.shows_pending else ()
        return date, one.service_id, visit, usd(one.amount), *sums, _usd(one.remaining) or ""

    head = (words.DATE, words.SERVICE_ID, words.VISIT, words.PAID_BY_THIS, *pending, words.REMAINING_NOW)
    return Section(
        title=words.VISIT_DETAIL,
        head=head,
        rows=tuple(row(one) for one in view.posted),
        right=tuple(range(3, len(head))),
    )


def _lines(table: LineTable, *, title: str) -> Section:
    """Lay lines side by side, in the columns of their page."""
    service = any(row.procedure for row in table.rows)
    named = (words.DATE, words.SERVICE_ID, *((words.SERVICE,) if service else ()))
    pending = (words.INSURANCE_PENDING,) if table.shows_pending else ()
    head = (
        *named,
        words.BILLED,
        words.ADJUSTED,
        words.INSURANCE_PAID,
        *pending,
        words.YOU_PAID,
        words.REMAINING,
    )
    rows = []
    for row in table.rows:
        first, *rest = _sums(row, row.pending)
        last = together(rest.pop(), words.IN_COLLECTIONS, between="\n") if row.in_collections else rest.pop()
        named_by = (day(row.date), row.service_id, *((row.procedure or "",) if service else ()))
        rows.append((*named_by, first, *rest, last))
    total = table.total
    return Section(
        title=title,
        head=head,
        rows=tuple(rows),
        total=() if total is None else (words.TOTAL, *("" for _ in named[1:]), *_sums(total, total.pending)),
        right=tuple(range(len(named), len(head))),
    )


def _sums(row: LineRow | TotalRow, pending: Cents | None) -> tuple[str, ...]:
    between = () if pending is None else (usd(pending),)
    first = (row.billed, row.adjusted, row.insurance_paid)
    return (
        *(usd(one) for one in first),
        *between,
        usd(row.patient_paid),
        usd(row.remaining),
    )


def _usd(amount: Cents | None) -> str | None:
    return None if amount is None else usd(amount)
