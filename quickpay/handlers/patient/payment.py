"""One payment's page: paid with its receipt, declined, waiting for the payer's bank, or still asked about."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.balances import Balances
from quickpay.domain.bank_steps import BankStep
from quickpay.domain.money import Cents
from quickpay.domain.options import LookAndFeel
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Payment, PaymentState, brand_name, card_name
from quickpay.domain.said import say
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import Frame, see_other, show
from quickpay.handlers.patient.answers import refused, stay_frame
from quickpay.handlers.patient.views import PaymentResult
from quickpay.handlers.receipt_mail import NOT_PRESSED, Pressed, answer_to, mail_panel, press_of
from quickpay.handlers.words import DECLINED, NEXT_AFTER_DECLINE
from quickpay.services.payer import LinkEnded
from quickpay.services.paying.resend import BadAddress, TooOften
from quickpay.services.paying.result import NotYours, ResultPage
from quickpay.services.settling.receipt_mail import NotOffered, Overtaken, Queued, Stopped
from quickpay.services.stay import MustProve, NoStay

STATUSES = {
    PaymentState.SUBMITTING: "unknown",
    PaymentState.UNKNOWN: "unknown",
    PaymentState.REVIEW: "unknown",
    PaymentState.SUCCEEDED: "paid",
    PaymentState.REFUNDED: "paid",
    PaymentState.DECLINED: "declined",
}
"""What `data-payment-status` says of each state."""


async def see(request: web.Request) -> web.Response:
    """Show how the payment stands; what a bank says of it on the way back is not listened to (R85)."""
    if "payment_intent" in request.query:
        return see_other(request.path)  # and its words stay in no history
    return await _see(request)


async def to_bank(request: web.Request) -> web.Response:
    """Lead the payer to where her bank waits for her; to the payment's page once it does not."""
    payment_id = request.match_info["id"]
    match await request.app[DESK].results.see(visit_of(request), payment_id):
        case ResultPage(bank=BankStep(page=str(page))):
            return see_other(page)
        case ResultPage():
            return see_other(f"/payments/{payment_id}")
        case NotYours():
            raise web.HTTPNotFound
        case MustProve() | NoStay() as why:
            return refused(request, why)
        case never:
            assert_never(never)


async def send_receipt(request: web.Request) -> web.Response:
    """Send the receipt again, or show why not."""
    press = press_of(request)
    if isinstance(press, Pressed):
        return await _see(request, press)
    payment_id = request.match_info["id"]
    match await request.app[DESK].resend.of_payment(visit_of(request), payment_id, press):
        case NotYours():
            raise web.HTTPNotFound
        case MustProve() | NoStay() | LinkEnded() as why:
            return refused(request, why)
        case (Queued() | Overtaken() | NotOffered() | Stopped() | BadAddress() | TooOften()) as outcome:
            again = answer_to(outcome, press.typed)
            return see_other(f"/payments/{payment_id}#mail") if again is None else await _see(request, again)
        case never:
            assert_never(never)


async def _see(request: web.Request, pressed: Pressed = NOT_PRESSED) -> web.Response:
    match await request.app[DESK].results.see(visit_of(request), request.match_info["id"]):
        case ResultPage() as result:
            asks_here = result.bank is not None and result.bank.word is not None
            fields = request.app[DESK].gateway.card_fields() if asks_here else None
            frame = stay_frame(request, result.stay, scripts=new_scripts(fields))
            return show(payment_view(result, frame, pressed), status=pressed.status)
        case NotYours():
            raise web.HTTPNotFound
        case MustProve() | NoStay() as why:
            return refused(request, why)
        case never:
            assert_never(never)


def payment_view(result: ResultPage, frame: Frame, pressed: Pressed = NOT_PRESSED) -> PaymentResult:
    """Make the page of a payment."""
    payment, stay = result.payment, result.stay
    options = stay.group.options
    paid = STATUSES[payment.state] == "paid"
    label, remains = _remains(options.look_and_feel, result.balances)
    card, aloud = _card(payment)
    return PaymentResult(
        frame=frame,
        status=STATUSES[payment.state] if result.bank is None else "bank",
        amount=payment.amount,
        paid=payment.amount if paid else Cents(0),
        refunded=payment.refunded,
        refunded_whole=payment.state is PaymentState.REFUNDED,
        reason=None if payment.reason is None else DECLINED[payment.reason],
        next_step=None if payment.reason is None else NEXT_AFTER_DECLINE[payment.reason],
        receipt_number=payment.receipt_number,
        guarantor=None if stay.shared else stay.guarantor.name,
        account=None if stay.shared else stay.guarantor.number,
        paid_on=result.paid_on,
        transaction=payment.transaction,
        card=card,
        card_aloud=aloud,
        not_posted=paid and not stay.shared and payment.not_posted_because is not None,
        remains=remains if result.live and paid and not stay.shared else None,
        remains_label=label,
        no_emails=payment.receipt_email is not None and not options.payments.email_receipt,
        mail=mail_panel(
            result.mail if paid else None,
            action=f"/payments/{payment.id}/receipt" if result.live else "",
            pressed=pressed,
        ),
        again=result.again,
        mine=f"/payments/{payment.id}",
        at_bank=result.bank is not None and result.bank.page is not None,
        bank_word=None if result.bank is None else result.bank.word,
        by_door=stay.session.origin is Origin.WEBSITE,
        card_fields=None if frame.scripts is None else frame.scripts.card_fields,
        elsewhere=payment.session_id != stay.session.id,
    )


def _remains(look: LookAndFeel, balances: Balances) -> tuple[str, Cents]:
    """Say what is left in the one sum the group shows."""
    if look.show_current_balance:
        return say("Still to pay"), balances.payable
    return say("Still due"), Cents(min(balances.amount_due, balances.payable))


def _card(payment: Payment) -> tuple[str | None, str | None]:
    if payment.card_brand is None or payment.card_last4 is None:
        return None, None
    brand = brand_name(payment.card_brand)
    return f"{brand} •••• {payment.card_last4}", card_name(payment.card_brand, payment.card_last4)
