"""Tell the PM system of payments, and hear that it has them."""

from dataclasses import dataclass

from quickpay.domain.audit import Event
from quickpay.domain.ledger import Posting
from quickpay.domain.payments import HELD, Payment, PaymentState
from quickpay.domain.refunds import Refund, RefundState
from quickpay.domain.statuses import STATUS_OF
from quickpay.domain.statuses import STATUSES as STATUSES
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup, group_within

MOST = 200


def status_of(state: str) -> str:
    """Say a state in the API's word."""
    return STATUS_OF[PaymentState(state)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """One payment with the names others know its group, guarantor and link by, and where its money went."""

    payment: Payment
    group: str
    guarantor: str
    link: str | None
    posted: tuple[Posting, ...]
    refunds: tuple[Refund, ...] = ()

    @property
    def status(self) -> str:
        """Its state in the API's words."""
        return STATUS_OF[self.payment.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """Payments by change number; `next` is where to go on, None when there was nothing."""

    payments: tuple[PaymentView, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class NotEnded:
    """The payment is still on its way: there is nothing to post yet."""


class PaymentFeed:
    """Payments as the PM system reads them; a changed payment appears again, under its own id."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def list_(
        self,
        *,
        after: int = 0,
        group: str | None = None,
        status: str | None = None,
        limit: int = MOST,
        within: int | None = None,
    ) -> FeedPage | NoGroup:
        """Return up to `limit` (at most 200) payments changed after `after`, oldest change first.

        Raises:
            KeyError: `status` is none of `STATUSES`.
        """
        states = None if status is None else (STATUSES[status],)

        async def unit(tx: Tx) -> FeedPage | NoGroup:
            only = within
            if group is not None:
                found = await group_within(tx, group, within)
                if found is None:
                    return NoGroup()
                only = found.id
            rows = await tx.payments.feed(
                after=after, group_id=only, states=states, most=max(1, min(limit, MOST))
            )
            views = [
                PaymentView(
                    payment=payment,
                    group=slug,
                    guarantor=number,
                    link=link,
                    posted=await _posted(tx, payment),
                    refunds=await _refunds(tx, payment),
                )
                for payment, slug, link, number in rows
            ]
            return FeedPage(payments=tuple(views), next=views[-1].payment.change_number if views else None)

        return await self._store.read(unit)

    async def get(self, payment_id: str, *, within: int | None = None) -> PaymentView | None:
        """Return one payment, if this caller may know of it."""

        async def unit(tx: Tx) -> PaymentView | None:
            payment = await tx.payments.get(payment_id)
            return None if payment is None else await _view(tx, payment, within)

        return await self._store.read(unit)

    async def ack(
        self, payment_id: str, *, by: str, within: int | None = None
    ) -> PaymentView | NotEnded | None:
        """Hear that the PM system has a payment and its refunds; hearing it again changes nothing.

        If its figures have taken the payment in since, it is deducted no longer. If not, its next word will:
        until then the bill must not be asked for again.
        """
        now = self._clock.now()

        async def unit(tx: Tx) -> PaymentView | NotEnded | None:
            payment = await tx.payments.get(payment_id)
            if payment is None or within not in {None, payment.group_id}:
                return None
            guarantor = await tx.guarantors.lock(payment.guarantor_id)
            payment = await tx.payments.lock(payment_id) or payment
            if payment.state in HELD:
                return NotEnded()
            ended_at = payment.ended_at or payment.changed_at  # a refund later is no end
            told_since = guarantor is not None and guarantor.changed_at > ended_at
            if await tx.payments.acknowledge(payment_id, contained=told_since, now=now):
                await tx.audit.add(
                    Event(
                        at=now,
                        type="payment.acknowledged",
                        group_id=payment.group_id,
                        guarantor_id=payment.guarantor_id,
                        link_serial=payment.link_serial,
                        payment_id=payment.id,
                        actor=by,
                    )
                )
            return await _view(tx, await tx.payments.get(payment_id) or payment, within)

        return await self._store.write(unit)


async def _view(tx: Tx, payment: Payment, within: int | None) -> PaymentView | None:
    if within not in {None, payment.group_id}:
        return None
    group = await tx.groups.get(payment.group_id)
    guarantor = await tx.guarantors.get(payment.guarantor_id)
    link = None if payment.link_serial is None else await tx.links.by_serial(payment.link_serial)
    if group is None or guarantor is None:
        raise LookupError("a payment of nobody: the database holds the references")
    return PaymentView(
        payment=payment,
        group=group.slug,
        guarantor=guarantor.number,
        link=None if link is None else link.id,
        posted=await _posted(tx, payment),
        refunds=await _refunds(tx, payment),
    )


async def _refunds(tx: Tx, payment: Payment) -> tuple[Refund, ...]:
    """Name what was given back and what is on its way back; what was refused changed nothing."""
    if payment.refunded + payment.refunding == 0:
        return ()
    every = await tx.refunds.of_payment(payment.id)
    return tuple(one for one in every if one.state is not RefundState.REFUSED)


async def _posted(tx: Tx, payment: Payment) -> tuple[Posting, ...]:
    """Ask only of payments that took money: a page of the feed holds up to 200."""
    return await tx.ledger.postings(payment.id) if payment.took_money else ()
