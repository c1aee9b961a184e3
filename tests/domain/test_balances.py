"""Sums and choices, with its worked examples."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickpay.domain.balances import (
    AmountChoice,
    AmountRefused,
    Balances,
    WhyRefused,
    balances,
    choose_amount,
    offered_amounts,
)
from quickpay.domain.encounters import Line, ServiceId, Statement
from quickpay.domain.ledger import post_oldest_first, with_postings
from quickpay.domain.money import Cents

untimed = settings(deadline=None)  # nothing here is about time, and cores are shared

NOTHING = Cents(0)
CURRENT, DUE, OTHER = AmountChoice.CURRENT, AmountChoice.DUE, AmountChoice.OTHER


def a_line(service_id: str, remaining: int, *, day: int = 1, in_collections: bool = False) -> Line:
    encounter, line = service_id.rsplit("-", 1)
    return Line(
        encounter=encounter,
        line=line,
        date=date(2026, 9, day),
        patient="Ada Example",
        facility="Example Family Medicine",
        provider="Dr. Example",
        code="99213",
        description="Office visit",
        billed=Cents(remaining),
        adjusted=NOTHING,
        insurance_paid=NOTHING,
        insurance_pending=NOTHING,
        patient_paid=NOTHING,
        remaining=Cents(remaining),
        in_collections=in_collections,
    )


BILLED = (a_line("100-1", 14000), a_line("100-2", 6000))
BILL = Statement(
    id="1",
    date=date(2026, 9, 30),
    due_date=date(2026, 10, 30),
    balance=Cents(20000),
    lines=(ServiceId("100-1"), ServiceId("100-2")),
)


def sums(lines: tuple[Line, ...], *statements: Statement) -> tuple[int | None, int, int]:
    owed = balances(lines, statements, unapplied=NOTHING, held=NOTHING)
    return owed.statement_balance, owed.amount_due, owed.current_balance


def owing(current: int, *, due: int, held: int = 0) -> Balances:
    new = (a_line("200-1", current - due),) if current > due else ()
    bill = replace(BILL, balance=Cents(due), lines=(ServiceId("100-1"),))
    return balances((a_line("100-1", due), *new), (bill,), unapplied=NOTHING, held=Cents(held))


class TestTheWorkedExamples:
    def test_no_activity(self) -> None:
        assert sums(BILLED, BILL) == (20000, 20000, 20000)

    def test_then_50_posted_a_new_visit_and_230_paid(self) -> None:
        lines = with_postings(BILLED, post_oldest_first(Cents(5000), BILLED).postings)
        assert sums(lines, BILL) == (20000, 15000, 15000)
        lines = (*lines, a_line("200-1", 8000, day=20))
        assert sums(lines, BILL) == (20000, 15000, 23000)
        posted = post_oldest_first(Cents(23000), lines)
        assert posted.unapplied == 0
        assert sums(with_postings(lines, posted.postings), BILL) == (20000, 0, 0)

    def test_60_of_the_statement_goes_to_collections(self) -> None:
        before = sums(BILLED, BILL)
        after = sums((BILLED[0], replace(BILLED[1], in_collections=True)), BILL)
        assert before == (20000, 20000, 20000)
        assert after == (20000, 14000, 14000)

    def test_no_statement_ever(self) -> None:
        assert sums((a_line("200-1", 8000),)) == (None, 0, 8000)


def test_amount_due_is_of_the_last_statement_only() -> None:
    later = Statement(
        id="2",
        date=date(2026, 10, 31),
        due_date=date(2026, 11, 30),
        balance=Cents(6000),
        lines=(ServiceId("100-2"), ServiceId("999-9")),  # 999-9 is not on the account any more
    )
    assert sums(BILLED, later, BILL) == (6000, 6000, 20000)


def test_unapplied_funds_reduce_neither_and_held_money_only_what_is_payable() -> None:
    owed = balances(BILLED, (BILL,), unapplied=Cents(3000), held=Cents(4500))
    assert (owed.amount_due, owed.current_balance, owed.payable) == (20000, 20000, 15500)
    assert (owed.unapplied, owed.held) == (3000, 4500)


def test_payable_is_never_below_nothing() -> None:
    assert balances(BILLED, (BILL,), unapplied=NOTHING, held=Cents(20001)).payable == 0


service_ids = st.tuples(st.integers(1, 4), st.integers(1, 4)).map(lambda pair: f"{pair[0]}-{pair[1]}")
lines_strategy = st.lists(
    st.builds(
        a_line,
        service_ids,
        st.integers(0, 10_000_000),
        day=st.integers(1, 28),
        in_collections=st.booleans(),
    ),
    unique_by=lambda line: line.service_id,
).map(tuple)
statements_strategy = st.lists(
    st.builds(
        Statement,
        id=st.integers(1, 99).map(str),
        date=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        due_date=st.dates(),
        balance=st.integers(0, 10_000_000),
        lines=st.lists(service_ids.map(ServiceId)).map(tuple),
    ),
).map(tuple)
sums_of_money = st.integers(0, 20_000_000).map(Cents)


@untimed
@given(lines_strategy, statements_strategy, sums_of_money, sums_of_money)
def test_current_balance_is_at_least_amount_due_and_collections_are_in_neither(
    lines: tuple[Line, ...], statements: tuple[Statement, ...], unapplied: Cents, held: Cents
) -> None:
    owed = balances(lines, statements, unapplied=unapplied, held=held)
    assert owed.current_balance >= owed.amount_due >= 0
    assert owed.current_balance >= owed.payable >= 0
    assert owed.payable == max(0, owed.current_balance - held)
    without = tuple(line for line in lines if not line.in_collections)
    assert owed == balances(without, statements, unapplied=unapplied, held=held)


@untimed
@given(
    lines_strategy,
    statements_strategy,
    sums_of_money,
    st.sampled_from(AmountChoice),
    st.none() | st.integers(-5, 30_000_000).map(Cents),
    st.booleans(),
)
def test_whatever_is_chosen_is_more_than_nothing_and_at_most_payable(
    lines: tuple[Line, ...],
    statements: tuple[Statement, ...],
    held: Cents,
    choice: AmountChoice,
    other: Cents | None,
    shown: bool,
) -> None:
    owed = balances(lines, statements, unapplied=NOTHING, held=held)
    chosen = choose_amount(choice, other, owed, show_current_balance=shown)
    if isinstance(chosen, AmountRefused):
        assert chosen.limit is None or shown
    else:
        assert 0 < chosen <= owed.payable


@pytest.mark.parametrize(
    ("choice", "other", "answer"),
    [
        (CURRENT, None, Cents(23000)),
        (DUE, None, Cents(15000)),
        (DUE, Cents(1), Cents(15000)),
        (OTHER, Cents(1), Cents(1)),
        (OTHER, Cents(23000), Cents(23000)),
        (OTHER, Cents(23001), AmountRefused(reason=WhyRefused.MORE_THAN_OWED, limit=Cents(23000))),
        (OTHER, Cents(0), AmountRefused(reason=WhyRefused.OTHER_NOT_POSITIVE, limit=Cents(23000))),
        (OTHER, Cents(-5), AmountRefused(reason=WhyRefused.OTHER_NOT_POSITIVE, limit=Cents(23000))),
        (OTHER, None, AmountRefused(reason=WhyRefused.OTHER_MISSING, limit=Cents(23000))),
    ],
)
def test_choices(choice: AmountChoice, other: Cents | None, answer: Cents | AmountRefused) -> None:
    assert choose_amount(choice, other, owing(23000, due=15000), show_current_balance=True) == answer


def test_the_current_balance_is_refused_where_it_is_not_shown() -> None:
    refused = choose_amount(CURRENT, None, owing(23000, due=15000), show_current_balance=False)
    assert refused == AmountRefused(reason=WhyRefused.CURRENT_NOT_OFFERED)
    nothing = choose_amount(CURRENT, None, owing(0, due=0), show_current_balance=False)
    assert nothing == AmountRefused(reason=WhyRefused.CURRENT_NOT_OFFERED)


def test_the_limit_is_not_named_where_the_current_balance_is_not_shown() -> None:
    owed = owing(23000, due=15000)
    assert choose_amount(OTHER, Cents(23000), owed, show_current_balance=False) == 23000
    assert choose_amount(OTHER, Cents(23001), owed, show_current_balance=False) == AmountRefused(
        reason=WhyRefused.MORE_THAN_OWED, limit=None
    )


def test_held_money_is_not_asked_for_again() -> None:
    owed = owing(23000, due=15000, held=10000)
    assert choose_amount(CURRENT, None, owed, show_current_balance=True) == 13000
    assert choose_amount(DUE, None, owed, show_current_balance=True) == 13000
    assert choose_amount(OTHER, Cents(13001), owed, show_current_balance=True) == AmountRefused(
        reason=WhyRefused.MORE_THAN_OWED, limit=Cents(13000)
    )


@pytest.mark.parametrize("choice", list(AmountChoice))
def test_nothing_can_be_paid_where_nothing_is_payable(choice: AmountChoice) -> None:
    for owed in (owing(0, due=0), owing(23000, due=15000, held=23000)):
        refused = choose_amount(choice, Cents(1), owed, show_current_balance=True)
        assert refused == AmountRefused(reason=WhyRefused.NOTHING_PAYABLE)
        assert offered_amounts(owed, show_current_balance=True) == {}


def test_an_amount_due_of_nothing_is_refused_while_the_rest_can_be_paid() -> None:
    owed = owing(8000, due=0)
    assert choose_amount(DUE, None, owed, show_current_balance=True) == AmountRefused(
        reason=WhyRefused.NOTHING_DUE
    )
    assert offered_amounts(owed, show_current_balance=True) == {CURRENT: 8000}
    assert offered_amounts(owed, show_current_balance=False) == {}


def test_what_is_offered_in_order() -> None:
    owed = owing(23000, due=15000)
    assert list(offered_amounts(owed, show_current_balance=True).items()) == [(CURRENT, 23000), (DUE, 15000)]
    assert offered_amounts(owed, show_current_balance=False) == {DUE: 15000}
