"""Find out how payments ended whose answer was lost: ask the gateway, never charge again (R79)."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from quickpay.domain.bank_steps import BANK_GAP, BankStep
from quickpay.domain.payments import (
    HELD,
    MISSES_UNTIL_NOT_CHARGED,
    REVIEW_AFTER,
    RUBBISH_UNTIL_REVIEW,
    Payment,
    PaymentState,
    look_up_gap,
)
from quickpay.domain.unresolved import Said
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import (
    NO_CARD,
    Approved,
    Declined,
    Found,
    Gateway,
    LookUp,
    NeedsAction,
    NoAnswer,
    NotFound,
)
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.settling.contradicted import what_was_said
from quickpay.services.settling.settle import decline_uncharged, settle
from quickpay.services.settling.undecided import only_rubbish, review_overdue, review_rubbish

_AT_ONCE = 20

_SILENT_AT_MOST = timedelta(seconds=30)
"""A gateway that did not answer is asked again this soon, so that nobody waits long once it is back (R79)."""
_MISSED_AT_MOST = timedelta(seconds=15)
"""Until there are misses enough to believe, whatever silence came before: all ends in a minute (R79)."""


class Reconcile:
    """Resolve unknown payments, and those a killed process left behind."""

    def __init__(self, *, store: Store[Tx], clock: Clock, gateway: Gateway, zone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._gateway = gateway
        self._zone = zone

    async def run_once(self) -> int:
        """Ask after every payment whose time has come; returns how many were asked after."""
        now = self._clock.now()

        async def unit(tx: Tx) -> list[Payment]:
            return await tx.payments.due_for_look_up(now, most=_AT_ONCE)

        due = await self._store.read(unit)
        ended = await asyncio.gather(*map(self._resolve, due), return_exceptions=True)
        for failure in ended:
            if failure is not None:  # it is asked after in the next round; the others were not held up
                raise failure
        return len(due)

    async def _resolve(self, payment: Payment) -> None:
        step = await self._store.read(lambda tx: tx.bank_steps.of_payment(payment.id))
        asked_at = self._clock.now()
        answer = await self._ask(payment, step, asked_at)
        if isinstance(answer, NotFound | NoAnswer):
            answer = await self._told_before(payment) or answer
        now = self._clock.now()

        async def unit(tx: Tx) -> None:
            match answer:
                case Found() | NoAnswer():
                    outcome = answer.outcome if isinstance(answer, Found) else answer
                    current = await settle(tx, payment.id, outcome, now=now, zone=self._zone)
                    if current.state in HELD:  # else it has ended, now or by the webhook meanwhile
                        await _note(tx, current, answer, now)
                        step = await tx.bank_steps.of_payment(payment.id)
                        waits = step is not None and not step.is_over(now)
                        rubbish = isinstance(answer, NoAnswer) and answer.is_rubbish
                        if rubbish and not waits and current.look_ups + 1 >= RUBBISH_UNTIL_REVIEW:
                            await review_rubbish(tx, current, now)
                        await self._ask_again(tx, current, now, missed=False, waits=waits, soon=rubbish)
                case NotFound():
                    await self._missed(tx, payment, asked_at, now)

        await self._store.write(unit)

    async def _ask(self, payment: Payment, step: BankStep | None, now: datetime) -> LookUp:
        """Ask how it ended; one that waited for its payer is only over once nobody can confirm it any more.

        Her browser holds what it takes to try again with another card, so a decline is sealed first.
        """
        answer: LookUp = await self._gateway.look_up(payment.id)
        match answer:
            case Found(outcome=Declined()) if step is not None:
                return await self._gateway.call_off(payment.id)
            case Found(outcome=NeedsAction()) if step is not None and step.is_over(now):
                return await self._gateway.call_off(payment.id)
            case NotFound() if step is not None:
                return NoAnswer(reason="it was there before")
            case _:
                return answer

    async def _told_before(self, payment: Payment) -> Found | None:
        """Give the success a webhook told of without naming the card, now that nobody else will name it."""
        said = await self._store.read(lambda tx: tx.unresolved.said(payment.id))
        if said is None or said.said is not Said.CHARGED or said.currency != "usd":
            return None
        if said.transaction is None or said.amount is None:
            return None
        return Found(
            outcome=Approved(
                transaction=said.transaction,
                card=NO_CARD,
                amount=said.amount,
                currency="usd",
                reference=payment.id,
            )
        )

    async def _missed(self, tx: Tx, payment: Payment, asked_at: datetime, now: datetime) -> None:
        """Believe that nothing was charged after three misses, the last when a charge must show (X11).

        When it was asked decides: a slow answer may tell of a moment before the charge. What is in review
        for rubbish alone ends so too, within its day: whatever else brought it there is a person's to judge.
        """
        await tx.guarantors.lock(payment.guarantor_id)
        current = await tx.payments.lock(payment.id)
        if current is None or current.state not in HELD:
            return
        await _note(tx, current, NotFound(), now)
        for_a_person = current.state is PaymentState.REVIEW and (
            now >= current.created_at + REVIEW_AFTER or not await only_rubbish(tx, current)
        )
        if for_a_person:  # a late answer may still settle it
            await self._ask_again(tx, current, now, missed=True)
            return
        certain_from = current.deadline + self._gateway.look_up_lag
        if current.misses + 1 >= MISSES_UNTIL_NOT_CHARGED and asked_at >= certain_from:
            await decline_uncharged(tx, current, now=now, zone=self._zone)
            return
        if current.state is PaymentState.SUBMITTING:
            await settle(tx, payment.id, NoAnswer(reason="not found yet"), now=now, zone=self._zone)
        await self._ask_again(tx, current, now, missed=True, soon=True)

    async def _ask_again(
        self,
        tx: Tx,
        payment: Payment,
        now: datetime,
        *,
        missed: bool,
        waits: bool = False,
        soon: bool = False,
    ) -> None:
        gap = BANK_GAP if waits else look_up_gap(payment.look_ups + 1)
        if soon or payment.state is not PaymentState.REVIEW:
            if not missed:
                gap = min(gap, _SILENT_AT_MOST)
            elif payment.misses + 1 < MISSES_UNTIL_NOT_CHARGED:
                gap = min(gap, _MISSED_AT_MOST)
        next_at = now + gap
        certain_from = payment.deadline + self._gateway.look_up_lag
        if missed and now < certain_from < next_at:
            next_at = certain_from  # a patient waits: ask as soon as the answer can be believed
        await tx.payments.asked(payment.id, missed=missed, next_look_up_at=next_at)
        if now >= payment.created_at + REVIEW_AFTER:
            await review_overdue(tx, payment, now)


async def _note(tx: Tx, payment: Payment, answer: LookUp, now: datetime) -> None:
    """Keep the answer for who looks into it; silence takes no earlier word's place."""
    said = what_was_said(answer, now)
    before = await tx.unresolved.said(payment.id)
    if before is None or (said.said is not Said.NOTHING and before.said is not Said.DIFFERS):
        await tx.unresolved.note(payment.id, said)
