"""How to pay: the methods the group takes and the gateway has activated."""

from dataclasses import replace
from typing import assert_never

from aiohttp import hdrs, web

from quickpay.domain.payments import Method, card_name
from quickpay.domain.said import say
from quickpay.domain.stored_cards import StoredCard
from quickpay.handlers.browsers import browser_outside
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.pages import Frame, Mistake, see_other, show
from quickpay.handlers.patient.amount import amount_not_taken, imagined_of
from quickpay.handlers.patient.answers import mistakes_of, refused, stay_frame
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.patient.pay_views import ChooseMethod, MethodCard
from quickpay.handlers.words import CHOOSE_METHOD
from quickpay.services.payer import LinkEnded, SeePayment
from quickpay.services.paying.order import AmountNotTaken, Chosen, MethodNotOffered, MethodPage, NoOrder
from quickpay.services.paying.simulation import Imagined
from quickpay.services.stay import MustProve, NoStay

_WORDS = {
    Method.CARD: (say("Card"), say("Credit, debit, HSA or FSA card.")),
    Method.APPLE_PAY: ("Apple Pay", say("Pay with a card on this device.")),
    Method.GOOGLE_PAY: ("Google Pay", say("Pay with a card in your Google account.")),
}
_WALLETS = (Method.APPLE_PAY, Method.GOOGLE_PAY)
_STORED = f"{Method.STORED}:"


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
    method, card = (None, None) if form.faults else method_of(word)
    match await request.app[DESK].ordering.choose_method(visit_of(request), method, stored_card=card):
        case Chosen():
            return see_other("/pay/details")
        case MethodNotOffered(page=page):
            mistakes = mistakes_of(form, "method") or (Mistake(field="method", message=CHOOSE_METHOD),)
            return method_answer(request, page, mistakes)
        case NoOrder() | NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


def method_of(word: str) -> tuple[Method | None, str | None]:
    """Read what a form names: a method, and of a stored card which."""
    if word.startswith(_STORED):
        return Method.STORED, word.removeprefix(_STORED)
    return (Method(word) if word in set(Method) - {Method.STORED} else None), None


def method_answer(request: web.Request, page: MethodPage, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    """Show the methods; without any, that online payment is unavailable."""
    agent = request.headers.get(hdrs.USER_AGENT, "")
    view = method_view(page, stay_frame(request, page.stay), mistakes, outside=browser_outside(agent))
    return show(view, status=422 if mistakes else 200)


def method_view(
    page: MethodPage, frame: Frame, mistakes: tuple[Mistake, ...] = (), *, outside: str | None = None
) -> ChooseMethod | Notice:
    """Make the page of the methods, stored cards first; `outside` is as the page has it."""
    if not page.methods:
        return Notice(
            frame=frame,
            heading=say("Online payment is unavailable"),
            words=(say("Your card was not charged. Please contact the office to pay."),),
        )
    cards = (
        *map(_stored, page.stored),
        *(
            MethodCard(value=method.value, label=_WORDS[method][0], words=_WORDS[method][1])
            for method in page.methods
        ),
    )
    return ChooseMethod(
        frame=replace(frame, step=2),
        amount=page.order.amount,
        cards=cards,
        chosen=_chosen(page) or (cards[0].value if len(cards) == 1 else None),
        outside=outside if set(_WALLETS) & set(page.methods) else None,
        plays_wallets=page.plays_wallets,
        fixed=page.stay.shared,
        mistakes=mistakes,
    )


def _stored(card: StoredCard) -> MethodCard:
    expires = expiry_of(card)
    return MethodCard(
        value=f"{_STORED}{card.id}",
        label=card_name(card.brand, card.last4),
        words=say("Your stored card. It expires %(expiry)s.", expiry=expires)
        if expires
        else say("Your stored card."),
    )


def expiry_of(card: StoredCard) -> str | None:
    """Write a stored card's expiry as it stands on the card, where the gateway told it."""
    if card.exp_month is None or card.exp_year is None:
        return None
    return f"{card.exp_month:02}/{card.exp_year}"


def _chosen(page: MethodPage) -> str | None:
    """Give what was chosen before, while it is offered."""
    order = page.order
    if order.method is None or not page.is_chosen:
        return None
    return f"{_STORED}{order.stored_card}" if order.method is Method.STORED else order.method.value
