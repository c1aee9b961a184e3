"""A receipt sent again from the desk: where it may go, how it fared so far, and the button."""

from typing import assert_never

from aiohttp import web

from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.receipt_mail import sending_of
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors import words
from quickpay.handlers.staff.guarantors.addresses import guarantor_path, with_query
from quickpay.handlers.staff.guarantors.contacts import shown
from quickpay.handlers.staff.guarantors.views import ReceiptPage, ReceiptTo
from quickpay.services.desk.receipts import NoAddress, ReceiptFile
from quickpay.services.links.desk import NobodyHere
from quickpay.services.paying.resend import TooOften
from quickpay.services.settling.receipt_mail import NotOffered, Overtaken, Queued, Stopped


async def ask_to_send(request: web.Request) -> web.Response:
    """Show where the receipt may go; nothing is sent by looking."""
    return await _page(request)


async def send(request: web.Request) -> web.Response:
    """Send it once for each form."""
    form = form_of(request)
    match await request.app[DESK].staff.receipts.send(
        staff_of(request),
        request.match_info["group"],
        request.match_info["guarantor"],
        request.match_info["payment"],
        to=form.text("to"),
        sending=sending_of(form),
    ):
        case Queued():
            path = guarantor_path(request.match_info["group"], request.match_info["guarantor"])
            return see_other(with_query(path, receipt=1))
        case NobodyHere():
            raise web.HTTPNotFound
        case NoAddress():
            return await _page(request, words.CHOOSE_ADDRESS, status=422)
        case Stopped():
            return await _page(request, words.RECEIPT_STOPPED, status=422)
        case Overtaken():
            return await _page(request, words.RECEIPT_OVERTAKEN, status=409)
        case NotOffered():
            return await _page(request, status=409)
        case TooOften():
            return await _page(request, words.RECEIPT_TOO_OFTEN, status=429)
        case never:
            assert_never(never)


async def _page(request: web.Request, mistake: str = "", *, status: int = 200) -> web.Response:
    staff = staff_of(request)
    file = await request.app[DESK].staff.receipts.look(
        staff,
        request.match_info["group"],
        request.match_info["guarantor"],
        request.match_info["payment"],
    )
    if isinstance(file, NobodyHere):
        raise web.HTTPNotFound
    page = ReceiptPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        number=str(file.payment.receipt_number),
        guarantor=file.guarantor.name,
        back=guarantor_path(file.group.slug, file.guarantor.number),
        told=tuple(
            words.FATES[one.fate].replace("{address}", shown(one.recipient, staff))
            for one in file.mail.sendings
        ),
        why_not=_why_not(file),
        ways=tuple(
            ReceiptTo(value=to.value, label=words.SEND_TO[to], address=shown(address, staff))
            for to, address in file.addresses.items()
        ),
        sending=file.mail.sending,
        mistakes=(Mistake(field="to", message=mistake),) if mistake else (),
    )
    return show(page, status=status)


def _why_not(file: ReceiptFile) -> str:
    if not file.group.options.payments.email_receipt:
        return words.NO_RECEIPTS_HERE
    if not file.mail.offered:
        return words.TOOK_NO_MONEY
    if file.addresses:
        return ""
    return words.ONLY_THE_PAYERS if file.by_somebody_else else words.NO_ADDRESS
