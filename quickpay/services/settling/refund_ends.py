"""Write 2 of a refund: what the gateway said, written once; and refunds that were made at the gateway itself.

All in the caller's unit. The guarantor is locked before the payment, as everywhere.
"""

from datetime import datetime, timedelta
from typing import assert_never
from uuid import NAMESPACE_URL, uuid5

from quickpay.domain.audit import Event
from quickpay.domain.ledger import take_back
from quickpay.domain.messages import Channel, Fate, MessageKind, NewMessage
from quickpay.domain.money import NO_CENTS, Cents
from quickpay.domain.payments import Payment, look_up_gap
from quickpay.domain.refunds import AT_THE_GATEWAY, Refund, RefundState, WhyRefundRefused
from quickpay.ports.gateway import Approved, NoAnswer, NotReceived, Refunded, RefundOutcome, RefundRefused
from quickpay.ports.tables import Tx

_WORTH_SENDING = timedelta(days=3)


async def locked(tx: Tx, payment_id: str) -> Payment:
    """Lock a payment and whose it is, and return it.

    Raises:
        LookupError: there is no such payment: impossible, a refund refers to it.
    """
    payment = await tx.payments.get(payment_id)
    if payment is not None:
        await tx.guarantors.lock(payment.guarantor_id)
        payment = await tx.payments.lock(payment_id)
    if payment is None:
        raise LookupError("a refund of a payment that does not exist")
    return payment


async def end_refund(
    tx: Tx, refund_id: str, outcome: RefundOutcome, *, now: datetime, first: bool = False
) -> Refund:
    """Move a refund to where the outcome says; one that has ended stays as it is.

    `first`: this answers the first asking, before anybody else can have asked.
    """
    refund = await tx.refunds.get(refund_id)
    if refund is None:
        raise LookupError("an outcome for a refund that was never written down")
    payment = await locked(tx, refund.payment_id)
    refund = await tx.refunds.get(refund_id) or refund
    if not refund.in_flight:
        return refund
    match outcome:
        case Refunded(transaction=transaction):
            await tx.refunds.end(refund_id, transaction=transaction, refused_because=None, now=now)
            await _give_back(tx, payment, refund, reserved=refund.amount, now=now)
        case RefundRefused(reason=reason):
            await _refuse(tx, payment, refund, reason, now=now)
        case NotReceived() if first and refund.state is RefundState.SUBMITTING and refund.asks == 0:
            # It did not reach the gateway, and nobody has asked but this once: nothing is given back.
            await _refuse(tx, payment, refund, WhyRefundRefused.NOT_REACHED.value, now=now)
        case NotReceived() | NoAnswer():
            if await tx.refunds.to_unknown(refund_id, next_ask_at=now + look_up_gap(refund.asks)):
                await tx.audit.add(event_of(payment, "payment.refund_unknown", refund, now))
        case never:
            assert_never(never)
    return await tx.refunds.get(refund_id) or refund


async def note_elsewhere(tx: Tx, payment: Payment, approved: Approved, *, now: datetime) -> bool:
    """Record, once, what the gateway gave back that was not ordered here; the payment is locked.

    What we asked for and have no answer to may be in the gateway's sum: it is not counted twice.
    """
    more = min(approved.refunded, payment.amount) - payment.refunded - payment.refunding
    if not payment.took_money or more <= 0:
        return False
    number = len(await tx.refunds.of_payment(payment.id)) + 1
    refund = Refund(
        id=str(uuid5(NAMESPACE_URL, f"{payment.id}/refunds/{number}")),
        payment_id=payment.id,
        number=number,
        amount=Cents(more),
        reason="",
        made_by=AT_THE_GATEWAY,
        state=RefundState.DONE,
        transaction=None,
        refused_because=None,
        created_at=now,
        deadline=now,
        asks=0,
        asked_at=now,
        next_ask_at=None,
        ended_at=now,
    )
    await tx.refunds.add(refund)
    await _give_back(tx, payment, refund, reserved=NO_CENTS, now=now)
    return True


async def _give_back(tx: Tx, payment: Payment, refund: Refund, *, reserved: Cents, now: datetime) -> None:
    """Take it from what is on no line, then from the newest postings, and tell the patient."""
    on_lines = await tx.ledger.postings(payment.id)
    back = take_back(refund.amount, on_lines, unapplied=payment.unapplied)
    given = await tx.refunds.give_back(
        payment.id, refund.amount, reserved=reserved, unapplied=back.unapplied, now=now
    )
    if not given:
        raise LookupError("a refund of more than its payment: the reservation forbids it")
    await tx.ledger.take_back(payment.id, back.postings, now)
    await _tell(tx, payment, refund, now)
    await tx.audit.add(
        event_of(
            payment,
            "payment.refunded",
            refund,
            now,
            refunded=payment.refunded + refund.amount,
            of=payment.amount,
        )
    )


async def _refuse(tx: Tx, payment: Payment, refund: Refund, reason: str, *, now: datetime) -> None:
    await tx.refunds.end(refund.id, transaction=None, refused_because=reason, now=now)
    await tx.refunds.let_go(payment.id)
    await tx.audit.add(event_of(payment, "payment.refund_refused", refund, now, reason=reason))


async def _tell(tx: Tx, payment: Payment, refund: Refund, now: datetime) -> None:
    """Queue a notice to where the receipt went last, if it went anywhere by email."""
    group = await tx.groups.get(payment.group_id)
    sendings = await tx.outbox.receipts(payment.guarantor_id)
    went = [one for one in sendings if one.payment_id == payment.id and one.fate is not Fate.UNDELIVERABLE]
    if not went or group is None or not group.options.payments.email_receipt:
        return
    # Whom a message went to is forgotten in time; the address given with the payment is not.
    recipient = went[-1].recipient or payment.receipt_email
    if recipient is None:
        return
    await tx.outbox.add(
        NewMessage(
            kind=MessageKind.REFUND,
            subject=refund.id,
            group_id=payment.group_id,
            guarantor_id=payment.guarantor_id,
            channel=Channel.EMAIL,
            recipient=recipient,
            now=now,
            give_up_at=now + _WORTH_SENDING,
        )
    )


def event_of(payment: Payment, kind: str, refund: Refund, now: datetime, **detail: str | int | None) -> Event:
    """Say what happened to a refund; its reason is free text and stays out of the audit."""
    return Event(
        at=now,
        type=kind,
        group_id=payment.group_id,
        guarantor_id=payment.guarantor_id,
        link_serial=payment.link_serial,
        payment_id=payment.id,
        actor=refund.made_by,
        detail={"amount": refund.amount, "refund": refund.number, **detail},
    )
