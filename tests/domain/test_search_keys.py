"""Names are found whoever types them: accents, case, apostrophes; signs count as typed."""

import pytest

from quickpay.domain.sealed_words import seal_words, unseal_words
from quickpay.domain.search_keys import KeyKind, email_key, keys_of, number_key, typed_words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("José Núñez", ("jose", "nunez")),
        ("JOSE\u0301", ("jose",)),
        ("O'Brien", ("obrien",)),
        ("O\u2019Brien", ("obrien",)),
        ("Weiß-Smith", ("weisssmith",)),
        ("Łukasz Sørensen", ("lukasz", "sorensen")),
        ("İpek", ("ipek",)),
        ("Example,Alice", ("example", "alice")),
        ("St. John", ("st", "john")),
        ("%", ("%",)),
        ("a_b", ("a_b",)),
        ("Al%", ("al%",)),
        ("' - .", ()),
        ("", ()),
        ("\u738b\u5c0f\u660e", ("\u738b\u5c0f\u660e",)),
    ],
)
def test_words_are_folded_as_they_are_compared(typed: str, words: tuple[str, ...]) -> None:
    assert typed_words(typed) == words


def test_a_double_name_is_found_whole_and_in_its_parts() -> None:
    keys = keys_of(names=("Ana", None, "García-López"), number="A 1", email="A@Example.com", mobile="+1608")
    assert keys == {
        (KeyKind.NAME, "ana"),
        (KeyKind.NAME, "garcialopez"),
        (KeyKind.NAME, "garcia"),
        (KeyKind.NAME, "lopez"),
        (KeyKind.NUMBER, "a1"),
        (KeyKind.EMAIL, "a@example.com"),
        (KeyKind.MOBILE, "+1608"),
    }


def test_keys_stay_short_enough_for_an_index() -> None:
    for key in (typed_words("\ufdfa" * 100)[0], number_key("\ufdfa" * 64), typed_words("x" * 100)[0]):
        assert len(key) <= 60
    assert email_key("Al@Example.COM") == "al@example.com"


@pytest.mark.parametrize(
    "words", ["", "a", "Alice Example", "x" * 32, "x" * 200, "\u738b" * 200, "' OR 1=1 --"]
)
def test_sealed_words_are_read_by_their_key_alone(words: str) -> None:
    sealed = seal_words(words, key=b"ada")
    assert unseal_words(sealed, key=b"ada") == words
    assert unseal_words(sealed, key=b"bea") is None
    assert sealed.replace("-", "").replace("_", "").isalnum()
    assert not words or words not in sealed


def test_sealed_words_that_were_touched_are_nothing() -> None:
    sealed = seal_words("Alice", key=b"ada")
    for place in range(len(sealed) - 1):  # the last letter has bits that mean nothing
        other = "A" if sealed[place] != "A" else "B"
        assert unseal_words(sealed[:place] + other + sealed[place + 1 :], key=b"ada") is None
    for nothing in ("", "x", "é", "A" * 5_000, sealed[:-4], "!!!!"):
        assert unseal_words(nothing, key=b"ada") is None
    assert seal_words("Al", key=b"ada") != seal_words("Al ", key=b"ada")
    assert len(seal_words("Al", key=b"ada")) == len(sealed)
