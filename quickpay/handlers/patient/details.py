"""The card's details in the gateway's own fields, an address for the receipt, and Pay."""

from dataclasses import replace
from typing import assert_never

from aiohttp import web

from quickpay.domain.contacts import ContactFault, normalise_email
from quickpay.domain.payments import Method, card_name
from quickpay.domain.said import say, together
from quickpay.domain.themes import Theme, palette
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import NO_FORM, Form, form_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import Frame, Mistake, see_other, show
from quickpay.handlers.patient.amount import amount_answer, amount_not_taken, imagined_of
from quickpay.handlers.patient.answers import home_of, mistakes_of, refused, session_frame, stay_frame
from quickpay.handlers.patient.method import expiry_of, method_answer
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.patient.pay_views import CardDetails, FieldLook, WalletDetails
from quickpay.handlers.tongues import language_of_browser
from quickpay.handlers.words import (
    CARDS_ARE_NOT_STORED,
    EMAIL_FAULT,
    EMAIL_FAULTS,
    ENTER_CARD,
    ENTER_CVC,
    METHOD_GONE,
    amount_refused,
)
from quickpay.services.payer import LinkEnded, SeePayment
from quickpay.services.paying.order import AmountNotTaken, DetailsPage, MethodNotOffered, NoOrder
from quickpay.services.paying.pay import AnotherOnItsWay, TooManyTries
from quickpay.services.paying.pay_form import CardNotStored, NoToken, PayForm
from quickpay.services.paying.simulation import Imagined
from quickpay.services.stay import MustProve, NoStay, Stay

_WALLETS = {Method.APPLE_PAY: "Apple Pay", Method.GOOGLE_PAY: "Google Pay"}
_NO = ("", "false", "no", "off", "0")
"""What a box that is not ticked sends: nothing, or what a program may write for it."""


async def show_details(request: web.Request) -> web.Response:
    """Show the card fields for the order's amount."""
    return await _ask_again(request)


async def pay(request: web.Request) -> web.Response:
    """Pay the order; answers within 10 s, however long the gateway takes."""
    form = form_of(request)
    email = normalise_email(form.text("email"))
    mistakes = _mistakes(form, email)
    if mistakes:
        return await _ask_again(request, mistakes)
    pay_form = PayForm(
        order_id=form.text("order") or None,
        card_token=form.text("card_token"),
        email=None if isinstance(email, ContactFault) else email,
        store_card=_asks_to_store(form),
        browser=language_of_browser(request),
    )
    match await request.app[DESK].pay.pay(visit_of(request), pay_form):
        case AmountNotTaken(page=page, refused=why):
            words = together(amount_refused(why), say("Your card was not charged."))
            return amount_answer(request, page, (Mistake(field="amount_choice", message=words),))
        case MethodNotOffered(page=page):
            return method_answer(request, page, (Mistake(field="method", message=METHOD_GONE),))
        case NoToken() | CardNotStored():
            return await _ask_again(request)
        case TooManyTries(stay=stay, office=office):
            return _no_more_cards(request, stay) if office else _too_many_tries(request, stay)
        case AnotherOnItsWay(stay=stay):
            return _another_on_its_way(request, stay)
        case NoOrder() | NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


async def _ask_again(request: web.Request, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    imagined = await imagined_of(request)
    if not isinstance(imagined, Imagined):
        return imagined
    match await request.app[DESK].ordering.details(visit_of(request), imagined):
        case DetailsPage() as page:
            return _details_page(request, page, mistakes)
        case AmountNotTaken() as why:
            return amount_not_taken(request, why)
        case NoOrder() as why:
            return see_other("/pay/method") if request.method == "GET" else refused(request, why)
        case NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


def _mistakes(form: Form, email: str | ContactFault) -> tuple[Mistake, ...]:
    if form.faults:
        return mistakes_of(form, "email")
    if isinstance(email, ContactFault) and email is not ContactFault.EMPTY:
        return (Mistake(field="email", message=EMAIL_FAULTS.get(email, EMAIL_FAULT)),)
    return ()


def _card_mistakes(form: Form, page: DetailsPage) -> tuple[Mistake, ...]:
    """Say what is wrong with what came beside the email, by what this page asks for."""
    mistakes = []
    if page.needs_token and not form.text("card_token"):
        words = ENTER_CARD if page.stored is None else ENTER_CVC
        mistakes.append(Mistake(field="card", message=words))
    if _asks_to_store(form) and not page.may_store:
        mistakes.append(Mistake(field="", message=CARDS_ARE_NOT_STORED))
    return tuple(mistakes)


def _asks_to_store(form: Form) -> bool:
    return form.text("store_card").lower() not in _NO


def _details_page(request: web.Request, page: DetailsPage, mistakes: tuple[Mistake, ...]) -> web.Response:
    # A simulation has no card fields, so nothing of the gateway's is fetched or allowed either.
    scripts = new_scripts(page.card_fields) if page.stay.launch is None else None
    frame = stay_frame(request, page.stay, scripts=scripts)
    form = form_of(request) if request.method == "POST" else NO_FORM
    if request.method == "POST" and not form.faults:
        mistakes = (*_card_mistakes(form, page), *mistakes)
    return show(details_view(page, frame, form, mistakes), status=422 if mistakes else 200)


def details_view(
    page: DetailsPage, frame: Frame, form: Form = NO_FORM, mistakes: tuple[Mistake, ...] = ()
) -> CardDetails | WalletDetails:
    """Make the page of the card's details or the wallet's button; `form` is what was filled in before."""
    options = page.stay.group.options
    method = page.order.method
    if method in _WALLETS:
        return WalletDetails(
            frame=replace(frame, step=3),
            amount=page.order.amount,
            order=page.order.id,
            card_fields=page.card_fields,
            method=method,
            wallet=_WALLETS[method],
            others=len(page.methods) > 1,
            look=_look(options.theme),
            email=form.text("email"),
            sends_receipt=options.payments.email_receipt,
            mistakes=mistakes,
        )
    stored = page.stored
    return CardDetails(
        frame=replace(frame, step=3),
        amount=page.order.amount,
        order=page.order.id,
        card_fields=page.card_fields,
        require_cvc=page.require_cvc,
        look=_look(options.theme),
        email=form.text("email"),
        sends_receipt=options.payments.email_receipt,
        asks=page.needs_token,
        stored=None if stored is None else card_name(stored.brand, stored.last4),
        expires=None if stored is None else expiry_of(stored),
        stores=_asks_to_store(form) if page.may_store else None,
        mistakes=mistakes,
    )


def _look(theme: Theme) -> FieldLook:
    colours = palette(theme)
    return FieldLook(
        text=colours["text"],
        background=colours["background"],
        surface=colours["surface"],
        primary=colours["primary"],
        error=colours["error"],
        dark=theme.dark,
    )


def _too_many_tries(request: web.Request, stay: Stay) -> web.Response:
    notice = Notice(
        frame=session_frame(request, stay, home=home_of(stay)),
        heading=say("Too many tries"),
        words=(
            say("Several payments were tried one after another. Your card was not charged this time."),
            say("Please wait a while before you try again, or contact the office to pay."),
        ),
        kind="warning",
    )
    return show(notice, status=429)


def _no_more_cards(request: web.Request, stay: Stay) -> web.Response:
    notice = Notice(
        frame=session_frame(request, stay, home=home_of(stay)),
        heading=say("Please call the office"),
        words=(
            say("Several cards were declined, so no more are taken here. This keeps cards safe."),
            say("Your card was not charged this time."),
            say("The office can let you try again, or take your payment another way."),
        ),
        kind="warning",
    )
    return show(notice, status=429)


def _another_on_its_way(request: web.Request, stay: Stay) -> web.Response:
    notice = Notice(
        frame=session_frame(request, stay, home=home_of(stay)),
        heading=say("Another payment is on its way"),
        words=(
            say(
                "A payment for this bill was started somewhere else, and we wait for the bank's answer to it."
            ),
            say("Your card was not charged here."),
            say("Please do not pay again. Look again in some minutes."),
        ),
        kind="warning",
        go_on=("/pay", say("Look again")),
    )
    return show(notice, status=409)
