"""Stored cards: who may store one and is offered it, keeping it after a payment, and having it dropped."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quickpay.domain.audit import Event
from quickpay.domain.payments import Method, Order, Payment
from quickpay.domain.sessions import Role
from quickpay.domain.stored_cards import StoredCard, forget_gap
from quickpay.ports.card_fields import Activated
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import NO_CARD, Approved, Card, Gateway
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.member import NotAMember, member_of
from quickpay.services.stay import Stay, Visit

_AT_ONCE = 20
_PATIENCE_SECONDS = 30.0
_WEST_OF_US = timedelta(hours=12)
"""A card is good to its month's last midnight, wherever its bearer is; the gateway knows it better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """One stored card of hers, to be removed or not."""

    stay: Stay
    card: StoredCard


@dataclass(frozen=True, slots=True)
class NoSuchCard:
    """She has no such card; said alike for another's, for one removed and for none (R73)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRemoved:
    """It is hers no more, now or by an earlier press."""

    card_id: str


def may_store(stay: Stay, activated: Activated) -> bool:
    """Whether a card may be stored here and now: the group's rule, the gateway's; never another's."""
    return not stay.shared and stay.group.stores_cards and activated.card and activated.storage


async def cards_offered(tx: Tx, stay: Stay, gateway: Gateway, now: datetime) -> tuple[StoredCard, ...]:
    """List the cards she may pay with: of this gateway, not expired, and to an authorized patient alone."""
    if stay.session.role is not Role.AUTHORIZED_PATIENT or not may_store(stay, gateway.activated):
        return ()
    day = (now - _WEST_OF_US).date()
    kept = await tx.stored_cards.of_guarantor(stay.guarantor.id)
    return tuple(card for card in kept if card.gateway == gateway.name and card.is_good_on(day))


def card_of(order: Order, offered: tuple[StoredCard, ...]) -> StoredCard | None:
    """Find the stored card an order is to be paid with among those that are offered."""
    if order.method is not Method.STORED:
        return None
    return next((card for card in offered if card.id == order.stored_card), None)


async def keep_card(tx: Tx, payment: Payment, approved: Approved, *, now: datetime) -> None:
    """Keep the card of a payment that asked for it; stored twice, the newer takes the older one's place."""
    if not approved.card.is_known:  # nobody could tell it from another
        await drop_card(tx, payment, approved.stored, now=now)
        return
    card = await _new(tx, payment, approved.stored, approved.card, now)
    if card is None:
        return
    for other in await tx.stored_cards.of_guarantor(payment.guarantor_id):
        if other.is_the_card(card):
            await tx.stored_cards.remove(other.id, payment.guarantor_id, now=now)
    await tx.stored_cards.add(card)
    await tx.audit.add(_event("card.stored", payment, now))


async def drop_card(tx: Tx, payment: Payment, token: str | None, *, now: datetime) -> None:
    """Have the gateway drop a card that was to be kept with a payment that came to nothing clear.

    Only the gateway knows it: nobody here could pay with it, nor remove it.
    """
    card = await _new(tx, payment, token, NO_CARD, now)
    if card is not None:
        await tx.stored_cards.add(replace(card, removed_at=now, next_forget_at=now))
        await tx.audit.add(_event("card.not_kept", payment, now))


async def _new(tx: Tx, payment: Payment, token: str | None, shown: Card, now: datetime) -> StoredCard | None:
    """Give the card as it is stored; None where none was asked for, or it is decided what becomes of it."""
    order = await tx.orders.get(payment.order_id)
    if token is None or order is None or order.store_at is None:
        return None
    if await tx.stored_cards.get(payment.id, payment.guarantor_id) is not None:
        return None
    whole = shown.exp_month is not None and shown.exp_year is not None
    return StoredCard(
        id=payment.id,
        group_id=payment.group_id,
        guarantor_id=payment.guarantor_id,
        gateway=order.store_at,
        token=token,
        fingerprint=shown.fingerprint,
        brand=shown.brand,
        last4=shown.last4,
        exp_month=shown.exp_month if whole else None,
        exp_year=shown.exp_year if whole else None,
        stored_at=now,
    )


def _event(kind: str, payment: Payment, now: datetime) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=payment.group_id,
        guarantor_id=payment.guarantor_id,
        link_serial=payment.link_serial,
        session_id=payment.session_id,
        payment_id=payment.id,
    )


class StoredCardBook:
    """Remove cards, for the patient at once; have the gateway drop them, however long it takes."""

    def __init__(self, *, store: Store[Tx], clock: Clock, gateway: Gateway) -> None:
        self._store = store
        self._clock = clock
        self._gateway = gateway

    async def page(self, visit: Visit, card_id: str) -> CardPage | NoSuchCard | NotAMember:
        """Show the card that is to be removed."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CardPage | NoSuchCard | NotAMember:
            stay = await member_of(tx, visit, now)
            if not isinstance(stay, Stay):
                return stay
            card = await tx.stored_cards.get(card_id, stay.guarantor.id)
            return NoSuchCard() if card is None or card.removed_at else CardPage(stay=stay, card=card)

        return await self._store.read(unit)

    async def remove(self, visit: Visit, card_id: str) -> CardRemoved | NoSuchCard | NotAMember:
        """Take the card away; a payment with it that was pressed before goes on."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CardRemoved | NoSuchCard | NotAMember:
            stay = await member_of(tx, visit, now)
            if not isinstance(stay, Stay):
                return stay
            if not await tx.stored_cards.remove(card_id, stay.guarantor.id, now=now):
                gone = await tx.stored_cards.get(card_id, stay.guarantor.id)
                return NoSuchCard() if gone is None else CardRemoved(card_id=card_id)
            await tx.audit.add(
                Event(
                    at=now,
                    type="card.removed",
                    group_id=stay.group.id,
                    guarantor_id=stay.guarantor.id,
                    link_serial=stay.session.link_serial,
                    session_id=stay.session.id,
                    request_id=visit.request_id,
                )
            )
            return CardRemoved(card_id=card_id)

        return await self._store.write(unit)

    async def run_once(self) -> int:
        """Ask the gateway to drop what was removed; returns how many it was asked for."""
        now = self._clock.now()

        async def unit(tx: Tx) -> list[StoredCard]:
            return await tx.stored_cards.to_forget(now, gateway=self._gateway.name, most=_AT_ONCE)

        due = await self._store.read(unit)
        ended = await asyncio.gather(*map(self._forget, due), return_exceptions=True)
        for failure in ended:
            if failure is not None:  # it is tried again in a later round; the others were not held up
                raise failure
        return len(due)

    async def _forget(self, card: StoredCard) -> None:
        in_use = await self._store.read(lambda tx: tx.stored_cards.token_in_use(card.id))
        gone = in_use or card.token is None or await self._dropped(card.token)

        async def unit(tx: Tx) -> None:
            if not gone:
                next_at = self._clock.now() + forget_gap(card.forget_tries + 1)
                await tx.stored_cards.not_forgotten(card.id, next_at=next_at)
            elif await tx.stored_cards.forgotten(card.id):
                await tx.audit.add(
                    Event(
                        at=self._clock.now(),
                        type="card.forgotten",
                        group_id=card.group_id,
                        guarantor_id=card.guarantor_id,
                        actor="gateway",
                        detail={"tries": card.forget_tries + 1},
                    )
                )

        await self._store.write(unit)

    async def _dropped(self, token: str) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._gateway.forget_card(token)
        except TimeoutError:
            return False
