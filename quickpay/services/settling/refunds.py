"""Give money back: write the intent, ask the gateway, write the answer; and ask again where none came.

As with payments, no transaction is open while the gateway is asked. "Void" is the gateway's affair: what
has not been settled yet it voids, and for us both are a refund.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from quickpay.domain.money import Cents
from quickpay.domain.payments import GATEWAY_PATIENCE, Payment, look_up_gap
from quickpay.domain.reach import Reach
from quickpay.domain.refunds import Refund, RefundState
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import (
    Approved,
    Found,
    Gateway,
    NoAnswer,
    Refunded,
    RefundOutcome,
    RefundRefused,
)
from quickpay.ports.gateway import Refund as RefundOrder
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.tasks import Tasks
from quickpay.services.settling.refund_ends import end_refund, event_of, locked, note_elsewhere

PATIENCE_SECONDS = 9.0
_AT_ONCE = 20
_GAP_AT_LEAST = timedelta(seconds=60)
"""Between two askings after the first: longer than one may take, so that no two run at a time."""
_KEY_MAY_END = timedelta(hours=1)
"""So long before a gateway's keys run out, it is looked at instead of asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """What is to be given back: None is all that is left. `number` is the refund the form was shown for.

    Pressed twice, the same form means the same refund; None is whichever comes next.
    """

    amount: Cents | None
    reason: str = field(repr=False)
    by: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class NoPayment:
    """There is no such payment for whoever asks."""


@dataclass(frozen=True, slots=True)
class NothingToGive:
    """The payment took no money, or all of it was given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreThanLeft:
    """The amount is more than is left of the payment, or not above 0."""

    left: Cents


@dataclass(frozen=True, slots=True)
class AnotherRefund:
    """Another refund of this payment was made meanwhile, or has not ended: look at it first."""


NotGiven = NoPayment | NothingToGive | MoreThanLeft | AnotherRefund


class Refunds:
    """Give money back, once for each order."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        gateway: Gateway,
        tasks: Tasks,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._gateway = gateway
        self._tasks = tasks
        self._patience = patience

    async def give(self, payment_id: str, order: GiveBack, *, within: Reach) -> Refund | NotGiven:
        """Give money back, and wait up to 9 s for the gateway's answer; the refund says how it stands."""
        refund_id = self.new_id()

        async def unit(tx: Tx) -> Refund | NotGiven:
            return await self.write_down(tx, payment_id, order, within=within, refund_id=refund_id)

        written = await self._store.write(unit)
        if not isinstance(written, Refund) or written.id != refund_id:
            return written  # refused, or this form has made its refund before
        return await self.carry_out(written)

    async def write_down(
        self, tx: Tx, payment_id: str, order: GiveBack, *, within: Reach, refund_id: str
    ) -> Refund | NotGiven:
        """Write 1: set the amount aside and keep the order, in the caller's unit; asks nobody.

        Returns the earlier refund where the same form was pressed before.
        """
        now = self._clock.now()
        payment = await tx.payments.get(payment_id)
        if payment is None or not within.holds(payment.group_id):
            return NoPayment()
        payment = await locked(tx, payment_id)
        before = await tx.refunds.of_payment(payment_id)
        number = len(before) + 1
        if order.number is not None and order.number != number:
            return _pressed_again(order, before)
        if any(one.in_flight for one in before):
            return AnotherRefund()
        if not payment.took_money or payment.left == 0 or payment.transaction is None:
            return NothingToGive()
        amount = payment.left if order.amount is None else order.amount
        if amount <= 0 or not await tx.refunds.reserve(payment_id, amount):
            return MoreThanLeft(left=payment.left)
        refund = Refund(
            id=refund_id,
            payment_id=payment_id,
            number=number,
            amount=amount,
            reason=order.reason,
            made_by=order.by,
            state=RefundState.SUBMITTING,
            transaction=None,
            refused_because=None,
            created_at=now,
            deadline=now + GATEWAY_PATIENCE,
            asks=0,
            asked_at=now,
            next_ask_at=now + GATEWAY_PATIENCE + look_up_gap(0),
            ended_at=None,
        )
        await tx.refunds.add(refund)
        await tx.audit.add(event_of(payment, "payment.refund_asked", refund, now))
        return refund

    async def carry_out(self, refund: Refund) -> Refund:
        """Ask the gateway for a refund that was written down just now; whoever leaves does not stop it."""
        asking = self._tasks.start(self._first(refund), name="refund")
        await asyncio.wait({asking}, timeout=self._patience)
        return await self._store.read(lambda tx: tx.refunds.get(refund.id)) or refund

    def new_id(self) -> str:
        """Draw the id of an order that a unit of the caller's writes down."""
        return self._ids.uuid()

    async def get(self, refund_id: str) -> Refund | None:
        """Return it."""
        return await self._store.read(lambda tx: tx.refunds.get(refund_id))

    async def run_once(self) -> int:
        """Ask again for every refund whose time has come; returns how many those were."""
        now = self._clock.now()
        due = await self._store.read(lambda tx: tx.refunds.due(now, most=_AT_ONCE))
        ended = await asyncio.gather(*map(self._again, due), return_exceptions=True)
        for failure in ended:
            if failure is not None:  # it is asked again in a later round; the others were not held up
                raise failure
        return len(due)

    async def _first(self, refund: Refund) -> None:
        left = min(refund.deadline - self._clock.now(), GATEWAY_PATIENCE).total_seconds()
        if left <= 0:  # the rounds ask from the deadline on: this process was held up
            return
        await self._end(refund, await self._ask(refund, seconds=left), first=True)

    async def _again(self, refund: Refund) -> None:
        """Ask with the same id while the gateway keeps it; later, or if it keeps none, look first."""
        now = self._clock.now()
        next_ask_at = now + max(look_up_gap(refund.asks + 1), _GAP_AT_LEAST)
        if not await self._store.write(
            lambda tx: tx.refunds.claim(refund.id, next_ask_at=next_ask_at, now=now)
        ):
            return
        if now - refund.created_at + _KEY_MAY_END < self._gateway.idempotency_window:
            outcome: RefundOutcome | None = None
        else:
            outcome = await self._look(refund)
        if outcome is None:
            await self._store.write(lambda tx: tx.refunds.asked(refund.id, at=now))
            outcome = await self._ask(refund, seconds=GATEWAY_PATIENCE.total_seconds())
        await self._end(refund, outcome)

    async def _look(self, refund: Refund) -> RefundOutcome | None:
        """Find the refund in what the gateway gave back of the payment; None: it is certainly not there."""
        asked_at = self._clock.now()
        looked = await self._gateway.look_up(refund.payment_id)
        if not isinstance(looked, Found) or not isinstance(looked.outcome, Approved):
            return NoAnswer(reason="not looked up")
        payment = await self._payment(refund)
        if looked.outcome.refunded >= payment.refunded + refund.amount:
            return Refunded(transaction="")
        if asked_at < refund.asked_at + GATEWAY_PATIENCE + self._gateway.look_up_lag:
            return NoAnswer(reason="not shown yet")
        return None

    async def _ask(self, refund: Refund, *, seconds: float) -> RefundOutcome:
        payment = await self._payment(refund)
        if payment.transaction is None:
            raise AssertionError("a payment without a transaction is refused before")
        order = RefundOrder(
            refund_id=refund.id, transaction=payment.transaction, amount=refund.amount, currency="usd"
        )
        try:
            async with asyncio.timeout(seconds):
                return await self._gateway.refund(order)
        except TimeoutError:
            return NoAnswer(reason="deadline")

    async def _end(self, refund: Refund, outcome: RefundOutcome, *, first: bool = False) -> None:
        now = self._clock.now()
        await self._store.write(lambda tx: end_refund(tx, refund.id, outcome, now=now, first=first))
        if isinstance(outcome, RefundRefused):  # perhaps because it was given back at the gateway itself
            looked = await self._gateway.look_up(refund.payment_id)
            if isinstance(looked, Found) and isinstance(looked.outcome, Approved):
                approved = looked.outcome

                async def unit(tx: Tx) -> bool:
                    return await note_elsewhere(tx, await locked(tx, refund.payment_id), approved, now=now)

                await self._store.write(unit)

    async def _payment(self, refund: Refund) -> Payment:
        payment = await self._store.read(lambda tx: tx.payments.get(refund.payment_id))
        if payment is None:
            raise LookupError("a refund of a payment that does not exist")
        return payment


def _pressed_again(order: GiveBack, before: list[Refund]) -> Refund | AnotherRefund:
    """Find what this form made before; the number of another refund means that something came between."""
    same = next((one for one in before if one.number == order.number), None)
    if same is None or (same.made_by, same.reason) != (order.by, order.reason):
        return AnotherRefund()
    return same if order.amount in {None, same.amount} else AnotherRefund()
