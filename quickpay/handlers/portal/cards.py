"""Stored cards on Profile: what there is, and removing one in two steps."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.payments import card_name
from quickpay.domain.said import say
from quickpay.domain.stored_cards import StoredCard
from quickpay.handlers.access import Access, Route
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.patient.answers import stay_frame
from quickpay.handlers.patient.method import expiry_of
from quickpay.handlers.portal.parts import not_a_member
from quickpay.handlers.portal.views import RemoveCard, StoredCardRow
from quickpay.services.cards.stored import CardPage, CardRemoved, NoSuchCard
from quickpay.services.member import NotAuthorized
from quickpay.services.payer import LinkEnded
from quickpay.services.portal.pages import ProfilePage
from quickpay.services.stay import MustProve, NoStay


async def ask(request: web.Request) -> web.Response:
    """Ask whether to remove the card."""
    match await request.app[DESK].stored_cards.page(visit_of(request), request.match_info["card"]):
        case CardPage(stay=stay, card=card):
            view = RemoveCard(
                frame=stay_frame(request, stay, here="profile"),
                name=card_name(card.brand, card.last4),
                action=_place(card),
            )
            return show(view)
        case NoSuchCard():
            raise web.HTTPNotFound
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() as why:
            return not_a_member(request, why)
        case never:
            assert_never(never)


async def remove(request: web.Request) -> web.Response:
    """Remove the card; pressed again, it is as removed as before."""
    if form_of(request).faults:
        raise web.HTTPUnprocessableEntity
    match await request.app[DESK].stored_cards.remove(visit_of(request), request.match_info["card"]):
        case CardRemoved(card_id=card_id):
            return see_other(f"/profile?removed={card_id}")
        case NoSuchCard():
            raise web.HTTPNotFound
        case NoStay() | MustProve() | LinkEnded() | NotAuthorized() as why:
            return not_a_member(request, why)
        case never:
            assert_never(never)


_CARD = "/profile/cards/{card}"
ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=_CARD, handler=ask, access=Access.SESSION),
    Route(method="POST", path=_CARD, handler=remove, access=Access.SESSION),
)


def card_rows(page: ProfilePage) -> tuple[StoredCardRow, ...]:
    """List the stored cards."""
    return tuple(
        StoredCardRow(
            name=card_name(card.brand, card.last4),
            expires=expiry_of(card),
            expired=page.today is not None and not card.is_good_on(page.today),
            remove=_place(card),
        )
        for card in page.cards
    )


def card_removed(page: ProfilePage) -> str | None:
    """Say that a card was just removed, if the address says which and it was."""
    if page.removed is None:
        return None
    return say("%(card)s was removed.", card=card_name(page.removed.brand, page.removed.last4))


def _place(card: StoredCard) -> str:
    return f"/profile/cards/{card.id}"
