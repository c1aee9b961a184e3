"""Send Now: what is looked at is sent, once; what cannot be sent is said before (J8, A36, A59)."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.guarantors import Account
from quickpay.domain.messages import Channel
from quickpay.domain.staff import StaffRole
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House
from tests.services.rows import rows

PAGE = "/staff/guarantors/lakeside/10067/send"


@pytest.fixture
async def desk(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def ada(desk: StaffSite) -> Browser:
    return await desk.sign_in(await desk.member("Ada", StaffRole.FRONT_DESK))


def hidden(page: Answer, name: str) -> str:
    """What a hidden field of the page holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def form(page: Answer, **typed: str) -> dict[str, str]:
    """The page's form as it stands, but for what is typed."""
    kept = {"form_key": hidden(page, "form_key"), "seen": hidden(page, "seen")}
    return kept | {"contact": "sms", "template": "default", "max_uses": "", "days": ""} | typed


async def links(desk: StaffSite) -> list[dict[str, Any]]:
    return await rows(desk.site.house, "links")


async def template(desk: StaffSite, admin: Browser, **typed: str) -> Answer:
    path = "/staff/groups/lakeside/templates/add"
    await admin.get(path)
    return await admin.post(path, {"step": "save", "subject": "", **typed})


async def test_j8_what_was_shown_is_sent_and_its_timeline_says_so(desk: StaffSite, ada: Browser) -> None:
    house = desk.site.house
    page = await ada.get(PAGE)
    assert page.status == 200
    assert "alice@example.com" in page.text
    assert "+16085550101" in page.text
    page = await ada.post(PAGE, form(page, step="preview"))
    assert page.status == 200
    assert "Lakeside: you have a bill to pay. https://pay.example.com/q/…" in page.words
    assert "1 text" in page.words
    sent = await ada.post(PAGE, form(page, step="send", max_uses="", days=""))
    (link,) = await links(desk)
    assert sent.to == f"/staff/links/{link['id']}"
    assert (link["origin"], link["contact"], link["max_uses"]) == ("sms", "+16085550101", None)
    assert "The link was made by Ada, and its text waits to go out." in (await ada.get(sent.to)).words
    await house.outbox().run_once()
    assert house.texter.sent[-1].to == "+16085550101"
    assert house.texter.sent[-1].body.startswith(
        "Lakeside: you have a bill to pay. https://pay.example.com/q/"
    )
    assert "went out by text" in (await ada.get(sent.to)).words


async def test_a_form_pressed_twice_sends_once_and_another_form_sends_another(
    desk: StaffSite, ada: Browser
) -> None:
    page = await ada.post(PAGE, form(await ada.get(PAGE), step="preview"))
    same = form(page, step="send")
    first, second = await ada.post(PAGE, same), await ada.post(PAGE, same)
    assert first.to == second.to
    assert len(await links(desk)) == 1
    assert len(await rows(desk.site.house, "outbox")) == 1
    page = await ada.post(PAGE, form(await ada.get(PAGE), step="preview"))
    assert (await ada.post(PAGE, form(page, step="send"))).to != first.to


async def test_a_used_form_with_something_else_in_it_sends_nothing_until_it_is_pressed_again(
    desk: StaffSite, ada: Browser
) -> None:
    page = await ada.post(PAGE, form(await ada.get(PAGE), step="preview"))
    key = hidden(page, "form_key")
    await ada.post(PAGE, form(page, step="send"))
    page = await ada.post(PAGE, form(page, step="preview", max_uses="3"))
    assert hidden(page, "form_key") == key
    again = await ada.post(PAGE, form(page, step="send", max_uses="3"))
    assert again.status == 422
    assert "has made another link already" in again.words
    assert hidden(again, "form_key") != key
    assert len(await links(desk)) == 1
    await ada.post(PAGE, form(again, step="send", max_uses="3"))
    assert [one["max_uses"] for one in await links(desk)] == [None, 3]


async def test_nothing_goes_out_that_was_not_looked_at(desk: StaffSite, ada: Browser) -> None:
    page = await ada.get(PAGE)  # shows the email
    for changed in ({"contact": "sms"}, {"contact": "email", "days": "5"}, {"contact": "email", "seen": "x"}):
        answer = await ada.post(PAGE, form(page, step="send", **changed))
        assert answer.status == 422
        assert "Look at the message as it is now" in answer.words
    assert await links(desk) == []
    sent = await ada.post(PAGE, form(page, step="send", contact="email"))
    assert sent.status == 303
    (link,) = await links(desk)
    assert (link["origin"], link["contact"]) == ("email", "alice@example.com")


async def test_a_contact_changed_between_the_look_and_the_press_is_looked_at_again(
    desk: StaffSite, ada: Browser
) -> None:
    house = desk.site.house
    page = await ada.get(PAGE)
    await house.edit(desk.site.alice, email="other@example.com")
    answer = await ada.post(PAGE, form(page, step="send", contact="email"))
    assert answer.status == 422
    assert "Look at the message as it is now" in answer.words
    assert "other@example.com" in answer.words
    assert await links(desk) == []
    assert (await ada.post(PAGE, form(answer, step="send", contact="email"))).status == 303
    (link,) = await links(desk)
    assert link["contact"] == "other@example.com"


async def test_a_template_changed_between_the_look_and_the_press_is_looked_at_again(
    desk: StaffSite, ada: Browser
) -> None:
    admin = await desk.sign_in(await desk.member("Root"))
    made = await template(desk, admin, name="soft", channel="sms", body="Hello ${link}")
    assert made.status == 303
    page = await ada.post(PAGE, form(await ada.get(PAGE), step="preview", template="soft"))
    assert "Hello https://pay.example.com/q/…" in page.words
    await admin.get("/staff/groups/lakeside/templates/1")
    changed = {"step": "save", "name": "soft", "body": "Good day ${link}"}
    assert (await admin.post("/staff/groups/lakeside/templates/1", changed)).status == 303
    answer = await ada.post(PAGE, form(page, step="send", template="soft"))
    assert answer.status == 422
    assert "Good day" in answer.words
    sent = await ada.post(PAGE, form(answer, step="send", template="soft"))
    await admin.get("/staff/groups/lakeside/templates/2")
    await admin.post("/staff/groups/lakeside/templates/2", {**changed, "body": "Too late ${link}"})
    assert sent.status == 303
    await desk.site.house.outbox().run_once()
    assert desk.site.house.texter.sent[-1].body.startswith("Good day https://pay.example.com/q/")


async def test_j8_with_nothing_due_it_says_so_before_and_the_link_opens_without_a_way_to_pay(
    desk: StaffSite, ada: Browser
) -> None:
    house = desk.site.house
    assert "Nothing is due" not in (await ada.get(PAGE)).words
    await house.edit(desk.site.alice, Account())
    page = await ada.get(PAGE)
    assert "Nothing is due. The link will open and say so" in page.words
    page = await ada.post(PAGE, form(page, step="preview"))
    await ada.post(PAGE, form(page, step="send"))
    (row,) = await links(desk)
    link = await house.do(lambda tx: tx.links.get(row["id"]))
    assert link is not None
    patient = desk.site.browser()
    assert (await patient.open(link)).to == "/pay"
    opened = await patient.get("/pay")
    assert 'name="amount_choice"' not in opened.text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"contact": ""}, "contact-email", "Choose where to send the link."),
        ({"contact": "pigeon"}, "contact-email", "Choose where to send the link."),
        ({"contact": "alice@example.com"}, "contact-email", "Choose where to send the link."),
        ({"template": "nobody-wrote"}, "template", "The group has no such template; there are: default."),
        ({"max_uses": "0"}, "max_uses", "Write a whole number from 1 to 1000"),
        ({"max_uses": "1001"}, "max_uses", "Write a whole number from 1 to 1000"),
        ({"max_uses": "٣"}, "max_uses", "Write a whole number from 1 to 1000"),
        ({"days": "732"}, "days", "Write a whole number from 1 to 731"),
        ({"days": "-1"}, "days", "Write a whole number from 1 to 731"),
        ({"days": "4242424242424242"}, "days", "Please do not type a card number here."),
    ],
)
async def test_what_will_not_do_is_said_at_its_field_and_what_was_typed_stays(
    desk: StaffSite, ada: Browser, typed: dict[str, str], field: str, words: str
) -> None:
    page = await ada.get(PAGE)
    for step in ("preview", "send"):
        answer = await ada.post(PAGE, form(page, step=step, **({"days": "9"} | typed)))
        assert answer.status == 422
        assert f'<a href="#{field}">{words}' in answer.text, answer.text
        if typed.get("days") is None:
            assert 'name="days" type="text" value="9"' in answer.text
    assert await links(desk) == []


async def test_a_field_sent_twice_is_refused(desk: StaffSite, ada: Browser) -> None:
    fields = [*form(await ada.get(PAGE), step="send", contact="email").items(), ("contact", "sms")]
    assert (await ada.post(PAGE, fields)).status == 422
    assert await links(desk) == []


async def _close(desk: StaffSite, how: str) -> None:
    house, alice = desk.site.house, desk.site.alice
    if how == "opted out":
        await house.edit(alice, text_opt_out=True)
    elif how == "no mobile":
        await house.edit(alice, mobile=None)
    elif how == "not this person":
        link = await desk.site.link()
        await house.do(
            lambda tx: tx.stops.add(alice.id, "+16085550101", link_serial=link.serial, now=house.clock.now())
        )


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("opted out", "Opted out of texts."),
        ("no mobile", "No mobile number is on file."),
        ("not this person", "said that they are not this person"),
    ],
)
async def test_r61_a_closed_way_is_said_cannot_be_chosen_and_sends_nothing(
    desk: StaffSite, ada: Browser, how: str, words: str
) -> None:
    page = await ada.post(PAGE, form(await ada.get(PAGE), step="preview"))
    before = len(await links(desk))
    await _close(desk, how)
    answer = await ada.post(PAGE, form(page, step="send"))
    assert answer.status == 422
    assert words in answer.words
    assert re.search(r'id="contact-sms" value="sms"[^>]* disabled', answer.text)
    assert len(await links(desk)) == before + (how == "not this person")
    assert await rows(desk.site.house, "outbox") == []


async def test_a_way_that_closes_between_look_and_unit_sends_nothing(desk: StaffSite, ada: Browser) -> None:
    """The check stands in the unit too: straight past the page's own."""
    from quickpay.services.links.send import Asked  # noqa: PLC0415 - only here

    member = (await desk.site.house.do(lambda tx: tx.staff.list_()))[0]
    await _close(desk, "not this person")
    sending = desk.rooms.desk.sending
    made = await sending.send(member, "lakeside", "10067", Asked(channel=Channel.SMS), form_key="x")
    assert isinstance(made, tuple)
    assert [one.path for one in made] == ["contact"]
    assert await rows(desk.site.house, "outbox") == []


async def test_without_a_contact_there_is_no_button_that_cannot_work(desk: StaffSite, ada: Browser) -> None:
    await desk.site.house.edit(desk.site.alice, mobile=None, email=None)
    page = await ada.get(PAGE)
    assert page.status == 200
    assert "Nothing can be sent." in page.words
    assert "Send Now" not in page.text
    assert (await ada.post(PAGE, {"step": "send", "contact": "sms"})).status == 200
    assert await links(desk) == []


async def test_without_servers_nothing_can_be_sent(own_store: OpenStore) -> None:
    async with staff_site_of(House(own_store), channels=frozenset()) as here:
        browser = await here.sign_in(await here.member("Ada", StaffRole.FRONT_DESK))
        page = await browser.get(PAGE)
        assert "No mail server is set up here." in page.words
        assert "Texts are not set up here." in page.words
        assert "Send Now" not in page.text


async def test_without_an_email_from_no_email_goes(desk: StaffSite, ada: Browser) -> None:
    await desk.site.options(enable_mfa=False, email_receipt=False, email_from=None)
    assert "The group has no Email From address." in (await ada.get(PAGE)).words


async def test_the_start_leads_to_the_guarantor_or_says_that_there_is_none(
    desk: StaffSite, ada: Browser
) -> None:
    await desk.site.house.group("hilltop")
    assert 'href="/staff/send"' in (await ada.get("/staff")).text
    start = await ada.get("/staff/send")
    assert '<option value="lakeside">Lakeside</option>' in start.text
    for group, number in (("lakeside", "99"), ("hilltop", "10067"), ("nowhere", "10067")):
        answer = await ada.post("/staff/send", {"group": group, "guarantor": number})
        assert answer.status == 422
        assert "This group has no guarantor of that number." in answer.words
    empty = await ada.post("/staff/send", {})
    assert '<a href="#group">Choose a group.' in empty.text
    assert '<a href="#guarantor">Enter the guarantor&#39;s account number.' in empty.text
    assert (await ada.post("/staff/send", {"group": "lakeside", "guarantor": " 10067 "})).to == PAGE


async def test_a59_another_groups_guarantor_is_not_there(desk: StaffSite) -> None:
    await desk.site.house.group("hilltop")
    bob = await desk.sign_in(await desk.member("Bob", StaffRole.FRONT_DESK, "hilltop"))
    for path in (PAGE, PAGE.replace("/send", "/qr")):
        assert (await bob.get(path)).status == 404
        await bob.get("/staff/send")
        assert (await bob.post(path, {"step": "send", "contact": "sms"})).status == 404
    start = await bob.get("/staff/send")
    assert "Lakeside" not in start.text
    for path in ("/staff/send", "/staff/office-qr"):
        answer = await bob.post(path, {"group": "lakeside", "guarantor": "10067"})
        assert "This group has no guarantor of that number." in answer.words
    assert await links(desk) == []
