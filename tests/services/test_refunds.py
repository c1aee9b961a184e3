"""Money given back: once, never more than was paid, known in the end, off the lines it was on (R92, A73)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from quickpay.domain.guarantors import Account
from quickpay.domain.money import Cents
from quickpay.domain.payments import Payment, PaymentState
from quickpay.domain.reach import EVERYWHERE, Reach
from quickpay.domain.refunds import Refund, RefundState
from quickpay.ports.gateway import NoAnswer, Refunded, RefundOutcome
from quickpay.ports.gateway import Refund as Order
from quickpay.services.account import account_now
from quickpay.services.events.feed import PaymentFeed
from quickpay.services.running.checks import Checks
from quickpay.services.settling.refunds import (
    AnotherRefund,
    GiveBack,
    MoreThanLeft,
    NoPayment,
    NotGiven,
    NothingToGive,
)
from tests.factories import NOW, make_line, make_outside_receipt, make_statement
from tests.people import House
from tests.services.conftest import Lakeside

OLD = make_line("8-1", remaining=5_000, date=NOW.date() - timedelta(days=30))
NEW = make_line("9-1", remaining=8_000, date=NOW.date())
CUT = make_statement(OLD.service_id, NEW.service_id)


async def _paid(here: Lakeside, amount: int, **changed: object) -> Payment:
    """Alice owes 50.00 and 80.00, and pays so much of it."""
    await here.house.edit(here.alice, Account(lines=(OLD, NEW), statements=(CUT,)))
    if changed:
        await here.house.change(here.group, **changed)
    alice = await here.house.come(await here.house.link(here.alice, single_payment=False))
    await alice.pays(amount=amount, email="me@example.com")
    found = await here.house.do(lambda tx: tx.payments.feed(after=0, group_id=None, states=None, most=200))
    return found[-1][0]


async def _give(
    here: Lakeside,
    payment: Payment,
    amount: int | None = None,
    *,
    number: int | None = None,
    by: str = "staff 1",
) -> Refund | NotGiven:
    order = GiveBack(
        amount=None if amount is None else Cents(amount), reason="Paid twice", by=by, number=number
    )
    given = await here.house.refunds.give(payment.id, order, within=EVERYWHERE)
    await sound(here.house)
    return given


async def sound(house: House) -> None:
    assert await Checks(store=house.store, clock=house.clock).run() == []


async def _on_lines(here: Lakeside, payment: Payment) -> dict[str, int]:
    return {
        one.service_id: one.amount for one in await here.house.do(lambda tx: tx.ledger.postings(payment.id))
    }


async def _balances(here: Lakeside) -> tuple[int, int, int]:
    owed = (await here.house.do(lambda tx: account_now(tx, here.alice.id))).balances
    return owed.current_balance, owed.held, owed.payable


async def _events(here: Lakeside, payment: Payment) -> list[str]:
    return [one.type for one in await here.house.do(lambda tx: tx.payment_desk.events(payment.id))]


async def test_a_part_comes_back_off_the_newest_line_and_the_rest_stays(lakeside: Lakeside) -> None:
    payment = await _paid(lakeside, 7_000)
    assert await _on_lines(lakeside, payment) == {"8-1": 5_000, "9-1": 2_000}
    given = await _give(lakeside, payment, 3_000)
    assert isinstance(given, Refund)
    assert given.state is RefundState.DONE
    after = await lakeside.house.payment(payment.id)
    assert (after.state, after.refunded, after.refunding) == (PaymentState.SUCCEEDED, 3_000, 0)
    assert after.change_number > payment.change_number
    assert await _on_lines(lakeside, payment) == {"8-1": 4_000}
    assert await _balances(lakeside) == (9_000, 0, 9_000)
    whole = await _give(lakeside, payment)
    assert isinstance(whole, Refund)
    assert whole.amount == 4_000
    after = await lakeside.house.payment(payment.id)
    assert (after.state, after.refunded) == (PaymentState.REFUNDED, 7_000)
    assert await _balances(lakeside) == (13_000, 0, 13_000)
    assert await _give(lakeside, payment) == NothingToGive()
    assert sum(one.amount for one in lakeside.house.gateway.refunds.values()) == 7_000
    told = await _events(lakeside, payment)
    assert told[-4:] == ["payment.refund_asked", "payment.refunded"] * 2


async def test_what_is_on_no_line_comes_back_first(lakeside: Lakeside) -> None:
    payment = await _paid(lakeside, 2_000, auto_post=False)
    assert await _balances(lakeside) == (13_000, 2_000, 11_000)
    await _give(lakeside, payment, 500)
    after = await lakeside.house.payment(payment.id)
    assert (after.unapplied, after.refunded) == (1_500, 500)
    assert await _balances(lakeside) == (13_000, 1_500, 11_500)


@pytest.mark.parametrize("amount", [7_001, 0, -1, 999_999_999])
async def test_more_than_is_left_is_refused_and_nothing_is_asked(lakeside: Lakeside, amount: int) -> None:
    payment = await _paid(lakeside, 7_000)
    assert await _give(lakeside, payment, amount) == MoreThanLeft(left=Cents(7_000))
    assert lakeside.house.gateway.refunds == {}


async def test_what_took_no_money_or_is_another_group_s_is_not_given_back(lakeside: Lakeside) -> None:
    payment = await _paid(lakeside, 7_000)
    alice = await lakeside.house.come(await lakeside.house.link(lakeside.alice))
    await alice.choose(1_000)
    await alice.press_pay("tok_declined")
    await lakeside.house.at_rest()
    every = await lakeside.house.do(lambda tx: tx.payments.feed(after=0, group_id=None, states=None, most=9))
    assert await _give(lakeside, every[-1][0], 1) == NothingToGive()
    order = GiveBack(amount=None, reason="Paid twice", by="staff 1")
    elsewhere = Reach(groups=frozenset({lakeside.group.id + 1}))
    assert await lakeside.house.refunds.give(payment.id, order, within=elsewhere) == NoPayment()
    assert await lakeside.house.refunds.give("nobody's", order, within=EVERYWHERE) == NoPayment()


async def test_r92_a73_a_form_pressed_twenty_times_at_once_is_one_refund(lakeside: Lakeside) -> None:
    payment = await _paid(lakeside, 7_000)
    given = await asyncio.gather(*(_give(lakeside, payment, 2_000, number=1) for _ in range(20)))
    assert len({one.id for one in given if isinstance(one, Refund)}) == 1
    assert all(isinstance(one, Refund) for one in given)
    assert (await lakeside.house.payment(payment.id)).refunded == 2_000
    assert len(lakeside.house.gateway.refunds) == 1


async def test_r92_a73_two_staff_with_the_same_page_make_one_refund(lakeside: Lakeside) -> None:
    payment = await _paid(lakeside, 7_000)
    both = await asyncio.gather(
        *(_give(lakeside, payment, 2_000, number=1, by=f"staff {who}") for who in (1, 2))
    )
    assert sorted(type(one).__name__ for one in both) == ["AnotherRefund", "Refund"]
    assert await _give(lakeside, payment, 3_000, number=1, by="staff 1") == AnotherRefund()
    assert await _give(lakeside, payment, 3_000, number=3, by="staff 1") == AnotherRefund()
    assert (await lakeside.house.payment(payment.id)).refunded == 2_000


async def test_however_many_ask_at_once_no_more_is_given_than_was_paid(lakeside: Lakeside) -> None:
    payment = await _paid(lakeside, 7_000)
    await asyncio.gather(*(_give(lakeside, payment, 2_000) for _ in range(12)))
    after = await lakeside.house.payment(payment.id)
    book = sum(one.amount for one in lakeside.house.gateway.refunds.values())
    assert after.refunded == book <= 7_000


class _Mute:
    """Between the refunds and the gateway: gives back and says nothing, or not even that."""

    def __init__(self, here: Lakeside, *, gives: bool) -> None:
        self.gateway, self.gives, self.asked = here.house.gateway, gives, 0
        self.well = here.house.gateway.refund
        here.house.gateway.refund = self.refund  # type: ignore[method-assign]  # the gateway's, not ours

    async def refund(self, refund: Order) -> RefundOutcome:
        self.asked += 1
        if self.gives:
            await self.well(refund)
        return NoAnswer(reason="silent")

    def mended(self) -> None:
        self.gateway.refund = self.well  # type: ignore[method-assign]  # as it was


@pytest.mark.parametrize("gives", [True, False])
async def test_silence_is_asked_again_with_the_same_id_until_it_is_known(
    lakeside: Lakeside, gives: bool
) -> None:
    payment = await _paid(lakeside, 7_000)
    mute = _Mute(lakeside, gives=gives)
    given = await _give(lakeside, payment, 2_000)
    assert isinstance(given, Refund)
    assert given.state is RefundState.UNKNOWN
    assert (await lakeside.house.payment(payment.id)).refunding == 2_000
    assert await _give(lakeside, payment, 1_000) == AnotherRefund()
    lakeside.house.later(minutes=2)
    assert await lakeside.house.refunds.run_once() == 1
    mute.mended()
    assert await lakeside.house.refunds.run_once() == 0, "it is not asked for again at once"
    lakeside.house.later(minutes=2)
    both = await asyncio.gather(lakeside.house.refunds.run_once(), lakeside.house.refunds.run_once())
    assert sum(both) >= 1
    after = await lakeside.house.payment(payment.id)
    assert (after.refunded, after.refunding) == (2_000, 0)
    assert [one.refund_id for one in lakeside.house.gateway.refunds.values()] == [given.id]
    await sound(lakeside.house)


@pytest.mark.parametrize("gives", [True, False])
async def test_a_gateway_that_keeps_no_keys_is_looked_at_before_it_is_asked_again(
    lakeside: Lakeside, gives: bool
) -> None:
    payment = await _paid(lakeside, 7_000)
    lakeside.house.gateway.idempotency_window = timedelta(0)
    mute = _Mute(lakeside, gives=gives)
    await _give(lakeside, payment, 2_000)
    asked = mute.asked
    lakeside.house.later(seconds=35)
    await lakeside.house.refunds.run_once()
    assert mute.asked == asked, "it may yet show"
    if gives:
        assert (await lakeside.house.payment(payment.id)).refunded == 2_000
    mute.mended()
    lakeside.house.later(minutes=3)
    await lakeside.house.refunds.run_once()
    assert (await lakeside.house.payment(payment.id)).refunded == 2_000
    assert sum(one.amount for one in lakeside.house.gateway.refunds.values()) == 2_000
    await sound(lakeside.house)


async def test_a_gateway_that_cannot_be_reached_gave_nothing_back_and_it_may_be_tried_again(
    lakeside: Lakeside,
) -> None:
    payment = await _paid(lakeside, 7_000)
    lakeside.house.gateway.down = True
    given = await _give(lakeside, payment, 2_000)
    assert isinstance(given, Refund)
    assert (given.state, given.refused_because) == (RefundState.REFUSED, "not_reached")
    lakeside.house.gateway.down = False
    again = await _give(lakeside, payment, 2_000)
    assert isinstance(again, Refund)
    assert again.state is RefundState.DONE


async def test_a_killed_process_leaves_a_refund_that_the_rounds_finish(lakeside: Lakeside) -> None:
    house, payment = lakeside.house, await _paid(lakeside, 7_000)
    order = GiveBack(amount=Cents(2_000), reason="Paid twice", by="staff 1")
    refund_id = house.refunds.new_id()
    await house.do(
        lambda tx: house.refunds.write_down(tx, payment.id, order, within=EVERYWHERE, refund_id=refund_id)
    )
    assert await house.refunds.run_once() == 0, "whoever asks may still be at it"
    house.later(seconds=40)
    assert await house.refunds.run_once() == 1
    assert (await house.payment(payment.id)).refunded == 2_000
    await sound(house)


async def test_what_was_given_back_at_the_gateway_is_recorded_once(lakeside: Lakeside) -> None:
    house, payment = lakeside.house, await _paid(lakeside, 7_000)
    assert payment.transaction is not None
    elsewhere = Order(refund_id="theirs", transaction=payment.transaction, amount=3_000, currency="usd")
    assert isinstance(await house.gateway.refund(elsewhere), Refunded)
    for _ in range(2):
        await house.settle(payment.id, house.gateway._with_refunds(house.gateway.book[payment.id]))
    after = await house.payment(payment.id)
    assert (after.refunded, after.state) == (3_000, PaymentState.SUCCEEDED)
    rows = await house.do(lambda tx: tx.refunds.of_payment(payment.id))
    assert [(one.made_by, one.amount, one.state) for one in rows] == [("gateway", 3_000, RefundState.DONE)]
    assert await _balances(lakeside) == (9_000, 0, 9_000)
    await sound(house)


async def test_a_refusal_because_it_was_given_back_elsewhere_is_found_out(lakeside: Lakeside) -> None:
    house, payment = lakeside.house, await _paid(lakeside, 7_000)
    assert payment.transaction is not None
    await house.gateway.refund(
        Order(refund_id="theirs", transaction=payment.transaction, amount=6_000, currency="usd")
    )
    given = await _give(lakeside, payment)
    assert isinstance(given, Refund)
    assert given.state is RefundState.REFUSED
    after = await house.payment(payment.id)
    assert (after.refunded, after.refunding, after.left) == (6_000, 0, 1_000)


async def test_a_late_word_of_our_own_refund_is_not_another(lakeside: Lakeside) -> None:
    house, payment = lakeside.house, await _paid(lakeside, 7_000)
    mute = _Mute(lakeside, gives=True)
    await _give(lakeside, payment, 2_000)
    await house.settle(payment.id, house.gateway._with_refunds(house.gateway.book[payment.id]))
    assert (await house.payment(payment.id)).refunded == 0, "it is on its way, and asked after"
    mute.mended()
    house.later(minutes=2)
    await house.refunds.run_once()
    await house.settle(payment.id, house.gateway._with_refunds(house.gateway.book[payment.id]))
    assert (await house.payment(payment.id)).refunded == 2_000
    await sound(house)


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_patient_is_told_where_the_receipt_went(lakeside: Lakeside, language: str) -> None:
    house = lakeside.house
    alice = await house.edit(lakeside.alice, language=language)
    payment = await _paid(replace(lakeside, alice=alice), 7_000)
    await house.outbox().run_once()
    await _give(lakeside, payment, 3_000)
    await house.outbox().run_once()
    last = house.mailer.sent[-1]
    assert last.to == "me@example.com"
    said = "was refunded" if language == "en" else "le reembolsamos"
    assert said in last.text
    for part in (last.text, last.html):
        assert "$30.00" in part
        assert "$70.00" in part
    assert len(house.mailer.sent) == 2


async def test_without_a_receipt_by_email_nobody_is_told(lakeside: Lakeside) -> None:
    payment = await _paid(lakeside, 7_000, email_receipt=False)
    await _give(lakeside, payment, 3_000)
    await lakeside.house.outbox().run_once()
    assert lakeside.house.mailer.sent == []


@pytest.mark.parametrize("named", [True, False])
async def test_what_the_pm_system_contains_is_its_own_word_and_is_not_doubled(
    lakeside: Lakeside, named: bool
) -> None:
    """Before it has the payment, a refund is owed again at once; after, when it says so."""
    house, payment = lakeside.house, await _paid(lakeside, 7_000)
    left = make_line("9-1", remaining=6_000, date=NEW.date)
    receipts = (make_outside_receipt(number=str(payment.receipt_number)),) if named else ()
    house.later(minutes=1)
    if not named:
        await house.do(lambda tx: tx.payments.acknowledge(payment.id, contained=False, now=house.clock.now()))
    told = Account(lines=(left,), statements=(CUT,), receipts=receipts)
    await house.edit(lakeside.alice, told)
    numbers = tuple(one.number for one in receipts)
    await house.do(lambda tx: tx.payments.settle_by_pm(lakeside.alice.id, receipt_numbers=numbers))
    assert await _balances(lakeside) == (6_000, 0, 6_000)
    await _give(lakeside, payment, 3_000)
    assert await _balances(lakeside) == (6_000, 0, 6_000)
    assert (await house.payment(payment.id)).refunded == 3_000


async def test_a_refund_between_a_put_and_its_ack_does_not_undo_the_ack(lakeside: Lakeside) -> None:
    """The PM system told of her after the payment ended; that a refund came later makes that no earlier."""
    house, payment = lakeside.house, await _paid(lakeside, 7_000)
    house.later(minutes=1)
    left = make_line("9-1", remaining=6_000, date=NEW.date)
    await house.edit(lakeside.alice, Account(lines=(left,), statements=(CUT,)), changed_at=house.clock.now())
    await house.do(lambda tx: tx.ledger.set_in_figures(payment.id, is_in=True))  # as a PUT of these finds
    house.later(minutes=1)
    await _give(lakeside, payment, 1_000)
    await PaymentFeed(store=house.store, clock=house.clock).ack(payment.id, by="key 1")
    assert await _balances(lakeside) == (6_000, 0, 6_000)


async def test_what_the_pm_system_has_not_heard_of_is_listed_once_the_oldest_first(
    lakeside: Lakeside,
) -> None:
    """One it does not have, one it has without its refund, and one given back whole before it had it."""
    house, feed = lakeside.house, PaymentFeed(store=lakeside.house.store, clock=lakeside.house.clock)
    known, whole, new = [await _paid(lakeside, amount) for amount in (1_000, 2_000, 3_000)]
    await feed.ack(known.id, by="key 1")
    house.later(hours=1)
    await _give(lakeside, known, 400)
    await _give(lakeside, whole, 2_000)
    await _give(lakeside, new, 500)

    async def waiting() -> list[tuple[str, int, int]]:
        found = await house.do(lambda tx: tx.unacknowledged.page(within=EVERYWHERE, skip=0, most=9))
        sums = await house.do(lambda tx: tx.unacknowledged.backlog(within=EVERYWHERE))
        assert sums.count == len(found)
        assert sums.amount == sum(one.received for one in found)
        assert sums.given_back == sum(one.given_back for one in found)
        return [(one.payment_id, one.received, one.given_back) for one in found]

    first, *later = await waiting()
    assert first == (new.id, 3_000, 500)
    assert sorted(later) == sorted([(known.id, 0, 400), (whole.id, 0, 2_000)])
    for one in (known, whole, new):
        await feed.ack(one.id, by="key 1")
    assert await waiting() == []
