"""How to pay: the methods the group takes and the gateway has activated."""

from dataclasses import replace
from typing import assert_never

from aiohttp import web

from quickpay.domain.payments import Method
from quickpay.domain.said import say
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.pages import Frame, Mistake, see_other, show
from quickpay.handlers.patient.amount import amount_not_taken, imagined_of
from quickpay.handlers.patient.answers import mistakes_of, refused, stay_frame
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.patient.views import ChooseMethod, MethodCard
from quickpay.handlers.words import CHOOSE_METHOD
from quickpay.services.order import AmountNotTaken, Chosen, MethodNotOffered, MethodPage, NoOrder
from quickpay.services.payer import LinkEnded, SeePayment
from quickpay.services.simulation import Imagined
from quickpay.services.stay import MustProve, NoStay

_WORDS = {
    Method.CARD: (say("Card"), say("Credit, debit, HSA or FSA card.")),
    Method.APPLE_PAY: ("Apple Pay", say("Pay with a card on this device.")),
    Method.GOOGLE_PAY: ("Google Pay", say("Pay with a card in your Google account.")),
    Method.STORED: (say("Stored card"), say("A card you stored before.")),
}


async def show_methods(request: web.Request) -> web.Response:
    """Show the ways to pay the order."""
    imagined = await imagined_of(request)
    if not isinstance(imagined, Imagined):
        return imagined
    match await request.app[DESK].ordering.methods(visit_of(request), imagined):
        case MethodPage() as page:
            return method_answer(request, page)
        case AmountNotTaken() as why:
            return amount_not_taken(request, why)
        case NoOrder() | NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


async def choose(request: web.Request) -> web.Response:
    """Note the method on the order; a word that is none stands for no method."""
    form = form_of(request)
    word = form.text("method")
    method = Method(word) if word in set(Method) and not form.faults else None
    match await request.app[DESK].ordering.choose_method(visit_of(request), method):
        case Chosen():
            return see_other("/pay/details")
        case MethodNotOffered(page=page):
            mistakes = mistakes_of(form, "method") or (Mistake(field="method", message=CHOOSE_METHOD),)
            return method_answer(request, page, mistakes)
        case NoOrder() | NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


def method_answer(request: web.Request, page: MethodPage, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    """Show the methods; without any, that online payment is unavailable."""
    view = method_view(page, stay_frame(request, page.stay), mistakes)
    return show(view, status=422 if mistakes else 200)


def method_view(page: MethodPage, frame: Frame, mistakes: tuple[Mistake, ...] = ()) -> ChooseMethod | Notice:
    """Make the page of the methods."""
    if not page.methods:
        return Notice(
            frame=frame,
            heading=say("Online payment is unavailable"),
            words=(say("Your card was not charged. Please contact the office to pay."),),
        )
    chosen = page.order.method if page.order.method in page.methods else None
    only = page.methods[0] if len(page.methods) == 1 else None
    return ChooseMethod(
        frame=replace(frame, step=2),
        amount=page.order.amount,
        cards=tuple(
            MethodCard(method=method, label=_WORDS[method][0], words=_WORDS[method][1])
            for method in page.methods
        ),
        chosen=chosen or only,
        mistakes=mistakes,
    )
