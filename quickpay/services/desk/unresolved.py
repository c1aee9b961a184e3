"""Payments without an end, as the staff look into them and end them."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from quickpay.domain.audit import Event
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.payments import HELD, Payment
from quickpay.domain.staff import Staff
from quickpay.domain.unresolved import ASKED_FOR_AFTER, Decided, Decision, GatewaySaid, may_be_decided
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Found, Gateway, LookUp, NoAnswer
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.unresolved_tables import UnresolvedRow
from quickpay.services.desk.verdicts import NotNow, Verdict, against, approved_by
from quickpay.services.settling.contradicted import what_was_said
from quickpay.services.settling.settle import end_by_hand, settle

LISTENED_FOR = 8.0
"""Seconds a page waits for the gateway's answer."""
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedLine:
    """One payment without an end, as the list shows it."""

    row: UnresolvedRow
    age: timedelta
    decidable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedFile:
    """One payment with all that is known of its end; `now` is what the gateway says at this moment."""

    payment: Payment
    group: Group
    guarantor: Guarantor
    before: GatewaySaid | None
    now: GatewaySaid | None
    decided: Decided | None
    by: str | None
    age: timedelta
    decidable: bool
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """It has ended: by this word, or, with `by_itself`, by the gateway's own answer just now or before."""

    payment: Payment
    by_itself: bool


@dataclass(frozen=True, slots=True)
class NoSuchPayment:
    """There is none in her groups."""


class UnresolvedDesk:
    """List, look into and end; all within the groups of the one who asks."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        gateway: Gateway,
        zone: ZoneInfo,
        patience: float = LISTENED_FOR,
    ) -> None:
        self._store = store
        self._clock = clock
        self._gateway = gateway
        self._zone = zone
        self._patience = patience

    async def list_(self, staff: Staff) -> list[UnresolvedLine]:
        """List payments without an end, the oldest first; the youngest end by themselves and are left out."""
        now = self._clock.now()
        rows = await self._store.read(
            lambda tx: tx.unresolved.list_(within=staff.reach, before=now - ASKED_FOR_AFTER, most=_MOST)
        )
        return [
            UnresolvedLine(
                row=row, age=now - row.payment.created_at, decidable=may_be_decided(row.payment, now)
            )
            for row in rows
        ]

    async def look(self, staff: Staff, payment_id: str) -> UnresolvedFile | NoSuchPayment:
        """Show one, with what the gateway says now; its answer is taken if it ends the payment."""
        found = await self._file(staff, payment_id)
        if isinstance(found, NoSuchPayment) or not found.held:
            return found
        answer = await self._ask(payment_id)
        await self._take(payment_id, answer)
        return await self._file(staff, payment_id, said=what_was_said(answer, self._clock.now()))

    async def decide(self, staff: Staff, payment_id: str, verdict: Verdict) -> Ended | NotNow | NoSuchPayment:
        """End it as the person says, unless the gateway says otherwise; said twice, it is ended once."""
        found = await self._file(staff, payment_id)
        if isinstance(found, NoSuchPayment):
            return found
        if found.held and not found.decidable:
            return NotNow.TOO_EARLY
        if not found.held:
            return Ended(payment=found.payment, by_itself=found.decided is None)
        answer = await self._ask(payment_id)
        await self._take(payment_id, answer)

        async def unit(tx: Tx) -> Ended | NotNow:
            return await self._decide(tx, staff, found.payment, verdict, answer)

        return await self._store.write(unit)

    async def _decide(
        self, tx: Tx, staff: Staff, payment: Payment, verdict: Verdict, answer: LookUp
    ) -> Ended | NotNow:
        now = self._clock.now()
        await tx.guarantors.lock(payment.guarantor_id)
        current = await tx.payments.lock(payment.id) or payment
        if current.state not in HELD:
            decided = await tx.unresolved.decided(payment.id)
            return Ended(payment=current, by_itself=decided is None)
        if not may_be_decided(current, now):
            return NotNow.TOO_EARLY
        refused = against(current, verdict, answer)
        if refused is not None:
            return refused
        await tx.unresolved.note(
            payment.id, await tx.unresolved.said(payment.id) or what_was_said(answer, now)
        )
        decided = Decided(decision=verdict.decision, at=now, by=staff.actor, because=verdict.because)
        await tx.unresolved.decide(payment.id, decided)
        await tx.audit.add(_resolved(current, decided, checked=not isinstance(answer, NoAnswer)))
        approved = approved_by(current, verdict, answer) if verdict.decision is Decision.CHARGED else None
        await end_by_hand(tx, current, approved, now=now, zone=self._zone)
        return Ended(payment=await tx.payments.get(payment.id) or current, by_itself=False)

    async def _ask(self, payment_id: str) -> LookUp:
        try:
            async with asyncio.timeout(self._patience):
                return await self._gateway.look_up(payment_id)
        except TimeoutError:
            return NoAnswer(reason="silent")

    async def _take(self, payment_id: str, answer: LookUp) -> None:
        """Let a clear answer settle the payment, as the rounds would; one that differs keeps it in review."""
        if not isinstance(answer, Found):
            return
        now = self._clock.now()
        await self._store.write(lambda tx: settle(tx, payment_id, answer.outcome, now=now, zone=self._zone))

    async def _file(
        self, staff: Staff, payment_id: str, *, said: GatewaySaid | None = None
    ) -> UnresolvedFile | NoSuchPayment:
        now = self._clock.now()

        async def unit(tx: Tx) -> UnresolvedFile | NoSuchPayment:
            payment = await tx.payments.get(payment_id)
            if payment is None or not staff.may_see(payment.group_id):
                return NoSuchPayment()
            group = await tx.groups.get(payment.group_id)
            guarantor = await tx.guarantors.get(payment.guarantor_id)
            decided = await tx.unresolved.decided(payment_id)
            held = payment.state in HELD
            before = await tx.unresolved.said(payment_id)
            if group is None or guarantor is None or not (held or before or decided):
                return NoSuchPayment()
            people = {one.actor: one.name for one in await tx.staff.list_()} if decided else {}
            return UnresolvedFile(
                payment=payment,
                group=group,
                guarantor=guarantor,
                before=before,
                now=said,
                decided=decided,
                by=None if decided is None else people.get(decided.by, decided.by),
                age=now - payment.created_at,
                decidable=may_be_decided(payment, now),
                held=held,
            )

        return await self._store.read(unit)


def _resolved(payment: Payment, decided: Decided, *, checked: bool) -> Event:
    return Event(
        at=decided.at,
        type="payment.resolved",
        group_id=payment.group_id,
        guarantor_id=payment.guarantor_id,
        link_serial=payment.link_serial,
        session_id=payment.session_id,
        payment_id=payment.id,
        actor=decided.by,
        detail={
            "decision": decided.decision.value,
            "because": decided.because.value,
            "checked": "yes" if checked else "no",
        },
    )
