"""Hold tokens to their promises: one purpose, one spelling, any key of ours and no other (R1, R3, R12)."""

import base64
import hashlib
import hmac
import string
from typing import Any

import pytest
from itsdangerous import Signer

from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.settings import BadSettings, load

OLD = "an-older-key-of-these-tests-0123456789ab"
NEW = "the-signing-key-of-these-tests-012345678"
ID = "AAECAwQFBgcICQoLDA0ODw"
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"  # in base64's order

ours = Tokens((NEW, OLD))
token = ours.sign(TokenPurpose.LINK, ID)


def test_a_token_is_read_for_its_own_purpose_and_no_other() -> None:
    for signed_for in TokenPurpose:
        signed = ours.sign(signed_for, ID)
        assert [ours.read(purpose, signed) for purpose in TokenPurpose] == [
            ID if purpose is signed_for else None for purpose in TokenPurpose
        ]


def test_a_token_is_the_hmac_by_a_key_derived_for_its_purpose() -> None:
    key = hmac.digest(NEW.encode(), b"quickpay.link.v1", "sha256")
    signature = base64.urlsafe_b64encode(hmac.digest(key, ID.encode(), "sha256")).rstrip(b"=").decode()
    assert token == f"{ID}.{signature}"


def test_no_other_letter_anywhere_is_taken() -> None:
    for place, right in enumerate(token):
        for letter in LETTERS + ".":
            if letter != right:
                assert ours.read(TokenPurpose.LINK, token[:place] + letter + token[place + 1 :]) is None


def test_another_spelling_of_the_same_signature_is_not_taken() -> None:
    for letter in _letters_after(token[-1], 3):
        other = token[:-1] + letter
        assert base64.urlsafe_b64decode(other[23:] + "=") == base64.urlsafe_b64decode(token[23:] + "=")
        assert ours.read(TokenPurpose.LINK, other) is None


def test_another_spelling_of_the_same_id_is_not_taken_even_signed() -> None:
    for letter in _letters_after(ID[-1], 15):
        assert ours.read(TokenPurpose.LINK, ours.sign(TokenPurpose.LINK, ID[:-1] + letter)) is None


@pytest.mark.parametrize(
    "other",
    [
        "",
        ".",
        ID,
        f"{ID}.",
        f"{token}=",
        f"{token}\n",
        f" {token}",
        f"{token}.{token}",
        token.replace(".", ""),
    ],
)
def test_what_is_not_of_the_form_is_not_taken(other: str) -> None:
    assert ours.read(TokenPurpose.LINK, other) is None


def test_every_key_of_the_installation_counts_and_the_newest_signs() -> None:
    assert ours.read(TokenPurpose.LINK, Tokens((OLD,)).sign(TokenPurpose.LINK, ID)) == ID
    assert token == Tokens((NEW,)).sign(TokenPurpose.LINK, ID)


def test_a_key_taken_away_opens_nothing_any_more() -> None:
    assert Tokens((OLD,)).read(TokenPurpose.LINK, token) is None


def _letters_after(letter: str, count: int) -> str:
    place = LETTERS.index(letter)
    return LETTERS[place + 1 : place + 1 + count]


def _stock(key: str, salt: str, derivation: str, digest: Any = hashlib.sha256) -> str:
    """Sign as the library does by itself."""
    signer = Signer(key.encode(), salt=salt.encode(), key_derivation=derivation, digest_method=digest)
    return signer.sign(ID).decode()


def test_a4_salt_and_key_that_run_together_sign_nothing_of_ours() -> None:
    split, salt = len(NEW) // 2, TokenPurpose.LINK.value
    for glue, derivation in (("signer", "django-concat"), ("", "concat")):
        # The same letters, cut elsewhere: to a plain concatenation these are one salt and key.
        key, other_salt, other_key = (
            f"{NEW[:split]}{glue}{NEW[split:]}",
            salt + glue + NEW[:split],
            NEW[split:],
        )
        assert _stock(key, salt, derivation) == _stock(other_key, other_salt, derivation)
        ours_then = Tokens((key,))
        for how in ("hmac", "concat", "django-concat", "none"):
            assert ours_then.read(TokenPurpose.LINK, _stock(other_key, other_salt, how)) is None
        assert ours_then.read(TokenPurpose.LINK, _stock(key, salt, "hmac")) == ID


@pytest.mark.parametrize("derivation", ["concat", "django-concat", "none"])
@pytest.mark.parametrize("digest", [hashlib.sha1, hashlib.sha256])
def test_a4_no_weaker_derivation_or_digest_is_taken(derivation: str, digest: Any) -> None:
    for signed in (
        _stock(NEW, TokenPurpose.LINK.value, derivation, digest),
        _stock(NEW, TokenPurpose.LINK.value, "hmac", hashlib.sha1),
        _stock("", TokenPurpose.LINK.value, "hmac"),
    ):
        assert ours.read(TokenPurpose.LINK, signed) is None


@pytest.mark.parametrize("keys", ["short", f"{NEW},short", "a" * 40, "changeme" * 5])
def test_a4_a_short_or_known_key_is_refused(keys: str) -> None:
    given = {"QUICKPAY_BASE_URL": "https://pay.example.com", "QUICKPAY_SANDBOX_URL": "http://127.0.0.1:1"}
    given |= {"QUICKPAY_SANDBOX_SECRET": "x" * 20, "QUICKPAY_SANDBOX_WEBHOOK_SECRET": "y" * 20}
    assert load({**given, "QUICKPAY_SECRET_KEYS": NEW}).keys == (NEW,)
    with pytest.raises(BadSettings, match="SECRET_KEYS"):
        load({**given, "QUICKPAY_SECRET_KEYS": keys})
