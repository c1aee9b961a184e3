"""Groups, their names in addresses and texts, and options as they are kept."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickpay.domain.groups import Change, Group, changes, is_slug, options_from_json, options_to_json
from quickpay.domain.options import (
    Authentication,
    Branding,
    LandingPage,
    LookAndFeel,
    Options,
    PaymentOptions,
    ShowProcedures,
)
from quickpay.domain.payments import Method
from quickpay.domain.sessions import Role
from quickpay.domain.themes import Theme
from quickpay.mfa.gsm7 import letters_outside_gsm7

untimed = settings(deadline=None)  # nothing here is about time, and cores are shared

MINIMAL = Options(branding=Branding(name="Example Family Medicine"))


def a_group(name: str = "Example Family Medicine", **panels: Any) -> Group:
    options = replace(MINIMAL, branding=Branding(name=name), **panels)
    return Group(id=1, slug="example", version=1, options=options)


@pytest.mark.parametrize("slug", ["a", "0", "example", "example-family-2", "a--b", "x" * 63])
def test_slugs(slug: str) -> None:
    assert is_slug(slug)


@pytest.mark.parametrize(
    "slug", ["", "-", "-a", "a-", "A", "a_b", "a.b", "a/b", "x" * 64, "a\n", "é", "\uff41"]
)
def test_what_is_no_slug(slug: str) -> None:
    assert not is_slug(slug)


@pytest.mark.parametrize(
    ("on", "methods"),
    [
        ({}, (Method.CARD,)),
        ({"credit_card": False}, ()),
        ({"apple_pay": True, "google_pay": True}, (Method.CARD, Method.APPLE_PAY, Method.GOOGLE_PAY)),
        ({"credit_card": False, "google_pay": True}, (Method.GOOGLE_PAY,)),
        ({"credit_card": False, "apple_pay": True}, (Method.APPLE_PAY,)),
    ],
)
def test_the_methods_that_are_on(on: dict[str, bool], methods: tuple[Method, ...]) -> None:
    assert a_group(payments=PaymentOptions(**on)).methods_on == methods


@pytest.mark.parametrize(
    ("storage", "card", "stores"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_cards_are_kept_only_where_cards_are_taken(*, storage: bool, card: bool, stores: bool) -> None:
    payments = PaymentOptions(payment_method_storage=storage, credit_card=card)
    assert a_group(payments=payments).stores_cards is stores


@pytest.mark.parametrize(
    ("name", "in_texts"),
    [
        ("Example Family Medicine", "Example Family Medicine"),
        ("Dr. O'Brien & Sons", "Dr. O'Brien & Sons"),
        ("St. Mary’s", "St. Mary's"),  # noqa: RUF001 - as people type it
        ("Clínica Ejémplo", "Clinica Ejémplo"),
        ("evil.example/pay", "evil example pay"),
        ("https://evil.example", "https evil example"),
        ("Pay at EVIL.EXAMPLE.", "Pay at EVIL EXAMPLE."),
        ("A\u202eB\r\nC", "A B C"),
        ("Example Family Medicine of Greater Springfield", "Example Family Medicine of Gre"),
        ("診療所", ""),
    ],
)
def test_a46_the_name_in_texts(name: str, in_texts: str) -> None:
    assert a_group(name).name == name
    assert a_group(name).name_in_texts == in_texts


@untimed
@given(st.text())
def test_a46_no_name_makes_a_link_or_breaks_a_text(name: str) -> None:
    in_texts = a_group(name).name_in_texts
    assert len(in_texts) <= 30
    assert letters_outside_gsm7(in_texts) == ()
    assert not any(sign in in_texts for sign in "/:@#$<>{}\n\r")
    assert ". " in f"{in_texts} " or "." not in in_texts
    assert all(after in {" ", ""} for after in (part[:1] for part in in_texts.split(".")[1:]))


class TestKept:
    def test_what_is_kept_is_read_again(self) -> None:
        options = Options(
            branding=Branding(name="Clínica «Ejemplo»", logo_url="https://a.example/l.png"),
            theme=Theme(dark=True),
            look_and_feel=LookAndFeel(
                landing_page=LandingPage.PAY, show_procedures_in_visits=ShowProcedures.NONE
            ),
            authentication=Authentication(mfa_success_role=Role.QUICKPAY, mfa_sms_message="Code ${mfa.code}"),
        )
        text = options_to_json(options)
        assert options_from_json(text) == options
        assert options_to_json(options_from_json(text)) == text
        read = options_from_json(text)
        assert read.look_and_feel.landing_page is LandingPage.PAY
        assert read.authentication.mfa_success_role is Role.QUICKPAY

    def test_the_kept_names_are_the_apis(self) -> None:
        kept = json.loads(options_to_json(MINIMAL))
        assert set(kept) == {panel.name for panel in fields(Options)}
        assert kept["branding"]["name"] == "Example Family Medicine"
        assert kept["look_and_feel"]["landing_page"] == "home"

    def test_an_older_version_gets_defaults_and_loses_what_is_gone(self) -> None:
        older = (
            '{"branding": {"name": "Old", "motto": "x"}, "payments": {"apple_pay": true}, "fax": {"on": 1}}'
        )
        assert options_from_json(older) == Options(
            branding=Branding(name="Old"), payments=PaymentOptions(apple_pay=True)
        )

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "no",
            "[]",
            "null",
            "{}",
            '{"branding": {}}',
            '{"branding": "Old"}',
            '{"branding": {"name": "Old"}, "look_and_feel": {"landing_page": "moon"}}',
        ],
    )
    def test_what_cannot_be_read_is_said(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            options_from_json(text)


def test_changes_between_two_versions() -> None:
    after = replace(
        MINIMAL, branding=Branding(name="New"), look_and_feel=LookAndFeel(landing_page=LandingPage.PAY)
    )
    assert changes(MINIMAL, MINIMAL) == ()
    assert changes(MINIMAL, after) == (
        Change(path="branding.name", before="Example Family Medicine", after="New"),
        Change(path="look_and_feel.landing_page", before=LandingPage.HOME, after=LandingPage.PAY),
    )
