"""Who may be sent a code how: every case of the opposing rule, written out (R43, 56 cases)."""

from typing import cast

import pytest

from quickpay.domain.origins import Origin
from quickpay.mfa.methods import OPPOSING, Method, NoMethod, UsableContacts, methods, usable_contacts

E, S = Method.EMAIL, Method.SMS
NONE, MISSING = NoMethod.NO_CONTACT, NoMethod.MISSING_OPPOSING

# origin: rule on:  both     email only  mobile only  none  rule off:  both     email only  mobile only  none
CASES = {
    "sms":       ((E,),      (E,),       MISSING,     NONE,        (E, S),  (E,),       (S,),        NONE),
    "email":     ((S,),      MISSING,    (S,),        NONE,        (E, S),  (E,),       (S,),        NONE),
    "statement": ((E, S),    (E,),       (S,),        NONE,        (E, S),  (E,),       (S,),        NONE),
    "office_qr": ((E, S),    (E,),       (S,),        NONE,        (E, S),  (E,),       (S,),        NONE),
    "portal":    ((E, S),    (E,),       (S,),        NONE,        (E, S),  (E,),       (S,),        NONE),
    "staff":     ((E, S),    (E,),       (S,),        NONE,        (E, S),  (E,),       (S,),        NONE),
    "website":   ((E, S),    (E,),       (S,),        NONE,        (E, S),  (E,),       (S,),        NONE),
}  # fmt: skip
COLUMNS = (
    (True, True, True), (True, True, False), (True, False, True), (True, False, False),
    (False, True, True), (False, True, False), (False, False, True), (False, False, False),
)  # fmt: skip
FLAT = [
    (origin, *column, expected)
    for origin, row in CASES.items()
    for column, expected in zip(COLUMNS, row, strict=True)
]


def test_r43_the_table_has_every_case_once() -> None:
    assert len(FLAT) == 56
    assert set(CASES) == {origin.value for origin in Origin}
    assert set(OPPOSING) == set(Origin)


@pytest.mark.parametrize(("origin", "rule", "email", "mobile", "expected"), FLAT)
def test_r43_methods_by_origin_rule_and_contacts(
    origin: str, rule: bool, email: bool, mobile: bool, expected: tuple[Method, ...] | NoMethod
) -> None:
    offered = methods(origin=Origin(origin), require_opposing=rule, email_usable=email, mobile_usable=mobile)
    assert offered == expected


@pytest.mark.parametrize("rule", [True, False])
def test_r43_an_origin_nobody_knows_gets_nothing(rule: bool) -> None:
    unknown = cast("Origin", "fax")
    offered = methods(origin=unknown, require_opposing=rule, email_usable=True, mobile_usable=True)
    assert isinstance(offered, NoMethod)


def test_having_no_method_cannot_be_taken_for_a_list_of_methods() -> None:
    with pytest.raises(TypeError):
        list(cast("tuple[Method, ...]", NoMethod.MISSING_OPPOSING))


MOBILE = "+16085550123"
GATEWAY = "6085550123@vtext.com"
UNKNOWN_GATEWAY = "6085550123@new-carrier.example.com"


def usable(
    email: str | None, mobile: str | None, origin: str, *, rule: bool = True, sent_to: str | None = None
) -> tuple[bool, bool]:
    found = usable_contacts(
        email=email, mobile=mobile, origin=Origin(origin), require_opposing=rule, sent_to=sent_to
    )
    assert isinstance(found, UsableContacts)
    return found.email, found.mobile


@pytest.mark.parametrize("rule", [True, False])
@pytest.mark.parametrize("address", [GATEWAY, UNKNOWN_GATEWAY, "6085550199@vtext.com"])
def test_r46_who_came_by_text_gets_no_code_by_an_email_that_is_a_text(address: str, rule: bool) -> None:
    assert usable(address, MOBILE, "sms", rule=rule) == (False, True)


def test_r46_the_number_the_text_went_to_counts_even_when_another_is_on_file_now() -> None:
    assert usable(UNKNOWN_GATEWAY, "+16085550199", "sms", sent_to=MOBILE) == (False, True)
    assert usable(UNKNOWN_GATEWAY, "+16085550199", "sms", sent_to=None) == (True, True)


@pytest.mark.parametrize("address", [GATEWAY, UNKNOWN_GATEWAY])
def test_r46_who_came_by_an_email_that_is_a_text_is_not_opposed_by_that_phone(address: str) -> None:
    assert usable(address, MOBILE, "email") == (True, False)
    assert usable("alice@example.com", MOBILE, "email", sent_to=address) == (True, False)
    assert usable(address, MOBILE, "email", rule=False) == (True, True)
    assert usable(address, MOBILE, "email", sent_to="alice@example.com") == (True, True)


@pytest.mark.parametrize("origin", ["sms", "email", "statement", "portal"])
def test_a_true_mailbox_and_a_phone_both_count(origin: str) -> None:
    assert usable("alice@example.com", MOBILE, origin) == (True, True)
    assert usable("alice@example.com", None, origin) == (True, False)
    assert usable(None, MOBILE, origin) == (False, True)
    assert usable(None, None, origin) == (False, False)


def test_r46_where_nothing_opposes_a_gateway_is_a_contact_like_any() -> None:
    assert usable(GATEWAY, MOBILE, "statement") == (True, True)


def test_rule_1_of_product_8_no_mailbox_means_blocked() -> None:
    found = usable_contacts(email=GATEWAY, mobile=MOBILE, origin=Origin.SMS, require_opposing=True)
    offered = methods(
        origin=Origin.SMS, require_opposing=True, email_usable=found.email, mobile_usable=found.mobile
    )
    assert offered is NoMethod.MISSING_OPPOSING
