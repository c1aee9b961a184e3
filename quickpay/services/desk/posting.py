"""Put money that is on no line where staff say it belongs: oldest lines first unless they choose others."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from quickpay.domain.audit import Event
from quickpay.domain.encounters import Line, ServiceId, oldest_first
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.ledger import Posting, post_oldest_first
from quickpay.domain.money import Cents
from quickpay.domain.payments import Payment, PaymentState
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now
from quickpay.services.settling.refunds import NoPayment

LINES_AT_ONCE = 60


class WhyNotPostable(StrEnum):
    """Say why nothing of a payment can be put on lines here."""

    NOTHING_UNAPPLIED = "nothing_unapplied"
    IN_PM = "in_pm"
    NO_LINES = "no_lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostableLine:
    """One line that money may go on, and how much of it the oldest-first rule would put there."""

    line: Line
    suggested: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class PostForm:
    """What may be put where; `seen` stands for all that is shown, so that a form is good for one press."""

    payment: Payment
    group: Group
    guarantor: Guarantor = field(repr=False)
    lines: tuple[PostableLine, ...]
    why_not: WhyNotPostable | None
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOnLines:
    """It is done: how much went on how many lines."""

    amount: Cents
    lines: int


@dataclass(frozen=True, slots=True)
class ChangedMeanwhile:
    """The payment or its lines are not what the form showed; nothing was done by this press."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPut:
    """Amounts that do not fit: the lines with more than remains, and whether all together are too much.

    `nothing`: no amount was given at all.
    """

    form: PostForm
    too_much: tuple[ServiceId, ...]
    over: bool
    nothing: bool


class PostingDesk:
    """Manual posting, within the groups of the one who posts."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def look(self, staff: Staff, payment_id: str) -> PostForm | NoPayment:
        """Show what may be put where."""
        return await self._store.read(lambda tx: _form(tx, staff, payment_id))

    async def post(
        self, staff: Staff, payment_id: str, amounts: Mapping[ServiceId, Cents], *, seen: str
    ) -> PutOnLines | ChangedMeanwhile | NotPut | NoPayment:
        """Put these amounts on these lines: never more than remains on one, nor than is unapplied."""
        now = self._clock.now()

        async def unit(tx: Tx) -> PutOnLines | ChangedMeanwhile | NotPut | NoPayment:
            payment = await tx.payments.get(payment_id)
            if payment is not None:
                await tx.guarantors.lock(payment.guarantor_id)
                await tx.payments.lock(payment_id)
            form = await _form(tx, staff, payment_id)
            if isinstance(form, NoPayment):
                return form
            if form.seen != seen or form.why_not is not None:
                return ChangedMeanwhile()
            postings = tuple(
                Posting(service_id=one.line.service_id, amount=amounts[one.line.service_id])
                for one in form.lines
                if amounts.get(one.line.service_id, 0) > 0
            )
            total = Cents(sum(one.amount for one in postings))
            room = {one.line.service_id: one.line.payable for one in form.lines}
            too_much = tuple(one.service_id for one in postings if one.amount > room[one.service_id])
            over = total > form.payment.unapplied
            if too_much or over or not postings:
                return NotPut(form=form, too_much=too_much, over=over, nothing=not postings)
            if not await tx.payment_desk.put_on_lines(payment_id, total, now=now):
                return ChangedMeanwhile()
            await tx.ledger.post(payment_id, postings, now)
            await tx.audit.add(
                Event(
                    at=now,
                    type="payment.posted",
                    group_id=form.payment.group_id,
                    guarantor_id=form.payment.guarantor_id,
                    link_serial=form.payment.link_serial,
                    payment_id=payment_id,
                    actor=staff.actor,
                    detail={"amount": total, "lines": len(postings)},
                )
            )
            return PutOnLines(amount=total, lines=len(postings))

        return await self._store.write(unit)


async def _form(tx: Tx, staff: Staff, payment_id: str) -> PostForm | NoPayment:
    payment = await tx.payments.get(payment_id)
    if payment is None or not staff.may_see(payment.group_id):
        return NoPayment()
    group = await tx.groups.get(payment.group_id)
    guarantor = await tx.guarantors.get(payment.guarantor_id)
    if group is None or guarantor is None:
        raise LookupError("a payment of nobody: the database holds the references")
    account = await account_now(tx, payment.guarantor_id)
    open_lines = tuple(line for line in oldest_first(account.lines) if line.payable > 0)[:LINES_AT_ONCE]
    suggested = {
        one.service_id: one.amount for one in post_oldest_first(payment.unapplied, open_lines).postings
    }
    lines = tuple(
        PostableLine(line=line, suggested=suggested.get(line.service_id, Cents(0))) for line in open_lines
    )
    why_not = None
    if payment.state is not PaymentState.SUCCEEDED or payment.unapplied == 0:
        why_not = WhyNotPostable.NOTHING_UNAPPLIED
    elif await tx.payment_desk.in_pm(payment_id):
        why_not = WhyNotPostable.IN_PM
    elif not lines:
        why_not = WhyNotPostable.NO_LINES
    return PostForm(
        payment=payment,
        group=group,
        guarantor=guarantor,
        lines=lines,
        why_not=why_not,
        seen=_seen(payment, lines),
    )


def _seen(payment: Payment, lines: tuple[PostableLine, ...]) -> str:
    """Name what a form shows, in letters alone: nothing in it can be taken for a card's number."""
    shown = [str(payment.change_number), *(one.line.service_id for one in lines)]
    digest = hashlib.sha256("\n".join(shown).encode()).hexdigest()[:24]
    return "".join(chr(ord("a") + int(letter, 16)) for letter in digest)
