"""What several portal pages are made of: sums, lines, pages of a list, and the answer to who may not look."""

from typing import assert_never
from urllib.parse import quote, urlencode

from aiohttp import web

from quickpay.domain.encounters import Line, Statement
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.options import LookAndFeel
from quickpay.domain.said import say
from quickpay.domain.visits import totals
from quickpay.handlers.pages import show
from quickpay.handlers.patient.answers import refused, session_frame
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.portal.pieces import LineRow, LineTable, Pager, PayPanel, StatementLink, Sum, TotalRow
from quickpay.handlers.portal.words import (
    AMOUNT_DUE,
    CURRENT_BALANCE,
    LAST_STATEMENT,
    MAY_NOT_PROVE,
    MAY_PROVE,
    NO_PAY_NOW,
    NOT_AUTHORIZED,
    UNAPPLIED_FUNDS,
    WHAT_CURRENT,
    WHAT_DUE,
    WHAT_DUE_NEVER,
    WHAT_STATEMENT,
    WHAT_UNAPPLIED,
    procedure,
)
from quickpay.services.member import NotAMember, NotAuthorized
from quickpay.services.payer import LinkEnded
from quickpay.services.portal.paging import ItemT, Paged
from quickpay.services.portal.sums import Owed, PayNow
from quickpay.services.stay import MustProve, NoStay

_HIGHEST_PAGE = 9_999


def not_a_member(request: web.Request, why: NotAMember) -> web.Response:
    """Answer whoever may not see the portal pages: the challenge, how it ended, or 403 and the way up."""
    match why:
        case NoStay() | MustProve() | LinkEnded():
            return refused(request, why)
        case NotAuthorized(stay=stay, may_prove=may_prove):
            notice = Notice(
                frame=session_frame(request, stay, home="/pay"),
                heading=NOT_AUTHORIZED if may_prove else say("Please contact the office"),
                words=(MAY_PROVE if may_prove else MAY_NOT_PROVE,),
                go_on=("/verify", say("View Account"))
                if may_prove
                else ("/pay", say("Back to Make Your Payment")),
                office=not may_prove,
            )
            return show(notice, status=403)
        case _:
            assert_never(why)


def due_sum(owed: Owed, look: LookAndFeel) -> Sum:
    """Amount Due, which every group shows."""
    return Sum(
        label=AMOUNT_DUE,
        amount=owed.balances.amount_due,
        words=WHAT_DUE_NEVER if owed.last is None else WHAT_DUE,
        pending=owed.due_pending if look.show_insurance_pending else None,
    )


def other_sums(owed: Owed, look: LookAndFeel) -> tuple[Sum, ...]:
    """The sums beside Amount Due that the group shows."""
    sums = owed.balances
    found = []
    if look.show_statement_balance and sums.statement_balance is not None:
        found.append(Sum(label=LAST_STATEMENT, amount=sums.statement_balance, words=WHAT_STATEMENT))
    if look.show_current_balance:
        pending = owed.current_pending if look.show_insurance_pending else None
        found.append(
            Sum(label=CURRENT_BALANCE, amount=sums.current_balance, words=WHAT_CURRENT, pending=pending)
        )
    if look.show_escrow:
        found.append(Sum(label=UNAPPLIED_FUNDS, amount=sums.unapplied, words=WHAT_UNAPPLIED))
    return tuple(found)


def pay_panel(owed: Owed) -> PayPanel:
    """Pay Now where it leads to a payment, else why not."""
    return PayPanel(
        offered=owed.pay is PayNow.OFFERED, words=NO_PAY_NOW.get(owed.pay), held=owed.balances.held
    )


def statement_link(statement: Statement) -> StatementLink:
    """Where a statement's page is."""
    return StatementLink(
        date=statement.date,
        due_date=statement.due_date,
        address=f"/statements/{quote(statement.id, safe='')}",
    )


def line_table(caption: str, lines: tuple[Line, ...], look: LookAndFeel, *, total: bool) -> LineTable:
    """Lay lines side by side."""
    pending = look.show_insurance_pending
    sums = totals(lines)
    row = TotalRow(
        billed=sums.billed,
        adjusted=sums.adjusted,
        insurance_paid=sums.insurance_paid,
        patient_paid=sums.patient_paid,
        remaining=sums.remaining,
        pending=sums.insurance_pending if pending else None,
    )
    return LineTable(
        caption=caption,
        rows=tuple(_row(line, look) for line in lines),
        total=row if total else None,
        shows_pending=pending,
    )


def patient_name(guarantor: Guarantor, patient: str) -> str:
    """Name a patient, whether the PM system puts their name or their id on a visit."""
    return next((one.name for one in guarantor.patients if one.id == patient), patient)


def where(line: Line) -> str:
    """Say where and by whom."""
    return ", ".join(part for part in (line.facility, line.provider) if part)


def pager(page: Paged[ItemT], path: str, **query: str) -> Pager:
    """Say where a list goes on, the filters kept."""

    def at(number: int) -> str | None:
        return address(path, **query, page=str(number)) if 1 <= number <= page.pages else None

    return Pager(number=page.number, pages=page.pages, earlier=at(page.number - 1), later=at(page.number + 1))


def address(path: str, **query: str) -> str:
    """Write an address; what is empty is left out."""
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"{path}?{asked}" if asked else path


def number_in(request: web.Request, name: str) -> int | None:
    """Read a whole number from the address; anything else there is as nothing."""
    word = request.query.get(name, "")
    if not (word.isascii() and word.isdecimal() and len(word) <= len(str(_HIGHEST_PAGE))):
        return None
    return int(word)


def _row(line: Line, look: LookAndFeel) -> LineRow:
    return LineRow(
        date=line.date,
        service_id=line.service_id,
        procedure=procedure(line, look),
        billed=line.billed,
        adjusted=line.adjusted,
        insurance_paid=line.insurance_paid,
        patient_paid=line.patient_paid,
        remaining=line.remaining,
        pending=line.insurance_pending if look.show_insurance_pending else None,
        in_collections=line.in_collections,
    )
