"""Which language somebody wants, and words that wait for it."""

from copy import deepcopy
from datetime import date

import pytest

from quickpay.catalogues import catalogue
from quickpay.domain.languages import Language, language_of, language_wanted
from quickpay.domain.said import ENGLISH, day, in_words_of, say, say_of, together, usd


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("es", "es"),
        ("es-MX", "es"),
        ("ES_us", "es"),
        ("en-GB", "en"),
        ("fr", None),
        ("", None),
        ("est", None),
    ],
)
def test_a_tag_names_a_language_we_speak_or_none(tag: str, language: str | None) -> None:
    assert language_of(tag) == language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("es", "es"),
        ("es-419,es;q=0.9,en;q=0.8", "es"),
        ("fr-FR,fr;q=0.9,es;q=0.2,en;q=0.1", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("en;q=0.5, es;q=0.7", "es"),
        ("es;q=0, en;q=0.1", "en"),
        ("es;q=0", None),
        ("es;q=NaN,en;q=0.1", "en"),
        ("es;q=1e9,en;q=0.1", "en"),
        ("fr, de", None),
        ("*", None),
        ("", None),
        (",".join(["fr"] * 20) + ",es", None),
    ],
)
def test_a_browser_wants_what_weighs_most_of_what_we_speak(accepted: str, language: str | None) -> None:
    assert language_wanted(accepted) == language


def test_words_are_their_english_until_they_are_said_otherwise() -> None:
    words = say("You have %(time)s left", time=say_of("%(count)s minute", "%(count)s minutes", 5))
    assert words == "You have 5 minutes left"
    assert in_words_of(catalogue(Language.ES), words) == "Le quedan 5 minutos"
    assert in_words_of(ENGLISH, words) == "You have 5 minutes left"
    assert deepcopy(words).how(catalogue(Language.ES)) == "Le quedan 5 minutos"


def test_dates_and_sums_are_written_as_patients_of_the_country_read_them() -> None:
    spanish = catalogue(Language.ES)
    both = together(day(date(2026, 9, 30)), usd(123_450))
    assert both == "Sep 30, 2026 $1,234.50"
    assert in_words_of(spanish, both) == "30 sept 2026 $1,234.50"
    assert in_words_of(spanish, usd(-5)) == "-$0.05"


def test_what_is_no_words_of_ours_stays_as_it_is() -> None:
    assert in_words_of(catalogue(Language.ES), "Pay") == "Pay"
    assert (
        in_words_of(catalogue(Language.ES), say("%(name)s: x", name="50% off %(name)s"))
        == "50% off %(name)s: x"
    )
