"""Pay: write the intent, ask the gateway, write the answer; once, through whichever door.

No transaction is open while the gateway is asked, and the browser's leaving does not touch the asking.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from quickpay.domain.audit import Event
from quickpay.domain.balances import AmountChoice, AmountRefused, WhyRefused, choose_amount
from quickpay.domain.digests import Digests
from quickpay.domain.languages import Language
from quickpay.domain.payments import GATEWAY_PATIENCE, Order, Payment, PaymentState
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Charge, Declined, Gateway, NoAnswer, NotReceived, Outcome
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.tasks import Tasks
from quickpay.services.cards.testing import CardTesting
from quickpay.services.payer import AmountPage, Refusal, SeePayment, amount_page, may_pay
from quickpay.services.paying.order import AmountNotTaken, MethodNotOffered, MethodPage, NoOrder, method_page
from quickpay.services.paying.pay_form import CardNotStored, NoToken, PayForm, asked_for, new_payment
from quickpay.services.settling.settle import settle
from quickpay.services.stay import MustProve, NoStay, Stay, Visit, stay_in_turn

PATIENCE_SECONDS = 9.0
"""Pay answers within 10 s; a gateway still silent by then is waited for behind the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """The payment as it was written down, and what the gateway is to be asked for."""

    payment: Payment
    charge: Charge


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyTries:
    """Too many cards were declined here, or too many payments tried from this address (R82, R83).

    `office`: waiting does not help, the office may let another card in.
    """

    stay: Stay
    office: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherOnItsWay:
    """Another payment of this guarantor has not ended; its own session may see how it stands."""

    stay: Stay


NotPaid = (
    AmountNotTaken
    | MethodNotOffered
    | TooManyTries
    | AnotherOnItsWay
    | NoToken
    | CardNotStored
    | NoOrder
    | Refusal
)


class Pay:
    """Take one payment."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        digests: Digests,
        limits: Limits,
        gateway: Gateway,
        tasks: Tasks,
        zone: ZoneInfo,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._testing = CardTesting(limits=limits, digests=digests)
        self._gateway = gateway
        self._tasks = tasks
        self._zone = zone
        self._patience = patience

    async def pay(self, visit: Visit, form: PayForm) -> NotPaid:
        """Pay the order; said again, show the payment there is (R81).

        Answers within 10 s: `SeePayment` for every payment that was written down, however it goes on.
        """
        now = self._clock.now()
        pressed = self._clock.monotonic()
        payment_id = self._ids.uuid()

        async def unit(tx: Tx) -> _Written | NotPaid:
            return await self._write_down(tx, visit, form, payment_id=payment_id, now=now)

        written = await self._store.write(unit)
        if not isinstance(written, _Written):
            return written
        charging = self._tasks.start(self._charge(written, visit.address), name="charge")
        waited = self._clock.monotonic() - pressed  # for the store, which may have been busy
        await asyncio.wait({charging}, timeout=max(0.0, self._patience - waited))
        return SeePayment(payment_id=written.payment.id)

    async def _charge(self, written: _Written, address: str) -> None:
        """Ask the gateway once, and write 2. Killed in between, the reconciler asks how it ended."""
        payment = written.payment
        outcome = await self._ask(written.charge, until=payment.deadline)

        async def unit(tx: Tx) -> Payment:
            return await settle(tx, payment.id, outcome, now=self._clock.now(), zone=self._zone)

        await self._store.write(unit)
        if not isinstance(outcome, Declined):  # apart: many share these counts, and money waits for nobody
            await self._store.write(lambda tx: self._testing.take_back(tx, payment, address=address))

    async def _ask(self, charge: Charge, *, until: datetime) -> Outcome:
        """Ask before the payment's deadline or not at all, and listen no longer (X11).

        Some time after it a charge nobody finds is called off, here or in another process; one sent later,
        by a process that was held up since write 1, would be paid twice.
        """
        left = min(until - self._clock.now(), GATEWAY_PATIENCE).total_seconds()
        if left <= 0:
            return NotReceived(reason="too_late")
        try:
            async with asyncio.timeout(left):
                return await self._gateway.charge(charge)
        except TimeoutError:
            return NoAnswer(reason="deadline")

    async def _write_down(
        self, tx: Tx, visit: Visit, form: PayForm, *, payment_id: str, now: datetime
    ) -> _Written | NotPaid:
        """Write 1: all that must hold at the moment of charge, in the unit that makes the row (R90)."""
        stay = await stay_in_turn(tx, visit, now, shares=True)
        if isinstance(stay, NoStay):
            return stay
        order = await tx.orders.get(form.order_id or stay.session.order_id or "")
        if order is None or order.session_id != stay.session.id or order.method is None:
            return MustProve() if stay.must_prove else NoOrder()
        earlier = await tx.payments.of_order(order.id)
        if earlier is not None and earlier.state is not PaymentState.DECLINED:
            return SeePayment(payment_id=earlier.id)
        payer = await may_pay(tx, stay)
        if not isinstance(payer, Stay):
            return payer
        offered = await method_page(tx, stay, order, self._gateway, now)
        why_not = await self._not_now(tx, offered)
        if why_not is not None:
            return why_not
        charge = asked_for(offered, form, self._gateway.activated, payment_id=payment_id)
        if not isinstance(charge, Charge):
            return charge
        full = await self._testing.count(tx, stay, address=visit.address, now=now)
        if full is not None:
            return TooManyTries(stay=stay, office=full.until_pardoned)
        payment = await self._add(tx, stay, order, form, payment_id=payment_id, now=now, visit=visit)
        return _Written(payment=payment, charge=charge)

    async def _not_now(self, tx: Tx, offered: MethodPage) -> NotPaid | None:
        stay = offered.stay
        page = await amount_page(tx, stay, self._gateway.activated)
        if not offered.is_chosen:
            return MethodNotOffered(page=offered)
        if page.in_flight is not None:
            if page.in_flight.session_id == stay.session.id:
                return SeePayment(payment_id=page.in_flight.id)
            return AnotherOnItsWay(stay=stay)
        refused = _no_longer(offered.order, page)
        return None if refused is None else AmountNotTaken(page=page, refused=refused)

    async def _add(
        self, tx: Tx, stay: Stay, order: Order, form: PayForm, *, payment_id: str, now: datetime, visit: Visit
    ) -> Payment:
        link = (
            None if stay.session.link_serial is None else await tx.links.by_serial(stay.session.link_serial)
        )
        language = visit.language or stay.language or form.browser or Language.EN  # as its pages are
        payment = new_payment(
            stay, order, link, form, payment_id=payment_id, language=language.value, now=now
        )
        await tx.orders.ask_to_store(order.id, at=self._gateway.name if form.store_card else None)
        await tx.payments.add(payment)
        await tx.audit.add(
            Event(
                at=now,
                type="payment.submitted",
                group_id=payment.group_id,
                guarantor_id=payment.guarantor_id,
                link_serial=payment.link_serial,
                session_id=payment.session_id,
                payment_id=payment.id,
                request_id=visit.request_id,
                detail={"amount": payment.amount, "method": payment.method.value},
            ),
        )
        return payment


def _no_longer(order: Order, page: AmountPage) -> AmountRefused | None:
    """Say why the amount shown before cannot be taken now; it is never changed to another (R76)."""
    shows_current = page.stay.group.options.look_and_feel.show_current_balance
    if order.choice == AmountChoice.CURRENT and not shows_current:
        return AmountRefused(reason=WhyRefused.CURRENT_NOT_OFFERED)
    taken = choose_amount(AmountChoice.OTHER, order.amount, page.balances, show_current_balance=shows_current)
    return taken if isinstance(taken, AmountRefused) else None
