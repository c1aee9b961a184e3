"""What staff are told before a setting hurts: counted in the group's own guarantors, on both databases."""

from typing import Any

import pytest

from quickpay.domain.groups import Group
from quickpay.services.groups.warnings import COUNTED_MOST, GroupWarnings
from tests.people import House, _with

OPPOSING = "authentication.require_opposing_contact_methods"


@pytest.fixture
async def group(house: House) -> Group:
    made = await house.group()
    other = await house.group("hilltop")
    contacts = (
        ("a@example.com", "+16085550101"),
        (None, "+16085550102"),
        ("c@example.com", None),
        (None, None),
    )
    for number, (email, mobile) in enumerate(contacts):
        await house.guarantor(made, number=f"G-{number}", email=email, mobile=mobile)
        await house.guarantor(other, number=f"H-{number}", email=None, mobile=None)
    return made


async def _told(house: House, group: Group | None, like: Group, **options: Any) -> dict[str, list[str]]:
    warnings = GroupWarnings(store=house.store, mail_from_domains=("example.com",))
    found = await warnings.of(group, _with(like.options, footer_phone="(608) 555-0100", **options))
    told: dict[str, list[str]] = {}
    for one in found:
        told.setdefault(one.path, []).append(one.message)
    return told


async def test_opposing_names_how_many_lack_each_contact(house: House, group: Group) -> None:
    told = await _told(house, group, group, require_opposing_contact_methods=True)
    no_email, no_mobile = told[OPPOSING]
    assert no_email.startswith("2 of 4 guarantors have no email: whoever of them comes by text")
    assert no_mobile.startswith("2 of 4 guarantors have no mobile number: whoever of them comes by email")
    assert told["authentication.enable_mfa"][0].startswith("1 of 4 guarantors has neither")


async def test_require_mfa_is_where_it_is_told_when_it_is_on(house: House, group: Group) -> None:
    told = await _told(house, group, group, require_mfa=True)
    assert set(told) == {"authentication.require_mfa"}


async def test_without_mfa_nobody_is_counted(house: House, group: Group) -> None:
    assert await _told(house, group, group, enable_mfa=False, require_opposing_contact_methods=True) == {}


async def test_a_new_group_has_no_guarantors(house: House, group: Group) -> None:
    assert await _told(house, None, group, require_opposing_contact_methods=True) == {}


async def test_no_more_rows_are_looked_at_than_the_bound(house: House, group: Group) -> None:
    some = await house.do(lambda tx: tx.guarantors.contacts_on_file(group.id, most=3))
    assert some.of == 3
    assert COUNTED_MOST > 3


async def test_an_office_nobody_can_find_is_told_and_either_contact_is_enough(
    house: House, group: Group
) -> None:
    for options, told in (
        ({"footer_phone": None}, True),
        ({"footer_phone": None, "footer_email": "office@example.com"}, False),
        ({}, False),
    ):
        found = await GroupWarnings(store=house.store, mail_from_domains=("example.com",)).of(
            None, _with(group.options, **({"footer_phone": "(608) 555-0100"} | options))
        )
        assert ("look_and_feel.footer_phone" in {one.path for one in found}) is told


async def test_r126_whether_mail_is_accepted_cannot_be_known_without_the_domains(
    house: House, group: Group
) -> None:
    for domains, told in (((), True), (("example.com",), False)):
        found = await GroupWarnings(store=house.store, mail_from_domains=domains).of(None, group.options)
        said = [one.message for one in found if one.path == "notifications.email_from"]
        assert bool(said) is told
        assert not told or "example.com cannot be known" in said[0]


async def test_at_a_save_only_what_is_new_is_told(house: House, group: Group) -> None:
    warnings = GroupWarnings(store=house.store)

    async def found(**options: Any) -> set[str]:
        changed = _with(group.options, **options)
        return {one.path for one in await house.do(lambda tx: warnings(tx, group, changed))}

    assert await found() == set()
    assert await found(name="Another") == set()
    assert await found(require_opposing_contact_methods=True) == {OPPOSING}
    assert await found(email_from="bills@other.example.com") == {"notifications.email_from"}


async def test_cautions_of_the_options_alone_are_among_them(house: House, group: Group) -> None:
    told = await _told(house, group, group, quickpay_max_access_attempts=2, credit_card=False)
    assert {"payments", "authentication.quickpay_max_access_attempts"} <= set(told)
