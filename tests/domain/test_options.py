"""Options: defaults, shapes and every rule of a save (R115-R117, R125, R126)."""

import json
from collections.abc import Iterable
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from functools import partial
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from quickpay.domain.option_rules import TEMPLATE_WORDS, TemplateKind, cautions, faults, tidied
from quickpay.domain.options import (
    Authentication,
    Branding,
    LandingPage,
    LogoutFunction,
    LookAndFeel,
    Notifications,
    Options,
    PaymentOptions,
    ShowProcedures,
)
from quickpay.domain.sessions import Role
from quickpay.domain.themes import Theme
from quickpay.mfa import message

FROM = "billing@example.com"
MINIMAL = Options(branding=Branding(name="Example Family Medicine"))
templates = partial(message.template_faults, host="pay.example.com")
adapter = TypeAdapter(Options)


def fault_paths(options: Options, **handed: Any) -> list[str]:
    return [fault.path for fault in faults(options, template_faults=templates, **handed)]


def words(options: Options, path: str) -> str:
    return " ".join(
        fault.message for fault in faults(options, template_faults=templates) if fault.path == path
    )


def with_(panel: str, **changed: Any) -> Options:
    wanted: dict[str, Any] = {panel: replace(getattr(MINIMAL, panel), **changed)}
    return replace(MINIMAL, **wanted)


class TestDefaults:
    def test_a_name_is_enough_and_nothing_is_wrong_with_it(self) -> None:
        assert faults(MINIMAL, template_faults=templates) == ()
        assert cautions(MINIMAL) == ()

    def test_a_name_and_a_from_address_are_enough_too(self) -> None:
        assert fault_paths(with_("notifications", email_from=FROM)) == []

    def test_the_products_own_numbers(self) -> None:
        assert MINIMAL.look_and_feel.landing_page is LandingPage.HOME
        assert MINIMAL.authentication.mfa_success_role is Role.AUTHORIZED_PATIENT
        assert MINIMAL.authentication.quickpay_max_access_attempts == 10
        assert not MINIMAL.theme.dark

    def test_nothing_is_on_that_needs_a_second_setting(self) -> None:
        needs_email_from = (MINIMAL.payments.email_receipt, MINIMAL.authentication.enable_mfa)
        needs_the_gateway = (MINIMAL.payments.apple_pay, MINIMAL.payments.google_pay)
        assert not any(needs_email_from + needs_the_gateway)
        assert MINIMAL.payments.credit_card
        assert MINIMAL.look_and_feel.logout_function is LogoutFunction.LOGOUT


class TestJson:
    def test_the_names_are_those_of_the_api(self) -> None:
        names = {
            panel.name: [option.name for option in fields(getattr(MINIMAL, panel.name))]
            for panel in fields(Options)
        }
        assert names == {
            "branding": ["name", "favicon_url", "logo_url", "home_asset_url"],
            "theme": [
                "background", "surface", "primary", "secondary", "accent",
                "info", "success", "error", "warning", "dark",
            ],
            "payments": [
                "apple_pay", "credit_card", "google_pay", "payment_method_storage",
                "auto_post", "email_receipt", "require_cvv",
            ],
            "look_and_feel": [
                "visits_pdf_export", "footer_text", "footer_email", "footer_phone", "landing_page",
                "logout_function", "show_collections", "show_current_balance", "show_escrow",
                "show_insurance_pending", "show_procedures_in_visits", "show_statement_balance",
            ],
            "authentication": [
                "session_extension", "mfa_email_subject", "mfa_email_body", "enable_mfa",
                "require_opposing_contact_methods", "require_mfa", "mfa_sms_message", "mfa_success_role",
                "quickpay_max_access_attempts",
            ],
            "notifications": ["email_from"],
            "patient_permissions": ["contact_info_editing"],
        }  # fmt: skip

    def test_a_minimal_body_is_read(self) -> None:
        body = '{"branding": {"name": "Example Family Medicine"}, "notifications": {"email_from": null}}'
        assert adapter.validate_json(body) == MINIMAL

    def test_what_is_written_is_read_again(self) -> None:
        options = with_("look_and_feel", logout_function=LogoutFunction.NONE)
        assert adapter.validate_json(adapter.dump_json(options)) == options

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ({"branding": {}}, ("branding", "name")),
            ({"branding": {"name": ""}}, ("branding", "name")),
            ({"branding": {"name": "x" * 81}}, ("branding", "name")),
            ({"branding": {"name": "x", "colour": "red"}}, ("branding", "colour")),
            ({"branding": {"name": "x"}, "extra": {}}, ("extra",)),
            ({"branding": {"name": "x"}, "theme": {"text": "#000000"}}, ("theme", "text")),
            ({"branding": {"name": "x"}, "payments": {"cash": True}}, ("payments", "cash")),
            ({"branding": {"name": "x"}, "look_and_feel": {"x": 1}}, ("look_and_feel", "x")),
            ({"branding": {"name": "x"}, "notifications": {"x": 1}}, ("notifications", "x")),
            ({"branding": {"name": "x"}, "patient_permissions": {"x": 1}}, ("patient_permissions", "x")),
            (
                {"branding": {"name": "x"}, "look_and_feel": {"landing_page": "moon"}},
                ("look_and_feel", "landing_page"),
            ),
            *(
                (
                    {"branding": {"name": "x"}, "authentication": {"quickpay_max_access_attempts": uses}},
                    ("authentication", "quickpay_max_access_attempts"),
                )
                for uses in (0, -1, 1001, 2.5, "many")
            ),
        ],
    )
    def test_a_wrong_body_is_refused_at_its_field(self, body: Any, where: tuple[str, ...]) -> None:
        with pytest.raises(ValidationError) as refused:
            adapter.validate_json(json.dumps(body))
        assert where in [fault["loc"] for fault in refused.value.errors()]

    def test_the_schema_says_what_types_can_say(self) -> None:
        parts = adapter.json_schema()["$defs"]
        assert parts["Branding"]["properties"]["name"]["maxLength"] == 80
        uses = parts["Authentication"]["properties"]["quickpay_max_access_attempts"]
        assert (uses["minimum"], uses["maximum"], uses["default"]) == (1, 1000, 10)
        assert parts["ShowProcedures"]["enum"] == [choice.value for choice in ShowProcedures]
        assert all(
            part["additionalProperties"] is False for part in parts.values() if part["type"] == "object"
        )


class TestName:
    @pytest.mark.parametrize("name", ["Dr. O'Brien & Sons", "Clínica Ejemplo", "診療所", "x" * 80])
    def test_names(self, name: str) -> None:
        assert fault_paths(with_("branding", name=name)) == []

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "   ",
            "x" * 81,
            "A\r\nBcc: mallory@example.com",
            "A\nB",
            "A\x00B",
            "A\u2028B",
            "A\u202eB",
            "A\u200bB",
            "A\ud800",
            "=?utf-8?q?A?=",
        ],
    )
    def test_a43_a_name_cannot_break_a_header(self, name: str) -> None:
        assert "branding.name" in fault_paths(with_("branding", name=name))

    def test_the_letter_is_named(self) -> None:
        assert "U+202E" in words(with_("branding", name="A\u202eB"), "branding.name")


class TestFooter:
    @pytest.mark.parametrize(
        "phone",
        ["(608) 555-0100", "+1 608 555 0100", "608.555.0100", "608-555-0100 ext. 12", "6085550100 x7"],
    )
    def test_phones(self, phone: str) -> None:
        assert fault_paths(with_("look_and_feel", footer_phone=phone)) == []

    @pytest.mark.parametrize(
        "phone",
        [
            "call us",
            "555",
            "608 555 0100;x=1",
            "6085550100\r\n",
            "javascript:1234567",
            '608"5550100',
            "6" * 41,
            "\uff16085550100",
        ],
    )
    def test_r117_what_is_no_phone_makes_no_link(self, phone: str) -> None:
        assert "look_and_feel.footer_phone" in fault_paths(with_("look_and_feel", footer_phone=phone))

    @pytest.mark.parametrize(
        ("phone", "uri"),
        [
            ("(608) 555-0100", "tel:6085550100"),
            ("+1 608.555.0100 ext. 12", "tel:+16085550100;ext=12"),
            ("608-555-0100 X7", "tel:6085550100;ext=7"),
            (None, None),
            ("", None),
            ('1"><script>2', "tel:1;ext=2"),
        ],
    )
    def test_r117_a_link_is_made_of_digits(self, phone: str | None, uri: str | None) -> None:
        assert LookAndFeel(footer_phone=phone).footer_phone_uri == uri

    @pytest.mark.parametrize(
        "email", ["office", "a@example.com, b@example.com", "A <a@example.com>", "a@\r\nb"]
    )
    def test_r117_what_is_no_address_makes_no_link(self, email: str) -> None:
        assert "look_and_feel.footer_email" in fault_paths(with_("look_and_feel", footer_email=email))

    @pytest.mark.parametrize("text", ["x" * 501, "a\rb", "a\x07b"])
    def test_r117_text_is_one_printable_line(self, text: str) -> None:
        assert "look_and_feel.footer_text" in fault_paths(with_("look_and_feel", footer_text=text))

    def test_a48_markup_is_text_like_any_other(self) -> None:
        assert fault_paths(with_("look_and_feel", footer_text="<script>alert(1)</script>")) == []


class TestEmailFrom:
    @pytest.mark.parametrize(
        ("panel", "option", "named"),
        [("payments", "email_receipt", "Email Receipt"), ("authentication", "enable_mfa", "Enable MFA")],
    )
    @pytest.mark.parametrize("written", [None, ""])
    def test_it_is_required_by_what_sends(
        self, panel: str, option: str, named: str, written: str | None
    ) -> None:
        options = with_(panel, **{option: True})
        options = replace(options, notifications=Notifications(email_from=written))
        assert fault_paths(options) == ["notifications.email_from"]
        assert f"turn {named} off" in words(options, "notifications.email_from")
        assert fault_paths(replace(options, notifications=Notifications(email_from=FROM))) == []

    @pytest.mark.parametrize(
        "written",
        [
            "billing",
            "a@example.com,b@example.com",
            "a@example.com;b@example.com",
            "Billing <billing@example.com>",
            "billing@example.com\r\nBcc: mallory@example.com",
            "billing@example.com\u2028",
            '"a b"@example.com',
        ],
    )
    def test_a43_it_is_exactly_one_address(self, written: str) -> None:
        assert fault_paths(with_("notifications", email_from=written)) == ["notifications.email_from"]

    def test_r126_it_is_at_a_domain_mail_is_set_up_for(self) -> None:
        options = with_("notifications", email_from="billing@Example.com")
        assert fault_paths(options, mail_from_domains=()) == []
        assert fault_paths(options, mail_from_domains=("other.example", "EXAMPLE.COM")) == []
        for domain in ("other.example", "ample.com", "mail.example.com"):
            assert fault_paths(options, mail_from_domains=(domain,)) == ["notifications.email_from"]


class TestAuthentication:
    def test_require_mfa_without_enable_mfa_is_refused(self) -> None:
        assert fault_paths(with_("authentication", require_mfa=True)) == ["authentication.require_mfa"]
        both = replace(
            with_("authentication", require_mfa=True, enable_mfa=True),
            notifications=Notifications(email_from=FROM),
        )
        assert fault_paths(both) == []

    @pytest.mark.parametrize(("uses", "wrong"), [(0, True), (1, False), (1000, False), (1001, True)])
    def test_uses_are_1_to_1000(self, *, uses: int, wrong: bool) -> None:
        found = fault_paths(with_("authentication", quickpay_max_access_attempts=uses))
        assert (found == ["authentication.quickpay_max_access_attempts"]) is wrong

    @pytest.mark.parametrize(
        ("option", "text", "named"),
        [
            ("mfa_email_body", "Hello", "${mfa.code}"),
            ("mfa_email_body", "", "${mfa.code}"),
            ("mfa_email_body", "${mfa.code} ${name}", "${name}"),
            ("mfa_email_subject", "${mfa.code}", "${mfa.code}"),
            ("mfa_email_subject", "", "Write something"),
            ("mfa_email_subject", "A\nB", "U+000A"),
            ("mfa_sms_message", "$<mfa.code> 診", "診"),
            ("mfa_sms_message", "$<mfa.code>" + "x" * 160, "160"),
        ],
    )
    def test_r125_templates_are_judged_in_words(self, option: str, text: str, named: str) -> None:
        options = with_("authentication", **{option: text})
        assert set(fault_paths(options)) == {f"authentication.{option}"}
        assert named in words(options, f"authentication.{option}")

    def test_r125_a_groups_own_texts(self) -> None:
        options = with_(
            "authentication",
            mfa_email_subject=message.DEFAULT_EMAIL_SUBJECT,
            mfa_email_body=message.DEFAULT_EMAIL_BODY,
            mfa_sms_message=message.DEFAULT_SMS,
        )
        assert fault_paths(options) == []

    def test_every_fault_of_a_template_has_words(self) -> None:
        assert set(TEMPLATE_WORDS) == {fault.value for fault in message.Fault}

    def test_each_text_is_judged_as_its_kind_and_words_cannot_be_broken_by_it(self) -> None:
        asked: list[tuple[str, str]] = []

        @dataclass(frozen=True)
        class Found:
            fault: str
            named: str

        def judge(text: str, *, kind: TemplateKind) -> Iterable[Found]:
            asked.append((text, kind))
            return (Found("unknown_placeholder", "${0.__class__}{named}"),)

        options = with_("authentication", mfa_email_subject="s", mfa_email_body="b", mfa_sms_message="t")
        found = faults(options, template_faults=judge)
        assert asked == [("s", "subject"), ("b", "email_body"), ("t", "sms")]
        assert all(fault.message.startswith("Take ${0.__class__}{named} out") for fault in found)


def test_all_faults_come_at_once() -> None:
    options = Options(
        branding=Branding(name="", logo_url="http://example.com/logo.png"),
        theme=Theme(primary="red"),
        look_and_feel=LookAndFeel(footer_phone="no"),
        authentication=Authentication(require_mfa=True, mfa_sms_message="no code"),
        payments=PaymentOptions(email_receipt=True),
    )
    assert fault_paths(options) == [
        "branding.name",
        "branding.logo_url",
        "theme.primary",
        "look_and_feel.footer_phone",
        "authentication.mfa_sms_message",
        "authentication.require_mfa",
        "notifications.email_from",
    ]


@pytest.mark.parametrize(
    ("panel", "changed", "path"),
    [
        ("payments", {"credit_card": False}, "payments"),
        ("authentication", {"session_extension": False}, "authentication.session_extension"),
        (
            "authentication",
            {"quickpay_max_access_attempts": 2},
            "authentication.quickpay_max_access_attempts",
        ),
    ],
)
def test_cautions(panel: str, changed: dict[str, Any], path: str) -> None:
    options = with_(panel, **changed)
    assert [caution.path for caution in cautions(options)] == [path]
    assert fault_paths(options) == []


@pytest.mark.parametrize("changed", [{"apple_pay": True}, {"google_pay": True}])
def test_one_method_is_enough(changed: dict[str, Any]) -> None:
    assert cautions(with_("payments", credit_card=False, **changed)) == ()


def test_three_uses_are_no_caution() -> None:
    assert cautions(with_("authentication", quickpay_max_access_attempts=3)) == ()


def test_tidied_is_one_spelling() -> None:
    written = Options(
        branding=Branding(
            name="  Cli\u0301nica ", logo_url=" ", favicon_url="", home_asset_url="https://a.example/x"
        ),
        theme=Theme(primary="#1F5C99", accent="RED"),
        look_and_feel=LookAndFeel(footer_text=" ", footer_email=" Office@Example.COM ", footer_phone=""),
        authentication=Authentication(mfa_email_subject="", mfa_email_body="a\r\nb", mfa_sms_message=""),
        notifications=Notifications(email_from="two@example.com, three@example.com"),
    )
    tidy = tidied(written)
    assert tidy.branding == Branding(name="Clínica", home_asset_url="https://a.example/x")
    assert (tidy.theme.primary, tidy.theme.accent) == ("#1f5c99", "RED")
    assert tidy.look_and_feel == LookAndFeel(footer_email="Office@example.com")
    assert tidy.authentication == Authentication(
        mfa_email_subject="", mfa_email_body="a\nb", mfa_sms_message=""
    )
    assert tidy.notifications.email_from == "two@example.com, three@example.com"
    assert tidied(tidy) == tidy
    assert tidied(MINIMAL) == MINIMAL


def test_every_panel_is_a_frozen_value() -> None:
    for panel in (MINIMAL, *(getattr(MINIMAL, one.name) for one in fields(MINIMAL))):
        with pytest.raises(FrozenInstanceError):
            setattr(panel, fields(panel)[0].name, None)
