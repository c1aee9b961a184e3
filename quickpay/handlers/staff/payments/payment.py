"""One payment's page: all a desk needs to answer for it."""

from aiohttp import web

from quickpay.domain.payments import HELD, Payment, PaymentState
from quickpay.domain.refunds import RefundState
from quickpay.domain.staff import Staff, StaffRole
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import AT_THE_DESK, staff_of
from quickpay.handlers.pages import show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors.addresses import guarantor_path, link_path, number_in
from quickpay.handlers.staff.guarantors.contacts import shown
from quickpay.handlers.staff.guarantors.words import ORIGINS, payment_state
from quickpay.handlers.staff.payments import words
from quickpay.handlers.staff.payments.places import batch_path, payment_path
from quickpay.handlers.staff.payments.views import OnLine, PaymentPage, RefundRow
from quickpay.handlers.staff.words import sentence
from quickpay.handlers.words import day, moment
from quickpay.services.desk.payments import PaymentFile
from quickpay.services.groups.actors import said
from quickpay.services.settling.refunds import NoPayment

MAY_MOVE_MONEY = frozenset({StaffRole.BILLING, StaffRole.ADMIN})


async def show_payment(request: web.Request) -> web.Response:
    """Show one payment; of another group, there is none."""
    staff = staff_of(request)
    file = await payment_file(request, staff)
    payment, receipt = file.payment, file.receipt
    path = payment_path(payment.id)
    done, trouble = _news(request, file)
    may = staff.role in MAY_MOVE_MONEY
    whose = guarantor_path(file.group.slug, file.guarantor.number)
    return show(
        PaymentPage(
            frame=staff_frame(request),
            bar=bar_of(request, staff),
            amount=payment.amount,
            state=payment_state(payment),
            who=file.guarantor.name,
            number=file.guarantor.number,
            group=file.group.name,
            guarantor_path=whose,
            link_path="" if file.link is None else link_path(file.link.id),
            facts=_facts(request, file),
            batch="" if receipt is None else str(receipt.batch_id),
            batch_path="" if receipt is None else batch_path(receipt.batch_id),
            mail=tuple(
                words.FATES[one.fate].replace("{address}", shown(one.recipient, staff))
                for one in file.mail.sendings
            ),
            mail_path=f"{whose}/receipts/{payment.id}"
            if file.mail.offered and staff.role in AT_THE_DESK
            else "",
            lines=tuple(OnLine(service_id=one.service_id, amount=one.amount) for one in file.posted),
            unapplied=payment.unapplied,
            refunded=payment.refunded,
            nowhere="" if file.posted else _nowhere(payment),
            why_not=_why_not(file),
            refunds=_refunds(request, file),
            refund=f"{path}/refund" if may and payment.took_money and payment.left else "",
            post=f"{path}/post" if may and payment.unapplied and not file.in_pm else "",
            resolve=f"{path}/resolve" if may and payment.state in HELD else "",
            events=_events(request, file),
            done=done,
            trouble=trouble,
        )
    )


async def payment_file(request: web.Request, staff: Staff) -> PaymentFile:
    """Find the payment of this address; one of another group is not there."""
    file = await request.app[DESK].staff.payments.get(staff, request.match_info["payment"])
    if isinstance(file, NoPayment):
        raise web.HTTPNotFound
    return file


def _facts(request: web.Request, file: PaymentFile) -> tuple[tuple[str, str], ...]:
    payment, zone = file.payment, request.app[DESK].staff.zone
    return (
        ("Pressed", moment(payment.created_at, zone)),
        ("Paid with", words.paid_with(payment)),
        ("Came by", ORIGINS[payment.origin]),
        ("Known by", words.AUTHENTICATIONS[payment.authentication]),
        ("Transaction", payment.transaction or "none"),
        ("Receipt", "none" if file.receipt is None else f"{file.receipt.number}, {day(file.receipt.date)}"),
        ("PM system", _pm(request, file)),
        ("Payment id", payment.id),
    )


def _pm(request: web.Request, file: PaymentFile) -> str:
    at = file.payment.acknowledged_at
    told = (
        "not acknowledged yet" if at is None else f"acknowledged {moment(at, request.app[DESK].staff.zone)}"
    )
    return f"{told}; its balances contain the payment" if file.in_pm else told


def _nowhere(payment: Payment) -> str:
    """Say where the money is that is on no line."""
    if payment.state in HELD:
        return words.NOT_ENDED
    if not payment.took_money:
        return words.NO_MONEY
    return "It is on no line." if payment.left else "All of it was given back."


def _why_not(file: PaymentFile) -> str:
    payment = file.payment
    if payment.state is not PaymentState.SUCCEEDED or payment.unapplied == 0:
        return ""
    if payment.not_posted_because is None:
        return "It was more than remained on all lines."
    return words.WHY_NOT_POSTED.get(payment.not_posted_because, "")


def _refunds(request: web.Request, file: PaymentFile) -> tuple[RefundRow, ...]:
    zone = request.app[DESK].staff.zone
    return tuple(
        RefundRow(
            number=one.number,
            amount=one.amount,
            state=words.refund_state(one),
            made=moment(one.created_at, zone),
            by=said(one.made_by, file.names),
            reason=one.reason or "made at the gateway, not here",
        )
        for one in file.refunds
    )


def _events(request: web.Request, file: PaymentFile) -> tuple[tuple[str, str], ...]:
    zone = request.app[DESK].staff.zone
    return tuple(
        (moment(one.at, zone), sentence(one.type, one.detail, by=file.names.get(one.actor, one.actor)))
        for one in file.events
    )


def _news(request: web.Request, file: PaymentFile) -> tuple[str, str]:
    """Say what the press that led here came to: what is done, or what is in the way."""
    number = number_in(request, "refund")
    refund = next((one for one in file.refunds if one.number == number), None)
    if refund is not None:
        said_ = words.refund_state(refund) + "."
        return (said_, "") if refund.state is RefundState.DONE else ("", said_)
    if "meanwhile" in request.query:
        return "", words.MEANWHILE
    return (words.POSTED if "posted" in request.query else "", "")
