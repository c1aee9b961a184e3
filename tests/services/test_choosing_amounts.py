"""Choosing what to pay: only what is owed, only what the group shows, asked again when Pay is pressed."""

import asyncio
from typing import Any

import asyncpg
import pytest

from quickpay.domain.balances import AmountChoice, WhyRefused
from quickpay.domain.guarantors import Account
from quickpay.domain.links import LinkState
from quickpay.domain.money import Cents
from quickpay.domain.payments import Method, PaymentState
from quickpay.domain.sessions import Purpose
from quickpay.services.payer import AmountPage, LinkEnded, SeePayment
from quickpay.services.paying.order import (
    AmountNotTaken,
    Chosen,
    DetailsPage,
    MethodNotOffered,
    MethodPage,
    NoOrder,
)
from quickpay.services.stay import Gone, MustProve, NoStay
from tests.factories import make_account, make_line, make_statement
from tests.people import House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    return await lakeside.house.come(await lakeside.house.link(lakeside.alice, single_payment=False))


async def _sums(person: Person) -> tuple[int | None, int, int, int]:
    page = await person.house.ordering.amounts(person.visit)
    assert isinstance(page, AmountPage), page
    owed = page.balances
    return owed.statement_balance, owed.amount_due, owed.current_balance, owed.payable


async def _choose(person: Person, choice: AmountChoice, other: int | None = None) -> Any:
    return await person.house.ordering.choose_amount(
        person.visit, choice, None if other is None else Cents(other)
    )


async def test_the_worked_example_of_a_statement(lakeside: Lakeside) -> None:
    house = lakeside.house
    old, new = make_line("1-1", remaining=20_000), make_line("2-1", remaining=8_000)
    cut = (make_statement("1-1", balance=20_000),)
    await house.edit(lakeside.alice, Account(lines=(old,), statements=cut))
    alice = await house.come(await house.link(lakeside.alice, single_payment=False))
    assert await _sums(alice) == (20_000, 20_000, 20_000, 20_000)
    await alice.pays(amount=5_000)
    assert await _sums(alice) == (20_000, 15_000, 15_000, 15_000)
    await house.edit(lakeside.alice, Account(lines=(old, new), statements=cut))
    assert await _sums(alice) == (20_000, 15_000, 23_000, 23_000)
    payment = await alice.pays()
    assert payment.amount == 23_000
    assert await _sums(alice) == (20_000, 0, 0, 0)


async def test_collections_are_in_neither_sum(lakeside: Lakeside) -> None:
    lines = (make_line("1-1", remaining=14_000), make_line("1-2", remaining=6_000, in_collections=True))
    cut = (make_statement("1-1", "1-2", balance=20_000),)
    await lakeside.house.edit(lakeside.alice, Account(lines=lines, statements=cut))
    alice = await lakeside.house.come(await lakeside.house.link(lakeside.alice))
    assert await _sums(alice) == (20_000, 14_000, 14_000, 14_000)


async def test_without_a_statement_only_new_lines_are_owed(lakeside: Lakeside) -> None:
    await lakeside.house.edit(lakeside.alice, Account(lines=(make_line(remaining=700),)))
    alice = await lakeside.house.come(await lakeside.house.link(lakeside.alice))
    assert await _sums(alice) == (None, 0, 700, 700)
    refused = await _choose(alice, AmountChoice.DUE)
    assert refused.refused.reason is WhyRefused.NOTHING_DUE


@pytest.mark.parametrize(
    ("choice", "other", "reason"),
    [
        (AmountChoice.OTHER, None, WhyRefused.OTHER_MISSING),
        (AmountChoice.OTHER, 0, WhyRefused.OTHER_NOT_POSITIVE),
        (AmountChoice.OTHER, -1, WhyRefused.OTHER_NOT_POSITIVE),
        (AmountChoice.OTHER, 12_551, WhyRefused.MORE_THAN_OWED),
    ],
)
async def test_r76_an_other_amount_is_more_than_nothing_and_at_most_what_is_owed(
    alice: Person, choice: AmountChoice, other: int | None, reason: WhyRefused
) -> None:
    refused = await _choose(alice, choice, other)
    assert isinstance(refused, AmountNotTaken)
    assert refused.refused.reason is reason
    assert await rows(alice.house, "orders") == []


@pytest.mark.parametrize("other", [1, 12_550])
async def test_r76_an_other_amount_within_what_is_owed_is_taken(alice: Person, other: int) -> None:
    assert isinstance(await _choose(alice, AmountChoice.OTHER, other), Chosen)


async def test_without_show_current_balance_current_is_refused_and_no_limit_named(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, show_current_balance=False)
    alice = await house.come(await house.link(lakeside.alice))
    page = await house.ordering.amounts(alice.visit)
    assert isinstance(page, AmountPage)
    assert AmountChoice.CURRENT not in page.offered
    refused = await _choose(alice, AmountChoice.CURRENT)
    assert refused.refused.reason is WhyRefused.CURRENT_NOT_OFFERED
    too_much = await _choose(alice, AmountChoice.OTHER, 99_999)
    assert (too_much.refused.reason, too_much.refused.limit) == (WhyRefused.MORE_THAN_OWED, None)


async def test_current_chosen_before_it_was_hidden_is_refused_at_pay(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    await house.change(lakeside.group, show_current_balance=False)
    answer = await alice.press_pay()
    assert isinstance(answer, AmountNotTaken)
    assert answer.refused.reason is WhyRefused.CURRENT_NOT_OFFERED
    assert house.gateway.asked == []


async def test_nothing_owed_is_nothing_to_pay(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.edit(lakeside.alice, Account(lines=(make_line(remaining=0),)))
    alice = await house.come(await house.link(lakeside.alice))
    for choice in AmountChoice:
        refused = await _choose(alice, choice, 1)
        assert refused.refused.reason is WhyRefused.NOTHING_PAYABLE
    page = await house.ordering.amounts(alice.visit)
    assert isinstance(page, AmountPage)
    assert page.offered == {}


async def test_a64_a_balance_that_fell_between_the_pages_voids_the_order(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    await house.edit(lakeside.alice, Account(lines=(make_line(remaining=12_549),)))
    answer = await alice.press_pay()
    assert isinstance(answer, AmountNotTaken)
    assert (answer.refused.reason, answer.refused.limit) == (WhyRefused.MORE_THAN_OWED, 12_549)
    await house.edit(lakeside.alice, Account(lines=(make_line(remaining=0),)))
    answer = await alice.press_pay()
    assert isinstance(answer, AmountNotTaken)
    assert answer.refused.reason is WhyRefused.NOTHING_PAYABLE
    assert house.gateway.asked == []
    assert await rows(house, "payments") == []


async def test_a_balance_that_rose_is_paid_as_it_was_shown(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    await house.edit(lakeside.alice, make_account(lines=2))
    assert await alice.press_pay() == SeePayment(payment_id=(await rows(house, "payments"))[0]["id"])
    assert [charge.amount for charge in house.gateway.asked] == [12_550]


async def test_r73_an_order_of_another_session_is_none_of_hers(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    order = await alice.choose()
    other_group = await house.group("hilltop")
    bob = await house.come(await house.link(await house.guarantor(other_group)))
    assert await bob.press_pay(order=order) == NoOrder()
    assert await bob.press_pay() == NoOrder()
    assert house.gateway.asked == []


async def test_an_order_without_a_method_is_not_paid(alice: Person) -> None:
    await _choose(alice, AmountChoice.CURRENT)
    assert await alice.press_pay() == NoOrder()
    assert await alice.house.ordering.details(alice.visit) == NoOrder()
    assert isinstance(await alice.house.ordering.methods(alice.visit), MethodPage)


@pytest.mark.parametrize("method", [None, Method.APPLE_PAY, Method.GOOGLE_PAY, Method.STORED])
async def test_a_method_that_is_not_offered_is_refused(alice: Person, method: Method | None) -> None:
    await _choose(alice, AmountChoice.CURRENT)
    assert isinstance(await alice.house.ordering.choose_method(alice.visit, method), MethodNotOffered)


@pytest.mark.parametrize("off", ["group", "gateway"])
async def test_cards_turned_off_before_pay_are_refused_at_pay(lakeside: Lakeside, off: str) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    if off == "group":
        await house.change(lakeside.group, credit_card=False)
    else:
        house.gateway.activated = type(house.gateway.activated)(
            card=False, apple_pay=False, google_pay=False, storage=False
        )
    answer = await alice.press_pay()
    assert isinstance(answer, MethodNotOffered)
    assert answer.page.methods == ()
    assert house.gateway.asked == []


@pytest.mark.parametrize("required", [True, False])
async def test_require_cvv_is_what_the_group_says(lakeside: Lakeside, required: bool) -> None:
    house = lakeside.house
    await house.change(lakeside.group, require_cvv=required)
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    details = await house.ordering.details(alice.visit)
    assert isinstance(details, DetailsPage)
    assert details.require_cvc is required
    await alice.press_pay()
    assert [charge.require_cvc for charge in house.gateway.asked] == [required]


async def test_r90_a_rule_saved_while_pay_waits_for_its_turn_counts(
    lakeside: Lakeside, database_url: str
) -> None:
    if not database_url.startswith("postgresql"):
        return  # one writer: nothing is saved while a unit runs
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    other = await asyncpg.connect(database_url)  # type: ignore[no-untyped-call]  # untyped
    try:
        async with other.transaction():
            await other.fetch("SELECT id FROM guarantors WHERE id = $1 FOR UPDATE", lakeside.alice.id)
            pressed = asyncio.create_task(alice.press_pay())
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while not await other.fetchval(waiting):
                pass
            await house.change(lakeside.group, require_mfa=True)
        assert await pressed == MustProve()
    finally:
        await other.close()


async def test_r90_require_mfa_turned_on_between_form_and_pay_stops_the_payment(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    await house.change(lakeside.group, require_mfa=True)
    assert await alice.press_pay() == MustProve()
    assert await house.ordering.amounts(alice.visit) == MustProve()
    assert house.gateway.asked == []
    assert await rows(house, "payments") == []
    await alice.prove()
    await alice.press_pay()
    assert len(house.gateway.asked) == 1


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUPERSEDED, LinkState.SUSPENDED])
async def test_r10_a_link_ended_between_form_and_pay_stops_the_payment(
    lakeside: Lakeside, state: LinkState
) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    alice = await house.come(link)
    await alice.choose()
    await house.end(link, state)
    answer = await alice.press_pay()
    assert isinstance(answer, LinkEnded)
    assert answer.state is state
    assert house.gateway.asked == []


async def test_a_link_that_expired_lets_its_open_session_finish(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, expires_at=house.clock.now() + (house.limits.code_life))
    alice = await house.come(link)
    house.later(minutes=6)
    assert (await alice.pays()).state is PaymentState.SUCCEEDED


@pytest.mark.parametrize("how", ["expired", "signed_out", "nobody"])
async def test_without_a_session_nothing_is_paid(lakeside: Lakeside, how: str) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    match how:
        case "expired":
            house.later(minutes=20)
        case "signed_out":
            await house.leave.sign_out(alice.visit)
        case "nobody":
            alice.secret = bytes(32)
    answer = await alice.press_pay()
    assert isinstance(answer, NoStay)
    assert answer.why is {"expired": Gone.EXPIRED, "signed_out": Gone.SIGNED_OUT, "nobody": Gone.NEVER}[how]
    assert house.gateway.asked == []


async def test_pages_before_an_amount_was_chosen_say_so(alice: Person) -> None:
    house: House = alice.house
    assert await house.ordering.methods(alice.visit) == NoOrder()
    assert await house.ordering.details(alice.visit) == NoOrder()
    assert await house.ordering.choose_method(alice.visit, Method.CARD) == NoOrder()
    assert await alice.press_pay() == NoOrder()
    session = await alice.session()
    assert session is not None
    assert session.purpose is Purpose.PAY
