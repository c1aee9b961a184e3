"""The editor's table of options and the reading of its form, without a server."""

import json
import re
from dataclasses import fields as fields_of
from dataclasses import replace
from functools import partial
from typing import Any, get_type_hints

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.faults import Fault
from quickpay.domain.option_rules import faults
from quickpay.domain.options import LandingPage, Options
from quickpay.handlers.forms import Form, parse_form
from quickpay.handlers.staff.groups.fields import (
    FIELDS,
    form_faults,
    read_typed,
    typed_from_form,
    typed_from_options,
)
from quickpay.handlers.staff.groups.kinds import Kind
from quickpay.handlers.staff.groups.panels import PANELS
from quickpay.mfa.message import template_faults
from tests.factories import make_options
from tests.handlers.staff_site import staff_site_of
from tests.people import House

_check = partial(faults, template_faults=partial(template_faults, host="pay.example.com"))


def _panels() -> dict[str, Any]:
    hints = get_type_hints(Options)
    return {one.name: hints[one.name] for one in fields_of(Options)}


def test_the_screen_has_every_option_and_no_other_in_the_panels_order() -> None:
    hints = _panels()
    assert [panel.name for panel in PANELS] == list(hints)
    for panel in PANELS:
        own = {f"{panel.name}.{one.name}" for one in fields_of(hints[panel.name])}
        assert {one.name for one in panel.fields} == own
        assert len(panel.fields) == len(own)
    assert [panel.title for panel in PANELS] == [
        "Branding",
        "Theme",
        "Payments",
        "Look and Feel",
        "Authentication",
        "Notifications",
        "Patient Permissions",
    ]


def test_a_field_is_typed_as_its_option_is() -> None:
    for panel, kind in _panels().items():
        own = {one.name for one in fields_of(kind)}
        for name, hint in get_type_hints(kind).items():
            if name not in own:
                continue
            field = FIELDS[f"{panel}.{name}"]
            assert (field.kind is Kind.SWITCH) == (hint is bool), field.name
            assert (field.kind is Kind.NUMBER) == (hint is int), field.name
            choices = [one.value for one in hint] if hasattr(hint, "__members__") else []
            assert sorted(value for value, _ in field.choices) == sorted(choices), field.name
            assert field.help


def _form(**changed: str) -> bytes:
    from urllib.parse import urlencode  # noqa: PLC0415 - only here

    typed = {name: text for name, text in typed_from_options(make_options()).items() if text}
    typed |= {name.replace("__", "."): text for name, text in changed.items()}
    return urlencode(typed).encode()


def _read(form: Form) -> tuple[Options | None, tuple[Fault, ...]]:
    """Read a form as its pages do: its options, or None with what cannot be read."""
    reading = read_typed(typed_from_form(form), also=form_faults(form))
    return (None if reading.faults else reading.options, reading.faults)


def test_what_a_form_was_made_of_is_what_it_is_read_as() -> None:
    options = make_options()
    assert _read(parse_form(_form())) == (options, ())
    told = replace(
        options,
        authentication=replace(options.authentication, mfa_email_body="\nCode: ${mfa.code}\n\n"),
        look_and_feel=replace(options.look_and_feel, landing_page=LandingPage.PAY),
    )
    assert read_typed(typed_from_options(told)).options == told


def test_a_missing_checkbox_is_off_and_a_blank_text_is_none() -> None:
    options, wrong = _read(
        parse_form(
            b"branding.name=A&authentication.quickpay_max_access_attempts=10&theme.primary=%23000000"
            b"&look_and_feel.landing_page=home&look_and_feel.logout_function=none"
            b"&look_and_feel.show_procedures_in_visits=none&authentication.mfa_success_role=quickpay"
            b"&authentication.mfa_sms_message=++%0D%0A"
        )
    )
    assert wrong == ()
    assert options is not None
    assert not options.payments.credit_card
    assert options.look_and_feel.footer_text is None
    assert options.authentication.mfa_sms_message is None


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("authentication.quickpay_max_access_attempts", "ten"),
        ("authentication.quickpay_max_access_attempts", "1.5"),
        ("authentication.quickpay_max_access_attempts", "-1"),
        ("authentication.quickpay_max_access_attempts", "\u0661\u0660"),
        ("authentication.quickpay_max_access_attempts", "9" * 60),
        ("authentication.quickpay_max_access_attempts", ""),
        ("look_and_feel.landing_page", "moon"),
        ("authentication.mfa_success_role", "admin"),
        ("payments.apple_pay", "<b>"),
    ],
)
def test_what_cannot_be_read_is_named_and_kept_as_typed(name: str, typed: str) -> None:
    form = parse_form(_form(**{name.replace(".", "__"): typed}))
    options, wrong = _read(form)
    assert options is None
    assert [one.path for one in wrong] == [name]
    assert typed_from_form(form)[name] == typed


@pytest.mark.parametrize("typed", ["red", "red;}</style>", "url(x)", "#12345", "#GGGGGG", ""])
def test_r115_a47_a_colour_that_is_none_is_kept_as_typed_and_refused_by_its_rule(typed: str) -> None:
    form = parse_form(_form(theme__primary=typed))
    options, wrong = _read(form)
    assert wrong == ()
    assert options is not None
    assert [one.path for one in _check(options)] == ["theme.primary"]
    assert typed_from_form(form)["theme.primary"] == typed


def test_with_something_unreadable_everything_else_is_still_checked() -> None:
    form = parse_form(_form(look_and_feel__landing_page="moon", theme__primary="red"))
    reading = read_typed(typed_from_form(form))
    assert [one.path for one in (*reading.faults, *_check(reading.options))] == [
        "look_and_feel.landing_page",
        "theme.primary",
    ]


def test_a58_what_is_no_option_is_left_and_cannot_change_one() -> None:
    body = _form() + b"&id=7&slug=x&version=9&changed_by=staff+1&authentication.role=admin&branding.images=x"
    assert _read(parse_form(body)) == (make_options(), ())


def test_a_field_that_could_not_be_taken_in_is_named_once() -> None:
    options, wrong = _read(parse_form(_form() + b"&branding.name=twice"))
    assert options is None
    assert [one.path for one in wrong] == ["branding.name"]


async def test_without_script_a_refused_theme_shows_the_contrast_of_every_colour(
    own_store: OpenStore,
) -> None:
    async with staff_site_of(House(own_store)) as here:
        ada = await here.sign_in(await here.member())
        path = "/staff/groups/lakeside"
        typed = dict(typed_from_options(here.site.group.options))
        refused = await ada.post(
            path, typed | {"theme.primary": "#88aadd", "theme.info": "blue", "version": "1"}
        )
        assert refused.status == 422
        table = re.search(r'<div class="wide-table" id="contrasts".*?</div>', refused.text, re.DOTALL)
        assert table
        rows = dict(re.findall(r'<a href="#theme\.([a-z]+)">.*?</a></th>(.*?)</tr>', table[0], re.DOTALL))
        assert len(rows) == 9
        asked = await ada.post(f"{path}/check", typed | {"theme.primary": "#88aadd", "theme.info": "blue"})
        for colour in json.loads(asked.text)["colours"]:
            row = rows[colour["name"]]
            for pair in colour["pairs"]:
                verdict = "✓ Passes" if pair["passes"] else "✗ Too low"
                assert f"{verdict}: {pair['ratio']} to 1" in row
            assert (colour["nearest"] or "></td>") in row
        assert "✗ Not a colour" in rows["info"]
        assert "✗ Too low" in rows["primary"]
        assert "✗" not in rows["accent"]
        other = await ada.post(path, typed | {"branding.name": "", "version": "1"})
        assert other.status == 422
        assert 'id="contrasts"' not in other.text
