"""Payments without an end in the database: the gateway's last word and a person's decision."""

from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, update

from quickpay.adapters.store.columns import maybe_moment, micros, moment, words
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import decline_pardons, groups, guarantors, payments, unresolved
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.payment_rows import PAYMENT, payment_of
from quickpay.domain.payments import HELD, Payment, PaymentState
from quickpay.domain.reach import Reach
from quickpay.domain.unresolved import Because, Decided, Decision, GatewaySaid, Said
from quickpay.ports.unresolved_tables import UnresolvedRow

_SAIDS, _DECISIONS, _BECAUSE = words(Said), words(Decision), words(Because)
_SAID = ("asked_at", "said", "differs", "transaction", "amount", "currency")
_SAID_COLUMNS = [unresolved.c[name] for name in _SAID]

_ROW = insert(unresolved).values({name: bindparam(name) for name in ("payment_id", *_SAID)})
_NOTE = Statement(
    _ROW.on_conflict_do_update(
        index_elements=[unresolved.c.payment_id], set_={name: _ROW.excluded[name] for name in _SAID}
    )
)
_OF = Statement(select(*_SAID_COLUMNS).where(unresolved.c.payment_id == bindparam("payment")))
_DECIDE = Statement(
    update(unresolved)
    .where(unresolved.c.payment_id == bindparam("payment"), unresolved.c.decided.is_(None))
    .values(
        decided=bindparam("decision"),
        decided_at=bindparam("now"),
        decided_by=bindparam("by"),
        reason=bindparam("because"),
    )
)
_DECIDED = Statement(
    select(unresolved.c.decided, unresolved.c.decided_at, unresolved.c.decided_by, unresolved.c.reason).where(
        unresolved.c.payment_id == bindparam("payment"), unresolved.c.decided.is_not(None)
    )
)
# Of what is in review somebody was told already; the others may end by themselves yet.
_WAITS = or_(payments.c.created_at <= bindparam("before"), payments.c.state == PaymentState.REVIEW.value)
_LIST = Statement(
    select(*PAYMENT, groups.c.slug, guarantors.c.number, *_SAID_COLUMNS)
    .join(groups, groups.c.id == payments.c.group_id)
    .join(guarantors, guarantors.c.id == payments.c.guarantor_id)
    .outerjoin(unresolved, unresolved.c.payment_id == payments.c.id)
    .where(payments.c.state.in_(HELD), _WAITS)
    .order_by(payments.c.created_at, payments.c.id)
)
_COUNT = Statement(
    select(payments.c.group_id, func.count())
    .where(payments.c.state.in_(HELD), _WAITS)
    .group_by(payments.c.group_id)
)
_BETWEEN = Statement(
    select(*PAYMENT)
    .where(payments.c.created_at >= bindparam("since"), payments.c.created_at < bindparam("until"))
    .order_by(payments.c.created_at)
)
_PARDON_ROW = insert(decline_pardons).values(guarantor_id=bindparam("guarantor"), at=bindparam("now"))
_PARDON = Statement(
    _PARDON_ROW.on_conflict_do_update(
        index_elements=[decline_pardons.c.guarantor_id], set_={"at": _PARDON_ROW.excluded["at"]}
    )
)
_PARDONED = Statement(
    select(decline_pardons.c.at).where(decline_pardons.c.guarantor_id == bindparam("guarantor"))
)


class Unresolved:
    """`ports.unresolved_tables.Unresolved` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def note(self, payment_id: str, said: GatewaySaid) -> None:
        """Keep its last word; the one before is overwritten."""
        await self._run.count(
            _NOTE,
            payment_id=payment_id,
            asked_at=micros(said.at),
            said=said.said.value,
            differs=said.differs,
            transaction=said.transaction,
            amount=said.amount,
            currency=said.currency,
        )

    async def said(self, payment_id: str) -> GatewaySaid | None:
        """Return it, None where nothing was noted."""
        row = await self._run.one(_OF, payment=payment_id)
        return None if row is None else _said(row)

    async def decide(self, payment_id: str, decided: Decided) -> bool:
        """Keep a person's decision, once."""
        changed = await self._run.count(
            _DECIDE,
            payment=payment_id,
            decision=decided.decision.value,
            now=micros(decided.at),
            by=decided.by,
            because=decided.because.value,
        )
        return changed == 1

    async def decided(self, payment_id: str) -> Decided | None:
        """Return it, None where nobody decided."""
        row = await self._run.one(_DECIDED, payment=payment_id)
        if row is None:
            return None
        decision, at, by, because = row
        return Decided(decision=_DECISIONS[decision], at=moment(at), by=by, because=_BECAUSE[because])

    async def list_(self, *, within: Reach, before: datetime, most: int) -> list[UnresolvedRow]:
        """Payments without an end that were made before or are in review, the oldest first; never many."""
        rows = await self._run.all(_LIST, before=micros(before))
        found = []
        for row in rows:
            *payment, group, guarantor = tuple(row)[: len(PAYMENT) + 2]
            said = tuple(row)[len(PAYMENT) + 2 :]
            one = UnresolvedRow(
                payment=payment_of(payment),
                group=group,
                guarantor=guarantor,
                said=None if said[0] is None else _said(said),
            )
            if within.holds(one.payment.group_id):
                found.append(one)
        return found[:most]

    async def count(self, *, within: Reach, before: datetime) -> int:
        """How many of them there are."""
        rows = await self._run.all(_COUNT, before=micros(before))
        return sum(int(row[1]) for row in rows if within.holds(row[0]))

    async def made_between(self, since: datetime, until: datetime) -> list[Payment]:
        """Every payment made in that time."""
        rows = await self._run.all(_BETWEEN, since=micros(since), until=micros(until))
        return [payment_of(row) for row in rows]


class Pardons:
    """`ports.unresolved_tables.Pardons` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def at(self, guarantor_id: int) -> datetime | None:
        """Return when the guarantor's declines were last pardoned."""
        row = await self._run.one(_PARDONED, guarantor=guarantor_id)
        return None if row is None else maybe_moment(row[0])

    async def pardon(self, guarantor_id: int, *, now: datetime) -> None:
        """Let those there are count no longer."""
        await self._run.count(_PARDON, guarantor=guarantor_id, now=micros(now))


def _said(row: Row | tuple[object, ...]) -> GatewaySaid:
    at, said, differs, transaction, amount, currency = row
    return GatewaySaid(
        at=moment(int(str(at))),
        said=_SAIDS[str(said)],
        differs=None if differs is None else str(differs),
        transaction=None if transaction is None else str(transaction),
        amount=None if amount is None else int(str(amount)),
        currency=None if currency is None else str(currency),
    )
