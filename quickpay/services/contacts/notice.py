"""Tell the old contact that another took its place, or the other one where there was none (R38)."""

from datetime import datetime, timedelta

from quickpay.domain.contact_changes import ContactChange
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.mfa.methods import Method
from quickpay.ports.tables import Tx

_WORTH_SENDING = timedelta(days=3)
"""Longer than the new contact rests: who was wronged must hear of it, if late."""

_CHANNELS = {Method.EMAIL: Channel.EMAIL, Method.SMS: Channel.SMS}


async def tell_of_change(tx: Tx, guarantor: Guarantor, change: ContactChange, *, now: datetime) -> None:
    """Queue the notice to the first who may be written to; `guarantor` is as before the change."""
    for channel, contact in _told(guarantor, Method(change.method)):
        if contact is None or (channel is Channel.SMS and guarantor.text_opt_out):
            continue
        if await tx.stops.holds(guarantor.id, contact):
            continue
        await tx.outbox.add(
            NewMessage(
                kind=MessageKind.CONTACT_CHANGED,
                subject=change.challenge_id,
                group_id=guarantor.group_id,
                guarantor_id=guarantor.id,
                channel=channel,
                recipient=contact,
                now=now,
                give_up_at=now + _WORTH_SENDING,
            )
        )
        return


def _told(guarantor: Guarantor, changed: Method) -> tuple[tuple[Channel, str | None], ...]:
    email = (_CHANNELS[Method.EMAIL], guarantor.email)
    mobile = (_CHANNELS[Method.SMS], guarantor.mobile)
    return (email, mobile) if changed is Method.EMAIL else (mobile, email)
