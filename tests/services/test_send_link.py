"""Sending from the desk: one form makes one link, however often it is pressed, and a closed way is closed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.messages import Channel
from quickpay.domain.options import MOST_USES
from quickpay.domain.origins import Origin
from quickpay.domain.staff import Staff, StaffRole
from quickpay.services.links.desk import FormUsed, LinkMade, NobodyHere
from quickpay.services.links.send import Asked, Before, WhyNot
from quickpay.services.links.templates import Preview
from tests.services.conftest import Lakeside
from tests.services.rows import rows
from tests.staff_people import Rooms

TEXT = Asked(channel=Channel.SMS)
EMAIL = Asked(channel=Channel.EMAIL)


@pytest.fixture
def rooms(lakeside: Lakeside) -> Rooms:
    return Rooms(lakeside.house)


@pytest.fixture
async def ada(rooms: Rooms) -> Staff:
    return (await rooms.invite("Ada", StaffRole.FRONT_DESK)).staff


async def test_a_form_pressed_ten_times_at_once_is_one_link_and_one_message(
    lakeside: Lakeside, rooms: Rooms, ada: Staff
) -> None:
    made = await asyncio.gather(
        *(rooms.desk.sending.send(ada, "lakeside", "10067", TEXT, form_key="k") for _ in range(10))
    )
    assert len({one.link_id for one in made if isinstance(one, LinkMade)}) == 1
    assert all(isinstance(one, LinkMade) for one in made)
    assert len(await rows(lakeside.house, "links")) == 1
    assert len(await rows(lakeside.house, "outbox")) == 1


@pytest.mark.parametrize(
    "other",
    [
        EMAIL,
        Asked(channel=Channel.SMS, max_uses=3),
        Asked(channel=Channel.SMS, days=3),
        Asked(channel=Channel.SMS, max_uses=MOST_USES),
    ],
)
async def test_a_form_s_key_is_good_for_one_thing(
    lakeside: Lakeside, rooms: Rooms, ada: Staff, other: Asked
) -> None:
    sending = rooms.desk.sending
    first = await sending.send(ada, "lakeside", "10067", TEXT, form_key="k")
    second = await sending.send(ada, "lakeside", "10067", other, form_key="k")
    if other.channel is Channel.EMAIL:  # another kind of link has keys of its own
        assert isinstance(second, LinkMade)
        assert second != first
    else:
        assert second == FormUsed()


async def test_two_of_the_staff_have_keys_of_their_own(rooms: Rooms, ada: Staff) -> None:
    bea = (await rooms.invite("Bea", StaffRole.FRONT_DESK)).staff
    made = [await rooms.desk.sending.send(one, "lakeside", "10067", TEXT, form_key="k") for one in (ada, bea)]
    assert made[0] != made[1]


async def test_a_refusal_leaves_the_key_free(lakeside: Lakeside, rooms: Rooms, ada: Staff) -> None:
    await lakeside.house.edit(lakeside.alice, text_opt_out=True)
    refused = await rooms.desk.sending.send(ada, "lakeside", "10067", TEXT, form_key="k")
    assert isinstance(refused, tuple)
    await lakeside.house.edit(lakeside.alice, text_opt_out=False)
    assert isinstance(await rooms.desk.sending.send(ada, "lakeside", "10067", TEXT, form_key="k"), LinkMade)


async def test_the_link_is_what_was_asked_for_and_its_maker_is_in_the_audit(
    lakeside: Lakeside, rooms: Rooms, ada: Staff
) -> None:
    asked = Asked(channel=Channel.EMAIL, max_uses=2, days=3)
    await rooms.desk.sending.send(ada, "lakeside", "10067", asked, form_key="k")
    (link,) = await rows(lakeside.house, "links")
    assert (link["origin"], link["contact"], link["max_uses"]) == ("email", "alice@example.com", 2)
    assert link["expires_at"] - link["created_at"] == timedelta(days=3) // timedelta(microseconds=1)
    (event,) = [row for row in await rows(lakeside.house, "audit") if row["type"] == "link.created"]
    assert event["actor"] == ada.actor
    assert "alice" not in event["detail"].lower()


async def test_a_preview_is_what_goes_out(lakeside: Lakeside, rooms: Rooms, ada: Staff) -> None:
    house = lakeside.house
    for asked in (TEXT, EMAIL):
        shown = await rooms.desk.sending.preview(ada, "lakeside", "10067", asked)
        assert isinstance(shown, Preview)
        made = await rooms.desk.sending.send(ada, "lakeside", "10067", asked, form_key=asked.channel)
        assert isinstance(made, LinkMade)
        await house.outbox().run_once()
        token = house.links.url(made.link_id).rpartition("/")[2]
        if asked is TEXT:
            assert house.texter.sent[0].body.replace(token, "…") == shown.text
        else:
            assert house.mailer.sent[0].text.replace(token, "…").strip() == shown.text
            assert house.mailer.sent[0].subject == shown.subject


async def test_a_preview_makes_nothing(lakeside: Lakeside, rooms: Rooms, ada: Staff) -> None:
    await rooms.desk.sending.look(ada, "lakeside", "10067")
    await rooms.desk.sending.preview(ada, "lakeside", "10067", TEXT)
    assert await rows(lakeside.house, "links") == []


@pytest.mark.parametrize(
    ("changed", "channel", "why"),
    [
        ({"email": None}, Channel.EMAIL, WhyNot.NO_CONTACT),
        ({"mobile": None}, Channel.SMS, WhyNot.NO_CONTACT),
        ({"text_opt_out": True}, Channel.SMS, WhyNot.OPTED_OUT),
    ],
)
async def test_r57_what_is_not_on_file_or_not_wanted_gets_nothing(
    lakeside: Lakeside, rooms: Rooms, ada: Staff, changed: dict[str, Any], channel: Channel, why: WhyNot
) -> None:
    await lakeside.house.edit(lakeside.alice, **changed)
    before = await rooms.desk.sending.look(ada, "lakeside", "10067")
    assert isinstance(before, Before)
    assert {way.channel: way.why_not for way in before.ways}[channel] is why
    made = await rooms.desk.sending.send(ada, "lakeside", "10067", Asked(channel=channel), form_key="k")
    assert isinstance(made, tuple)
    assert await rows(lakeside.house, "outbox") == []


async def test_a59_another_groups_guarantor_gets_nothing(lakeside: Lakeside, rooms: Rooms) -> None:
    await lakeside.house.group("hilltop")
    bob = (await rooms.invite("Bob", StaffRole.ADMIN, "hilltop")).staff
    desk = rooms.desk
    assert await desk.sending.look(bob, "lakeside", "10067") == NobodyHere()
    assert await desk.sending.preview(bob, "lakeside", "10067", TEXT) == NobodyHere()
    assert await desk.sending.send(bob, "lakeside", "10067", TEXT, form_key="k") == NobodyHere()
    made = await desk.desk_links.make(bob, "lakeside", "10067", origin=Origin.OFFICE_QR, form_key="k")
    assert made == NobodyHere()
    assert await rows(lakeside.house, "links") == []
