"""Money received or given back that the PM system has neither acknowledged nor named, with its age."""

from aiohttp import web

from quickpay.domain.money import format_usd
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import show
from quickpay.handlers.staff.events.views import UnacknowledgedPage, UnacknowledgedRow
from quickpay.handlers.staff.events.words import age, counted
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors.addresses import guarantor_path, page_in, with_query
from quickpay.handlers.words import moment
from quickpay.services.desk.takeover import TakeoverPage, WaitingPayment

PATH = "/staff/payments/unacknowledged"


async def show_page(request: web.Request) -> web.Response:
    """List them, the oldest first, of one group or of all of hers."""
    staff, desk = staff_of(request), request.app[DESK].staff
    group, number = request.query.get("group") or None, page_in(request)
    found = await desk.takeover.page(staff, group=group, page=number - 1)
    if found is None:
        raise web.HTTPNotFound
    page = UnacknowledgedPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        summary=_summary(found),
        warning=_warning(found, age(desk.takeover.worrying)),
        group=group or "",
        groups=(("", "All your groups"), *((one.slug, one.name) for one in found.groups)),
        rows=tuple(_row(request, one, found) for one in found.lines),
        earlier=with_query(PATH, group=group, page=number - 1) if number > 1 else "",
        later=with_query(PATH, group=group, page=number + 1) if found.more else "",
    )
    return show(page)


def _summary(found: TakeoverPage) -> str:
    backlog = found.backlog
    if found.oldest_age is None:
        return ""
    back = f" and {format_usd(backlog.given_back)} given back" if backlog.given_back else ""
    return (
        f"{counted(backlog.count, 'payment')}, {format_usd(backlog.amount)} together{back}; "
        f"the oldest waits {age(found.oldest_age)}."
    )


def _warning(found: TakeoverPage, worrying: str) -> str:
    if not found.late:
        return ""
    return (
        f"Something has waited for more than {worrying}. Ask whoever keeps the PM system whether it still "
        "reads the payments and acknowledges them. Until it does, its balances are too high, or too low "
        "where money was given back; patients are not asked twice."
    )


def _row(request: web.Request, one: WaitingPayment, found: TakeoverPage) -> UnacknowledgedRow:
    payment = one.payment
    names = {group.id: group.name for group in found.groups}
    return UnacknowledgedRow(
        path=guarantor_path(payment.group, payment.guarantor),
        who=payment.name,
        number=payment.guarantor,
        group=names[payment.group_id],
        amount=format_usd(payment.received) if payment.received else "",
        given_back=format_usd(payment.given_back) if payment.given_back else "",
        receipt="" if payment.receipt_number is None else str(payment.receipt_number),
        posted="Posted" if payment.posted else "On no line yet",
        since=moment(payment.since, request.app[DESK].staff.zone),
        age=age(one.age),
        late=one.late,
    )
