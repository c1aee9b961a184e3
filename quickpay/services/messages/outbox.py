"""Send what waits: receipts, notices and links, one worker each, again after trouble (R48-R54)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from zoneinfo import ZoneInfo

from quickpay.domain.audit import Event
from quickpay.domain.messages import Channel, Message, MessageKind, payment_of
from quickpay.domain.text_fates import HandedText
from quickpay.domain.tokens import Tokens
from quickpay.ports.clock import Clock
from quickpay.ports.messages import STOPPED, Delivery, Email, Mailer, Rejected, Sent, Text, Texter, Uncertain
from quickpay.ports.notes import Notes
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.messages.letters import Drop, Letter, Letters
from quickpay.services.messages.text_fates import REFUSAL, hand_over, stop_texts

LEASE = timedelta(seconds=60)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)
_AT_ONCE = 10
_LOOK_AGAIN_SECONDS = 1.0
"""While a server keeps silent over one message, what became due since is claimed this often (R50)."""
_LONGEST_SENDING = timedelta(seconds=35)
"""No sending begins when less of its lease is left: it could still run when another worker has it (R49)."""

_WIND_UP_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leased:
    """A message that is this worker's until then."""

    message: Message
    until: datetime


class Outbox:
    """One worker's view of the outbox; several may run, in one process or many."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        mailer: Mailer,
        texter: Texter,
        notes: Notes,
        tokens: Tokens,
        base_url: str,
        host: str,
        owner: str,
        zone: ZoneInfo,
        reports_to: str | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._mailer = mailer
        self._texter = texter
        self._notes = notes
        self._letters = Letters(tokens=tokens, base_url=base_url, zone=zone)
        self._host = host
        self._reports_to = reports_to
        self._owner = owner
        self._random = SystemRandom()

    async def run_once(self) -> int:
        """Send all that is due, several at a time; returns how many were tried.

        What goes wrong with one message is raised when the others have been tried, and holds up none (R50).

        A worker killed between handing over and noting it sends again when its lease has run out, under the
        same Message-ID: a receipt may come twice, never not at all.
        """
        tried = 0
        running: set[asyncio.Task[None]] = set()
        ended: set[asyncio.Task[None]] = set()
        try:
            while True:
                leased = await self._claim(_AT_ONCE - len(running))
                tried += len(leased)
                running |= {asyncio.create_task(self._send(one)) for one in leased}
                if not running:
                    break
                done, running = await asyncio.wait(
                    running, timeout=_LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                ended |= done
        finally:
            await _wind_up(running)
        failures = [failure for task in ended if not task.cancelled() and (failure := task.exception())]
        if failures:
            raise failures[0]
        return tried

    async def _claim(self, most: int) -> list[_Leased]:
        if most == 0:
            return []
        now = self._clock.now()

        async def unit(tx: Tx) -> list[Message]:
            return await tx.outbox.claim(owner=self._owner, now=now, lease=LEASE, most=most)

        return [_Leased(message=message, until=now + LEASE) for message in await self._store.write(unit)]

    async def _send(self, leased: _Leased) -> None:
        message = leased.message

        now = self._clock.now()

        async def read(tx: Tx) -> Letter | Drop:
            return await self._letters.write(tx, message, now)

        if now >= message.give_up_at:
            await self._end(message, state="dropped", reason="too late")
            return
        letter = await self._store.read(read)
        if isinstance(letter, Drop):
            await self._end(message, state="dropped", reason=letter.reason)
            return
        if leased.until - now < _LONGEST_SENDING:
            return  # whoever claims it next sends it
        match await self._hand_over(letter):
            case Sent(provider_id=sid):
                await self._end(message, state="sent", reason=None, sid=sid, began=now)
            case Rejected(reason=reason, permanent=True):
                await self._end(message, state="dead", reason=reason, began=now)
            case Uncertain(reason=reason) if message.channel is Channel.SMS:
                # A text has no Message-ID to tell a duplicate by: it is never sent a second time.
                await self._end(message, state="sent", reason=f"uncertain: {reason}")
            case Rejected(reason=reason) | Uncertain(reason=reason):
                await self._again(message, reason)

    async def _hand_over(self, letter: Letter) -> Delivery:
        message, group = letter.message, letter.group
        match message.channel:
            case Channel.EMAIL:
                words = self._notes.email(letter.note, group=group, language=letter.language)
                return await self._mailer.send(
                    Email(
                        to=message.recipient,
                        sender=group.options.notifications.email_from or f"no-reply@{self._host}",
                        sender_name=group.name,
                        subject=words.subject,
                        text=words.text,
                        html=words.html,
                        message_id=f"<{message.stable_id}@{self._host}>",
                        inline_images=letter.images,
                    ),
                )
            case Channel.SMS:
                body = self._notes.sms(letter.note, group=group, language=letter.language)
                return await self._texter.send(
                    Text(to=message.recipient, body=body, validity=None, status_callback=self._reports_to)
                )

    async def _end(
        self,
        message: Message,
        *,
        state: str,
        reason: str | None,
        sid: str | None = None,
        began: datetime | None = None,
    ) -> None:
        now = self._clock.now()

        async def unit(tx: Tx) -> None:
            await tx.outbox.finish(message.id, owner=self._owner, state=state, reason=reason, now=now)
            event = await _event(tx, message, state, reason, now)
            await tx.audit.add(event)
            if message.channel is not Channel.SMS:
                return
            text = _text(message, event, sid=sid or "", handed_at=began or now)
            if sid is not None:
                await hand_over(tx, text, now=now)
            elif reason == STOPPED:
                await stop_texts(tx, text, heard_by=REFUSAL, now=now)

        await self._store.write(unit)

    async def _again(self, message: Message, reason: str) -> None:
        """Wait 1, 2, 4 … minutes, an hour at most, each a little at random so that they do not meet."""
        pause = min(_FIRST_PAUSE * 2 ** min(message.attempts - 1, 10), _LONGEST_PAUSE)
        next_at = self._clock.now() + pause * self._random.uniform(0.5, 1.0)

        async def unit(tx: Tx) -> None:
            await tx.outbox.retry(message.id, owner=self._owner, next_at=next_at, reason=reason)

        await self._store.write(unit)


async def _wind_up(running: set[asyncio.Task[None]]) -> None:
    """Let what is being handed over end when the worker is stopped: a text cut off might go twice."""
    if not running:
        return
    _, left = await asyncio.wait(running, timeout=_WIND_UP_SECONDS)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _text(message: Message, event: Event, *, sid: str, handed_at: datetime) -> HandedText:
    return HandedText(
        sid=sid,
        kind=message.kind.value,
        challenge_id=None,
        outbox_id=message.id,
        group_id=message.group_id,
        guarantor_id=message.guarantor_id,
        link_serial=event.link_serial,
        session_id=None,
        number=message.recipient,
        handed_at=handed_at,
    )


async def _event(tx: Tx, message: Message, state: str, reason: str | None, now: datetime) -> Event:
    serial = None
    if message.kind is MessageKind.LINK:
        link = await tx.links.get(message.subject)
        serial = None if link is None else link.serial
    elif message.kind is MessageKind.RECEIPT:
        payment = await tx.payments.get(payment_of(message.subject)[0])
        serial = None if payment is None else payment.link_serial
    elif message.kind is MessageKind.REFUND:
        refund = await tx.refunds.get(message.subject)
        payment = None if refund is None else await tx.payments.get(refund.payment_id)
        serial = None if payment is None else payment.link_serial
    elif message.kind in {MessageKind.LOCKED, MessageKind.CONTACT_CHANGED}:
        challenge = await tx.challenges.get(message.subject)
        serial = None if challenge is None else challenge.link_id
    return Event(
        at=now,
        type=f"message.{'failed' if state == 'dead' else state}",
        group_id=message.group_id,
        guarantor_id=message.guarantor_id,
        link_serial=serial,
        actor="outbox",
        detail={"kind": message.kind.value, "channel": message.channel.value, "reason": reason},
    )
