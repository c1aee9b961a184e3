"""An authenticator's codes, as RFC 6238 has them, and its secret, which the database cannot read (R119)."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from quickpay.mfa.totp import address_of, new_secret, seal, step_of, unseal

# RFC 6238, appendix B, SHA-1: the last six of the eight digits it prints.
_RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
_PEPPER, _OTHER = b"p" * 32, b"o" * 32


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924")],
)
def test_r119_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert step_of(_RFC_SECRET, code, at) == seconds // 30


def test_a_code_is_good_a_step_to_either_side() -> None:
    secret, now = new_secret(), datetime(2026, 3, 2, 15, 0, 10, tzinfo=UTC)
    step = int(now.timestamp()) // 30
    for away, found in ((-2, None), (-1, step - 1), (0, step), (1, step + 1), (2, None)):
        code = pyotp.TOTP(secret).at(now + timedelta(seconds=30 * away))
        assert step_of(secret, code, now) == found


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "".join(chr(ord("\uff10") + n) for n in (2, 8, 7, 0, 8, 2))]
)
def test_what_is_no_code_is_none(code: str) -> None:
    assert step_of(_RFC_SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_a_sealed_secret_comes_back_under_its_key_alone() -> None:
    secret = new_secret()
    sealed = seal(secret, pepper=_PEPPER)
    assert unseal(sealed, pepper=_PEPPER) == secret
    assert unseal(sealed, pepper=_OTHER) != secret
    assert seal(secret, pepper=_PEPPER).body != sealed.body
    assert secret not in repr(sealed)


def test_secrets_have_160_bits_and_are_drawn_afresh() -> None:
    drawn = {new_secret() for _ in range(50)}
    assert len(drawn) == 50
    assert {len(pyotp.TOTP(one).byte_secret()) for one in drawn} == {20}


def test_the_address_is_one_an_app_reads() -> None:
    read = pyotp.parse_uri(address_of(_RFC_SECRET, name="Ada Quill"))
    assert (read.secret, read.name, read.issuer) == (_RFC_SECRET, "Ada Quill", "QuickPay")
