"""Payments nobody can tell the end of yet: at the payer's bank, unknown, or for a person; all held."""

from dataclasses import replace
from datetime import datetime

from quickpay.domain.alarms import AlarmKind
from quickpay.domain.audit import Event
from quickpay.domain.bank_steps import BANK_GAP, BankStep
from quickpay.domain.payments import HELD, IN_FLIGHT, Payment, PaymentState, look_up_gap
from quickpay.domain.unresolved import UNREADABLE, GatewaySaid, Said
from quickpay.ports.gateway import NeedsAction
from quickpay.ports.tables import Settled, Tx


async def to_bank(tx: Tx, payment: Payment, asks: NeedsAction, now: datetime) -> None:
    """Keep where the payer must go, so that she is led there again; the amount stays held meanwhile."""
    step = BankStep(payment_id=payment.id, page=asks.page, word=asks.word, begun_at=now)
    if not await tx.bank_steps.add(step):
        return
    await tx.audit.add(gateway_event(payment, "payment.bank_asks", now))
    await tx.payments.settle(
        payment.id,
        Settled(state=PaymentState.UNKNOWN, next_look_up_at=now + BANK_GAP),
        was=IN_FLIGHT,
        now=now,
    )


async def to_unknown(tx: Tx, payment: Payment, now: datetime) -> None:
    """Say that nobody knows, and ask soon."""
    if payment.state is not PaymentState.SUBMITTING:
        return
    await tx.payments.settle(
        payment.id,
        Settled(state=PaymentState.UNKNOWN, next_look_up_at=now + look_up_gap(0)),
        was=(PaymentState.SUBMITTING,),
        now=now,
    )
    await tx.audit.add(gateway_event(payment, "payment.unknown", now))


async def to_review(tx: Tx, payment: Payment, now: datetime, said: GatewaySaid) -> None:
    """Hand a payment to a person, with what the gateway said, and raise the alarm once."""
    await tx.unresolved.note(payment.id, said)
    if payment.state is PaymentState.REVIEW:
        return
    await tx.payments.settle(
        payment.id,
        Settled(state=PaymentState.REVIEW, next_look_up_at=now + look_up_gap(payment.look_ups)),
        was=HELD,
        now=now,
    )
    await tx.alarms.raise_(AlarmKind.PAYMENT_IN_REVIEW, payment.id, group_id=payment.group_id, now=now)
    await tx.audit.add(gateway_event(payment, "payment.review", now, differs=said.differs))


async def review_rubbish(tx: Tx, payment: Payment, now: datetime) -> None:
    """Hand a payment to a person of which the gateway speaks, again and again, words nobody can read (X8)."""
    if payment.state is not PaymentState.REVIEW:  # what it is in review for is said already
        await to_review(tx, payment, now, GatewaySaid(at=now, said=Said.DIFFERS, differs=UNREADABLE))


async def only_rubbish(tx: Tx, payment: Payment) -> bool:
    """Whether a payment in review is there for words nobody could read, and for nothing else."""
    said = await tx.unresolved.said(payment.id)
    return said is not None and said.differs == UNREADABLE


async def review_overdue(tx: Tx, payment: Payment, now: datetime) -> None:
    """Hand a payment nobody could resolve to a person (R79)."""
    said = await tx.unresolved.said(payment.id) or GatewaySaid(at=now, said=Said.NOTHING)
    await to_review(tx, payment, now, replace(said, differs=said.differs or "age"))


def gateway_event(payment: Payment, kind: str, now: datetime, **detail: str | int | None) -> Event:
    """Name a payment in the audit of what the gateway said."""
    return Event(
        at=now,
        type=kind,
        group_id=payment.group_id,
        guarantor_id=payment.guarantor_id,
        link_serial=payment.link_serial,
        session_id=payment.session_id,
        payment_id=payment.id,
        actor="gateway",
        detail={"amount": payment.amount, **detail},
    )
