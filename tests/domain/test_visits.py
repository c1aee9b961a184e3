"""Visits: gathered by encounter, added up, and told apart from what the last statement speaks of."""

from datetime import date

from quickpay.domain.money import Cents
from quickpay.domain.visits import open_first, since_statement, totals, visits_of
from tests.factories import make_line, make_statement

OLD, BILLED, LATER = date(2026, 1, 5), date(2026, 10, 2), date(2026, 10, 20)


def test_lines_of_one_encounter_are_one_visit_in_the_order_of_their_numbers() -> None:
    lines = (make_line("9-10"), make_line("10-1", date=LATER), make_line("9-2"), make_line("9-1"))
    later, visit = visits_of(lines)
    assert [line.service_id for line in visit.lines] == ["9-1", "9-2", "9-10"]
    assert later.encounter == "10"


def test_totals_keep_what_is_in_collections_out_of_what_remains() -> None:
    pending = {"insurance_pending": Cents(30)}
    found = totals((make_line(remaining=100, **pending), make_line(remaining=7, in_collections=True)))
    assert (found.remaining, found.collections, found.insurance_pending) == (100, 7, 30)
    assert (found.billed, found.adjusted, found.insurance_paid) == (40_000, 4_000, 10_900)


def test_a_visit_with_a_collector_is_neither_open_nor_paid() -> None:
    (collected,) = visits_of((make_line(remaining=5, in_collections=True),))
    assert (collected.is_open, collected.is_paid) == (False, False)
    (paid,) = visits_of((make_line(remaining=0),))
    assert (paid.is_open, paid.is_paid) == (False, True)


def test_open_balances_come_first_each_the_latest_first() -> None:
    visits = visits_of(
        (
            make_line("1-1", date=OLD, remaining=1),
            make_line("2-1", date=BILLED, remaining=0),
            make_line("3-1", date=LATER, remaining=1),
            make_line("4-1", date=LATER, remaining=0),
        )
    )
    assert [one.encounter for one in open_first(visits)] == ["3", "1", "4", "2"]


def test_since_the_last_statement_are_later_visits_and_older_ones_nobody_billed() -> None:
    visits = visits_of(
        (
            make_line("1-1", date=OLD, remaining=4),
            make_line("2-1", date=OLD, remaining=0),
            make_line("3-1", date=BILLED),
            make_line("4-1", date=LATER, remaining=0),
        )
    )
    (together,) = since_statement(visits, (make_statement("3-1", date=date(2026, 10, 15)),))
    assert [one.encounter for one in together] == ["4", "1"]


def test_without_a_statement_every_visit_is_since() -> None:
    visits = visits_of((make_line("1-1"), make_line("2-1")))
    assert sum(map(len, since_statement(visits, ()))) == 2


def test_visits_stand_together_by_facility_provider_and_patient() -> None:
    visits = visits_of(
        (
            make_line("1-1"),
            make_line("2-1", patient="P2"),
            make_line("3-1", provider="Dr. Chen"),
            make_line("4-1", facility="Lakeside West"),
            make_line("5-1"),
        )
    )
    places = since_statement(visits, ())
    assert sorted([one.encounter for one in place] for place in places) == [["2"], ["3"], ["4"], ["5", "1"]]
