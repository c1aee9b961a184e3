"""Send a receipt again by the payer's press: to the address used before, or one typed in for this (R96)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from quickpay.domain.contacts import ContactFault, normalise_email
from quickpay.domain.digests import Digests
from quickpay.domain.links import LinkState
from quickpay.domain.payments import Payment
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.member import NotAMember, member_of
from quickpay.services.payer import LinkEnded
from quickpay.services.paying.result import NotYours, is_anothers, may_see
from quickpay.services.settling.receipt_mail import (
    Asked,
    NotOffered,
    Overtaken,
    Queued,
    SentTooOften,
    Stopped,
    paid_by_somebody_else,
    receipt_mail,
    send_again,
)
from quickpay.services.stay import CLOSED, MustProve, NoStay, Stay, Visit, stay_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What the form said: an address, or none for the one used before, and which sending it is."""

    typed: str = field(repr=False)
    sending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadAddress:
    """What was typed is not one email address."""

    fault: ContactFault


@dataclass(frozen=True, slots=True)
class TooOften:
    """It was sent often enough for now; this press used up nothing."""


Outcome = Queued | Overtaken | NotOffered | Stopped | BadAddress | TooOften
_Mine = tuple[Stay, Payment]
_Refusal = TypeVar("_Refusal")


class Resend:
    """Receipts again, for whoever may see them."""

    def __init__(self, *, store: Store[Tx], clock: Clock, digests: Digests, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._digests = digests
        self._limits = limits

    async def of_payment(
        self, visit: Visit, payment_id: str, press: Press
    ) -> Outcome | NotYours | MustProve | NoStay | LinkEnded:
        """Send the receipt of a payment this live session may see."""
        now = self._clock.now()

        async def mine(tx: Tx) -> _Mine | NotYours | MustProve | NoStay | LinkEnded:
            stay = await stay_of(tx, visit, now, shares=True)
            if isinstance(stay, NoStay):
                return stay
            payment = await tx.payments.get(payment_id)
            if payment is None or is_anothers(stay, payment) or not await may_see(tx, stay, payment):
                return NotYours()
            if stay.must_prove:
                return MustProve()
            ended = await _ended(tx, stay)
            return (stay, payment) if ended is None else LinkEnded(stay=stay, state=ended)

        return await self._send(visit, press, mine)

    async def of_receipt(self, visit: Visit, number: str, press: Press) -> Outcome | NotYours | NotAMember:
        """Send one of an authorized patient's receipts; of another's there is none (A59).

        What somebody else paid has a receipt with that card on it, and is the payer's alone to send.
        """
        now = self._clock.now()

        async def mine(tx: Tx) -> _Mine | NotYours | NotAMember:
            stay = await member_of(tx, visit, now)
            if not isinstance(stay, Stay):
                return stay
            for receipt, payment in await tx.receipts.of_guarantor(stay.guarantor.id):
                if str(receipt.number) == number and not await paid_by_somebody_else(tx, payment):
                    return stay, payment
            return NotYours()

        return await self._send(visit, press, mine)

    async def _send(
        self, visit: Visit, press: Press, mine: Callable[[Tx], Awaitable[_Mine | _Refusal]]
    ) -> Outcome | _Refusal:
        now = self._clock.now()

        async def unit(tx: Tx) -> Outcome | _Refusal:
            found = await mine(tx)
            if not isinstance(found, tuple):
                return found
            stay, payment = found
            if stay.launch is not None:
                return NotOffered()  # a simulation sends nothing
            recipient, chosen = normalise_email(press.typed), "typed"
            if recipient is ContactFault.EMPTY:
                mail = await receipt_mail(tx, payment, stay.group)
                recipient, chosen = mail.before(press.sending) or recipient, "before"
            if isinstance(recipient, ContactFault):
                return BadAddress(fault=recipient)
            asked = Asked(
                recipient=recipient,
                chosen=chosen,
                sending=press.sending,
                actor=stay.actor,
                session_id=stay.session.id,
                address=visit.address,
                request_id=visit.request_id,
            )
            return await send_again(
                tx, payment, stay.group, asked, limits=self._limits, digests=self._digests, now=now
            )

        try:
            return await self._store.write(unit)
        except SentTooOften as refused:
            event = refused.event
            await self._store.write(lambda tx: tx.audit.add(event))
            return TooOften()


async def _ended(tx: Tx, stay: Stay) -> LinkState | None:
    """Say how staff ended the link of this session, which then does nothing more (R10)."""
    serial = stay.session.link_serial
    link = None if serial is None else await tx.links.by_serial(serial)
    return link.state if link is not None and link.state in CLOSED else None
