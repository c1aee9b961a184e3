"""Hold tokens to their promises: one purpose, one spelling, any key of ours and no other (R1, R3, R12)."""

import base64
import hmac
import string

import pytest

from quickpay.domain.tokens import TokenPurpose, Tokens

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
