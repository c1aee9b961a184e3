"""Whatever is paid, given back, posted, told and heard in whatever order, the book adds up."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quickpay.domain.encounters import Line, ServiceId, Statement
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Account, Guarantor
from quickpay.domain.money import Cents
from quickpay.domain.payments import HELD, Payment
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.staff import Staff, StaffRole, StaffState
from quickpay.ports.gateway import Approved, Refunded
from quickpay.ports.gateway import Refund as Order
from quickpay.services.account import account_now
from quickpay.services.desk.posting import PostForm, PostingDesk
from quickpay.services.events.feed import PaymentFeed
from quickpay.services.running.checks import Checks
from quickpay.services.settling.refunds import GiveBack
from tests.factories import NOW, make_line, make_outside_receipt, make_statement
from tests.people import House

_CENTS = st.sampled_from([1, 333, 1_000, 2_500, 5_000])
_WHICH = st.integers(0, 4)
ACTIONS = st.one_of(
    st.tuples(st.just("pay"), _CENTS),
    st.tuples(st.just("decline"), _CENTS),
    st.tuples(st.just("refund"), _WHICH, st.sampled_from([None, 1, 500, 2_000])),
    st.tuples(st.just("refund_in_the_dark"), _WHICH, st.sampled_from([None, 700])),
    st.tuples(st.just("refund_elsewhere"), _WHICH, st.sampled_from([1, 900])),
    st.tuples(st.just("post"), _WHICH, st.sampled_from(["suggested", "newest"])),
    st.tuples(st.just("auto_post")),
    st.tuples(st.just("put"), st.sampled_from(["same", "taken over", "named", "lower", "fewer"])),
    st.tuples(st.just("ack"), _WHICH),
    st.tuples(st.just("cut")),
    st.tuples(st.just("collect"), _WHICH),
    st.tuples(st.just("visit"), _CENTS),
    st.tuples(st.just("wait")),
)
ADA = Staff(id=1, name="Ada", role=StaffRole.BILLING, groups=None, state=StaffState.ACTIVE)


@dataclass(slots=True, kw_only=True)
class Book:
    """One guarantor, what the PM system says of her, and the gateway's own book beside ours."""

    house: House
    group: Group
    alice: Guarantor
    lines: list[Line]
    statements: list[Statement] = field(default_factory=list)
    receipts: list[Any] = field(default_factory=list)

    async def act(self, name: str, *told: Any) -> None:
        before = (await self._now()).balances
        paid_before = await self._taken()
        await getattr(self, f"_{name}")(*told)
        await self.house.at_rest()
        await self.adds_up()
        if name == "pay":
            assert await self._taken() - paid_before <= before.payable, "more was taken than was owed"
        if name == "post":
            assert (await self._now()).balances.payable == before.payable, "posting changes nothing payable"

    async def adds_up(self) -> None:
        owed = (await self._now()).balances
        assert 0 <= owed.amount_due <= owed.current_balance
        assert 0 <= owed.payable <= owed.current_balance
        assert owed.held >= 0
        assert owed.unapplied >= 0
        for one in await self._payments():
            on_lines = sum(p.amount for p in await self.house.do(lambda tx, p=one: tx.ledger.postings(p.id)))
            if one.took_money:
                assert one.amount == on_lines + one.unapplied + one.refunded, one
                given = self._given(one)
                assert one.refunded <= given <= one.refunded + one.refunding, (one, given)
            else:
                assert (on_lines, one.unapplied, one.refunded) == (0, 0, 0)
        assert await Checks(store=self.house.store, clock=self.house.clock).run() == []

    def _given(self, payment: Payment) -> int:
        done = self.house.gateway.refunds.values()
        return sum(one.amount for one in done if one.transaction == payment.transaction)

    async def _now(self) -> Any:
        return await self.house.do(lambda tx: account_now(tx, self.alice.id))

    async def _payments(self) -> list[Payment]:
        rows = await self.house.do(lambda tx: tx.desk.payments_of(self.alice.id, skip=0, most=99))
        return [one for one, _ in rows]

    async def _taken(self) -> int:
        return sum(one.amount for one in await self._payments() if one.took_money or one.state in HELD)

    async def _one(self, which: int) -> Payment | None:
        took = [one for one in await self._payments() if one.took_money]
        return took[which % len(took)] if took else None

    async def _pay(self, cents: int, card: str = "tok_approved") -> None:
        if (await self._now()).balances.payable < cents:
            return
        link = await self.house.link(self.alice, single_payment=False, contact=None)
        person = await self.house.come(
            link, address=f"10.{link.serial >> 16}.{link.serial >> 8 & 255}.{link.serial & 255}"
        )
        await person.pays(card, amount=cents)

    async def _decline(self, cents: int) -> None:
        await self._pay(cents, "tok_declined")

    async def _refund(self, which: int, cents: int | None) -> None:
        payment = await self._one(which)
        if payment is not None:
            amount = None if cents is None else Cents(cents)
            order = GiveBack(amount=amount, reason="Paid twice", by="staff 1")
            await self.house.refunds.give(payment.id, order, within=EVERYWHERE)

    async def _refund_in_the_dark(self, which: int, cents: int | None) -> None:
        """The process dies between the two writes; the rounds find it later."""
        payment = await self._one(which)
        if payment is not None:
            order = GiveBack(amount=None if cents is None else Cents(cents), reason="x", by="staff 1")
            refund_id = self.house.refunds.new_id()
            await self.house.do(
                lambda tx: self.house.refunds.write_down(
                    tx, payment.id, order, within=EVERYWHERE, refund_id=refund_id
                )
            )

    async def _refund_elsewhere(self, which: int, cents: int) -> None:
        payment = await self._one(which)
        if payment is None or payment.transaction is None or payment.refunding:
            return
        theirs = Order(
            refund_id=self.house.ids.uuid(), transaction=payment.transaction, amount=cents, currency="usd"
        )
        if isinstance(await self.house.gateway.refund(theirs), Refunded):
            outcome = self.house.gateway._with_refunds(self.house.gateway.book[payment.id])
            assert isinstance(outcome, Approved)
            for _ in range(2):  # webhooks come twice
                await self.house.settle(payment.id, outcome)

    async def _post(self, which: int, how: str) -> None:
        payment = await self._one(which)
        desk = PostingDesk(store=self.house.store, clock=self.house.clock)
        form = None if payment is None else await desk.look(ADA, payment.id)
        if payment is None or not isinstance(form, PostForm) or form.why_not is not None:
            return
        amounts = {one.line.service_id: one.suggested for one in form.lines}
        if how == "newest":
            newest = form.lines[-1].line
            amounts = {newest.service_id: Cents(min(newest.payable, payment.unapplied))}
        for _ in range(2):  # a double click
            await desk.post(ADA, payment.id, amounts, seen=form.seen)

    async def _auto_post(self) -> None:
        group = await self.house.do(lambda tx: tx.groups.get(self.group.id))
        assert group is not None
        await self.house.change(group, auto_post=not group.options.payments.auto_post)

    async def _put(self, how: str = "same") -> None:
        """Tell of her: as before, with our payments taken over, or with lines that shrank meanwhile."""
        if how in {"taken over", "named"}:
            told = await self._now()
            named = [one for one in await self._payments() if one.took_money]
            if how == "taken over":
                self.lines = list(told.lines)
            self.receipts = [
                make_outside_receipt(
                    number=str(one.receipt_number),
                    amount=one.amount,
                    applied=Cents(one.amount - one.refunded),
                    disbursed=Cents(0),
                    refunded=one.refunded,
                )
                for one in named
            ]
        elif how == "lower":
            self.lines = [
                make_line(one.service_id, remaining=one.remaining // 2, date=one.date) for one in self.lines
            ]
        elif how == "fewer":
            self.lines = self.lines[1:]
        self.house.later(seconds=1)
        account = Account(
            lines=tuple(self.lines), statements=tuple(self.statements), receipts=tuple(self.receipts)
        )
        self.alice = await self.house.edit(self.alice, account, changed_at=self.house.clock.now())
        numbers = tuple(one.number for one in self.receipts)
        await self.house.do(lambda tx: tx.payments.settle_by_pm(self.alice.id, receipt_numbers=numbers))

    async def _ack(self, which: int) -> None:
        payment = await self._one(which)
        if payment is not None:
            await PaymentFeed(store=self.house.store, clock=self.house.clock).ack(payment.id, by="key 1")

    async def _cut(self) -> None:
        """A statement of all that is there now."""
        if self.lines:
            number = len(self.statements) + 1
            day = NOW.date() + timedelta(days=number)
            on_it = [one.service_id for one in self.lines]
            self.statements.append(make_statement(*on_it, id=f"S{number}", date=day))
            await self._put()

    async def _collect(self, which: int) -> None:
        if self.lines:
            one = self.lines[which % len(self.lines)]
            gone = make_line(one.service_id, remaining=one.remaining, in_collections=True, date=one.date)
            self.lines[which % len(self.lines)] = gone
            await self._put()

    async def _visit(self, cents: int) -> None:
        number = 100 + len(self.statements) + len(self.lines) * 7
        line = make_line(ServiceId(f"{number}-1"), remaining=cents, date=NOW.date() + timedelta(days=1))
        if line.service_id not in {one.service_id for one in self.lines}:
            self.lines.append(line)
            await self._put()

    async def _wait(self) -> None:
        self.house.later(seconds=90)
        await self.house.reconcile.run_once()
        await self.house.refunds.run_once()

    async def come_to_an_end(self) -> None:
        for _ in range(3):
            self.house.later(minutes=3)
            await self.house.refunds.run_once()
        for one in await self._payments():
            assert one.refunding == 0
            if one.took_money:
                assert one.refunded == self._given(one), "our book and the gateway's"
        await self.adds_up()


async def _begin(house: House) -> Book:
    number = int(house.ids.uuid()[-6:], 16)
    group = await house.group(f"ledger-{number}")
    lines = [
        make_line(f"7-{place}", remaining=2_000, date=NOW.date() - timedelta(days=9 - place))
        for place in range(1, 5)
    ]
    cut = make_statement(*(one.service_id for one in lines[:2]))
    account = Account(lines=tuple(lines), statements=(cut,))
    alice = await house.guarantor(group, account, email=f"l{number}@example.com", mobile=None)
    return Book(house=house, group=group, alice=alice, lines=lines, statements=[cut])


@example(
    actions=[("pay", 5_000), ("put", "lower"), ("refund", 0, 2_000), ("put", "named"), ("refund", 0, None)]
)
@example(
    actions=[
        ("auto_post",),
        ("pay", 2_500),
        ("post", 0, "newest"),
        ("refund", 0, 500),
        ("post", 0, "suggested"),
    ]
)
@example(
    actions=[("pay", 5_000), ("ack", 0), ("refund", 0, 2_000), ("put", "same"), ("refund_elsewhere", 0, 900)]
)
@example(actions=[("pay", 5_000), ("refund_in_the_dark", 0, 700), ("collect", 0), ("pay", 1_000), ("wait",)])
@example(
    actions=[
        ("auto_post",),
        ("pay", 1_000),
        ("auto_post",),
        ("pay", 333),
        ("put", "taken over"),
        ("refund", 1, None),
    ]
)
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=st.lists(ACTIONS, min_size=4, max_size=12))
async def test_no_order_of_events_creates_or_loses_a_cent(
    house: House, actions: list[tuple[Any, ...]]
) -> None:
    book = await _begin(house)
    for name, *told in actions:
        await book.act(name, *told)
    await book.come_to_an_end()
