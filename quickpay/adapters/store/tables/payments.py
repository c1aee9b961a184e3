"""Payments in the database: their states, their feed and the questions still open at the gateway."""

from collections.abc import Mapping
from datetime import datetime

from quickpay.adapters.store.columns import maybe_micros, micros
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables.numbers import CHANGE, next_number
from quickpay.adapters.store.tables.payment_rows import payment_of
from quickpay.adapters.store.tables.payment_statements import (
    ADD,
    ASKED,
    DECLINES,
    DECLINES_OF_SESSION,
    DUE,
    GET,
    LIVE_OF_LINK,
    LOCK,
    LONGEST_NUMBER,
    OF_ORDER,
    ONE_IN_FLIGHT,
    feeding,
    settling,
    still,
)
from quickpay.adapters.store.tables.pm_words import ACKNOWLEDGE, ACKNOWLEDGED, NAMED, REFUNDS_NAMED
from quickpay.domain.money import Cents
from quickpay.domain.payments import HELD, Payment, PaymentState
from quickpay.ports.tables import Settled


class Payments:
    """`ports.tables.Payments` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, payment: Payment) -> None:
        """Store it and give it the next change number."""
        change = await next_number(self._run, CHANGE)
        await self._run.count(
            ADD,
            id=payment.id,
            order_id=payment.order_id,
            session_id=payment.session_id,
            link_serial=payment.link_serial,
            group_id=payment.group_id,
            guarantor_id=payment.guarantor_id,
            single_payment=int(payment.single_payment),
            amount=payment.amount,
            currency=payment.currency,
            method=payment.method.value,
            state=payment.state.value,
            reason=payment.reason,
            card_brand=payment.card_brand,
            card_last4=payment.card_last4,
            transaction=payment.transaction,
            receipt_email=payment.receipt_email,
            receipt_number=payment.receipt_number,
            batch_id=payment.batch_id,
            unapplied=payment.unapplied,
            not_posted_because=payment.not_posted_because,
            origin=payment.origin.value,
            authentication=payment.authentication.value,
            created_at=micros(payment.created_at),
            deadline=micros(payment.deadline),
            changed_at=micros(payment.changed_at),
            change_number=change,
            look_ups=payment.look_ups,
            misses=payment.misses,
            next_look_up_at=maybe_micros(payment.next_look_up_at),
            acknowledged_at=maybe_micros(payment.acknowledged_at),
            refunded=payment.refunded,
            refunding=payment.refunding,
            ended_at=maybe_micros(payment.ended_at),
            language=payment.language,
        )

    async def get(self, payment_id: str) -> Payment | None:
        """Return it."""
        return await self._one(GET, id=payment_id)

    async def lock(self, payment_id: str) -> Payment | None:
        """Return it and keep other writers off until the unit ends."""
        return await self._one(LOCK, id=payment_id)

    async def of_order(self, order_id: str) -> Payment | None:
        """The order's payment that is not declined, else its newest declined one."""
        return await self._one(OF_ORDER, order=order_id)

    async def live_of_link(self, link_serial: int) -> Payment | None:
        """The newest payment through this link that is not declined."""
        return await self._one(LIVE_OF_LINK, link=link_serial)

    async def in_flight(self, guarantor_id: int) -> Payment | None:
        """Return the guarantor's payment that the gateway has not answered."""
        return await self._one(ONE_IN_FLIGHT, guarantor=guarantor_id)

    async def settle(
        self, payment_id: str, settled: Settled, *, was: tuple[PaymentState, ...], now: datetime
    ) -> bool:
        """Compare and set: move it on if it is still in one of `was`, with the next change number."""
        # Its own row first, the number after, as a unit does that has locked the payment: no deadlock.
        if await self._run.one(still(was), payment=payment_id) is None:
            return False
        changed = await self._run.count(
            settling(was),
            payment=payment_id,
            new_state=settled.state.value,
            new_reason=settled.reason,
            brand=settled.card_brand,
            last4=settled.card_last4,
            new_transaction=settled.transaction,
            receipt=settled.receipt_number,
            batch=settled.batch_id,
            left_over=settled.unapplied,
            why=settled.not_posted_because,
            next_at=maybe_micros(settled.next_look_up_at),
            now=micros(now),
            ended=None if settled.state in HELD else micros(now),
            change=await next_number(self._run, CHANGE),
        )
        return changed == 1

    async def acknowledge(self, payment_id: str, *, contained: bool, now: datetime) -> bool:
        """Note that the PM system has a payment that has ended, with what was given back of it by now."""
        changed = await self._run.count(
            ACKNOWLEDGE, payment=payment_id, contained=int(contained), now=micros(now)
        )
        return changed == 1

    async def asked(self, payment_id: str, *, missed: bool, next_look_up_at: datetime) -> None:
        """Note one look-up; `missed` when the gateway answered that it does not know the payment."""
        await self._run.count(ASKED, payment=payment_id, missed=int(missed), next_at=micros(next_look_up_at))

    async def due_for_look_up(self, now: datetime, *, most: int) -> list[Payment]:
        """Return payments whose outcome is to be asked for now, the longest due first."""
        return [payment_of(row) for row in await self._run.all(DUE, now=micros(now), most=most)]

    async def feed(
        self, *, after: int, group_id: int | None, states: tuple[PaymentState, ...] | None, most: int
    ) -> list[tuple[Payment, str, str | None, str]]:
        """Payments by change number, each with its group's slug, its link's id and its guarantor's number."""
        rows = await self._run.all(feeding(states), after=after, group=group_id, most=most)
        return [(payment_of(row), row[-3], row[-2], row[-1]) for row in rows]

    async def declines_of_link(self, link_serial: int, *, since: datetime) -> int:
        """Return how many payments through this link were declined since."""
        row = await self._run.one(DECLINES, link=link_serial, since=micros(since))
        return 0 if row is None else int(row[0])

    async def declines_of_session(self, session_id: int | None, guarantor_id: int, *, since: datetime) -> int:
        """Return how many payments of the session, or of any of this guarantor, were declined since."""
        row = await self._run.one(
            DECLINES_OF_SESSION, session=session_id, guarantor=guarantor_id, since=micros(since)
        )
        return 0 if row is None else int(row[0])

    async def settle_by_pm(self, guarantor_id: int, *, receipt_numbers: tuple[str, ...]) -> None:
        """Stop deducting what the PM system now contains: acknowledged ones and those it names."""
        await self._run.count(ACKNOWLEDGED, guarantor=guarantor_id)
        ours = [
            {"guarantor": guarantor_id, "receipt": int(named)} for named in receipt_numbers if _is_ours(named)
        ]
        if ours:
            await self._run.many(NAMED, ours)

    async def hear_of_refunds(self, guarantor_id: int, given_back: Mapping[str, Cents]) -> None:
        """Note what the PM system says was given back of our receipts, by their numbers."""
        ours = [
            {"guarantor": guarantor_id, "receipt": int(named), "given_back": cents}
            for named, cents in given_back.items()
            if cents > 0 and _is_ours(named)
        ]
        if ours:
            await self._run.many(REFUNDS_NAMED, ours)

    async def _one(self, statement: Statement, **params: str | int) -> Payment | None:
        row = await self._run.one(statement, **params)
        return None if row is None else payment_of(row)


def _is_ours(receipt: str) -> bool:
    """Whether it can be a number of our receipts."""
    return receipt.isascii() and receipt.isdecimal() and len(receipt) <= LONGEST_NUMBER
