"""Choose what to pay and how: the steps before the card, each a choice kept on the session's order."""

from dataclasses import dataclass, replace
from datetime import datetime

from quickpay.domain.balances import AmountChoice, AmountRefused
from quickpay.domain.money import Cents
from quickpay.domain.payments import Method, Order, PaymentState
from quickpay.domain.stored_cards import StoredCard
from quickpay.ports.card_fields import CardFields
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.cards.stored import card_of, cards_offered, may_store
from quickpay.services.payer import (
    AmountPage,
    Refusal,
    SeePayment,
    amount_chosen,
    amount_page,
    methods_offered,
    payer_of,
)
from quickpay.services.paying.paid_shares import paid_shares
from quickpay.services.paying.simulation import NOTHING_IMAGINED, Imagined, imagined_order
from quickpay.services.stay import Stay, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodPage:
    """How to pay the order's amount."""

    stay: Stay
    order: Order
    methods: tuple[Method, ...]
    plays_wallets: bool = False
    stored: tuple[StoredCard, ...] = ()

    @property
    def is_chosen(self) -> bool:
        """Whether what the order is to be paid with is offered still."""
        chosen = self.order.method
        return chosen in self.methods or card_of(self.order, self.stored) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsPage:
    """Where the gateway's own fields take the card, its button the wallet's, or a stored one pays."""

    stay: Stay
    order: Order
    methods: tuple[Method, ...]
    card_fields: CardFields
    require_cvc: bool
    may_store: bool = False
    stored: StoredCard | None = None

    @property
    def needs_token(self) -> bool:
        """Whether nothing can be paid without a token: a stored card needs one only of its security code."""
        return self.stored is None or self.require_cvc


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The step is done; the next one may be asked for."""

    stay: Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountNotTaken:
    """The amount cannot be taken; the page stands again with the reason at its field."""

    page: AmountPage
    refused: AmountRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodNotOffered:
    """The group does not take this method, or no longer."""

    page: MethodPage


@dataclass(frozen=True, slots=True)
class NoOrder:
    """No amount, or no method, was chosen in this session yet, or what was is offered no more."""


class Ordering:
    """Make the session's order, step by step."""

    def __init__(self, *, store: Store[Tx], clock: Clock, ids: Ids, gateway: Gateway) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._gateway = gateway

    async def amounts(self, visit: Visit) -> AmountPage | Refusal:
        """Show what may be paid, from the balances as they are now."""
        now = self._clock.now()

        async def unit(tx: Tx) -> AmountPage | Refusal:
            stay = await payer_of(tx, visit, now)
            if not isinstance(stay, Stay):
                return stay
            page = await amount_page(tx, stay, self._gateway.activated)
            return replace(page, paid_shares=await paid_shares(tx, stay, now))

        return await self._store.read(unit)

    async def choose_amount(
        self, visit: Visit, choice: AmountChoice, other: Cents | None
    ) -> Chosen | AmountNotTaken | Refusal:
        """Make the session's order of this amount; an earlier one that is not paid is simply left."""
        now = self._clock.now()
        order_id = self._ids.uuid()

        async def unit(tx: Tx) -> Chosen | AmountNotTaken | Refusal:
            stay = await payer_of(tx, visit, now)
            if not isinstance(stay, Stay):
                return stay
            page = await amount_page(tx, stay, self._gateway.activated)
            amount = amount_chosen(page, choice, other)
            if isinstance(amount, AmountRefused):
                return AmountNotTaken(page=page, refused=amount)
            await tx.orders.add(
                Order(
                    id=order_id,
                    session_id=stay.session.id,
                    amount=amount,
                    choice=choice,
                    method=None,
                    created_at=now,
                ),
            )
            await tx.sessions.set_order(stay.session.id, order_id)
            return Chosen(stay=stay)

        return await self._store.write(unit)

    async def methods(
        self, visit: Visit, imagined: Imagined = NOTHING_IMAGINED
    ) -> MethodPage | AmountNotTaken | NoOrder | Refusal:
        """Show the methods the group takes and the gateway has activated.

        Only in a simulation is `imagined` read, and only there can its amount not be taken.
        """

        async def unit(tx: Tx) -> MethodPage | AmountNotTaken | NoOrder | Refusal:
            return await self._seen_page(tx, visit, imagined)

        return await self._store.read(unit)

    async def choose_method(
        self, visit: Visit, method: Method | None, *, stored_card: str | None = None
    ) -> Chosen | MethodNotOffered | NoOrder | Refusal:
        """Note the method on the order; None stands for a word that is no method at all.

        A stored card that is another's, removed or expired is refused as one that never was.
        """

        async def unit(tx: Tx) -> Chosen | MethodNotOffered | NoOrder | Refusal:
            stay = await payer_of(tx, visit, self._clock.now())
            page = await self._method_page(tx, stay) if isinstance(stay, Stay) else stay
            if not isinstance(page, MethodPage):
                return page
            asked = replace(page.order, method=method, stored_card=stored_card)
            if method is None or not replace(page, order=asked).is_chosen:
                return MethodNotOffered(page=page)
            await tx.orders.set_method(page.order.id, method, stored_card=stored_card)
            return Chosen(stay=page.stay)

        return await self._store.write(unit)

    async def details(
        self, visit: Visit, imagined: Imagined = NOTHING_IMAGINED
    ) -> DetailsPage | AmountNotTaken | NoOrder | Refusal:
        """Show the card fields for the order's amount; `imagined` is as for `methods`."""

        async def unit(tx: Tx) -> DetailsPage | AmountNotTaken | NoOrder | Refusal:
            page = await self._seen_page(tx, visit, imagined)
            if not isinstance(page, MethodPage):
                return page
            if not page.is_chosen:
                return NoOrder()
            return DetailsPage(
                stay=page.stay,
                order=page.order,
                methods=page.methods,
                card_fields=self._gateway.card_fields(),
                require_cvc=page.stay.group.options.payments.require_cvv,
                may_store=page.order.method is Method.CARD and may_store(page.stay, self._gateway.activated),
                stored=card_of(page.order, page.stored),
            )

        return await self._store.read(unit)

    async def _seen_page(
        self, tx: Tx, visit: Visit, imagined: Imagined
    ) -> MethodPage | AmountNotTaken | NoOrder | Refusal:
        stay = await payer_of(tx, visit, self._clock.now())
        if not isinstance(stay, Stay):
            return stay
        if stay.launch is None:
            return await self._method_page(tx, stay)
        page = await amount_page(tx, stay, self._gateway.activated)
        order = imagined_order(page, imagined)
        if isinstance(order, AmountRefused):
            return AmountNotTaken(page=page, refused=order)
        return NoOrder() if order is None else await self._page(tx, stay, order)

    async def _method_page(self, tx: Tx, stay: Stay) -> MethodPage | NoOrder | Refusal:
        order = await tx.orders.get(stay.session.order_id) if stay.session.order_id else None
        if order is None:
            return NoOrder()
        payment = await tx.payments.of_order(order.id)
        if payment is not None and payment.state is not PaymentState.DECLINED:
            return SeePayment(payment_id=payment.id)
        if not _is_offered(order, stay):
            return NoOrder()
        return await self._page(tx, stay, order)

    async def _page(self, tx: Tx, stay: Stay, order: Order) -> MethodPage:
        return await method_page(tx, stay, order, self._gateway, self._clock.now())


async def method_page(tx: Tx, stay: Stay, order: Order, gateway: Gateway, now: datetime) -> MethodPage:
    """Gather the ways to pay an order that are offered now."""
    return MethodPage(
        stay=stay,
        order=order,
        methods=methods_offered(stay, gateway.activated),
        plays_wallets=gateway.card_fields().plays_wallets,
        stored=await cards_offered(tx, stay, gateway, now),
    )


def _is_offered(order: Order, stay: Stay) -> bool:
    """Whether its choice still is one: a current balance hidden since stands on no page (R124)."""
    return order.choice != AmountChoice.CURRENT or stay.group.options.look_and_feel.show_current_balance
