"""The gateway says something else than how a payment ended here: kept as a difference, and an alarm."""

from datetime import datetime

from quickpay.domain.alarms import AlarmKind
from quickpay.domain.audit import Event
from quickpay.domain.differences import Difference, Kind, missing_here
from quickpay.domain.payments import Payment, PaymentState
from quickpay.domain.unresolved import Decision, GatewaySaid, Said
from quickpay.ports.gateway import Approved, Declined, LookUp, Mismatch, NoAnswer, NotFound, Outcome
from quickpay.ports.tables import Tx


async def contradict(tx: Tx, payment: Payment, outcome: Outcome, now: datetime) -> None:
    """Note an answer that comes after the end and is not the same; an end stays (I11)."""
    difference = await _difference(tx, payment, outcome, now)
    if difference is None or not await tx.differences.see(difference, now=now):
        return
    await tx.audit.add(
        Event(
            at=now,
            type="payment.contradicted",
            group_id=payment.group_id,
            guarantor_id=payment.guarantor_id,
            link_serial=payment.link_serial,
            session_id=payment.session_id,
            payment_id=payment.id,
            actor="gateway",
            detail={"amount": payment.amount, "transaction": difference.transaction},
        ),
    )
    await tx.alarms.raise_(AlarmKind.PAYMENT_CONTRADICTED, payment.id, group_id=payment.group_id, now=now)


async def _difference(tx: Tx, payment: Payment, outcome: Outcome, now: datetime) -> Difference | None:
    if payment.state is PaymentState.DECLINED:
        if isinstance(outcome, Approved):
            return missing_here(
                outcome.transaction, payment, reference=payment.id, amount=outcome.amount, at=now
            )
        return None
    if not isinstance(outcome, Declined):
        return None
    # An old decline told late is no news (A68), unless the success is only a person's word.
    decided = await tx.unresolved.decided(payment.id)
    if decided is None or decided.decision is not Decision.CHARGED:
        return None
    return Difference(
        kind=Kind.MISSING_THERE,
        subject=payment.id,
        payment_id=payment.id,
        group_id=payment.group_id,
        transaction=payment.transaction,
        ours=payment.amount,
        theirs=None,
        at=now,
    )


def what_was_said(answer: LookUp | Outcome, now: datetime, *, differs: tuple[str, ...] = ()) -> GatewaySaid:
    """Put an answer into the words it is kept and shown by."""
    outcome = getattr(answer, "outcome", answer)
    words = ", ".join(differs) or None
    match outcome:
        case Approved():
            return GatewaySaid(
                at=now,
                said=Said.DIFFERS if differs else Said.CHARGED,
                differs=words,
                transaction=outcome.transaction,
                amount=outcome.amount,
                currency=outcome.currency,
            )
        case Mismatch():
            return GatewaySaid(
                at=now,
                said=Said.DIFFERS,
                differs=words or ", ".join(outcome.differs),
                transaction=outcome.transaction,
                amount=outcome.amount,
                currency=outcome.currency,
            )
        case Declined():
            return GatewaySaid(at=now, said=Said.DECLINED, transaction=outcome.transaction)
        case NotFound():
            return GatewaySaid(at=now, said=Said.NOT_FOUND)
        case NoAnswer():
            return GatewaySaid(at=now, said=Said.NOTHING)
        case _:
            return GatewaySaid(at=now, said=Said.NOTHING)
