"""The outbox in the database: messages that wait to be sent, each leased by one worker at a time."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update

from quickpay.adapters.store.columns import micros, moment, number, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import outbox
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.messages import (
    Channel,
    Fate,
    Message,
    MessageKind,
    NewMessage,
    ReceiptSending,
    payment_of,
)

_KINDS = words(MessageKind)
_CHANNELS = words(Channel)

_FATES = {"sent": Fate.SENT, "dead": Fate.UNDELIVERABLE, "dropped": Fate.UNDELIVERABLE}

_WAITING = outbox.c.state.in_(("queued", "leased"))
_DUE = (_WAITING, outbox.c.next_at <= bindparam("now"))
_LEASED = (
    outbox.c.id == bindparam("message"),
    outbox.c.state == "leased",
    outbox.c.lease_owner == bindparam("worker"),
)

_ADD = Statement(
    insert(outbox)
    .values(
        kind=bindparam("kind"),
        subject=bindparam("subject"),
        group_id=bindparam("group_id"),
        guarantor_id=bindparam("guarantor_id"),
        channel=bindparam("channel"),
        recipient=bindparam("recipient"),
        state="queued",
        attempts=0,
        next_at=bindparam("now"),
        created_at=bindparam("now"),
        give_up_at=bindparam("give_up_at"),
    )
    .on_conflict_do_nothing(index_elements=[outbox.c.kind, outbox.c.subject])
)
# A CTE, because PostgreSQL may run a plain subquery once for each row it is compared with, and lease more.
_MINE = (
    select(outbox.c.id)
    .where(*_DUE)
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(number("most"))
    .with_for_update(skip_locked=True)
    .cte("mine")
)
_CLAIM = Statement(
    update(outbox)
    .where(outbox.c.id.in_(select(_MINE.c.id)))
    .values(
        state="leased",
        lease_owner=bindparam("worker"),
        next_at=bindparam("until"),
        attempts=outbox.c.attempts + 1,
    )
    .returning(
        outbox.c.id,
        outbox.c.kind,
        outbox.c.subject,
        outbox.c.group_id,
        outbox.c.guarantor_id,
        outbox.c.channel,
        outbox.c.recipient,
        outbox.c.attempts,
        outbox.c.give_up_at,
    )
)
_FINISH = Statement(
    update(outbox)
    .where(*_LEASED)
    .values(state=bindparam("end"), reason=bindparam("why"), ended_at=bindparam("now"), lease_owner=None)
)
_RETRY = Statement(
    update(outbox)
    .where(*_LEASED)
    .values(state="queued", reason=bindparam("why"), next_at=bindparam("at"), lease_owner=None)
)
_RECEIPTS = Statement(
    select(outbox.c.subject, outbox.c.recipient, outbox.c.state, outbox.c.ended_at)
    .where(outbox.c.guarantor_id == bindparam("guarantor"), outbox.c.kind == MessageKind.RECEIPT.value)
    .order_by(outbox.c.id)
)
_OLD = (
    select(outbox.c.id)
    .where(outbox.c.ended_at < bindparam("before"), outbox.c.recipient.is_not(None))
    .order_by(outbox.c.ended_at)
    .limit(number("most"))
    .cte("old")
)
_FORGET = Statement(
    update(outbox).where(outbox.c.id.in_(select(_OLD.c.id))).values(recipient=None).returning(outbox.c.id)
)
_OLDEST = Statement(select(func.min(outbox.c.next_at)).where(*_DUE))


class Outbox:
    """`ports.tables.Outbox` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, message: NewMessage) -> None:
        """Store it once for its kind and subject; a second time changes nothing."""
        await self._run.count(
            _ADD,
            kind=message.kind.value,
            subject=message.subject,
            group_id=message.group_id,
            guarantor_id=message.guarantor_id,
            channel=message.channel.value,
            recipient=message.recipient,
            now=micros(message.now),
            give_up_at=micros(message.give_up_at),
        )

    async def claim(self, *, owner: str, now: datetime, lease: timedelta, most: int) -> list[Message]:
        """Lease what is due, leases that ran out included; each is one worker's until then (R49)."""
        rows = await self._run.all(
            _CLAIM, worker=owner, now=micros(now), until=micros(now + lease), most=most
        )
        return [_message(row) for row in rows]

    async def finish(
        self, message_id: int, *, owner: str, state: str, reason: str | None, now: datetime
    ) -> bool:
        """End a message this worker has leased; False when the lease has gone to another."""
        changed = await self._run.count(
            _FINISH, message=message_id, worker=owner, end=state, why=reason, now=micros(now)
        )
        return changed == 1

    async def retry(self, message_id: int, *, owner: str, next_at: datetime, reason: str) -> bool:
        """Give a message this worker has leased back until `next_at`."""
        changed = await self._run.count(
            _RETRY, message=message_id, worker=owner, at=micros(next_at), why=reason
        )
        return changed == 1

    async def oldest_due(self, now: datetime) -> datetime | None:
        """Return since when the longest waiting message has been due."""
        row = await self._run.one(_OLDEST, now=micros(now))
        return None if row is None or row[0] is None else moment(row[0])

    async def receipts(self, guarantor_id: int) -> list[ReceiptSending]:
        """Every sending of a receipt of this guarantor's payments, in the order they were asked for."""
        return [_receipt(row) for row in await self._run.all(_RECEIPTS, guarantor=guarantor_id)]

    async def forget_recipients(self, before: datetime, *, most: int) -> int:
        """Forget whom messages that ended before went to; returns of how many."""
        return len(await self._run.all(_FORGET, before=micros(before), most=most))


def _receipt(row: Row) -> ReceiptSending:
    subject, recipient, state, ended_at = row
    payment_id, sending = payment_of(subject)
    return ReceiptSending(
        payment_id=payment_id,
        sending=sending,
        recipient=recipient,
        fate=_FATES.get(state, Fate.WAITING),
        ended_at=None if ended_at is None else moment(ended_at),
    )


def _message(row: Row) -> Message:
    id_, kind, subject, group_id, guarantor_id, channel, recipient, attempts, give_up_at = row
    return Message(
        id=id_,
        kind=_KINDS[kind],
        subject=subject,
        group_id=group_id,
        guarantor_id=guarantor_id,
        channel=_CHANNELS[channel],
        recipient=recipient,
        attempts=attempts,
        give_up_at=moment(give_up_at),
    )
