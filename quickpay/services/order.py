"""Choose what to pay and how: the steps before the card, each a choice kept on the session's order."""

from dataclasses import dataclass

from quickpay.domain.balances import AmountChoice, AmountRefused
from quickpay.domain.money import Cents
from quickpay.domain.payments import Method, Order, PaymentState
from quickpay.ports.card_fields import CardFields
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.payer import (
    AmountPage,
    Refusal,
    SeePayment,
    amount_chosen,
    amount_page,
    methods_offered,
    payer_of,
)
from quickpay.services.simulation import NOTHING_IMAGINED, Imagined, imagined_order
from quickpay.services.stay import Stay, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodPage:
    """How to pay the order's amount."""

    stay: Stay
    order: Order
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsPage:
    """Where the gateway's own fields take the card."""

    stay: Stay
    order: Order
    card_fields: CardFields
    require_cvc: bool


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
            return await amount_page(tx, stay, self._gateway.activated) if isinstance(stay, Stay) else stay

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
        self, visit: Visit, method: Method | None
    ) -> Chosen | MethodNotOffered | NoOrder | Refusal:
        """Note the method on the order; None stands for a word that is no method at all."""

        async def unit(tx: Tx) -> Chosen | MethodNotOffered | NoOrder | Refusal:
            stay = await payer_of(tx, visit, self._clock.now())
            page = await self._method_page(tx, stay) if isinstance(stay, Stay) else stay
            if not isinstance(page, MethodPage):
                return page
            if method is None or method not in page.methods:
                return MethodNotOffered(page=page)
            await tx.orders.set_method(page.order.id, method)
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
            if page.order.method not in page.methods:
                return NoOrder()
            return DetailsPage(
                stay=page.stay,
                order=page.order,
                card_fields=self._gateway.card_fields(),
                require_cvc=page.stay.group.options.payments.require_cvv,
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
        return NoOrder() if order is None else MethodPage(stay=stay, order=order, methods=page.methods)

    async def _method_page(self, tx: Tx, stay: Stay) -> MethodPage | NoOrder | Refusal:
        order = await tx.orders.get(stay.session.order_id) if stay.session.order_id else None
        if order is None:
            return NoOrder()
        payment = await tx.payments.of_order(order.id)
        if payment is not None and payment.state is not PaymentState.DECLINED:
            return SeePayment(payment_id=payment.id)
        if not _is_offered(order, stay):
            return NoOrder()
        return MethodPage(
            stay=stay, order=order, methods=methods_offered(stay.group, self._gateway.activated)
        )


def _is_offered(order: Order, stay: Stay) -> bool:
    """Whether its choice still is one: a current balance hidden since stands on no page (R124)."""
    return order.choice != AmountChoice.CURRENT or stay.group.options.look_and_feel.show_current_balance
