"""Lines, statements and their orders."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickpay.domain.encounters import Line, ServiceId, Statement, last_statement, natural, oldest_first
from quickpay.domain.money import Cents

untimed = settings(deadline=None)  # nothing here is about time, and cores are shared


def a_line(
    encounter: str = "67563",
    line: str = "1",
    *,
    day: date = date(2026, 9, 1),
    remaining: int = 5000,
    in_collections: bool = False,
) -> Line:
    return Line(
        encounter=encounter,
        line=line,
        date=day,
        patient="Ada Example",
        facility="Example Family Medicine",
        provider="Dr. Example",
        code="99213",
        description="Office visit",
        billed=Cents(12000),
        adjusted=Cents(2000),
        insurance_paid=Cents(5000),
        insurance_pending=Cents(0),
        patient_paid=Cents(0),
        remaining=Cents(remaining),
        in_collections=in_collections,
    )


def a_statement(number: str, day: date) -> Statement:
    return Statement(id=number, date=day, due_date=day, balance=Cents(1), lines=())


def test_a_service_id_is_encounter_and_line() -> None:
    assert a_line("67563", "4").service_id == ServiceId("67563-4")


def test_a_line_never_owes_the_patient() -> None:
    with pytest.raises(ValueError, match="below 0"):
        a_line(remaining=-1)


def test_two_lines_never_share_a_service_id() -> None:
    with pytest.raises(ValueError, match="hyphen"):
        a_line("1", "2-3")
    assert a_line("1-2", "3").service_id == "1-2-3"


def test_collections_are_not_payable() -> None:
    assert a_line(remaining=700).payable == 700
    assert a_line(remaining=700, in_collections=True).payable == 0


def test_a_printed_line_shows_nothing_clinical() -> None:
    assert "99213" not in repr(a_line())
    assert "Office visit" not in repr(a_line())


def test_numbers_sort_as_numbers() -> None:
    assert sorted(["10", "9", "A10", "A9", "100", "B1", "A"], key=natural) == [
        "9",
        "10",
        "100",
        "A",
        "A9",
        "A10",
        "B1",
    ]


def test_a_very_long_number_is_no_trouble() -> None:
    assert natural("1" * 5000) > natural("9" * 4999)


@untimed
@given(st.text(), st.text())
def test_only_the_same_text_sorts_the_same(one: str, other: str) -> None:
    assert (natural(one) == natural(other)) == (one == other)
    assert (natural(one) < natural(other)) != (natural(one) >= natural(other))


@untimed
@given(st.integers(0), st.integers(0))
def test_whole_numbers_sort_by_size(one: int, other: int) -> None:
    assert (natural(str(one)) < natural(str(other))) == (one < other)


def test_the_last_statement_is_the_latest_then_the_highest_id() -> None:
    june, july = date(2026, 6, 30), date(2026, 7, 31)
    old, nine, ten = a_statement("11", june), a_statement("9", july), a_statement("10", july)
    assert last_statement((nine, old, ten)) is ten
    assert last_statement((ten, nine, old)) is ten
    assert last_statement(()) is None


def test_oldest_first_is_date_then_encounter_then_line() -> None:
    newer = a_line("1", "1", day=date(2026, 9, 2))
    tenth_line, second_line = a_line("9", "10"), a_line("9", "2")
    tenth_encounter = a_line("10", "1")
    order = oldest_first((newer, tenth_encounter, tenth_line, second_line))
    assert order == (second_line, tenth_line, tenth_encounter, newer)
