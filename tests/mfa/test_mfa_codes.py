"""Codes are unpredictable, keep their zeros, cannot be printed and are checked only with both secrets."""

import copy
import json
import logging
import pickle
import random
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpay.mfa.codes import Code, clean_code, code_digest, new_code, same_code

CANARY = "604913"
PEPPER = b"p" * 32
SESSION = b"s" * 16


def test_r19_ten_thousand_codes_are_six_digits_evenly_spread() -> None:
    codes = [new_code().reveal() for _ in range(10_000)]
    assert all(len(code) == 6 and set(code) <= set(string.digits) for code in codes)
    for place in range(6):
        counts = Counter(code[place] for code in codes)
        chi_squared = sum((counts[digit] - 1_000) ** 2 / 1_000 for digit in string.digits)
        # 9 degrees of freedom: above 50 by chance once in ten million, so this test does not cry wolf.
        assert chi_squared < 50, (place, counts)
    assert any(code.startswith("0") for code in codes)
    assert len(set(codes)) > 9_800  # about 50 repeats are expected of 10,000 in a million


def test_r20_seeding_random_does_not_make_codes_repeat() -> None:
    drawn = set()
    for _ in range(4):
        random.seed(7)
        drawn.add(new_code().reveal())
    assert len(drawn) > 1


def test_r34_a_code_shows_itself_only_when_asked(caplog: pytest.LogCaptureFixture) -> None:
    code = Code(CANARY)
    logging.getLogger("canary").warning("code %s %r", code, code)
    shown = [
        f"{code}", f"{code!r}", f"{code!s}", f"{code:>40}", "{0}".format(code), "%s %r" % (code, code),  # noqa: UP030, UP031, UP032 - each way to print
        str([code]), str({"code": code}), caplog.text,
    ]  # fmt: skip
    assert not [text for text in shown if CANARY in text or CANARY[:3] in text]
    with pytest.raises(TypeError):
        pickle.dumps(code)
    with pytest.raises(TypeError):
        copy.deepcopy(code)
    with pytest.raises(TypeError):
        json.dumps({"code": code})
    with pytest.raises(TypeError):
        vars(code)
    assert code != Code(CANARY)
    assert code.reveal() == CANARY


@pytest.mark.parametrize("digits", ["", "12345", "1234567", "12345a", "１２３４５６", "123456\n"])  # noqa: RUF001 - full-width digits
def test_nothing_but_six_digits_is_a_code(digits: str) -> None:
    with pytest.raises(ValueError, match="six ASCII digits") as refused:
        Code(digits)
    assert not digits or digits not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        ("123 456", "123456"),
        ("123-456", "123456"),
        (" 1 2 3 4 5 6 ", "123456"),
        ("000000", "000000"),
        ("", None),
        ("12345", None),
        ("1234567", None),
        ("+12345", None),
        ("12345a", None),
        ("123456\n", None),
        ("\t123456", None),
        ("123456\x00", None),
        ("123\u00a0456", None),
        ("123\u2011456", None),
        ("\uff11\uff12\uff13\uff14\uff15\uff16", None),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", None),
        ("1e5000", None),
        ("123.456", None),
        ("['123456']", None),
        (" " * 40 + "123456", None),
        ("1" * 10_240, None),
    ],
)
def test_r33_only_six_ascii_digits_are_read(typed: str, code: str | None) -> None:
    assert clean_code(typed) == code


def test_r32_each_part_of_the_key_is_needed() -> None:
    def digest(
        *, pepper: bytes = PEPPER, session: bytes = SESSION, of: str = "c1", code: str = CANARY
    ) -> bytes:
        return code_digest(pepper=pepper, session_secret=session, challenge_id=of, code=code)

    right = digest()
    assert same_code(right, digest())
    assert same_code(
        right, code_digest(pepper=PEPPER, session_secret=SESSION, challenge_id="c1", code=Code(CANARY))
    )
    assert not same_code(right, digest(pepper=b"q" * 32))
    assert not same_code(right, digest(session=b"t" * 16))
    assert not same_code(right, digest(of="c2"))
    assert not same_code(right, digest(code="604914"))
    assert len(right) == 32
    assert CANARY.encode() not in right


@pytest.mark.parametrize(
    ("pepper", "session"), [(b"", SESSION), (b"p" * 31, SESSION), (PEPPER, b""), (PEPPER, b"s" * 15)]
)
def test_r143_a_short_key_is_refused(pepper: bytes, session: bytes) -> None:
    with pytest.raises(ValueError, match="too short"):
        code_digest(pepper=pepper, session_secret=session, challenge_id="c1", code=CANARY)


@given(
    st.tuples(st.text(max_size=4), st.text(max_size=8)),
    st.tuples(st.text(max_size=4), st.text(max_size=8)),
)
def test_r32_two_challenges_never_share_a_digest(one: tuple[str, str], other: tuple[str, str]) -> None:
    digests = [
        code_digest(pepper=PEPPER, session_secret=SESSION, challenge_id=challenge, code=code)
        for challenge, code in (one, other)
    ]
    assert same_code(*digests) is (one == other)


def test_r32_the_bytes_between_id_and_code_cannot_move() -> None:
    one = code_digest(pepper=PEPPER, session_secret=SESSION, challenge_id="a1", code="23456")
    other = code_digest(pepper=PEPPER, session_secret=SESSION, challenge_id="a", code="123456")
    assert not same_code(one, other)
