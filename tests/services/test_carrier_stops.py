"""Whoever tells the carrier STOP gets no text any more, from anybody; START or the desk lifts it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.faults import Fault
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import Link
from quickpay.domain.messages import Channel, MessageKind
from quickpay.domain.origins import Origin
from quickpay.domain.staff import StaffRole
from quickpay.mfa.methods import Method as Way
from quickpay.ports.messages import STOPPED, Rejected
from quickpay.services.entry.knock_pages import KnockTaken, WhoSheSays
from quickpay.services.entry.website import Website
from quickpay.services.events.webhooks import Taken, WebhooksIn
from quickpay.services.links.desk import NobodyHere
from quickpay.services.links.keep import LinkView
from quickpay.services.links.new import NewLink
from quickpay.services.links.send import Before, WhyNot
from quickpay.services.proofs.pages import (
    CannotProve,
    ChoosePage,
    CodePage,
    CodeSent,
    NothingSent,
    Proved,
    WayNotOffered,
)
from quickpay.services.stay import Visit
from tests.factories import make_message
from tests.people import ZONE, House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows
from tests.staff_people import Rooms

MOBILE = "+16085550101"
REFUSED = Rejected(reason=STOPPED, permanent=True)


class Genuine:
    """Every report is: signatures have their own tests."""

    def is_genuine(self, *, path: str, form: Mapping[str, str], signature: str) -> bool:
        return bool(form) and path.endswith("/status") and signature == "x"


def carrier(house: House) -> WebhooksIn:
    return WebhooksIn(
        store=house.store, clock=house.clock, gateway=house.gateway, zone=ZONE, callbacks=Genuine()
    )


async def tell(house: House, **form: str) -> Taken:
    return await carrier(house).from_texter(path="/webhooks/twilio/status", form=form, signature="x")


async def reply(house: House, word: str, sid: str, *, number: str = MOBILE) -> Taken:
    return await tell(house, MessageSid=sid, From=number, OptOutType=word)


async def stopped(house: House, number: str = MOBILE) -> bool:
    return await house.do(lambda tx: tx.carrier_stops.since(number)) is not None


async def text(here: Lakeside, **given: Any) -> Link:
    """Send Alice a link by text, or try to."""
    house = here.house
    link = await house.link(here.alice, origin=Origin.SMS, contact=MOBILE, **given)
    message = make_message(
        kind=MessageKind.LINK,
        subject=link.id,
        group_id=here.group.id,
        guarantor_id=here.alice.id,
        channel=Channel.SMS,
        recipient=MOBILE,
        now=house.clock.now(),
        give_up_at=house.clock.now() + timedelta(hours=1),
    )
    await house.do(lambda tx: tx.outbox.add(message))
    await house.outbox().run_once()
    return link


async def refused(here: Lakeside) -> Person:
    """Alice asks for a code by text, and the carrier says that she told it STOP."""
    alice = await here.house.come(await here.house.link(here.alice, origin=Origin.STATEMENT))
    here.house.texter.then(REFUSED)
    assert await here.house.verify.send(alice.visit, Way.SMS) == CodeSent()
    await here.house.at_rest()
    return alice


async def test_r61_a_refused_code_stops_the_number_and_the_page_says_so(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await refused(lakeside)
    page = await house.verify.code_page(alice.visit)
    assert isinstance(page, CodePage)
    assert (page.blocked, page.undeliverable, page.other_ways) == (True, True, True)
    ways = await house.verify.ways(alice.visit)
    assert isinstance(ways, ChoosePage)
    assert [way.method for way in ways.ways] == [Way.EMAIL]
    assert ways.blocked is not None
    assert ways.blocked.method is Way.SMS
    house.later(minutes=5)
    assert await house.verify.resend(alice.visit) == NothingSent()
    assert isinstance(await house.verify.send(alice.visit, Way.SMS), WayNotOffered)
    await house.at_rest()
    assert house.texter.sent == []
    assert isinstance(await alice.type(await alice.ask(Way.EMAIL)), Proved)
    [event] = [row for row in await rows(house, "audit") if row["type"] == "message.stopped"]
    assert MOBILE not in event["detail"]


async def test_r61_a_refused_notice_stops_it_too_and_its_timeline_says_so(lakeside: Lakeside) -> None:
    lakeside.house.texter.then(REFUSED)
    link = await text(lakeside)
    assert await stopped(lakeside.house)
    assert (await lakeside.house.events(link))[-2:] == ["message.failed", "message.stopped"]


async def test_r61_the_number_is_stopped_for_everybody_who_has_it(lakeside: Lakeside) -> None:
    house = lakeside.house
    await refused(lakeside)
    other_group = await house.group("hilltop")
    bob = await house.guarantor(other_group, number="2")
    person = await house.come(await house.link(bob, origin=Origin.STATEMENT))
    ways = await house.verify.ways(person.visit)
    assert isinstance(ways, ChoosePage)
    assert [way.method for way in ways.ways] == [Way.EMAIL]
    moved = await house.edit(lakeside.alice, mobile="+16085550177")
    again = await house.come(await house.link(moved, origin=Origin.STATEMENT))
    ways = await house.verify.ways(again.visit)
    assert isinstance(ways, ChoosePage)
    assert ways.blocked is None


async def test_r44_r61_where_texts_are_the_only_allowed_way_nothing_takes_their_place(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, require_opposing_contact_methods=True, require_mfa=True)
    alice = await house.come(
        await house.link(lakeside.alice, origin=Origin.EMAIL, contact=lakeside.alice.email)
    )
    house.texter.then(REFUSED)
    assert await house.verify.send(alice.visit, Way.SMS) == CodeSent()
    await house.at_rest()
    for answer in (
        await house.verify.code_page(alice.visit),
        await house.verify.ways(alice.visit),
        await house.verify.send(alice.visit, Way.SMS),
        await house.verify.send(alice.visit, Way.EMAIL),
        await house.verify.resend(alice.visit),
        await house.verify.check(alice.visit, "123456"),
    ):
        assert isinstance(answer, CannotProve)
        assert answer.office
        assert answer.blocked is not None
        assert answer.blocked.method is Way.SMS
    await house.at_rest()
    assert (house.mailer.sent, house.texter.sent) == ([], [])


async def test_r61_where_the_rule_would_not_text_her_anyway_nobody_is_told_of_a_number(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    await refused(lakeside)
    await house.change(lakeside.group, require_opposing_contact_methods=True)
    alice = await house.come(await house.link(lakeside.alice, origin=Origin.SMS, contact=MOBILE))
    ways = await house.verify.ways(alice.visit)
    assert isinstance(ways, ChoosePage)
    assert ways.blocked is None


@pytest.mark.parametrize("opposing", [False, True])
async def test_r60_r61_a_stop_does_not_undo_a_code_that_arrived(
    lakeside: Lakeside, *, opposing: bool
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, require_opposing_contact_methods=opposing)
    alice = await house.come(await house.link(lakeside.alice, origin=Origin.EMAIL))
    code = await alice.ask(Way.SMS)
    assert await reply(house, "STOP", "SMreply1") is Taken.DONE
    page = await house.verify.code_page(alice.visit)
    assert isinstance(page, CodePage)
    assert (page.blocked, page.open) == (True, True)
    assert isinstance(await alice.type(code), Proved)


async def test_r61_nothing_that_waits_goes_there_and_nothing_new_is_offered(lakeside: Lakeside) -> None:
    house = lakeside.house
    old = await house.link(
        lakeside.alice, origin=Origin.SMS, contact=MOBILE, expires_at=house.clock.now() + timedelta(minutes=1)
    )
    house.later(minutes=2)
    assert await house.renewal.offer(house.token(old)) is not None
    await reply(house, "STOP", "SMreply1")
    assert await house.renewal.offer(house.token(old)) is None
    assert (
        await house.renewal.renew(house.token(old), Visit(secret=None, address="a", request_id="r")) is None
    )
    link = await text(lakeside)
    assert house.texter.sent == []
    assert (await house.events(link))[-1] == "message.dropped"
    new = NewLink(group="lakeside", guarantor=lakeside.alice.number, origin=Origin.SMS, send=True)
    answer = await house.links.create(new, by="staff")
    assert isinstance(answer, tuple)
    assert [fault.path for fault in answer if isinstance(fault, Fault)] == ["send"]
    shown = await house.links.create(
        NewLink(group="lakeside", guarantor=lakeside.alice.number, origin=Origin.OFFICE_QR), by="staff"
    )
    assert isinstance(shown, LinkView)
    rooms = Rooms(house)
    ada = (await rooms.invite("Ada", StaffRole.FRONT_DESK)).staff
    before = await rooms.desk.sending.look(ada, "lakeside", lakeside.alice.number)
    assert isinstance(before, Before)
    assert {way.channel: way.why_not for way in before.ways}[Channel.SMS] is WhyNot.CARRIER_STOP


async def test_r61_at_the_groups_door_nothing_is_sent_and_nobody_can_tell(lakeside: Lakeside) -> None:
    house = lakeside.house
    website = Website(
        store=house.store,
        clock=house.clock,
        ids=house.ids,
        digests=house.digests,
        limits=house.limits,
        courier=house.courier,
        tasks=house.tasks,
        pause=0.0,
    )

    async def knock(address: str) -> None:
        says = WhoSheSays(
            first_name=lakeside.alice.first_name,
            last_name=lakeside.alice.last_name,
            method=Way.SMS,
            contact=MOBILE,
        )
        visit = Visit(secret=None, address=address, request_id="r")
        assert isinstance(await website.knock(visit, "lakeside", says), KnockTaken)
        await house.at_rest()

    house.texter.then(REFUSED)
    await knock("198.51.100.1")
    assert await stopped(house)  # heard at the door, too, where there is no challenge yet
    await knock("198.51.100.2")
    assert house.texter.sent == []
    await reply(house, "START", "SMreply2")
    await knock("198.51.100.3")
    assert len(house.texter.sent) == 1


async def test_r61_a_reply_counts_once_however_often_it_is_told(lakeside: Lakeside) -> None:
    house = lakeside.house
    assert await reply(house, "STOP", "SMreply1") is Taken.DONE
    assert await reply(house, "START", "SMreply2") is Taken.DONE
    assert await reply(house, "STOP", "SMreply1") is Taken.REPEATED
    assert not await stopped(house)
    assert await reply(house, "HELP", "SMreply3") is Taken.IGNORED
    assert await reply(house, "STOP", "SMreply4", number="' OR 1=1") is Taken.IGNORED
    assert await rows(house, "carrier_stops") != []
    kinds = [row["type"] for row in await rows(house, "audit")]
    assert (kinds.count("message.stopped"), kinds.count("message.restarted")) == (1, 1)


async def _lift(house: House, guarantor: Guarantor, role: StaffRole = StaffRole.FRONT_DESK) -> Any:
    rooms = Rooms(house)
    ada = (await rooms.invite(f"Ada {role}", role)).staff
    return await rooms.desk.carrier_stops.lift(ada, "lakeside", guarantor.number)


async def test_r61_the_desk_lifts_it_and_a_carrier_that_still_refuses_stops_it_again(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    assert await _lift(house, lakeside.alice) is False
    await refused(lakeside)
    assert await _lift(house, lakeside.alice, StaffRole.BILLING) is True
    assert not await stopped(house)
    [event] = [row for row in await rows(house, "audit") if row["type"] == "message.restarted"]
    assert event["guarantor_id"] == lakeside.alice.id
    assert event["actor"] != "patient"
    house.later(minutes=5)
    await refused(lakeside)
    assert await stopped(house)


async def test_r61_a_late_report_on_a_text_from_before_the_lift_stops_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    await text(lakeside)
    [row] = await rows(house, "texts")
    await reply(house, "STOP", "SMreply1")
    house.later(seconds=5)
    await reply(house, "START", "SMreply2")
    assert await tell(house, MessageSid=row["sid"], MessageStatus="failed", ErrorCode="21610") is Taken.DONE
    assert not await stopped(house)
    house.later(seconds=5)
    await text(lakeside)
    newest = next(one for one in await rows(house, "texts") if one["sid"] != row["sid"])
    await tell(house, MessageSid=newest["sid"], MessageStatus="failed", ErrorCode="21610")
    assert await stopped(house)


async def test_a59_staff_of_another_group_lift_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.group("hilltop")
    await refused(lakeside)
    rooms = Rooms(house)
    bob = (await rooms.invite("Bob", StaffRole.ADMIN, "hilltop")).staff
    answer = await rooms.desk.carrier_stops.lift(bob, "lakeside", lakeside.alice.number)
    assert isinstance(answer, NobodyHere)
    assert await stopped(house)
