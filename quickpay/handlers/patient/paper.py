"""A payment's receipt as a paper to keep."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.money import Cents
from quickpay.domain.payments import Payment, PaymentState, card_name
from quickpay.domain.said import say, usd
from quickpay.handlers import paper_words as words
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.papers import facts_of, file_name, paper_answer
from quickpay.handlers.patient.answers import refused
from quickpay.handlers.words import day
from quickpay.ports.papers import Section
from quickpay.services.paying.result import NotYours, ResultPage
from quickpay.services.stay import MustProve, NoStay


async def receipt(request: web.Request) -> web.Response:
    """Give the receipt of a payment as a PDF; while there is none yet, there is no such paper."""
    match await request.app[DESK].results.see(visit_of(request), request.match_info["id"]):
        case ResultPage() as result if result.paid_on is not None:
            number = _number(result)
            return await paper_answer(
                request,
                result.stay,
                title=words.receipt(number),
                name=file_name("receipt", number),
                sections=(Section(facts=_facts(result)),),
            )
        case ResultPage() | NotYours():
            raise web.HTTPNotFound
        case MustProve() | NoStay() as why:
            return refused(request, why)
        case never:
            assert_never(never)


def _number(result: ResultPage) -> str:
    return str(result.payment.receipt_number or "")


def _status(payment: Payment) -> str:
    if payment.state is PaymentState.REFUNDED:
        return say("Refunded")
    return say("Paid") if payment.took_money else say("Unsuccessful")


def _facts(result: ResultPage) -> tuple[tuple[str, str], ...]:
    payment, stay = result.payment, result.stay
    paid = payment.took_money
    card = None
    if payment.card_brand is not None and payment.card_last4 is not None:
        card = card_name(payment.card_brand, payment.card_last4)
    return facts_of(
        (say("Receipt #"), _number(result)),
        (say("Guarantor"), None if stay.shared else stay.guarantor.name),
        (say("Account"), None if stay.shared else stay.guarantor.number),
        (say("Date Paid") if paid else say("Date"), "" if result.paid_on is None else day(result.paid_on)),
        (say("Transaction #"), payment.transaction),
        (say("Card Type"), card),
        (say("Amount Paid"), usd(payment.amount if paid else Cents(0))),
        (words.GIVEN_BACK, usd(payment.refunded) if payment.refunded else None),
        (words.STATUS, _status(payment)),
    )
