"""What a waiting message says, put together at the moment it is sent; or why it is not sent at all."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from quickpay.domain.contact_changes import ContactChange
from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.languages import Language
from quickpay.domain.links import LinkState
from quickpay.domain.messages import Channel, Message, MessageKind, payment_of
from quickpay.domain.payments import Payment, card_name
from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.mfa.methods import Method
from quickpay.ports.notes import (
    ContactChangedNote,
    LinkNote,
    LockedNote,
    Note,
    ReceiptNote,
    RefundNote,
    ReleasedNote,
)
from quickpay.ports.tables import Tx
from quickpay.services.groups.images import Inline, logo_inline
from quickpay.services.links.words import words_of
from quickpay.services.settling.receipt_mail import paid_by_somebody_else


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message with what it tells of, read at the moment of sending."""

    message: Message
    note: Note
    group: Group
    language: str
    images: Inline


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Why a message is not sent at all."""

    reason: str


class Letters:
    """Put messages together; all in the caller's unit."""

    def __init__(self, *, tokens: Tokens, base_url: str, zone: ZoneInfo) -> None:
        self._tokens = tokens
        self._base_url = base_url
        self._zone = zone

    async def write(self, tx: Tx, message: Message, now: datetime) -> Letter | Drop:
        """Put the message together from what is so now, or say why it is not sent."""
        group = await tx.groups.get(message.group_id)
        guarantor = await tx.guarantors.get(message.guarantor_id)
        if group is None or guarantor is None:
            return Drop(reason="nobody to tell")
        if message.channel is Channel.SMS and guarantor.text_opt_out:
            return Drop(reason="opted out of texts")  # codes, which are asked for, do not come this way
        if await tx.stops.holds(guarantor.id, message.recipient):
            return Drop(reason="contact is not this person")
        if await tx.carrier_stops.since(message.recipient) is not None:
            return Drop(reason="the carrier was told STOP")
        note = await self._note(tx, message, group, guarantor, now)
        if note is None or isinstance(note, Drop):
            return note or Drop(reason="nothing to tell")
        images = await logo_inline(tx, group) if message.channel is Channel.EMAIL else ()
        language = await _language(tx, message, guarantor)
        return Letter(message=message, note=note, group=group, language=language, images=images)

    async def _note(
        self, tx: Tx, message: Message, group: Group, guarantor: Guarantor, now: datetime
    ) -> Note | Drop | None:
        match message.kind:
            case MessageKind.LOCKED:
                return LockedNote()
            case MessageKind.RELEASED:
                return ReleasedNote()
            case MessageKind.CONTACT_CHANGED:
                change = await tx.contact_changes.get(message.subject)
                return None if change is None else _contact_changed(change)
            case MessageKind.LINK:
                return await self._link(tx, message, group, guarantor, now)
            case MessageKind.RECEIPT:
                return await _receipt(tx, payment_of(message.subject)[0], guarantor)
            case MessageKind.REFUND:
                return await self._refund(tx, message.subject, guarantor)

    async def _link(
        self, tx: Tx, message: Message, group: Group, guarantor: Guarantor, now: datetime
    ) -> Note | Drop | None:
        link = await tx.links.get(message.subject)
        if link is None or link.state is not LinkState.ACTIVE or link.expires_at <= now:
            return None
        url = f"{self._base_url}/q/{self._tokens.sign(TokenPurpose.LINK, link.id)}"
        day = link.expires_at.astimezone(self._zone).date()
        own = await words_of(tx, link.id, group, guarantor, url=url, day=day)
        if isinstance(own, tuple):  # the group's options have changed since
            return Drop(reason="the template may not go out any more")
        return LinkNote(url=url, good_until=day, own=own)

    async def _refund(self, tx: Tx, refund_id: str, guarantor: Guarantor) -> RefundNote | None:
        refund = await tx.refunds.get(refund_id)
        receipt = None if refund is None else await _receipt(tx, refund.payment_id, guarantor)
        if refund is None or refund.ended_at is None or receipt is None:
            return None
        return RefundNote(
            amount=refund.amount, given_on=refund.ended_at.astimezone(self._zone).date(), receipt=receipt
        )


async def _receipt(tx: Tx, payment_id: str, guarantor: Guarantor) -> ReceiptNote | None:
    payment = await tx.payments.get(payment_id)
    if payment is None or payment.receipt_number is None:
        return None
    receipt = await tx.ledger.receipt(payment.receipt_number)
    if receipt is None:
        return None
    shared = await paid_by_somebody_else(tx, payment)
    return ReceiptNote(
        receipt_number=receipt.number,
        guarantor=None if shared else guarantor.name,
        account=None if shared else guarantor.number,
        date_paid=receipt.date,
        transaction=payment.transaction or "",
        card_type=card_name(payment.card_brand, payment.card_last4),
        amount=receipt.amount,
        refunded=payment.refunded,
    )


async def _language(tx: Tx, message: Message, guarantor: Guarantor) -> str:
    """Say whose language it is in: of a payment's letters the one its payer read, else the guarantor's.

    Where somebody else paid, hers is nobody's business.
    """
    payment = await _payment_told_of(tx, message)
    if payment is None:
        return guarantor.language
    if payment.language is not None:
        return payment.language
    return Language.EN if await paid_by_somebody_else(tx, payment) else guarantor.language


async def _payment_told_of(tx: Tx, message: Message) -> Payment | None:
    match message.kind:
        case MessageKind.RECEIPT:
            return await tx.payments.get(payment_of(message.subject)[0])
        case MessageKind.REFUND:
            refund = await tx.refunds.get(message.subject)
            return None if refund is None else await tx.payments.get(refund.payment_id)
        case _:
            return None


def _contact_changed(change: ContactChange) -> ContactChangedNote:
    email = change.method == Method.EMAIL
    masked = mask_email(change.contact) if email else mask_mobile(change.contact)
    return ContactChangedNote(email=email, masked=masked, added=change.before is None)
