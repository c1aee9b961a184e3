"""A payment's receipt as a paper to keep."""

from http import HTTPStatus
from typing import assert_never

from aiohttp import hdrs, web

from quickpay.domain.groups import Group
from quickpay.domain.languages import Language
from quickpay.domain.money import Cents
from quickpay.domain.payments import PaymentState, card_name
from quickpay.domain.said import say, usd
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.patient.answers import refused
from quickpay.handlers.tongues import language_for
from quickpay.handlers.words import day
from quickpay.ports.papers import Paper, Section
from quickpay.services.result import NotYours, ResultPage
from quickpay.services.stay import MustProve, NoStay

_ENDED_WELL = {PaymentState.SUCCEEDED, PaymentState.REFUNDED}


async def receipt(request: web.Request) -> web.Response:
    """Give the receipt of a payment as a PDF; while there is none yet, there is no such paper."""
    desk = request.app[DESK]
    match await desk.results.see(visit_of(request), request.match_info["id"]):
        case ResultPage() as result if result.paid_on is not None:
            group = result.stay.group
            return pdf_of(
                await desk.press.pdf(_paper(result, language_for(request, result.stay)), group),
                name=f"receipt-{_number(result)}",
            )
        case ResultPage() | NotYours():
            raise web.HTTPNotFound
        case MustProve() | NoStay() as why:
            return refused(request, why)
        case never:
            assert_never(never)


def pdf_of(pdf: bytes, *, name: str) -> web.Response:
    """Answer with a PDF that browsers show, and keep under this name."""
    headers = {
        hdrs.CONTENT_TYPE: "application/pdf",
        hdrs.CONTENT_DISPOSITION: f'inline; filename="{name}.pdf"',
    }
    return web.Response(body=pdf, status=HTTPStatus.OK, headers=headers)


def foot_of(group: Group) -> tuple[str, ...]:
    """Give the lines of the group's footer, blank ones left out."""
    look = group.options.look_and_feel
    return tuple(line for line in (look.footer_text, look.footer_email, look.footer_phone) if line)


def _number(result: ResultPage) -> str:
    return str(result.payment.receipt_number or "")


def _paper(result: ResultPage, language: Language) -> Paper:
    payment, stay = result.payment, result.stay
    paid = payment.state in _ENDED_WELL
    card = None
    if payment.card_brand is not None and payment.card_last4 is not None:
        card = card_name(payment.card_brand, payment.card_last4)
    facts = (
        (say("Receipt #"), _number(result)),
        (say("Guarantor"), stay.guarantor.name),
        (say("Account"), stay.guarantor.number),
        (say("Date Paid") if paid else say("Date"), "" if result.paid_on is None else day(result.paid_on)),
        (say("Transaction #"), payment.transaction),
        (say("Card Type"), card),
        (say("Amount Paid"), usd(payment.amount if paid else Cents(0))),
        (say("Given back"), usd(payment.refunded) if payment.refunded else None),
        (say("Status"), say("Paid") if paid else say("Unsuccessful")),
    )
    return Paper(
        title=say("Receipt %(number)s", number=_number(result)),
        language=language,
        group=stay.group.name,
        footer=foot_of(stay.group),
        sections=(Section(facts=tuple((label, value) for label, value in facts if value)),),
    )
