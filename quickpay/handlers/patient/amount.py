"""Make Your Payment: how much; from the balances as they are now."""

from dataclasses import replace
from typing import assert_never

from aiohttp import web

from quickpay.domain.balances import AmountChoice
from quickpay.domain.money import Cents
from quickpay.domain.payments import Method
from quickpay.domain.said import say
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.pages import Frame, Mistake, see_other, show
from quickpay.handlers.patient.amount_form import AmountForm, read_amount
from quickpay.handlers.patient.answers import refused, stay_frame
from quickpay.handlers.patient.shared import shared_view
from quickpay.handlers.patient.views import AmountCard, Figure, MakeYourPayment, NothingToPay
from quickpay.handlers.walking import walked
from quickpay.handlers.words import CHOICES, ON_ITS_WAY, amount_refused
from quickpay.services.payer import AmountPage, LinkEnded, SeePayment
from quickpay.services.paying.order import AmountNotTaken, Chosen
from quickpay.services.paying.simulation import Imagined
from quickpay.services.stay import MustProve, NoStay, may_share

_CHOICES = set(AmountChoice)


async def show_amounts(request: web.Request) -> web.Response:
    """Show what may be paid."""
    return await _ask_again(request)


async def choose(request: web.Request) -> web.Response:
    """Make the session's order of the chosen amount."""
    said = read_amount(form_of(request))
    if not isinstance(said, AmountForm):
        return await _ask_again(request, said)
    match await request.app[DESK].ordering.choose_amount(visit_of(request), said.choice, said.other):
        case Chosen():
            return see_other("/pay/method")
        case AmountNotTaken() as answer:
            return amount_not_taken(request, answer)
        case NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


async def _ask_again(request: web.Request, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    match await request.app[DESK].ordering.amounts(visit_of(request)):
        case AmountPage() as page:
            return amount_answer(request, page, mistakes)
        case NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


def amount_answer(request: web.Request, page: AmountPage, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    """Show Make Your Payment, or why nothing can be paid now."""
    frame = stay_frame(request, page.stay)
    if page.stay.session.share_amount is not None:
        return show(shared_view(page, frame, page.stay.session.share_amount))
    view = amount_view(page, frame, form=_typed(request), mistakes=mistakes)
    return show(view, status=422 if mistakes else 200)


def amount_view(
    page: AmountPage, frame: Frame, *, form: Form | None = None, mistakes: tuple[Mistake, ...] = ()
) -> MakeYourPayment | NothingToPay:
    """Make the page of what may be paid; `form` is what was typed into it before."""
    nothing = _why_nothing(page)
    if nothing is not None:
        heading, words, go_on, office = nothing
        if mistakes:  # something was pressed for which no form is left to say so at
            words = (*words, say("Your card was not charged."))
        return NothingToPay(
            frame=frame,
            guarantor=page.stay.guarantor.name,
            account=page.stay.guarantor.number,
            figures=_figures(page, choices=True),
            heading=heading,
            words=words,
            go_on=go_on,
            office=office,
            paid_shares=page.paid_shares,
        )
    return MakeYourPayment(
        frame=replace(frame, step=1),
        guarantor=page.stay.guarantor.name,
        account=page.stay.guarantor.number,
        figures=_figures(page, choices=False),
        cards=amount_cards(page),
        chosen=preset(page, form),
        typed="" if form is None else form.text("amount"),
        held=page.balances.held,
        may_share=page.stay.launch is None and may_share(page.stay.group),
        paid_shares=page.paid_shares,
        mistakes=mistakes,
    )


def _typed(request: web.Request) -> Form | None:
    """Give what was chosen on this page before; in a simulation it stands in the address."""
    if request.method == "POST":
        return form_of(request)
    seen = walked(request)
    return seen if seen.values or seen.faults else None


async def imagined_of(request: web.Request) -> Imagined | web.Response:
    """Read what a simulation's address says was chosen, or show the page where it is to be mended."""
    form = walked(request)
    word, method = form.text("amount_choice"), form.text("method")
    kind, _, card = method.partition(":")
    chosen = Imagined(method=Method(kind) if kind in set(Method) else None, stored_card=card or None)
    if not word and not form.faults:
        return chosen
    said = read_amount(form)
    if not isinstance(said, AmountForm):
        return await _ask_again(request, said)
    return replace(chosen, choice=said.choice, other=said.other)


def amount_not_taken(request: web.Request, answer: AmountNotTaken) -> web.Response:
    """Show the amounts again, with the reason at the field."""
    form = _typed(request)
    of_other = form is not None and form.text("amount_choice") == AmountChoice.OTHER
    where = "amount" if of_other else "amount_choice"
    mistakes = (Mistake(field=where, message=amount_refused(answer.refused)),)
    return amount_answer(request, answer.page, mistakes)


def _why_nothing(
    page: AmountPage,
) -> tuple[str, tuple[str, ...], tuple[str, str] | None, bool] | None:
    """Say why there is no form: heading, words, where to go on, whether the office helps."""
    if page.in_flight is not None:
        own = page.in_flight.session_id == page.stay.session.id
        return (
            say("A payment is on its way"),
            (ON_ITS_WAY,),
            (f"/payments/{page.in_flight.id}", say("See how it stands")) if own else None,
            not own,
        )
    if page.balances.payable == 0:
        held = page.balances.held > 0
        words = (
            say("Your payment was received and is being added to your account.")
            if held
            else say("You owe nothing right now.")
        )
        return say("There is nothing to pay"), (words,), None, False
    if not page.methods:
        return (
            say("Online payment is unavailable"),
            (
                say(
                    "This office is not taking payments online at the moment. Please contact the office "
                    "to pay."
                ),
            ),
            None,
            True,
        )
    return None


def _figures(page: AmountPage, *, choices: bool) -> tuple[Figure, ...]:
    """List the sums that are only shown; where no form stands, also those it would offer."""
    look = page.stay.group.options.look_and_feel
    sums = page.balances
    figures = []
    if choices and look.show_current_balance:
        figures.append(Figure(label=say("Current Balance"), amount=sums.current_balance))
    if choices:
        figures.append(Figure(label=say("Amount Due"), amount=sums.amount_due))
    if look.show_statement_balance and sums.statement_balance is not None:
        words = say("What your last statement said.")
        figures.append(Figure(label=say("Statement Balance"), amount=sums.statement_balance, words=words))
    if look.show_escrow:
        words = say("Received, and not put on a visit yet.")
        figures.append(Figure(label=say("Unapplied Funds"), amount=sums.unapplied, words=words))
    return tuple(figures)


def amount_cards(page: AmountPage) -> tuple[AmountCard, ...]:
    """List the sums to choose from, the one to type in last."""
    return (*(_card(choice, sum_) for choice, sum_ in page.offered.items()), _card(AmountChoice.OTHER, None))


def _card(choice: AmountChoice, amount: Cents | None) -> AmountCard:
    label, words = CHOICES[choice]
    return AmountCard(choice=choice, label=label, words=words, amount=amount)


def preset(page: AmountPage, form: Form | None) -> AmountChoice | None:
    """Keep what was chosen; before that, what the last statement asks for, else the only sum there is."""
    if form is not None:
        word = form.text("amount_choice")
        return AmountChoice(word) if word in _CHOICES else None
    if AmountChoice.DUE in page.offered:
        return AmountChoice.DUE
    return next(iter(page.offered), AmountChoice.OTHER)
