"""Receipts: every payment however made, and one of them with what it was put on."""

from typing import assert_never
from urllib.parse import quote

from aiohttp import web

from quickpay.domain.money import NO_CENTS
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.patient.answers import stay_frame
from quickpay.handlers.portal.parts import not_a_member, number_in, pager, patient_name, where
from quickpay.handlers.portal.views import PostedRow, ReceiptRow, ReceiptsView, ReceiptView
from quickpay.handlers.portal.words import is_unsuccessful, paid_where, paid_with, procedure, status_word
from quickpay.handlers.receipt_mail import NOT_PRESSED, Pressed, answer_to, mail_panel, press_of
from quickpay.services.member import NotAuthorized
from quickpay.services.payer import LinkEnded
from quickpay.services.paying.resend import BadAddress, TooOften
from quickpay.services.paying.result import NotYours
from quickpay.services.portal.pages import NoSuchPage
from quickpay.services.portal.receipts import PostedLine, ReceiptLine, ReceiptPage, ReceiptsPage
from quickpay.services.settling.receipt_mail import NotOffered, Overtaken, Queued, Stopped
from quickpay.services.stay import MustProve, NoStay


async def show_receipts(request: web.Request) -> web.Response:
    """Show the history of payments."""
    page = await request.app[DESK].portal.receipts(visit_of(request), number_in(request, "page") or 1)
    if not isinstance(page, ReceiptsPage):
        return not_a_member(request, page)
    view = ReceiptsView(
        frame=stay_frame(request, page.stay, here="receipts"),
        guarantor=page.stay.guarantor.name,
        account=page.stay.guarantor.number,
        receipts=tuple(_row(receipt) for receipt in page.receipts.items),
        pager=pager(page.receipts, "/receipts"),
    )
    return show(view)


async def show_receipt(request: web.Request) -> web.Response:
    """Show one receipt."""
    return await _show(request)


async def send_receipt(request: web.Request) -> web.Response:
    """Send one receipt again, or show why not."""
    press = press_of(request)
    if isinstance(press, Pressed):
        return await _show(request, press)
    number = request.match_info["number"]
    match await request.app[DESK].resend.of_receipt(visit_of(request), number, press):
        case NotYours():
            raise web.HTTPNotFound
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() as why:
            return not_a_member(request, why)
        case (Queued() | Overtaken() | NotOffered() | Stopped() | BadAddress() | TooOften()) as outcome:
            again = answer_to(outcome, press.typed)
            here = f"/receipts/{quote(number, safe='')}#mail"
            return see_other(here) if again is None else await _show(request, again)
        case never:
            assert_never(never)


async def _show(request: web.Request, pressed: Pressed = NOT_PRESSED) -> web.Response:
    match await request.app[DESK].portal.receipt(visit_of(request), request.match_info["number"]):
        case ReceiptPage() as page:
            return show(receipt_view(request, page, pressed), status=pressed.status)
        case NoSuchPage():
            raise web.HTTPNotFound
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() as why:
            return not_a_member(request, why)
        case never:
            assert_never(never)


def receipt_view(request: web.Request, page: ReceiptPage, pressed: Pressed = NOT_PRESSED) -> ReceiptView:
    """Make the page of a receipt."""
    stay, receipt, payment = page.stay, page.receipt, page.receipt.payment
    look = stay.group.options.look_and_feel
    took_money = receipt.amount > 0
    return ReceiptView(
        frame=stay_frame(request, stay, here="receipts", scripts=new_scripts()),
        guarantor=stay.guarantor.name,
        account=stay.guarantor.number,
        receipt=_row(receipt),
        paper=f"{_address(receipt)}.pdf",
        mail=mail_panel(page.mail, action=f"{_address(receipt)}/send", pressed=pressed),
        transaction=None if payment is None else payment.transaction,
        not_posted=payment is not None and took_money and receipt.unapplied > 0 and not page.posted,
        unapplied=receipt.unapplied if look.show_escrow and receipt.unapplied > 0 else None,
        posted=tuple(_posted(page, one) for one in page.posted),
        shows_pending=look.show_insurance_pending,
        elsewhere=payment is None and receipt.amount > NO_CENTS,
    )


def _address(receipt: ReceiptLine) -> str:
    return f"/receipts/{quote(receipt.number, safe='')}"


def _row(receipt: ReceiptLine) -> ReceiptRow:
    return ReceiptRow(
        number=receipt.number,
        address=_address(receipt),
        date=receipt.date,
        status=status_word(receipt),
        unsuccessful=is_unsuccessful(receipt),
        paid_with=paid_with(receipt),
        paid_where=paid_where(receipt),
        amount=receipt.amount,
        refunded=receipt.refunded,
    )


def _posted(page: ReceiptPage, posted: PostedLine) -> PostedRow:
    look, line = page.stay.group.options.look_and_feel, posted.line
    if line is None:
        return PostedRow(
            service_id=posted.service_id,
            amount=posted.amount,
            date=None,
            patient="",
            where="",
            procedure=None,
            remaining=None,
            pending=None,
        )
    return PostedRow(
        service_id=posted.service_id,
        amount=posted.amount,
        date=line.date,
        patient=patient_name(page.stay.guarantor, line.patient),
        where=where(line),
        procedure=procedure(line, look),
        remaining=line.remaining,
        pending=line.insurance_pending if look.show_insurance_pending else None,
    )
