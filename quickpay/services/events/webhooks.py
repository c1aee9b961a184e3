"""Take in what others tell us of their own accord: the gateway of payments, Twilio of texts."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol, assert_never
from zoneinfo import ZoneInfo

from quickpay.domain.audit import Event
from quickpay.domain.payments import IN_FLIGHT, Payment
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import (
    Approved,
    Declined,
    ForgedWebhook,
    Gateway,
    GatewayEvent,
    IgnoredWebhook,
    Outcome,
)
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.messages.text_fates import hear_reply, read_report, tell
from quickpay.services.settling.contradicted import what_was_said
from quickpay.services.settling.settle import settle

_FORGERIES_NOTED_EVERY = 60.0

_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Taken(StrEnum):
    """What became of a webhook; only `forged` and `no_such_source` are refused."""

    DONE = "done"
    REPEATED = "repeated"
    UNKNOWN_PAYMENT = "unknown_payment"
    IGNORED = "ignored"
    FORGED = "forged"
    NO_SUCH_SOURCE = "no_such_source"


class CallbackCheck(Protocol):
    """Judge whether a delivery report comes from the one who sends our texts (R103)."""

    def is_genuine(self, *, path: str, form: Mapping[str, str], signature: str) -> bool:
        """Hold the signature against the public address of `path` and every field of the form."""
        ...


class WebhooksIn:
    """Believe only what is signed, and each event once."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        gateway: Gateway,
        zone: ZoneInfo,
        callbacks: CallbackCheck | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._gateway = gateway
        self._zone = zone
        self._callbacks = callbacks
        self._forged: Counter[str] = Counter()
        self._forgeries_noted_until: dict[str, float] = {}

    async def from_gateway(self, source: str, headers: Mapping[str, str], body: bytes) -> Taken:
        """Take one event; the memory of it and what it changes are one unit (R100, R104).

        Raises:
            StoreBusy, StoreUnavailable: nothing was kept, and the sender should try again (R102).
        """
        if source != self._gateway.name:
            return Taken.NO_SUCH_SOURCE
        now = self._clock.now()
        read = self._gateway.read_webhook(headers, body, now=now)
        match read:
            case GatewayEvent():
                return await self._settle(source, read)
            case ForgedWebhook(reason=reason):
                await self._refuse(source, reason)
                return Taken.FORGED
            case IgnoredWebhook():
                return Taken.IGNORED
            case _:
                assert_never(read)

    async def _settle(self, source: str, event: GatewayEvent) -> Taken:
        now = self._clock.now()

        async def unit(tx: Tx) -> Taken:
            if not await tx.webhooks.first(source=source, event_id=event.event_id, now=now):
                return Taken.REPEATED
            payment = await tx.payments.get(event.payment_id)
            if payment is None:
                # Write 1 comes before the gateway is asked, so this is nobody's payment here (X11).
                await tx.audit.add(_event("webhook.unknown_payment", now, source=source))
                return Taken.UNKNOWN_PAYMENT
            if await _is_looked_up_first(tx, payment, event.outcome, now):
                await tx.payments.asked(payment.id, missed=False, next_look_up_at=now)
                return Taken.DONE
            await settle(tx, payment.id, event.outcome, now=now, zone=self._zone)
            return Taken.DONE

        return await self._store.write(unit)

    async def from_texter(self, *, path: str, form: Mapping[str, str], signature: str | None) -> Taken:
        """Take a report, which only informs (R60, A39), or a STOP or START replied to a text (R61)."""
        if self._callbacks is None:
            return Taken.NO_SUCH_SOURCE
        if not signature or not self._callbacks.is_genuine(path=path, form=form, signature=signature):
            await self._refuse("twilio", "signature")
            return Taken.FORGED
        sid, word = form.get("MessageSid", ""), form.get("OptOutType")
        if not _SID.fullmatch(sid):
            return Taken.IGNORED
        return await self._report(sid, form) if word is None else await self._reply(sid, word, form)

    async def _report(self, sid: str, form: Mapping[str, str]) -> Taken:
        report, now = read_report(form), self._clock.now()
        if report is None:
            return Taken.IGNORED

        async def unit(tx: Tx) -> Taken:
            fate = await tx.texts.report(sid, report, now=now)
            if fate is None:
                return Taken.REPEATED
            await tell(tx, fate, now=now)
            return Taken.DONE

        return await self._store.write(unit)

    async def _reply(self, sid: str, word: str, form: Mapping[str, str]) -> Taken:
        """Take what the holder of a number told the carrier; each reply counts once."""
        number, now = form.get("From", ""), self._clock.now()
        if not _E164.fullmatch(number):
            return Taken.IGNORED

        async def unit(tx: Tx) -> Taken:
            if not await tx.webhooks.first(source="twilio", event_id=sid, now=now):
                return Taken.REPEATED
            return Taken.DONE if await hear_reply(tx, number, word, now=now) else Taken.IGNORED

        return await self._store.write(unit)

    async def _refuse(self, source: str, reason: str) -> None:
        """Note a forgery: one line a minute, with how many there were, or anybody could fill the audit."""
        self._forged[source] += 1
        moment = self._clock.monotonic()
        if moment < self._forgeries_noted_until.get(source, moment):
            return
        self._forgeries_noted_until[source] = moment + _FORGERIES_NOTED_EVERY
        times, self._forged[source] = self._forged[source], 0
        await self._note("webhook.refused", source=source, reason=reason, times=times)

    async def _note(self, kind: str, **detail: str | int | None) -> None:
        now = self._clock.now()

        async def unit(tx: Tx) -> None:
            await tx.audit.add(Event(at=now, type=kind, actor="gateway", detail=dict(detail)))

        await self._store.write(unit)


async def _is_looked_up_first(tx: Tx, payment: Payment, outcome: Outcome, now: datetime) -> bool:
    """Whether the gateway is asked at once, because the event alone does not say enough."""
    match outcome:
        case Declined():  # her browser could still confirm it: it is sealed before it ends
            return await tx.bank_steps.of_payment(payment.id) is not None
        case Approved() if not outcome.card.is_known and payment.state in IN_FLIGHT:
            # Her receipt names the card. Where the gateway does not name it either, this word will do.
            await tx.unresolved.note(payment.id, what_was_said(outcome, now))
            return True
        case _:
            return False


def _event(kind: str, now: datetime, *, source: str) -> Event:
    return Event(at=now, type=kind, actor="gateway", detail={"source": source})
