"""A refund in two steps: how much and why, then what will happen; and the press that does it (R92)."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.ledger import take_back
from quickpay.domain.messages import Fate
from quickpay.domain.money import AmountFault, Cents, decimal_text, format_usd, parse_amount
from quickpay.domain.refunds import Refund, reason_fault
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, faults_in, staff_frame
from quickpay.handlers.staff.guarantors.addresses import with_query
from quickpay.handlers.staff.payments import words
from quickpay.handlers.staff.payments.payment import payment_file
from quickpay.handlers.staff.payments.places import payment_path
from quickpay.handlers.staff.payments.views import OnLine, RefundPage, RefundSurePage
from quickpay.handlers.words import AMOUNT_FAULTS
from quickpay.services.desk.payments import PaymentFile
from quickpay.services.settling.refunds import AnotherRefund, GiveBack, MoreThanLeft, NoPayment, NothingToGive

_NUMBER_LONGEST = 6


async def ask(request: web.Request) -> web.Response:
    """Ask how much and why; nothing happens by looking."""
    file = await payment_file(request, staff_of(request))
    return _first_page(request, file)


async def give(request: web.Request) -> web.Response:
    """Check what was typed and say what will happen; or, pressed there, do it once for each form."""
    staff, form = staff_of(request), form_of(request)
    file = await payment_file(request, staff)
    typed, reason = form.text("amount").strip(), " ".join(form.text("reason").split())
    if form.text("change"):
        return _first_page(request, file, typed=typed, reason=reason)
    amount = parse_amount(typed)
    mistakes = list(faults_in(form, "amount", "reason"))
    said = {one.field for one in mistakes}
    sure = form.text("step") == "give"
    if "amount" not in said and (message := _amount_fault(amount, None if sure else file.payment.left)):
        mistakes.append(Mistake(field="amount", message=message))
    if "reason" not in said and (fault := reason_fault(reason)):
        mistakes.append(Mistake(field="reason", message=fault))
    if mistakes or not isinstance(amount, int):
        return _first_page(request, file, typed=typed, reason=reason, mistakes=tuple(mistakes))
    if not sure:
        return _sure_page(request, file, amount, reason)
    order = GiveBack(amount=amount, reason=reason, by=staff.actor, number=_number(form.text("number")))
    path = payment_path(file.payment.id)
    match await request.app[DESK].staff.refunds.give(file.payment.id, order, within=staff.reach):
        case Refund(number=number):
            return see_other(with_query(path, refund=number))
        case AnotherRefund() | NothingToGive():
            return see_other(with_query(path, meanwhile=1))
        case MoreThanLeft(left=left):
            mistake = Mistake(field="amount", message=_too_much(left))
            return _first_page(request, file, typed=typed, reason=reason, mistakes=(mistake,))
        case NoPayment():
            raise web.HTTPNotFound
        case never:
            assert_never(never)


def _amount_fault(amount: Cents | AmountFault, left: Cents | None) -> str:
    if amount is AmountFault.TOO_LARGE:
        return "This is more than was paid."
    if not isinstance(amount, int):
        return AMOUNT_FAULTS[amount]
    return _too_much(left) if left is not None and amount > left else ""


def _too_much(left: Cents) -> str:
    return f"This is more than is left of the payment, {format_usd(left)}."


def _number(text: str) -> int:
    """Read which refund the form was shown for; 0, which is none, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _NUMBER_LONGEST else 0


def _why_not(file: PaymentFile) -> str:
    if any(one.in_flight for one in file.refunds):
        return words.REFUND_RUNNING
    return "" if file.payment.took_money and file.payment.left else words.REFUND_NOTHING


def _first_page(
    request: web.Request,
    file: PaymentFile,
    *,
    typed: str | None = None,
    reason: str = "",
    mistakes: tuple[Mistake, ...] = (),
) -> web.Response:
    payment = file.payment
    page = RefundPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff_of(request)),
        who=_whose(file),
        amount=payment.amount,
        left=payment.left,
        paid_with=words.paid_with(payment),
        typed=decimal_text(payment.left) if typed is None else typed,
        reason=reason,
        number=len(file.refunds) + 1,
        why_not=_why_not(file),
        back=payment_path(payment.id),
        mistakes=mistakes if not _why_not(file) else (),
    )
    return show(page, status=422 if mistakes else 200)


def _sure_page(request: web.Request, file: PaymentFile, amount: Cents, reason: str) -> web.Response:
    if _why_not(file):
        return _first_page(request, file)
    payment = file.payment
    back = take_back(amount, file.posted, unapplied=payment.unapplied)
    page = RefundSurePage(
        frame=staff_frame(request),
        bar=bar_of(request, staff_of(request)),
        who=_whose(file),
        amount=amount,
        typed=decimal_text(amount),
        reason=reason,
        number=len(file.refunds) + 1,
        words=_what_happens(file, amount, loose=back.unapplied),
        lines=tuple(OnLine(service_id=one.service_id, amount=one.amount) for one in back.postings),
        back=payment_path(payment.id),
    )
    return show(page)


def _whose(file: PaymentFile) -> tuple[str, ...]:
    return file.guarantor.name, f"Account {file.guarantor.number}", file.group.name


def _what_happens(file: PaymentFile, amount: Cents, *, loose: Cents) -> tuple[str, ...]:
    payment = file.payment
    said = [
        f"{format_usd(amount)} goes back to where it came from: {words.paid_with(payment)}.",
        f"Receipt {payment.receipt_number} says Refunded."
        if amount == payment.left
        else f"Receipt {payment.receipt_number} stays Paid and says what was given back.",
    ]
    if payment.refunded:
        said.append(
            f"Of this payment {format_usd(payment.refunded)} was given back before; this comes on top."
        )
    if loose:
        said.append(f"{format_usd(loose)} of it comes from what is on no line.")
    if file.in_pm:
        said.append("The PM system has this payment: what is owed changes when it says so.")
    if any(one.fate is not Fate.UNDELIVERABLE for one in file.mail.sendings) and file.mail.offered:
        said.append("The patient is told by email, where the receipt went.")
    return (*said, "This cannot be taken back.")
