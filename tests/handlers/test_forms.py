"""A form is read strictly: once each, readable, not too long, and never a card number."""

import random
import time

import pytest

from quickpay.handlers.forms import FormFault, parse_form


def test_what_was_typed_is_read_as_typed() -> None:
    form = parse_form(b"email=a%2Bb%40example.com&amount=+1%2C250.00+&method=&name=Zo%C3%AB")
    assert form.values == {"email": "a+b@example.com", "amount": " 1,250.00 ", "method": "", "name": "Zoë"}
    assert form.faults == {}
    assert form.text("nothing") == ""


def test_r110_a_field_sent_twice_is_taken_neither_time() -> None:
    form = parse_form(b"code=123456&code=123456&amount=5")
    assert form.values == {"amount": "5"}
    assert form.faults == {"code": FormFault.DUPLICATE}
    thrice = parse_form(b"code=1&code=2&code=3")
    assert (thrice.text("code"), thrice.faults) == ("", {"code": FormFault.DUPLICATE})


@pytest.mark.parametrize(
    "raw", [b"%FF", b"%C3", b"%C0%AF", b"%00", b"a%0Ab", b"%0D%0A", b"%7F", b"%C2%80", b"\xff"]
)
def test_what_is_no_text_of_one_line_is_not_taken(raw: bytes) -> None:
    form = parse_form(b"email=" + raw)
    assert form.values == {}
    assert form.faults == {"email": FormFault.UNREADABLE}


def test_some_fields_have_lines_and_a_browser_s_way_to_end_them_is_ours() -> None:
    form = parse_form(b"body=One%0D%0Atwo%0Athree&name=One%0D%0Atwo&authentication.mfa_email_body=%0D%0A")
    assert form.values == {"body": "One\ntwo\nthree", "authentication.mfa_email_body": "\n"}
    assert form.faults == {"name": FormFault.UNREADABLE}
    for hidden in (b"body=a%0Db", b"body=a%00b", b"body=a%1B%5B2J"):
        assert parse_form(hidden).faults == {"body": FormFault.UNREADABLE}


def test_a_field_longer_than_it_can_mean_is_not_taken() -> None:
    assert parse_form(b"amount=" + b"1" * 201).faults == {"amount": FormFault.TOO_LONG}
    assert parse_form(b"email=" + b"a" * 400).faults == {}


def test_a_name_that_is_none_of_ours_is_left_out() -> None:
    assert parse_form(b"a[b]=1&__proto__=2&=3&Role=admin&role=x").values == {"role": "x"}


def test_an_empty_body_is_an_empty_form() -> None:
    assert parse_form(b"").values == {}


_CARDS = [
    "4242424242424242",
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "378282246310005",
    "4222222222222",
    "6304000000000000000",
    "my card is 4242424242424242 thanks",
    "x4242424242424242x",
    "00004242424242424242",
]


@pytest.mark.parametrize(
    "field", ["amount", "email", "code", "method", "note", "order", "csrf", "card_token"]
)
@pytest.mark.parametrize("card", _CARDS)
def test_r84_a_card_number_is_refused_in_every_field_and_kept_in_none(field: str, card: str) -> None:
    form = parse_form(f"{field}={card.replace(' ', '+')}&amount_choice=due".encode())
    assert form.faults == {field: FormFault.CARD_NUMBER}
    assert form.values == {"amount_choice": "due"}
    assert "4242" not in repr(form)


def test_r84_a_card_number_for_a_name_is_refused_too() -> None:
    assert parse_form(b"4242424242424242=1").faults == {"": FormFault.CARD_NUMBER}


@pytest.mark.parametrize(
    "field",
    [
        "amount=1111111111111",
        "email=alice1234567@example.com",
        "code=123456",
        "order=42424242-4242-4242-4242-424242424242",
        "csrf=" + "4242424242424242" + "0" * 27,
        "card_token=tok_4242424242424242aaaaaaaaaaaaaaaa",
    ],
)
def test_what_is_no_card_number_is_taken(field: str) -> None:
    assert parse_form(field.encode()).faults == {}


def test_a_body_of_digits_does_not_keep_us_busy() -> None:
    # Ones alone pass no card's check at any length, so nothing ends the search early.
    body = b"&".join([b"card_token=" + b"1" * 1_980] * 32)
    start = time.process_time()
    form = parse_form(body)
    assert time.process_time() - start < 0.1
    assert form.faults == {"card_token": FormFault.DUPLICATE}


def _is_card(digits: str) -> bool:
    """Luhn's sum as a textbook has it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def test_r84_every_window_of_every_card_length_is_searched_and_no_other() -> None:
    drawn = random.Random(84)  # noqa: S311 - no secret
    for _ in range(400):
        digits = "".join(drawn.choices("0123456789", k=drawn.randint(12, 21)))
        windows = (
            digits[at : at + length] for length in range(13, 20) for at in range(len(digits) - length + 1)
        )
        found = parse_form(b"note=" + digits.encode()).faults == {"note": FormFault.CARD_NUMBER}
        assert found == any(map(_is_card, windows)), digits
