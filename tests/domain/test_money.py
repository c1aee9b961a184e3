"""What a patient types becomes whole cents or a named fault, never a guess."""

from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpay.domain.money import MAX_AMOUNT, AmountFault, decimal_text, format_usd, parse_amount

amounts = st.integers(min_value=1, max_value=MAX_AMOUNT)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("150", 15_000),
        ("150.00", 15_000),
        ("$1,234.50", 123_450),
        (" 12.5 ", 1_250),
        ("$ 12", 1_200),
        (".50", 50),
        ("$.05", 5),
        ("150.", 15_000),
        ("0.01", 1),
        ("007", 700),
        ("1,234,567.89", 123_456_789),
        ("9999999.99", 999_999_999),
    ],
)
def test_amounts_are_read_as_people_type_them(typed: str, cents: int) -> None:
    assert parse_amount(typed) == cents


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", AmountFault.EMPTY),
        ("   ", AmountFault.EMPTY),
        ("1e3", AmountFault.NOT_A_NUMBER),
        ("1E+3", AmountFault.NOT_A_NUMBER),
        ("NaN", AmountFault.NOT_A_NUMBER),
        ("Infinity", AmountFault.NOT_A_NUMBER),
        ("-Infinity", AmountFault.NOT_A_NUMBER),
        ("0x10", AmountFault.NOT_A_NUMBER),
        ("1_000", AmountFault.NOT_A_NUMBER),
        ("\uff11\uff15\uff10", AmountFault.NOT_A_NUMBER),  # full-width 150
        ("\u0661\u0665\u0660", AmountFault.NOT_A_NUMBER),  # Arabic 150
        ("150\n", AmountFault.NOT_A_NUMBER),
        ("150\x00", AmountFault.NOT_A_NUMBER),
        ("\t150", AmountFault.NOT_A_NUMBER),
        ("150\u2028", AmountFault.NOT_A_NUMBER),
        ("\u00a0150", AmountFault.NOT_A_NUMBER),
        ("1,23", AmountFault.NOT_A_NUMBER),
        ("1,2345", AmountFault.NOT_A_NUMBER),
        ("12,34,567", AmountFault.NOT_A_NUMBER),
        (",123", AmountFault.NOT_A_NUMBER),
        ("0,123", AmountFault.NOT_A_NUMBER),
        ("1.234,50", AmountFault.NOT_A_NUMBER),
        ("1.2.3", AmountFault.NOT_A_NUMBER),
        (".", AmountFault.NOT_A_NUMBER),
        ("$", AmountFault.NOT_A_NUMBER),
        ("$$5", AmountFault.NOT_A_NUMBER),
        ("€5", AmountFault.NOT_A_NUMBER),
        ("+5", AmountFault.NOT_A_NUMBER),
        ("--5", AmountFault.NOT_A_NUMBER),
        ("-$-5", AmountFault.NOT_A_NUMBER),
        ("(5.00)", AmountFault.NOT_A_NUMBER),
        ("5 dollars", AmountFault.NOT_A_NUMBER),
        ("1 000", AmountFault.NOT_A_NUMBER),
        ("9" * 10_000, AmountFault.NOT_A_NUMBER),
        ("-5", AmountFault.NOT_POSITIVE),
        ("-$5.00", AmountFault.NOT_POSITIVE),
        ("$-5", AmountFault.NOT_POSITIVE),
        ("0", AmountFault.NOT_POSITIVE),
        ("0.00", AmountFault.NOT_POSITIVE),
        ("0.001", AmountFault.NOT_WHOLE_CENTS),
        ("150.000", AmountFault.NOT_WHOLE_CENTS),
        ("10000000", AmountFault.TOO_LARGE),
        ("9" * 20, AmountFault.TOO_LARGE),
    ],
)
def test_everything_else_is_refused_by_name(typed: str, fault: AmountFault) -> None:
    assert parse_amount(typed) is fault


@given(amounts)
def test_what_we_write_we_can_read(cents: int) -> None:
    assert parse_amount(format_usd(cents)) == cents
    assert parse_amount(decimal_text(cents)) == cents


@given(st.text(alphabet="0123456789.,$- +eE_\n\x00\u0663\uff15", max_size=24) | st.text(max_size=12))
def test_no_text_is_read_as_another_amount_than_it_says(typed: str) -> None:
    read = parse_amount(typed)
    if isinstance(read, AmountFault):
        return
    assert type(read) is int
    assert 0 < read <= MAX_AMOUNT
    assert typed.isascii()
    try:
        said = Decimal(typed.replace("$", "").replace(",", "").replace(" ", ""))
    except InvalidOperation:  # pragma: no cover - a read amount is a decimal
        pytest.fail(f"{typed!r} is no decimal and was read as {read}")
    assert said * 100 == read


@pytest.mark.parametrize(
    ("cents", "usd", "plain"),
    [
        (0, "$0.00", "0.00"),
        (5, "$0.05", "0.05"),
        (123_450, "$1,234.50", "1234.50"),
        (100_000_000, "$1,000,000.00", "1000000.00"),
        (-5, "-$0.05", "-0.05"),
        (-123_450, "-$1,234.50", "-1234.50"),
    ],
)
def test_cents_are_written_for_people_and_for_machines(cents: int, usd: str, plain: str) -> None:
    assert format_usd(cents) == usd
    assert decimal_text(cents) == plain
