"""The world's small rules that need no socket."""

import pytest

from quickpay.sandbox.cards import luhn
from quickpay.sandbox.twilio import segments


def test_luhn_catches_every_single_wrong_digit() -> None:
    number = "5555555555554444"
    for place, digit in enumerate(number):
        for wrong in set("0123456789") - {digit}:
            assert not luhn(number[:place] + wrong + number[place + 1 :])
    assert luhn(number)


@pytest.mark.parametrize(
    ("letter", "times", "parts"),
    [
        ("a", 160, 1),
        ("a", 161, 2),
        ("ñ", 160, 1),
        ("→", 70, 1),
        ("→", 71, 2),
        ("€", 80, 1),
        ("€", 81, 2),
        ("😀", 36, 2),
    ],
)
def test_segments_are_counted_as_the_network_does(letter: str, times: int, parts: int) -> None:
    assert segments(letter * times) == parts
