"""Write 2 of a payment: what the gateway said, written once, whoever brings the answer first.

The answer to the charge, the webhook and the look-up all come here; whoever comes second finds it done.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from quickpay.domain.groups import Group
from quickpay.domain.ledger import Posted, post_oldest_first, why_not_posted
from quickpay.domain.links import LinkState
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.domain.money import Cents
from quickpay.domain.payments import HELD, Payment, PaymentState, Reason
from quickpay.domain.receipts import Receipt, ReceiptStatus
from quickpay.ports.gateway import (
    Approved,
    Card,
    Declined,
    Mismatch,
    NeedsAction,
    NoAnswer,
    NotReceived,
    Outcome,
)
from quickpay.ports.tables import Settled, Tx
from quickpay.services.account import account_now
from quickpay.services.cards.stored import drop_card, keep_card
from quickpay.services.settling.contradicted import contradict, what_was_said
from quickpay.services.settling.refund_ends import note_elsewhere
from quickpay.services.settling.undecided import gateway_event, to_bank, to_review, to_unknown

RECEIPT_WORTH_SENDING = timedelta(days=3)


async def settle(tx: Tx, payment_id: str, outcome: Outcome, *, now: datetime, zone: ZoneInfo) -> Payment:
    """Move a payment to where the outcome says; one that has ended stays as it is.

    Locks the guarantor before the payment, in the order of write 1, so neither waits for the other.

    Raises:
        LookupError: the payment was never written down: impossible, write 1 comes before the gateway.
    """
    payment = await tx.payments.get(payment_id)
    if payment is None:
        raise LookupError("an outcome for a payment that was never written down")
    await tx.guarantors.lock(payment.guarantor_id)
    payment = await tx.payments.lock(payment_id) or payment
    if payment.state not in HELD:
        return await _after_its_end(tx, payment, outcome, now)
    await _write(tx, payment, outcome, now=now, zone=zone)
    return await tx.payments.get(payment_id) or payment


async def _write(tx: Tx, payment: Payment, outcome: Outcome, *, now: datetime, zone: ZoneInfo) -> None:
    match outcome:
        case Approved() if differing := _differs(payment, outcome):
            await drop_card(tx, payment, outcome.stored, now=now)
            await to_review(tx, payment, now, what_was_said(outcome, now, differs=differing))
        case Approved():
            await _succeed(tx, payment, outcome, now=now, zone=zone)
        case Declined(reason=reason, transaction=transaction, card=card):
            await _decline(
                tx, payment, Reason(reason.value), transaction=transaction, card=card, now=now, zone=zone
            )
        case NotReceived():
            await decline_uncharged(tx, payment, now=now, zone=zone)
        case Mismatch():
            await drop_card(tx, payment, outcome.stored, now=now)
            await to_review(tx, payment, now, what_was_said(outcome, now))
        case NeedsAction():
            await to_bank(tx, payment, outcome, now)
        case NoAnswer():
            await to_unknown(tx, payment, now)


async def _after_its_end(tx: Tx, payment: Payment, outcome: Outcome, now: datetime) -> Payment:
    """Hear more of a payment that has ended: an end stays (I11), and what was given back is given back."""
    await contradict(tx, payment, outcome, now)
    if not isinstance(outcome, Approved):
        return payment
    if payment.state is PaymentState.DECLINED:
        await drop_card(tx, payment, outcome.stored, now=now)
        return payment
    await keep_card(tx, payment, outcome, now=now)  # who ended it may not have known of it
    await note_elsewhere(tx, payment, outcome, now=now)
    return await tx.payments.get(payment.id) or payment


async def decline_uncharged(tx: Tx, payment: Payment, *, now: datetime, zone: ZoneInfo) -> None:
    """End a payment the gateway never received: no money moved, and another try is free."""
    await _decline(tx, payment, Reason.NOT_CHARGED, transaction=None, card=None, now=now, zone=zone)


async def end_by_hand(
    tx: Tx, payment: Payment, approved: Approved | None, *, now: datetime, zone: ZoneInfo
) -> None:
    """End a held payment, locked by the caller, as a person decided: by what it took, or None for nothing."""
    if approved is None:
        await decline_uncharged(tx, payment, now=now, zone=zone)
    else:
        await _succeed(tx, payment, approved, now=now, zone=zone)


def _differs(payment: Payment, approved: Approved) -> tuple[str, ...]:
    """Name what of the gateway's success is not what this row asked for (R86)."""
    same = {
        "amount": approved.amount == payment.amount,
        "currency": approved.currency == payment.currency,
        "reference": approved.reference == payment.id,
        # Given back at the gateway before we knew it was taken: no receipt may say that it is here.
        "refunded": approved.refunded == 0,
    }
    return tuple(name for name, is_same in same.items() if not is_same)


async def _succeed(tx: Tx, payment: Payment, approved: Approved, *, now: datetime, zone: ZoneInfo) -> None:
    await tx.bank_steps.end(payment.id)
    group = await _group(tx, payment)
    day = now.astimezone(zone).date()
    batch = await tx.ledger.batch(payment.group_id, day, now)
    number = await tx.ledger.add_receipt(
        Receipt(
            number=0,
            payment_id=payment.id,
            group_id=payment.group_id,
            guarantor_id=payment.guarantor_id,
            batch_id=batch,
            date=day,
            amount=payment.amount,
            status=ReceiptStatus.PAID,
        ),
    )
    await keep_card(tx, payment, approved, now=now)
    posted, why_not = await _post(tx, payment, group, now)
    card = approved.card if approved.card.is_known else None
    await tx.payments.settle(
        payment.id,
        Settled(
            state=PaymentState.SUCCEEDED,
            card_brand=None if card is None else card.brand,
            card_last4=None if card is None else card.last4,
            transaction=approved.transaction,
            receipt_number=number,
            batch_id=batch,
            unapplied=posted.unapplied,
            not_posted_because=why_not,
        ),
        was=HELD,
        now=now,
    )
    if payment.single_payment and payment.link_serial is not None:
        await tx.links.end(payment.link_serial, LinkState.PAID)
    if payment.receipt_email and group.options.payments.email_receipt:
        await tx.outbox.add(
            NewMessage(
                kind=MessageKind.RECEIPT,
                subject=payment.id,
                group_id=payment.group_id,
                guarantor_id=payment.guarantor_id,
                channel=Channel.EMAIL,
                recipient=payment.receipt_email,
                now=now,
                give_up_at=now + RECEIPT_WORTH_SENDING,
            ),
        )
    await tx.audit.add(
        gateway_event(payment, "payment.succeeded", now, receipt=number, not_posted_because=why_not)
    )


async def _post(tx: Tx, payment: Payment, group: Group, now: datetime) -> tuple[Posted, str | None]:
    account = await account_now(tx, payment.guarantor_id)
    why_not = why_not_posted(
        auto_post=group.options.payments.auto_post, unapplied_before=account.balances.unapplied
    )
    if why_not is not None:
        return Posted(postings=(), unapplied=payment.amount), why_not.value
    posted = post_oldest_first(payment.amount, account.lines)
    await tx.ledger.post(payment.id, posted.postings, now)
    return posted, None


async def _decline(
    tx: Tx,
    payment: Payment,
    reason: Reason,
    *,
    transaction: str | None,
    card: Card | None,
    now: datetime,
    zone: ZoneInfo,
) -> None:
    await tx.bank_steps.end(payment.id)
    day = now.astimezone(zone).date()
    batch = await tx.ledger.batch(payment.group_id, day, now)
    number = await tx.ledger.add_receipt(
        Receipt(
            number=0,
            payment_id=payment.id,
            group_id=payment.group_id,
            guarantor_id=payment.guarantor_id,
            batch_id=batch,
            date=day,
            amount=Cents(0),
            status=ReceiptStatus.UNSUCCESSFUL,
        ),
    )
    await tx.payments.settle(
        payment.id,
        Settled(
            state=PaymentState.DECLINED,
            reason=reason,
            card_brand=None if card is None else card.brand,
            card_last4=None if card is None else card.last4,
            transaction=transaction,
            receipt_number=number,
            batch_id=batch,
        ),
        was=HELD,
        now=now,
    )
    await tx.audit.add(gateway_event(payment, "payment.declined", now, reason=reason.value, receipt=number))


async def _group(tx: Tx, payment: Payment) -> Group:
    group = await tx.groups.get(payment.group_id)
    if group is None:
        raise LookupError("a payment of a group that does not exist")
    return group
