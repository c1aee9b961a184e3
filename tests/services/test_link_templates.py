"""A group's own words for its links: what may stand in them, and what is put in is inert (A40-A46)."""

from datetime import date
from typing import Any

import pytest

from quickpay.domain.guarantors import Account
from quickpay.domain.link_templates import (
    Field,
    LinkTemplate,
    TemplateText,
    fields_in,
    fill,
    inert,
    tidied,
    writing_faults,
)
from quickpay.domain.messages import Channel
from quickpay.domain.origins import Origin
from quickpay.mfa.gsm7 import gsm7_length
from quickpay.services.groups.keep import NoGroup
from quickpay.services.links.keep import LinkView, NewLink
from quickpay.services.links.templates import LinkTemplateBook, NoTemplate, OneTemplate
from quickpay.services.links.words import own_words, texts_needed
from tests.people import ZONE, House
from tests.services.conftest import Lakeside
from tests.services.rows import rows

URL = "https://pay.example.com/q/" + "L" * 22 + "." + "x" * 43
VALUES = {one: f"<{one.value}>" for one in Field}

# What people have tried on templates of every kind; none of it is code here.
HOSTILE = [
    "{mfa.__init__.__globals__}",
    "{{ 7*7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "{x:>999999999}",
    "{0.__class__}",
    "%(link)s %s %n",
    "$link $$ $(id) `id`",
    "#{7*7} <%= 7*7 %> @{x}",
    "${link",
    "$<link",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!-- <a href=x> -->",
    "'; DROP TABLE links; --",
]


def sms(body: str, name: str = "soft") -> TemplateText:
    return TemplateText(name=name, channel=Channel.SMS, subject="", body=body)


def email(body: str = "Open ${link} please", subject: str = "Your bill", name: str = "soft") -> TemplateText:
    return TemplateText(name=name, channel=Channel.EMAIL, subject=subject, body=body)


def book(house: House) -> LinkTemplateBook:
    return LinkTemplateBook(
        store=house.store,
        clock=house.clock,
        notes=house.notes,
        base_url="https://pay.example.com",
        zone=ZONE,
    )


async def staff(house: House) -> Any:
    """An admin of every group, as the row has her."""
    from tests.staff_people import Rooms  # noqa: PLC0415 - only here

    return (await Rooms(house).invite("Ada")).staff


async def added(lakeside: Lakeside, text: TemplateText) -> LinkTemplate:
    house = lakeside.house
    known = await house.do(lambda tx: tx.staff.by_name("Ada"))
    made = await book(house).add(known or await staff(house), "lakeside", text)
    assert isinstance(made, OneTemplate), made
    return made.template


async def sent(lakeside: Lakeside, **asked: Any) -> LinkView:
    new = NewLink(group="lakeside", guarantor="10067", send=True, **({"origin": Origin.SMS} | asked))
    made = await lakeside.house.links.create(new, by="tests")
    assert isinstance(made, LinkView), made
    await lakeside.house.outbox().run_once()
    return made


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("write", [email, sms])
def test_a40_what_is_no_field_is_text_letter_for_letter(text: str, write: Any) -> None:
    written = write(f"{text}\n${{link}}\n{text}")
    if text.startswith(("${link", "$<link")):  # unclosed: with what follows it is one unknown field
        return
    assert writing_faults(written) == ()
    filled = fill(written, VALUES)
    assert (filled.before, filled.after) == (f"{text}\n", f"\n{text}")


@pytest.mark.parametrize(
    "placeholder",
    [
        "${LINK}", "${ link}", "${link }", "${}", "${guarantor}", "${guarantor.last_name}", "${mfa.code}",
        "${guarantor.__class__}", "${7*7}", "${link\u200b}", "$<amount>", "${group.options}", "${link.url}",
    ],
)  # fmt: skip
def test_a40_any_other_field_is_refused_and_named(placeholder: str) -> None:
    (fault,) = writing_faults(email(f"${{link}} {placeholder}"))
    assert (fault.path, placeholder in fault.message) == ("body", True)
    assert [one.path for one in writing_faults(email(subject=f"x {placeholder}"))] == ["subject"]
    with pytest.raises(ValueError, match="nobody knows"):
        fill(email(f"${{link}} {placeholder}"), VALUES)


@pytest.mark.parametrize("body", ["", "no link", "${Link}", "${link} and ${link}", "$<link> ${link}"])
def test_a42_a_message_has_its_link_once(body: str) -> None:
    assert "body" in {fault.path for fault in writing_faults(email(body))}
    if "link} and" not in body and body.count("link") < 2:
        with pytest.raises(ValueError, match="no link"):
            fill(email(body), VALUES)


@pytest.mark.parametrize(
    "body", ["(${link})", "${link}.", "x${link}", "Open:${link}", "${link}${group}", "$<link>,"]
)
def test_nothing_sticks_to_the_address(body: str) -> None:
    assert any("before and after ${link}" in fault.message for fault in writing_faults(email(body)))


def test_both_spellings_of_a_field_are_the_same() -> None:
    assert fields_in("$<group> ${expires}") == {Field.GROUP, Field.EXPIRES}
    filled = fill(email("$<group> ${link} $<office.phone>"), VALUES)
    assert (filled.before, filled.after) == ("<group> ", " <office.phone>")


@pytest.mark.parametrize("value", ["${link}", "$<amount_due>", "${group} ${group}", "\\1 \\g<0>", "$&"])
def test_a41_what_is_put_in_is_never_read_again(value: str) -> None:
    filled = fill(email("${group}|${guarantor.first_name} ${link} "), dict.fromkeys(Field, value))
    assert filled.before == f"{value}|{value} "


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("", "Write a subject."),
        ("x" * 121, "Use at most 120 characters; there are 121."),
        ("Bill\r\nBcc: x@example.com", "U+000D"),
        ("Bill\u2028x", "U+2028"),
        ("Bill\x00", "U+0000"),
        ("=?utf-8?q?x?=", "=?"),
        ("${link}", "cannot be pressed"),
        ("Due: ${amount_due}", "locked screens"),
        ("Due: ${current_balance}", "locked screens"),
    ],
)
def test_a43_a_subject_is_one_line_of_plain_text(subject: str, named: str) -> None:
    faults = writing_faults(email(subject=subject))
    assert {fault.path for fault in faults} == {"subject"}
    assert any(named in fault.message for fault in faults), faults


def test_a43_a_value_is_one_line_whatever_it_was() -> None:
    assert inert("Ali\r\nBcc: x\x00\u2028ce\u202e \t =?utf-8?q?x?=") == "Ali Bcc: x ce = ?utf-8?q?x?="


@pytest.mark.parametrize("name", ["", "two words", "-x", "x" * 65, "${link}", "naïve", "a/b"])
def test_a_name_is_a_word_programs_can_send(name: str) -> None:
    assert [fault.path for fault in writing_faults(email(name=name))] == ["name"]


def test_a_body_of_any_length_is_read_once() -> None:
    assert [fault.message for fault in writing_faults(email("${x" * 100_000))] == [
        "Use at most 2000 characters; there are 300000."
    ]


async def test_every_field_is_filled_with_what_is_so(lakeside: Lakeside) -> None:
    every = " ".join(f"${{{one.value}}}" for one in Field if one is not Field.LINK)
    group = await lakeside.house.change(
        lakeside.group, show_current_balance=True, footer_phone="(608) 555-0100", footer_email="o@example.com"
    )

    async def filled(text: TemplateText) -> Any:
        return await lakeside.house.do(
            lambda tx: own_words(
                tx, text, group=group, guarantor=lakeside.alice, url=URL, day=date(2026, 9, 3)
            )
        )

    words = await filled(email(f"{every} ${{link}} !", subject="${group} ${guarantor.first_name}"))
    assert words.subject == "Lakeside Alice"
    assert words.before == "Lakeside Alice $125.50 $125.50 Sep 3, 2026 (608) 555-0100 o@example.com "
    assert words.after == " !"
    await lakeside.house.edit(lakeside.alice, Account())
    assert (await filled(email("${amount_due} ${link}"))).before == "$0.00 "


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"show_current_balance": False}, "${current_balance}"),
        ({"require_mfa": True}, "${amount_due}"),
        ({"require_mfa": True}, "${guarantor.first_name}"),
        ({"require_mfa": True}, "${current_balance}"),
        ({"footer_phone": None}, "${office.phone}"),
        ({"footer_email": None}, "${office.email}"),
    ],
)
async def test_what_the_group_does_not_tell_may_not_stand_in_a_message(
    lakeside: Lakeside, options: dict[str, Any], field: str
) -> None:
    house = lakeside.house
    open_ = {"show_current_balance": True, "footer_phone": "(608) 555-0100", "footer_email": "o@example.com"}
    await house.change(lakeside.group, **open_)
    made = await added(lakeside, sms(f"{field} ${{link}}"))
    waiting = NewLink(group="lakeside", guarantor="10067", origin=Origin.SMS, send=True, template="soft")
    assert isinstance(await house.links.create(waiting, by="tests"), LinkView)

    await house.change(lakeside.group, **options)
    await house.outbox().run_once()  # at the last moment too
    assert house.texter.sent == []
    assert [row["reason"] for row in await rows(house, "outbox")] == ["the template may not go out any more"]
    refused = await house.links.create(waiting, by="tests")
    assert isinstance(refused, tuple)
    assert [(one.path, field in one.message) for one in refused] == [("template", True)]
    known = await house.do(lambda tx: tx.staff.by_name("Ada"))
    assert known is not None
    again = await book(house).add(known, "lakeside", sms(f"{field} ${{link}}", name="other"))
    assert isinstance(again, tuple)
    assert [(one.path, field in one.message) for one in again] == [("body", True)]
    assert made.live


@pytest.mark.parametrize(
    "first_name", ["${amount_due}", "$<link>", "<b>Al</b>", "Ali\u202ece", "{{7*7}}", "=?x?="]
)
async def test_a41_a45_a_hostile_name_is_text_in_mail(lakeside: Lakeside, first_name: str) -> None:
    house = lakeside.house
    await house.edit(lakeside.alice, preferred_name=first_name)
    await added(
        lakeside,
        email("Dear ${guarantor.first_name}, open ${link} now", subject="For ${guarantor.first_name}"),
    )
    await sent(lakeside, origin=Origin.EMAIL, template="soft")
    (mail,) = house.mailer.sent
    assert mail.subject == f"For {inert(first_name)}"
    assert mail.text.startswith(f"Dear {inert(first_name)}, open https://pay.example.com/q/")
    assert "125.50" not in mail.text
    assert "<b>" not in mail.html
    assert mail.html.count("<a href") == 1


@pytest.mark.parametrize(
    ("first_name", "carried"),
    [
        ("evil.example", "evil example"),
        ("https://evil.example/x", "https evil example x"),
        ("${link}", "link"),
        ("Zoë", "Zoe"),
        ("Ali\r\nce", "Ali ce"),
        ("x" * 80, "x" * 30),
    ],
)
async def test_a46_a_name_in_a_text_is_letters_and_leads_nowhere(
    lakeside: Lakeside, first_name: str, carried: str
) -> None:
    house = lakeside.house
    await house.edit(lakeside.alice, preferred_name=first_name)
    await added(lakeside, sms("${guarantor.first_name} of ${group}: ${link}".replace(": ", " : ")))
    await sent(lakeside, template="soft")
    body = house.texter.sent[0].body
    assert body.startswith(f"{carried} of Lakeside : https://pay.example.com/q/")
    assert gsm7_length(body) is not None


async def test_a_name_no_text_can_carry_is_said_before(lakeside: Lakeside) -> None:
    await lakeside.house.edit(lakeside.alice, preferred_name="李雷")
    await added(lakeside, sms("${guarantor.first_name} ${link}"))
    new = NewLink(group="lakeside", guarantor="10067", origin=Origin.SMS, send=True, template="soft")
    refused = await lakeside.house.links.create(new, by="tests")
    assert isinstance(refused, tuple)
    assert "cannot carry the letters" in refused[0].message
    assert await rows(lakeside.house, "links") == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("Grüße — ${link}", "Take out —: a text message cannot carry it."),
        ("“Hi” ${link}", "Take out “ ”: a text message cannot carry them."),
        ("x" * 370 + " ${link}", "it counts up to 463 letters, 459 is the most"),
        ("${guarantor.first_name} " * 13 + "${link}", "459 is the most"),
    ],
)
async def test_r58_a_text_that_cannot_be_carried_is_refused(
    lakeside: Lakeside, body: str, named: str
) -> None:
    refused = await book(lakeside.house).add(await staff(lakeside.house), "lakeside", sms(body))
    assert isinstance(refused, tuple)
    assert [fault.path for fault in refused] == ["body"]
    assert named in refused[0].message


def test_texts_are_counted_as_phones_do() -> None:
    assert [texts_needed("x" * size) for size in (1, 160, 161, 306, 307, 459)] == [1, 1, 2, 2, 3, 3]
    assert texts_needed("€" * 80) == 1
    assert texts_needed("€" * 81) == 2
    assert texts_needed("—") == 0


async def test_what_waits_goes_out_in_the_words_it_was_made_with(lakeside: Lakeside) -> None:
    house, ada = lakeside.house, await staff(lakeside.house)
    made = await added(lakeside, sms("First ${link}"))
    new = NewLink(group="lakeside", guarantor="10067", origin=Origin.SMS, send=True, template="SOFT")
    assert isinstance(await house.links.create(new, by="tests"), LinkView)
    other = await book(house).replace(ada, "lakeside", made.id, sms("Second ${link}"))
    assert isinstance(other, OneTemplate)
    assert isinstance(await house.links.create(new, by="tests"), LinkView)
    assert isinstance(await book(house).remove(ada, "lakeside", other.template.id), OneTemplate)
    await house.outbox().run_once()
    assert sorted(text.body.split()[0] for text in house.texter.sent) == ["First", "Second"]
    refused = await house.links.create(new, by="tests")
    assert isinstance(refused, tuple)
    assert refused[0].message == "The group has no such template; there are: default."


async def test_a_group_s_own_default_takes_the_place_of_quickpay_s(lakeside: Lakeside) -> None:
    house = lakeside.house
    await sent(lakeside, template="default")
    await added(lakeside, sms("Ours ${link}", name="default"))
    for asked in ({}, {"template": "default"}):
        await sent(lakeside, **asked)
    await sent(lakeside, origin=Origin.EMAIL)  # for emails the group wrote none
    assert [text.body.split()[0] for text in house.texter.sent] == ["Lakeside:", "Ours", "Ours"]
    assert house.mailer.sent[0].subject == "Your bill from Lakeside"


async def test_a_template_of_the_other_way_or_of_another_group_is_not_there(lakeside: Lakeside) -> None:
    house = lakeside.house
    await added(lakeside, sms("Text ${link}"))
    new = NewLink(group="lakeside", guarantor="10067", origin=Origin.EMAIL, send=True, template="soft")
    refused = await house.links.create(new, by="tests")
    assert isinstance(refused, tuple)
    assert refused[0].message == "“soft” is not written for emails."
    hilltop = await house.group("hilltop")
    await house.guarantor(hilltop, number="77")
    other = NewLink(group="hilltop", guarantor="77", origin=Origin.SMS, send=True, template="soft")
    refused = await house.links.create(other, by="tests")
    assert isinstance(refused, tuple)
    assert refused[0].path == "template"


async def test_two_of_one_name_are_not_kept_and_of_two_changes_one_is(lakeside: Lakeside) -> None:
    house, ada = lakeside.house, await staff(lakeside.house)
    made = await added(lakeside, sms("One ${link}"))
    for name in ("soft", "SOFT"):
        twice = await book(house).add(ada, "lakeside", sms("Two ${link}", name=name))
        assert isinstance(twice, tuple)
        assert [fault.path for fault in twice] == ["name"]
    assert isinstance(await book(house).add(ada, "lakeside", email()), OneTemplate)
    first = await book(house).replace(ada, "lakeside", made.id, sms("A ${link}"))
    assert isinstance(first, OneTemplate)
    assert await book(house).replace(ada, "lakeside", made.id, sms("B ${link}")) == NoTemplate()
    same = await book(house).replace(ada, "lakeside", first.template.id, sms("A ${link}"))
    assert isinstance(same, OneTemplate)
    assert same.template.id == first.template.id


async def test_a59_templates_of_another_group_are_not_there_and_every_change_is_in_the_audit(
    lakeside: Lakeside,
) -> None:
    from tests.staff_people import Rooms  # noqa: PLC0415 - only here

    house, ada = lakeside.house, await staff(lakeside.house)
    await house.group("hilltop")
    bob = (await Rooms(house).invite("Bob", ada.role, "hilltop")).staff
    made = await added(lakeside, sms("One ${link}"))
    ours = book(house)
    assert await ours.list_(bob, "lakeside") == NoGroup()
    assert await ours.add(bob, "lakeside", sms("x ${link}", name="x")) == NoGroup()
    assert await ours.get(bob, "hilltop", made.id) == NoTemplate()
    for slug in ("lakeside", "hilltop"):
        assert await ours.replace(bob, slug, made.id, sms("x ${link}")) == NoTemplate()
        assert await ours.remove(bob, slug, made.id) == NoTemplate()
    await ours.replace(ada, "lakeside", made.id, sms("Secret words ${link}"))
    told = [row for row in await rows(house, "audit") if row["type"].startswith("template.")]
    assert [row["type"] for row in told] == ["template.added", "template.modified"]
    assert "Secret" not in str(told)


def test_browsers_line_ends_are_ours() -> None:
    assert tidied(email("a\r\n${link}\r\n")).body == "a\n${link}"
