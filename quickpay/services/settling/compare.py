"""Hold our payments against the gateway's list, both ways, once a day and whenever somebody asks (R89)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quickpay.domain.alarms import AlarmKind
from quickpay.domain.audit import Event
from quickpay.domain.differences import EVERY, Difference, KeptDifference, Theirs, compare, span_of
from quickpay.domain.reach import EVERYWHERE
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway, ListedCharge, NoAnswer
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.unresolved_tables import Comparison

_LEASE = timedelta(minutes=30)
_TRY_AGAIN = timedelta(hours=1)
_PRINTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A run that came to its end; `open` are all differences that wait for a person, found now or before."""

    since: datetime
    until: datetime
    charges: int
    payments: int
    new: int
    ended: int
    open: tuple[KeptDifference, ...]


@dataclass(frozen=True, slots=True)
class NotTheTime:
    """It is not time yet, or another process has it in hand."""


@dataclass(frozen=True, slots=True)
class NoList:
    """The gateway's list could not be read."""


class Compare:
    """Run in every process; a lease lets one of them do it."""

    def __init__(self, *, store: Store[Tx], clock: Clock, ids: Ids, gateway: Gateway) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._gateway = gateway

    async def run_once(self) -> Compared | NoList | NotTheTime:
        """Compare if a day has passed since the last time; the first is a day after the first start."""
        return await self._run(early=False)

    async def run_now(self) -> Compared | NoList | NotTheTime:
        """Compare at once."""
        return await self._run(early=True)

    async def _run(self, *, early: bool) -> Compared | NoList | NotTheTime:
        now, name = self._clock.now(), self._gateway.name
        stands = await self._store.read(lambda tx: tx.differences.comparison(name))
        if not early and stands is not None and stands.next_at > now:
            return NotTheTime()
        owner = self._ids.uuid()

        async def claim(tx: Tx) -> Comparison | None:
            await tx.differences.plan(name, next_at=now + EVERY)
            return await tx.differences.claim(name, owner=owner, now=now, until=now + _LEASE, early=early)

        before = await self._store.write(claim)
        if before is None:
            return NotTheTime()
        since, until = span_of(now, until=before.until)
        charges = await self._gateway.list_charges(since=since, until=until)
        if isinstance(charges, NoAnswer):
            await self._failed(owner, before)
            return NoList()
        return await self._hold_against(charges, owner=owner, before=before, since=since, until=until)

    async def _failed(self, owner: str, before: Comparison) -> None:
        now, name = self._clock.now(), self._gateway.name
        later = replace(before, next_at=now + _TRY_AGAIN, failed_at=now)

        async def unit(tx: Tx) -> None:
            if await tx.differences.finish(name, owner=owner, comparison=later):
                await tx.alarms.raise_(AlarmKind.BOOKS_NOT_COMPARED, name, group_id=None, now=now)
                await tx.audit.add(_event("reconciliation.failed", now))

        await self._store.write(unit)

    async def _hold_against(
        self,
        charges: tuple[ListedCharge, ...],
        *,
        owner: str,
        before: Comparison,
        since: datetime,
        until: datetime,
    ) -> Compared | NotTheTime:
        now, name = self._clock.now(), self._gateway.name

        async def unit(tx: Tx) -> Compared | NotTheTime:
            # Read after the list was: what ends meanwhile is seen as it ended.
            payments = await tx.unresolved.made_between(since, until)
            named = {one.id: one for one in payments}
            for charge in charges:
                if charge.reference and charge.reference not in named:
                    other = await tx.payments.get(charge.reference)
                    named |= {} if other is None else {other.id: other}
            theirs = [_theirs(charge) for charge in charges]
            found = compare(theirs, payments, named, since=since, until=until)
            done = replace(
                before,
                next_at=now + EVERY,
                until=until,
                finished_at=now,
                failed_at=None,
                charges=len(charges),
                payments=len(payments),
            )
            if not await tx.differences.finish(name, owner=owner, comparison=done):
                return NotTheTime()
            new = [one for one in found if await tx.differences.see(one, now=now)]
            await _tell(tx, new, now)
            ended = await tx.differences.end_unseen(since=since, until=until, seen_before=now, now=now)
            await tx.audit.add(
                _event(
                    "reconciliation.done",
                    now,
                    charges=len(charges),
                    payments=len(payments),
                    new=len(new),
                    ended=ended,
                )
            )
            open_ = await tx.differences.list_(within=EVERYWHERE, open_=True, most=_PRINTED)
            return Compared(
                since=since,
                until=until,
                charges=len(charges),
                payments=len(payments),
                new=len(new),
                ended=ended,
                open=tuple(open_),
            )

        return await self._store.write(unit)


async def _tell(tx: Tx, new: list[Difference], now: datetime) -> None:
    for one in new:
        subject = f"{one.kind} {one.subject}"
        await tx.alarms.raise_(AlarmKind.BOOKS_DIFFER, subject, group_id=one.group_id, now=now)
        await tx.audit.add(
            Event(
                at=now,
                type="reconciliation.difference",
                group_id=one.group_id,
                payment_id=one.payment_id,
                actor="reconciliation",
                detail={
                    "kind": one.kind.value,
                    "transaction": one.transaction,
                    "ours": one.ours,
                    "theirs": one.theirs,
                },
            )
        )


def _theirs(charge: ListedCharge) -> Theirs:
    return Theirs(
        transaction=charge.transaction,
        reference=charge.reference,
        amount=charge.amount,
        currency=charge.currency,
        refunded=charge.refunded,
        at=charge.charged_at,
    )


def _event(kind: str, now: datetime, **detail: str | int | None) -> Event:
    return Event(at=now, type=kind, actor="reconciliation", detail=dict(detail))
