"""Somebody else pays: the guarantor's page that makes the link, and what whoever opens it may see."""

from dataclasses import replace
from typing import assert_never
from urllib.parse import quote

from aiohttp import web

from quickpay.domain.balances import AmountChoice
from quickpay.domain.said import Said, say, usd
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import Frame, Mistake, see_other, show
from quickpay.handlers.patient.amount import amount_answer, amount_cards, preset
from quickpay.handlers.patient.amount_form import AmountForm, read_amount
from quickpay.handlers.patient.answers import home_of, refused, session_frame, stay_frame
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.patient.share_views import ShareBill, SharedLink
from quickpay.handlers.words import amount_refused
from quickpay.services.payer import LinkEnded, SeePayment
from quickpay.services.paying.order import AmountNotTaken
from quickpay.services.paying.share import NoShares, OpenShare, Shared, SharePage, TooManyShares
from quickpay.services.stay import MustProve, NoStay, Stay

_HERE = "/pay/share"


async def show_share(request: web.Request) -> web.Response:
    """Show the link there is, and offer one."""
    return await _ask_again(request)


async def make(request: web.Request) -> web.Response:
    """Make a link for the chosen sum."""
    said = read_amount(form_of(request))
    if not isinstance(said, AmountForm):
        return await _ask_again(request, said)
    match await request.app[DESK].sharing.make(visit_of(request), said.choice, said.other):
        case Shared():
            return see_other(_HERE)
        case AmountNotTaken(refused=why):
            where = "amount" if said.choice is AmountChoice.OTHER else "amount_choice"
            return await _ask_again(request, (Mistake(field=where, message=amount_refused(why)),))
        case TooManyShares(stay=stay):
            return _too_many(request, stay)
        case NoShares(stay=stay):
            return _none_here(request, stay)
        case NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


async def stop(request: web.Request) -> web.Response:
    """End the link there is."""
    match await request.app[DESK].sharing.stop(visit_of(request)):
        case Shared():
            return see_other(_HERE)
        case NoShares(stay=stay):
            return _none_here(request, stay)
        case NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


async def _ask_again(request: web.Request, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    match await request.app[DESK].sharing.page(visit_of(request)):
        case SharePage(page=page, share=None) if page.in_flight is not None or not page.offered:
            return amount_answer(request, page)  # it says why nothing can be paid, and what was
        case SharePage() as found:
            frame = stay_frame(request, found.page.stay, scripts=new_scripts())
            form = form_of(request) if request.method == "POST" else None
            return show(share_view(found, frame, form, mistakes), status=422 if mistakes else 200)
        case NoShares(stay=stay):
            return _none_here(request, stay)
        case NoStay() | MustProve() | LinkEnded() | SeePayment() as why:
            return refused(request, why)
        case never:
            assert_never(never)


def share_view(
    found: SharePage, frame: Frame, form: Form | None = None, mistakes: tuple[Mistake, ...] = ()
) -> ShareBill:
    """Make the page; `form` is what was typed into it before."""
    page = found.page
    return ShareBill(
        frame=replace(frame, step=None),
        share=None if found.share is None else _link(found.share, frame.group_name or ""),
        cards=amount_cards(page) if page.offered and page.in_flight is None else (),
        chosen=preset(page, form),
        typed="" if form is None else form.text("amount"),
        paid_shares=page.paid_shares,
        mistakes=mistakes,
    )


def _link(share: OpenShare, group_name: str) -> SharedLink:
    words = say(
        "Would you pay this bill of %(amount)s for me? It is from %(name)s: %(url)s",
        amount=usd(share.amount),
        name=group_name,
        url=share.url,
    )
    subject = say("A bill from %(name)s", name=group_name)
    return SharedLink(
        url=share.url,
        amount=share.amount,
        good_until=share.good_until,
        sms_uri=Said(lambda said: f"sms:?&body={_in_address(words.how(said))}"),
        mail_uri=Said(
            lambda said: (
                f"mailto:?subject={_in_address(subject.how(said))}&body={_in_address(words.how(said))}"
            )
        ),
    )


def _in_address(words: str) -> str:
    return quote(words, safe="")


def _none_here(request: web.Request, stay: Stay) -> web.Response:
    notice = Notice(
        frame=session_frame(request, stay, home=home_of(stay)),
        heading=say("This bill cannot be passed on"),
        words=(
            say("This office asks everybody who opens a bill for a code, so only you can open yours."),
            say("Somebody else can pay it with you here, or by calling the office."),
        ),
        go_on=("/pay", say("Back to the bill")),
    )
    return show(notice, status=403)


def _too_many(request: web.Request, stay: Stay) -> web.Response:
    notice = Notice(
        frame=session_frame(request, stay, home=home_of(stay)),
        heading=say("That is enough links for today"),
        words=(say("The last link you made is still good. You can make another one tomorrow."),),
        kind="warning",
        go_on=(_HERE, say("See the link")),
    )
    return show(notice, status=429)
