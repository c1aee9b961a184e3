"""What the desk sees of payments and reference batches, within the groups of the one who looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from quickpay.domain.audit import Event
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.ledger import Posting
from quickpay.domain.links import Link
from quickpay.domain.money import NO_CENTS
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, Payment, PaymentState
from quickpay.domain.receipts import Receipt
from quickpay.domain.refunds import AT_THE_GATEWAY, Refund
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.payment_desk_tables import (
    ListedPayment,
    PaymentEvent,
    PaymentTotals,
    ReferenceBatch,
    Wanted,
)
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.groups.actors import actors
from quickpay.services.settling.receipt_mail import ReceiptMail, receipt_mail
from quickpay.services.settling.refunds import NoPayment

PAYMENTS_AT_ONCE = 50
BATCHES_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which payments somebody asks for, in the words of an address; days are the installation's."""

    first: date | None = None
    last: date | None = None
    group: str | None = None
    number: str | None = None
    state: PaymentState | None = None
    method: Method | None = None
    origin: Origin | None = None
    batch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsFound:
    """One page of payments, the newest first, with the sums of all that was asked for."""

    groups: tuple[Group, ...]
    payments: tuple[ListedPayment, ...]
    totals: PaymentTotals
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFile:
    """Everything a desk needs of one payment; `names` gives who is meant by an actor."""

    payment: Payment
    group: Group
    guarantor: Guarantor = field(repr=False)
    link: Link | None
    receipt: Receipt | None
    mail: ReceiptMail
    posted: tuple[Posting, ...]
    in_pm: bool
    refunds: tuple[Refund, ...]
    events: tuple[PaymentEvent, ...]
    names: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFile:
    """One reference batch with its group; `names` as for a payment."""

    batch: ReferenceBatch
    group: Group
    names: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchesFound:
    """One page of batches, the newest first."""

    batches: tuple[tuple[ReferenceBatch, Group], ...]
    more: bool


class PaymentDesk:
    """Look payments and batches up, and close a batch."""

    def __init__(self, *, store: Store[Tx], clock: Clock, zone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone

    async def find(self, staff: Staff, wanted: Filter, *, before: str | None = None) -> PaymentsFound:
        """Return a page of payments older than the one named; of other groups there are none (A59)."""

        async def unit(tx: Tx) -> PaymentsFound:
            groups = tuple(one for one in await tx.groups.list_() if staff.may_see(one.id))
            asked = self._wanted(wanted)
            if wanted.group is not None:
                of = next((one.id for one in groups if one.slug == wanted.group), None)
                if of is None:
                    none = PaymentTotals(payments=0, taken=0, amount=NO_CENTS, refunded=NO_CENTS)
                    return PaymentsFound(groups=groups, payments=(), totals=none, more=False)
                asked = replace(asked, group_id=of)
            last = None if before is None else await tx.payments.get(before)
            found = await tx.payment_desk.list_(
                asked, within=staff.reach, before=last, most=PAYMENTS_AT_ONCE + 1
            )
            return PaymentsFound(
                groups=groups,
                payments=tuple(found[:PAYMENTS_AT_ONCE]),
                totals=await tx.payment_desk.totals(asked, within=staff.reach),
                more=len(found) > PAYMENTS_AT_ONCE,
            )

        return await self._store.read(unit)

    async def get(self, staff: Staff, payment_id: str) -> PaymentFile | NoPayment:
        """Return one payment with all that belongs to it."""

        async def unit(tx: Tx) -> PaymentFile | NoPayment:
            payment = await tx.payments.get(payment_id)
            if payment is None or not staff.may_see(payment.group_id):
                return NoPayment()
            group = await tx.groups.get(payment.group_id)
            guarantor = await tx.guarantors.get(payment.guarantor_id)
            if group is None or guarantor is None:
                raise LookupError("a payment of nobody: the database holds the references")
            serial, number = payment.link_serial, payment.receipt_number
            return PaymentFile(
                payment=payment,
                group=group,
                guarantor=guarantor,
                link=None if serial is None else await tx.links.by_serial(serial),
                receipt=None if number is None else await tx.ledger.receipt(number),
                mail=await receipt_mail(tx, payment, group),
                posted=await tx.ledger.postings(payment.id),
                in_pm=await tx.payment_desk.in_pm(payment.id),
                refunds=tuple(await tx.refunds.of_payment(payment.id)),
                events=tuple(await tx.payment_desk.events(payment.id)),
                names=await _names(tx),
            )

        return await self._store.read(unit)

    async def batches(self, staff: Staff, *, before: int | None, open_only: bool) -> BatchesFound:
        """Return a page of reference batches of her groups."""

        async def unit(tx: Tx) -> BatchesFound:
            found = await tx.payment_desk.batches(
                within=staff.reach, before=before, open_only=open_only, most=BATCHES_AT_ONCE + 1
            )
            groups = {one.id: one for one in await tx.groups.list_()}
            shown = tuple((one, groups[one.group_id]) for one in found[:BATCHES_AT_ONCE])
            return BatchesFound(batches=shown, more=len(found) > BATCHES_AT_ONCE)

        return await self._store.read(unit)

    async def batch(self, staff: Staff, batch_id: int) -> BatchFile | None:
        """Return one reference batch of her groups."""
        return await self._store.read(lambda tx: _batch(tx, staff, batch_id))

    async def close_batch(self, staff: Staff, batch_id: int) -> BatchFile | None:
        """Close it; one that is closed stays as it was closed. None: there is no such batch for her."""
        now = self._clock.now()

        async def unit(tx: Tx) -> BatchFile | None:
            file = await _batch(tx, staff, batch_id)
            if file is None or not await tx.payment_desk.close_batch(batch_id, by=staff.actor, now=now):
                return file
            await tx.audit.add(
                Event(
                    at=now,
                    type="batch.closed",
                    group_id=file.group.id,
                    actor=staff.actor,
                    detail={"batch": batch_id, "receipts": file.batch.receipts, "amount": file.batch.amount},
                )
            )
            return await _batch(tx, staff, batch_id)

        return await self._store.write(unit)

    def _wanted(self, asked: Filter) -> Wanted:
        return Wanted(
            since=None if asked.first is None else self._midnight(asked.first),
            until=None if asked.last is None else self._midnight(asked.last + timedelta(days=1)),
            number=asked.number,
            state=asked.state,
            method=asked.method,
            origin=asked.origin,
            batch_id=asked.batch,
        )

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self._zone)


async def _batch(tx: Tx, staff: Staff, batch_id: int) -> BatchFile | None:
    batch = await tx.payment_desk.batch(batch_id)
    if batch is None or not staff.may_see(batch.group_id):
        return None
    group = await tx.groups.get(batch.group_id)
    return None if group is None else BatchFile(batch=batch, group=group, names=await _names(tx))


async def _names(tx: Tx) -> dict[str, str]:
    return await actors(tx) | {AT_THE_GATEWAY: "The gateway"}
