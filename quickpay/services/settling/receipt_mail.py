"""A payment's receipt by email: how its sendings fared, and one more of them; all in the caller's unit."""

from dataclasses import dataclass, field
from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests
from quickpay.domain.groups import Group
from quickpay.domain.messages import Channel, MessageKind, NewMessage, ReceiptSending, receipt_subject
from quickpay.domain.payments import Payment, PaymentState
from quickpay.mfa.limits import Limits
from quickpay.ports.tables import Tx
from quickpay.services.settling.settle import RECEIPT_WORTH_SENDING

TOOK_MONEY = frozenset({PaymentState.SUCCEEDED, PaymentState.REFUNDED})


async def paid_by_somebody_else(tx: Tx, payment: Payment) -> bool:
    """Whether it came by a share: what is said of it to its payer names nobody."""
    link = None if payment.link_serial is None else await tx.links.by_serial(payment.link_serial)
    return link is not None and link.is_share


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptMail:
    """Every sending so far, the address given with the payment, and whether there may be one more.

    The number stands in the form: pressed twice, the same form asks twice for the same sending.
    """

    sendings: tuple[ReceiptSending, ...]
    given: str | None = field(repr=False)
    offered: bool

    @property
    def sending(self) -> int:
        """Which sending the next one is, from 1."""
        return max((one.sending for one in self.sendings), default=0) + 1

    def before(self, sending: int) -> str | None:
        """Give the address used before that sending, which is what its form showed."""
        earlier = [one.recipient for one in self.sendings if one.sending < sending and one.recipient]
        return earlier[-1] if earlier else self.given


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where a receipt is to go, which sending that is, who presses, and how they came."""

    recipient: str = field(repr=False)
    chosen: str  # how the address was chosen: typed, before, on_file
    sending: int
    actor: str
    session_id: int | None = None
    address: str | None = field(default=None, repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """It is on its way, by this press or by the same one before."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Another press has sent it meanwhile, elsewhere; nothing was done now."""


@dataclass(frozen=True, slots=True)
class NotOffered:
    """This receipt is not sent by email: no money was taken, or the group does not send any."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing goes to this address for this guarantor: somebody there said it is not them."""


class SentTooOften(Exception):
    """Some count is full; raised so that the press is undone whole and uses up none of the others."""

    def __init__(self, event: Event) -> None:
        super().__init__("a receipt was sent too often")
        self.event = event


async def receipt_mail(tx: Tx, payment: Payment, group: Group) -> ReceiptMail:
    """Look how the receipt fared."""
    every = await tx.outbox.receipts(payment.guarantor_id)
    sendings = tuple(one for one in every if one.payment_id == payment.id)
    on = group.options.payments.email_receipt
    took_money = payment.state in TOOK_MONEY and payment.receipt_number is not None
    return ReceiptMail(
        sendings=sendings,
        given=payment.receipt_email,
        offered=on and took_money,
    )


async def send_again(
    tx: Tx, payment: Payment, group: Group, asked: Asked, *, limits: Limits, digests: Digests, now: datetime
) -> Queued | Overtaken | NotOffered | Stopped:
    """Queue one more sending, once for each number.

    Raises:
        SentTooOften: and the unit is undone.
    """
    await tx.guarantors.lock(payment.guarantor_id)  # of two presses the second sees the first
    mail = await receipt_mail(tx, payment, group)
    if not mail.offered:
        return NotOffered()
    if asked.sending != mail.sending:
        done = next((one for one in mail.sendings if one.sending == asked.sending), None)
        return Queued() if done is not None and done.recipient == asked.recipient else Overtaken()
    if await tx.stops.holds(payment.guarantor_id, asked.recipient):
        return Stopped()
    if not await _fits(tx, payment, asked, limits, digests, now):
        raise SentTooOften(_event("rate.limited", payment, asked, now, limit="receipts"))
    await tx.outbox.add(
        NewMessage(
            kind=MessageKind.RECEIPT,
            subject=receipt_subject(payment.id, asked.sending),
            group_id=payment.group_id,
            guarantor_id=payment.guarantor_id,
            channel=Channel.EMAIL,
            recipient=asked.recipient,
            now=now,
            give_up_at=now + RECEIPT_WORTH_SENDING,
        )
    )
    await tx.audit.add(
        _event(
            "receipt.sent_again",
            payment,
            asked,
            now,
            receipt=payment.receipt_number,
            sending=asked.sending,
            to=asked.chosen,
        )
    )
    return Queued()


async def _fits(
    tx: Tx, payment: Payment, asked: Asked, limits: Limits, digests: Digests, now: datetime
) -> bool:
    counts = [
        (limits.receipts_per_payment, digests.subject("payment", payment.id)),
        (limits.receipts_per_contact, digests.subject("contact", asked.recipient)),
    ]
    if asked.address is not None:
        counts.append((limits.receipts_per_address, digests.subject("address", asked.address)))
    fits = [await tx.counters.bump(limit, whose, now=now) for several, whose in counts for limit in several]
    return all(fits)


def _event(kind: str, payment: Payment, asked: Asked, now: datetime, **detail: str | int | None) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=payment.group_id,
        guarantor_id=payment.guarantor_id,
        link_serial=payment.link_serial,
        session_id=asked.session_id,
        payment_id=payment.id,
        actor=asked.actor,
        request_id=asked.request_id,
        detail=detail,
    )
