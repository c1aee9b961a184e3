"""Every word of a group and of a guarantor, hostile: refused at its field, or text wherever it stands."""

import re
from typing import Any

import pytest

from quickpay.domain.groups import Group
from tests.handlers.options.office import Office
from tests.handlers.staff_site import StaffSite
from tests.security.everywhere import HEADERS, Said, everywhere, part
from tests.security.hostile import (
    ADDRESS_LIKE,
    ADDRESSES,
    BREAKS,
    LITERAL_IN_TEMPLATES,
    MARKUP,
    PHONES,
    PLACEHOLDERS,
    SPREADSHEET,
    SQL,
    TEMPLATES,
    TEXTS,
)
from tests.staff_people import Member

_GUARANTOR_TEXTS = ("first_name", "last_name", "preferred_name")


@pytest.fixture
async def member(here: StaffSite) -> Member:
    return await here.member()


async def _guarantor(office: Office) -> dict[str, Any]:
    status, body = await office.call("GET", f"/groups/lakeside/guarantors/{office.site.alice.number}")
    assert status == 200, body
    found: dict[str, Any] = body
    return found


async def _put_guarantor(office: Office, body: dict[str, Any]) -> tuple[int, Any]:
    return await office.call("PUT", f"/groups/lakeside/guarantors/{office.site.alice.number}", body)


async def _take_in(office: Office, text: str) -> set[str]:
    """Put the text into every field that takes words; name those that took it."""
    taken = set()
    fields: list[tuple[str, str]] = [("branding", "name"), ("look_and_feel", "footer_text")]
    for panel, option in fields:
        status, said = await office.put(**{panel: {option: text}})
        if status == 422:
            assert {one["path"] for one in said["errors"]} == {f"{panel}.{option}"}, said
        else:
            assert (status, said[panel][option]) == (200, text.strip(" ")), said
            taken.add(f"{panel}.{option}")
    for name in _GUARANTOR_TEXTS:
        body = await _guarantor(office)
        status, said = await _put_guarantor(office, body | {name: text})
        if status == 422:
            assert {one["path"] for one in said["errors"]} == {name}, said
        else:
            assert (status, said[name]) == (200, text.strip()), said
            taken.add(name)
    body = await _guarantor(office)
    body["patients"][0]["name"] = text
    for encounter in body["encounters"]:
        encounter |= {"facility": text, "provider": text}
        for line in encounter["lines"]:
            line |= {"code": text, "description": text}
    for receipt in body["receipts"]:
        receipt |= {"method": text, "source": text}
    status, said = await _put_guarantor(office, body)
    assert status == 200 or {one["path"].rpartition(".")[2] for one in said["errors"]} <= {
        "name",
        "facility",
        "provider",
        "code",
        "description",
        "method",
        "source",
    }, said
    assert (status == 200) is ("first_name" in taken)
    return taken


def _is_inert(said: Said, usual: Said) -> None:
    """Nothing but words is other than on a walk with usual words."""
    assert said.tags <= usual.tags
    assert [place for one in said.read for place in one.led_astray] == []
    assert said.policies == usual.policies
    for email, sent in zip(said.mail, said.emails, strict=True):
        assert sorted(email.keys()) == sorted(HEADERS)
        assert [one.addr_spec for one in email["To"].addresses] == [sent.to]
        assert sent.to in {"alice@example.com", "me@example.com"}
        assert [one.addr_spec for one in email["From"].addresses] == ["office@example.com"]
        assert [one.get_content_type() for one in email.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]
        kept = " ".join((sent.sender_name or "").split())
        assert " ".join(email["From"].addresses[0].display_name.split()) == kept
    [text] = said.texts
    assert re.findall(r"\S*(?:://|www\.|evil\.example)\S*", text)[0].startswith("https://pay.example.com/q/")
    assert len(re.findall(r"://|www\.|evil\.example|@", text)) == 1
    assert text.isprintable()


@pytest.mark.parametrize(
    "texts",
    [MARKUP, PLACEHOLDERS, ADDRESS_LIKE, SQL, SPREADSHEET],
    ids=["markup", "placeholders", "addresses", "sql", "spreadsheet"],
)
async def test_a41_a43_a45_a46_a48_r117_hostile_words_are_refused_by_name_or_are_text_everywhere(
    here: StaffSite, office: Office, member: Member, texts: tuple[str, ...]
) -> None:
    usual = await everywhere(here, office, member)
    for text in texts:
        taken = await _take_in(office, text)
        said = await everywhere(here, office, member)
        _is_inert(said, usual)
        shown = " ".join(text.split())
        if "branding.name" in taken:
            assert all(shown in one.words for one in said.read if "QuickPay" not in one.words), text
            assert shown in " ".join(said.mail[-1]["Subject"].split())
        if "look_and_feel.footer_text" in taken:
            assert sum(shown in one.words for one in said.read) > len(said.pages) / 2
        if {"first_name", "last_name"} <= taken:
            assert shown in " ".join(part(said.mail[-1], "plain").split())


def test_the_walks_corpus_is_no_longer_than_its_fields() -> None:
    assert max(map(len, TEXTS)) <= 80
    assert len(set(TEXTS)) == len(TEXTS) > 60


@pytest.mark.parametrize("text", BREAKS)
async def test_a43_what_breaks_or_turns_a_line_is_refused_in_every_word(office: Office, text: str) -> None:
    assert await _take_in(office, text) == set()


async def test_a41_a_placeholder_in_a_name_or_footer_is_never_filled_in(
    here: StaffSite, office: Office, member: Member
) -> None:
    await office.save(
        branding={"name": "Lake ${mfa.code} $<mfa.code>"},
        look_and_feel={"footer_text": "Ask ${mfa.code} $<mfa.code>"},
        authentication={"mfa_email_body": "One ${mfa.code} only", "mfa_email_subject": "Lakeside"},
    )
    body = await _guarantor(office)
    await _put_guarantor(office, body | {"first_name": "${mfa.code}", "preferred_name": "$<mfa.code>"})
    said = await everywhere(here, office, member)
    [code] = [one for one in said.mail if one["Subject"] == "Lakeside"]
    for kind in ("plain", "html"):
        assert part(code, kind).count(said.code) == 1
    assert "Lake ${mfa.code} $<mfa.code>" in part(code, "plain")
    for email in said.mail:
        assert (said.code in part(email, "plain")) is (email["Subject"] == "Lakeside")
        assert said.code not in str(email.items())
        assert email["From"].addresses[0].display_name == "Lake ${mfa.code} $<mfa.code>"
    assert "Guarantor: ${mfa.code}" in part(said.mail[-1], "plain")
    assert all(said.code not in page.text for page in said.pages)


@pytest.mark.parametrize("template", TEMPLATES)
async def test_a40_a42_r125_a_template_that_could_go_wrong_is_refused_at_its_field(
    office: Office, template: str
) -> None:
    for option in ("mfa_email_body", "mfa_sms_message"):
        said = await office.refused(authentication={option: template})
        assert set(said) == {f"authentication.{option}"}
    subject = template.replace("${mfa.code}", "$<mfa.code>")
    if "<mfa.code>" in subject or not subject.isprintable():
        assert set(await office.refused(authentication={"mfa_email_subject": subject})) == {
            "authentication.mfa_email_subject"
        }


@pytest.mark.parametrize("literal", LITERAL_IN_TEMPLATES)
async def test_a40_every_other_text_of_a_template_arrives_as_it_was_written(
    here: StaffSite, office: Office, member: Member, literal: str
) -> None:
    usual = await everywhere(here, office, member)
    await office.save(
        authentication={"mfa_email_subject": literal, "mfa_email_body": f"{literal}\n\nCode ${{mfa.code}}"}
    )
    said = await everywhere(here, office, member)
    _is_inert(said, usual)
    [code] = [one for one in said.mail if one["Subject"] == literal]
    assert f"{literal}\n\nCode {said.code}" in part(code, "plain").replace("\r\n", "\n")


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a43_r126_an_address_is_one_plain_address_or_refused_wherever_one_is_asked_for(
    office: Office, address: str
) -> None:
    assert set(await office.refused(notifications={"email_from": address})) == {"notifications.email_from"}
    assert set(await office.refused(look_and_feel={"footer_email": address})) == {
        "look_and_feel.footer_email"
    }
    status, said = await _put_guarantor(office, await _guarantor(office) | {"email": address})
    assert (status, {one["path"] for one in said["errors"]}) == (422, {"email"})


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("office@example.com", "mailto:office@example.com"),
        ("a?subject=hi&body=pay@example.com", "mailto:a%3Fsubject%3Dhi%26body%3Dpay@example.com"),
        ("o'brien+bills@example.com", "mailto:o&#39;brien+bills@example.com"),
        ("a#b/c@example.com", "mailto:a%23b%2Fc@example.com"),
    ],
)
async def test_r117_a_footers_address_is_all_its_link_holds(
    here: StaffSite, office: Office, address: str, link: str
) -> None:
    await office.save(look_and_feel={"footer_email": address})
    page = await here.site.browser().get(f"/q/{here.site.house.token(await here.site.link())}")
    assert f'<a href="{link}">' in page.text


@pytest.mark.parametrize("phone", PHONES)
async def test_r117_a_phone_is_one_number_or_refused_wherever_one_is_asked_for(
    office: Office, phone: str
) -> None:
    assert set(await office.refused(look_and_feel={"footer_phone": phone})) == {"look_and_feel.footer_phone"}
    status, said = await _put_guarantor(office, await _guarantor(office) | {"mobile": phone})
    assert (status, {one["path"] for one in said["errors"]}) == (422, {"mobile"})


async def test_r126_mail_comes_from_a_domain_that_is_set_up_or_is_refused_by_name(office: Office) -> None:
    groups = office.site.desk.groups
    groups._mail_from_domains = ("example.com",)
    for sender in ("office@evil.example", "office@example.com.evil.example", "office@xexample.com"):
        said = await office.refused(notifications={"email_from": sender})
        assert "example.com" in said["notifications.email_from"]
    await office.save(notifications={"email_from": "billing@EXAMPLE.com"})
    kept = await groups.by_slug("lakeside")
    assert isinstance(kept, Group)
    assert kept.options.notifications.email_from == "billing@example.com"
