"""Take a code to its contact: straight out, within a deadline, and never written down."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from quickpay.domain.audit import Event
from quickpay.domain.groups import Group
from quickpay.domain.languages import Language
from quickpay.domain.text_fates import HandedText
from quickpay.mfa.challenge import Challenge, ChallengeState
from quickpay.mfa.codes import Code
from quickpay.mfa.message import (
    DEFAULT_EMAIL_BODY,
    DEFAULT_EMAIL_SUBJECT,
    DEFAULT_SMS,
    fill,
    text_message,
)
from quickpay.mfa.methods import Method
from quickpay.ports.clock import Clock
from quickpay.ports.messages import STOPPED, Delivery, Email, Mailer, Rejected, Sent, Text, Texter, Uncertain
from quickpay.ports.notes import Notes
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.groups.images import Inline, logo_inline
from quickpay.services.messages.text_fates import REFUSAL, hand_over, stop_texts
from quickpay.services.messages.turns import Turns

PAUSES = (0.5, 2.0)
"""Seconds before the second and the third try of a sending that was certainly not taken (R51)."""

DEADLINE_SECONDS = 60.0
"""How long a code may be on its way in all; then the patient is better served by asking for another."""

MAIL_PLACES = 4
"""Emails with codes handed over at once, as many as a mailer has lines: past that order counts (X13)."""

_TOO_LATE = timedelta(seconds=60)
"""A code is not handed over when less of its life is left than this (R53)."""


_IN_VAIN = Rejected(reason="too_late", permanent=True)
_OVERTAKEN = Rejected(reason="superseded", permanent=True)


@dataclass(slots=True)
class _Journey:
    """Whether the code is out of our hands just now, so that nobody can tell if it arrived."""

    is_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeToSend:
    """One code on its way; exists only in memory, between the unit that made it and the provider."""

    challenge_id: str
    code: Code
    method: Method
    contact: str = field(repr=False)
    group: Group
    guarantor_id: int
    sends: int
    expires_at: datetime
    language: Language


class Courier:
    """Send codes and write back how it went: sent, undeliverable, or uncertain, which counts as sent."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        mailer: Mailer,
        texter: Texter,
        notes: Notes,
        host: str,
        reports_to: str | None = None,
        pauses: tuple[float, ...] = PAUSES,
        deadline: float = DEADLINE_SECONDS,
        mail_places: int = MAIL_PLACES,
    ) -> None:
        self._store = store
        self._clock = clock
        self._mailer = mailer
        self._texter = texter
        self._notes = notes
        self._host = host
        self._reports_to = reports_to
        self._pauses = pauses
        self._deadline = deadline
        self._mail = Turns(mail_places)

    async def deliver(self, code: CodeToSend) -> None:
        """Hand the code over; a crash on the way costs the patient a resend, nothing else."""
        began = self._clock.now()
        journey = _Journey()
        try:
            async with asyncio.timeout(self._deadline):
                delivery = await self._hand_over(code, journey)
        except TimeoutError:
            delivery = Uncertain(reason="deadline") if journey.is_out else _IN_VAIN
        state = ChallengeState.UNDELIVERABLE if isinstance(delivery, Rejected) else ChallengeState.SENT
        now = self._clock.now()

        async def unit(tx: Tx) -> None:
            challenge = await tx.challenges.get(code.challenge_id)
            await _follow(tx, code, challenge, delivery, began=began, now=now)
            if challenge is None or challenge.sends != code.sends:
                return  # a newer code is on its way; this outcome is no longer of interest
            moved = await tx.challenges.move(code.challenge_id, state, now)
            if delivery is _OVERTAKEN and not moved:
                return  # what took its place is on its own way
            await tx.audit.add(
                Event(
                    at=now,
                    type="challenge.sent" if state is ChallengeState.SENT else "challenge.undeliverable",
                    group_id=challenge.group_id,
                    guarantor_id=challenge.guarantor_id,
                    link_serial=challenge.link_id,
                    session_id=challenge.session_id,
                    actor="courier",
                    detail={"method": code.method.value, "outcome": _outcome(delivery)},
                ),
            )

        await self._store.write(unit)

    async def _hand_over(self, code: CodeToSend, journey: _Journey) -> Delivery:
        delivery: Delivery = _IN_VAIN
        number = self._mail.number()
        for pause in (0.0, *self._pauses):
            await asyncio.sleep(pause)
            delivery = await self._in_turn(code, number, journey)
            if not isinstance(delivery, Rejected) or delivery.permanent:
                return delivery
        return delivery

    async def _in_turn(self, code: CodeToSend, number: int, journey: _Journey) -> Delivery:
        """Hand it over once there is room; a newer one for the same contact goes instead.

        Whose contact is another's too is not kept from his code by it.
        """
        if code.method is not Method.EMAIL:  # a provider of texts takes them all, and has a line of its own
            return await self._out(code, journey)
        if not await self._mail.take(number, (code.contact.lower(), code.guarantor_id)):
            return _OVERTAKEN
        try:
            return await self._out(code, journey)
        finally:
            self._mail.give_back()

    async def _out(self, code: CodeToSend, journey: _Journey) -> Delivery:
        if code.expires_at - self._clock.now() < _TOO_LATE:
            return _IN_VAIN
        journey.is_out = True
        delivery = await self._send(code)
        journey.is_out = False
        return delivery

    async def _send(self, code: CodeToSend) -> Delivery:
        options = code.group.options
        authentication = options.authentication
        said, language = self._notes.said, code.language
        match code.method:
            case Method.EMAIL:
                own = authentication.mfa_email_body
                words = self._notes.code_email(
                    subject=authentication.mfa_email_subject
                    or said(DEFAULT_EMAIL_SUBJECT, language=language),
                    body=fill(own or said(DEFAULT_EMAIL_BODY, language=language), code.code),
                    group=code.group,
                    language=Language.EN if own else language,
                )
                images = await self._logo(code.group)
                return await self._mailer.send(
                    Email(
                        to=code.contact,
                        sender=options.notifications.email_from or f"no-reply@{self._host}",
                        sender_name=code.group.name,
                        subject=words.subject,
                        text=words.text,
                        html=words.html,
                        message_id=f"<code.{code.challenge_id}.{code.sends}@{self._host}>",
                        inline_images=images,
                    ),
                )
            case Method.SMS:
                return await self._texter.send(
                    Text(
                        to=code.contact,
                        body=text_message(
                            authentication.mfa_sms_message or said(DEFAULT_SMS, language=language),
                            code=code.code,
                            host=self._host,
                        ),
                        validity=code.expires_at - self._clock.now(),
                        status_callback=self._reports_to,
                    ),
                )

    async def _logo(self, group: Group) -> Inline:
        if group.logo is None:
            return ()

        async def unit(tx: Tx) -> Inline:
            return await logo_inline(tx, group)

        return await self._store.read(unit)


async def _follow(
    tx: Tx,
    code: CodeToSend,
    challenge: Challenge | None,
    delivery: Delivery,
    *,
    began: datetime,
    now: datetime,
) -> None:
    """Remember a text for the reports on it, or its number if the carrier was told STOP.

    At a group's door there is no challenge yet, and its timeline is nobody's.
    """
    if code.method is not Method.SMS:
        return
    sid = delivery.provider_id if isinstance(delivery, Sent) else None
    text = HandedText(
        sid=sid or "",
        kind="code",
        challenge_id=code.challenge_id,
        outbox_id=None,
        group_id=code.group.id,
        guarantor_id=code.guarantor_id,
        link_serial=None if challenge is None else challenge.link_id,
        session_id=None if challenge is None else challenge.session_id,
        number=code.contact,
        handed_at=began,
    )
    if sid is not None:
        await hand_over(tx, text, now=now)
    elif isinstance(delivery, Rejected) and delivery.reason == STOPPED:
        await stop_texts(tx, text, heard_by=REFUSAL, now=now)


def _outcome(delivery: Delivery) -> str:
    match delivery:
        case Sent():
            return "sent"
        case Uncertain(reason=reason):
            return f"uncertain: {reason}"
        case Rejected(reason=reason):
            return f"rejected: {reason}"
