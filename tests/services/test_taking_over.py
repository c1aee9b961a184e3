"""However payments, acknowledgements and words of the PM system meet, money is off the bill exactly once."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quickpay.domain.figures import NotSettled, taken_in
from quickpay.domain.guarantors import Account
from quickpay.domain.money import Cents
from quickpay.domain.payments import PaymentState
from quickpay.ports.gateway import Approved
from quickpay.services.account import account_now
from quickpay.services.events.feed import NotEnded, PaymentFeed
from quickpay.services.guarantors.keep import GuarantorView
from quickpay.services.guarantors.records import (
    EncounterRecord,
    GuarantorRecord,
    LineRecord,
    ReceiptRecord,
)
from quickpay.services.settling.settle import settle
from tests.factories import (
    TODAY,
    make_line,
    make_order,
    make_outside_receipt,
    make_payment,
    make_session,
    some_hash,
)
from tests.fakes.gateway import VISA
from tests.people import ZONE, House

CHARGES = {"1": 10_000, "2": 8_000}

ACTIONS = st.one_of(
    st.tuples(st.just("pay"), st.sampled_from([300, 2_500, 10_400])),
    st.tuples(st.just("take_over"), st.just(0)),
    st.tuples(st.just("put"), st.booleans()),
    st.tuples(st.just("repeat"), st.just(0)),
    st.tuples(st.just("ack"), st.integers(0, 2)),
    st.tuples(st.just("insurer"), st.sampled_from([400, 2_500])),
    st.tuples(st.just("visit"), st.sampled_from([1_200, 5_000])),
)


@dataclass(slots=True)
class Sheet:
    """One line of the PM system's own books."""

    charged: int
    paid: int = 0
    insurer: int = 0

    @property
    def remaining(self) -> int:
        return self.charged - self.paid - self.insurer


@dataclass(slots=True, kw_only=True)
class PmSystem:
    """A PM system that never lies: what it names or acknowledged is in its books, and stays there.

    It may say its figures before or after it acknowledges, name our receipts or not, or repeat itself.
    """

    house: House
    feed: PaymentFeed
    slug: str
    group_id: int
    guarantor_id: int = 0
    books: dict[str, Sheet] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    acked: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    """In the figures it said last."""
    said: GuarantorRecord | None = None
    received: dict[str, int] = field(default_factory=dict)

    async def act(self, name: str, given_: Any) -> None:
        self.house.clock.advance(timedelta(seconds=1))
        await getattr(self, f"_{name}")(given_)
        await self.look()

    async def look(self) -> None:
        """Hold what is asked for against the truth."""
        balances = (await self.house.do(lambda tx: account_now(tx, self.guarantor_id))).balances
        assert self.said is not None
        last = sum(line.remaining for one in self.said.encounters for line in one.lines)
        truth = last + sum(self.received[one] for one in self.told) - sum(self.received.values())
        unsaid = self.told - self.named - self.acked
        twice = sum(self.received[one] for one in unsaid)
        assert balances.payable == max(0, truth - twice), "asked for twice, or lost"
        assert balances.payable <= max(0, truth)

    async def _pay(self, most: int) -> None:
        owed = (await self.house.do(lambda tx: account_now(tx, self.guarantor_id))).balances.payable
        amount = min(most, owed)
        if amount == 0:
            return
        now = self.house.clock.now()
        whose = {"group_id": self.group_id, "guarantor_id": self.guarantor_id}

        async def unit(tx: Any) -> str:
            session = await tx.sessions.add(make_session(**whose), token_hash=some_hash())
            order = make_order(session_id=session.id, amount=Cents(amount))
            await tx.orders.add(order)
            payment = make_payment(
                **whose,
                order_id=order.id,
                session_id=session.id,
                amount=Cents(amount),
                created_at=now,
                changed_at=now,
                deadline=now,
            )
            await tx.payments.add(payment)
            outcome = Approved(
                transaction="ch", card=VISA, amount=amount, currency="usd", reference=payment.id
            )
            settled = await settle(tx, payment.id, outcome, now=now, zone=ZONE)
            assert settled.state is PaymentState.SUCCEEDED
            return payment.id

        self.received[await self.house.do(unit)] = amount

    async def _take_over(self, _: int) -> None:
        """Post one payment in its own books, as the feed orders them, oldest line first."""
        waiting = [one for one in self.received if one not in self.taken]
        if not waiting:
            return
        payment = waiting[0]
        left = self.received[payment]
        for sheet in self.books.values():
            share = min(left, sheet.remaining)
            sheet.paid += share
            left -= share
        assert left == 0, "more was received than was owed"
        self.taken.append(payment)

    async def _put(self, name_them: bool) -> None:
        receipts = []
        if name_them:
            for one in self.taken:
                payment = await self.house.payment(one)
                receipts.append(
                    ReceiptRecord(
                        number=str(payment.receipt_number),
                        date=TODAY,
                        amount=payment.amount,
                        applied=payment.amount,
                    )
                )
            self.named |= set(self.taken)
        lines = tuple(
            LineRecord(line=number, remaining=sheet.remaining, insurance_paid=sheet.insurer)
            for number, sheet in self.books.items()
        )
        where = {"patient": "P1", "facility": "Lakeside East", "provider": "Dr. Rivera"}
        await self._say(
            GuarantorRecord(
                first_name="Alicia",
                last_name="Example",
                encounters=(EncounterRecord(id="7", date=date(2026, 10, 2), lines=lines, **where),),
                receipts=tuple(receipts),
            )
        )
        self.told = set(self.taken)

    async def _repeat(self, _: int) -> None:
        """Say again what it said last, as a job that is late does; not once it acknowledged more."""
        if self.said is not None and self.acked <= self.told:
            await self._say(self.said)

    async def _ack(self, number: int) -> None:
        if self.taken:
            payment = self.taken[number % len(self.taken)]
            acked = await self.feed.ack(payment, by="pm")
            assert acked is not None
            assert not isinstance(acked, NotEnded)
            again = await self.feed.ack(payment, by="pm")
            assert again == acked
            self.acked.add(payment)

    async def _insurer(self, amount: int) -> None:
        open_ = max(self.books.values(), key=lambda sheet: sheet.remaining)
        # What patients paid and it has not posted must still find room in its books.
        waiting = sum(amount for one, amount in self.received.items() if one not in self.taken)
        room = sum(sheet.remaining for sheet in self.books.values()) - waiting
        open_.insurer += max(0, min(amount, open_.remaining, room))
        await self._put(False)  # else somebody pays what is not owed any more, and there is no room for it

    async def _visit(self, amount: int) -> None:
        self.books[str(len(self.books) + 1)] = Sheet(amount)

    async def _say(self, record: GuarantorRecord) -> None:
        put = await self.house.guarantors.put(self.slug, "10067", record)
        assert isinstance(put, GuarantorView), put
        self.guarantor_id, self.said = put.guarantor.id, record


@example(actions=[("pay", 2_500), ("repeat", 0), ("take_over", 0), ("ack", 0), ("put", False)])
@example(actions=[("pay", 2_500), ("take_over", 0), ("put", False), ("ack", 0), ("repeat", 0)])
@example(actions=[("pay", 2_500), ("take_over", 0), ("put", True), ("put", False), ("ack", 0)])
@example(actions=[("pay", 300), ("pay", 300), ("take_over", 0), ("put", False), ("ack", 0), ("pay", 300)])
@example(actions=[("pay", 2_500), ("insurer", 2_500), ("put", False), ("take_over", 0), ("ack", 0)])
@example(
    actions=[("pay", 300), ("take_over", 0), ("put", False), ("visit", 1_200), ("put", False), ("ack", 0)]
)
@settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=st.lists(ACTIONS, min_size=4, max_size=16))
async def test_money_is_off_the_bill_exactly_once(house: House, actions: list[tuple[str, Any]]) -> None:
    groups = await house.do(lambda tx: tx.groups.list_())
    group = await house.group(f"group-{len(groups)}")
    feed = PaymentFeed(store=house.store, clock=house.clock)
    pm = PmSystem(house=house, feed=feed, slug=group.slug, group_id=group.id)
    pm.books = {number: Sheet(charged) for number, charged in CHARGES.items()}
    await pm.act("put", False)
    for name, given_ in actions:
        await pm.act(name, given_)
    while len(pm.taken) < len(pm.received):
        await pm.act("take_over", 0)
    await pm.act("put", True)
    for number in range(len(pm.taken)):
        await pm.act("ack", number)
    balances = (await house.do(lambda tx: account_now(tx, pm.guarantor_id))).balances
    assert balances.payable == sum(sheet.remaining for sheet in pm.books.values())


def _account(*remaining: int, insurer: int = 0, unapplied: int = 0) -> Account:
    lines = [make_line(f"7-{number}", remaining=one) for number, one in enumerate(remaining)]
    lines = [replace(line, insurance_paid=Cents(insurer)) for line in lines]
    receipt = make_outside_receipt(amount=Cents(unapplied), applied=Cents(0))
    return Account(lines=tuple(lines), receipts=(receipt,) if unapplied else ())


def _ours(
    name: str, amount: int, *, told: bool = False, in_figures: bool = False, lines: tuple[str, ...] = ()
) -> NotSettled:
    return NotSettled(
        payment_id=name, amount=Cents(amount), told=told, in_figures=in_figures, lines=frozenset(lines)
    )


def test_figures_that_went_down_by_a_payment_took_it_in() -> None:
    before = _account(5_000, 3_000)
    assert taken_in(before, before, [_ours("a", 100)]) == {}
    assert taken_in(before, _account(4_900, 3_000), [_ours("a", 100)]) == {"a": True}
    assert taken_in(before, _account(4_901, 3_000), [_ours("a", 100)]) == {}
    assert taken_in(before, _account(5_000), [_ours("a", 3_000)]) == {"a": True}, "paid lines may be left out"
    assert taken_in(before, _account(4_900, 3_100), [_ours("a", 100)]) == {"a": True}
    assert taken_in(before, _account(5_000, 3_000, unapplied=100), [_ours("a", 100)]) == {"a": True}


def test_what_insurance_paid_is_no_payment_of_ours() -> None:
    before, after = _account(5_000), _account(4_900, insurer=100)
    assert taken_in(before, after, [_ours("a", 100)]) == {}


def test_one_fall_of_the_figures_stands_for_one_payment_the_oldest() -> None:
    two = [_ours("a", 100), _ours("b", 100)]
    before = _account(5_000)
    assert taken_in(before, _account(4_900), two) == {"a": True}
    assert taken_in(before, _account(4_800), two) == {"a": True, "b": True}
    named = [_ours("a", 100), _ours("b", 100, told=True)]
    assert taken_in(before, _account(4_900), named) == {}, "the named one explains it"


def test_figures_that_went_up_again_have_lost_it() -> None:
    was = [_ours("a", 100, in_figures=True)]
    assert taken_in(_account(4_900), _account(5_000), was) == {"a": False}
    assert taken_in(_account(4_900), _account(4_900), was) == {}


def test_a_new_visit_is_no_older_word_and_a_line_that_is_back_is_one() -> None:
    first, second = _account(4_900), _account(4_900, 3_000)
    assert taken_in(first, second, [_ours("a", 100, in_figures=True, lines=("7-0",))]) == {}
    assert taken_in(first, second, [_ours("a", 100, in_figures=True, lines=("7-1",))]) == {"a": False}
    on_no_line = [_ours("a", 100, in_figures=True)]
    assert taken_in(first, second, on_no_line) == {"a": False}, "it may have been put on any line"
