"""Whoever got a bill that is not hers says so: the link is on hold, nothing more goes there; staff undo."""

import asyncio
from typing import Any

import pytest

from quickpay.domain.digests import session_hash
from quickpay.domain.faults import Fault
from quickpay.domain.links import Link, LinkState
from quickpay.domain.messages import Channel, MessageKind
from quickpay.domain.origins import Origin
from quickpay.domain.payments import PaymentState
from quickpay.domain.reach import reach_of
from quickpay.mfa.methods import Method as Way
from quickpay.ports.gateway import Approved, NoAnswer
from quickpay.services.entry.entrances import DeadLink, Opened
from quickpay.services.entry.not_me import CameOtherwise, MaySay, Said
from quickpay.services.links.keep import LinkView
from quickpay.services.links.new import NewLink
from quickpay.services.payer import SeePayment
from quickpay.services.proofs.pages import CannotProve, ChoosePage, WayNotOffered
from quickpay.services.stay import Gone, NoStay, Visit
from tests.factories import make_message, make_session
from tests.fakes.gateway import VISA
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows

EMAIL, MOBILE = "alice@example.com", "+16085550101"


async def _link(lakeside: Lakeside, **given: Any) -> Link:
    return await lakeside.house.link(lakeside.alice, **{"origin": Origin.EMAIL, "contact": EMAIL} | given)


async def _state(house: House, link: Link) -> LinkState:
    found = await house.do(lambda tx: tx.links.by_serial(link.serial))
    assert found is not None
    return found.state


async def _holds(lakeside: Lakeside, contact: str) -> bool:
    return await lakeside.house.do(lambda tx: tx.stops.holds(lakeside.alice.id, contact))


async def _queue(lakeside: Lakeside, recipient: str, subject: str) -> None:
    message = make_message(
        kind=MessageKind.LOCKED,
        subject=subject,
        group_id=lakeside.group.id,
        guarantor_id=lakeside.alice.id,
        channel=Channel.EMAIL if "@" in recipient else Channel.SMS,
        recipient=recipient,
        now=lakeside.house.clock.now(),
    )
    await lakeside.house.do(lambda tx: tx.outbox.add(message))


async def test_it_suspends_the_link_and_ends_every_session_of_it(lakeside: Lakeside) -> None:
    house = lakeside.house
    link, other = await _link(lakeside), await _link(lakeside)
    first, second, elsewhere = await house.come(link), await house.come(link), await house.come(other)
    assert isinstance(await house.not_me.ask(first.visit), MaySay)
    assert await house.not_me.say(first.visit) == Said(group=lakeside.group)
    assert await _state(house, link) is LinkState.SUSPENDED
    for person in (first, second):
        answer = await house.not_me.ask(person.visit)
        assert isinstance(answer, NoStay)
        assert answer.why is Gone.SIGNED_OUT
    assert isinstance(await house.not_me.ask(elsewhere.visit), MaySay)
    assert await _state(house, other) is LinkState.ACTIVE
    dead = await house.enter.open(house.token(link), Visit(secret=None, address="x", request_id="r"))
    assert isinstance(dead, DeadLink)
    assert dead.state is LinkState.SUSPENDED
    [event] = [row for row in await rows(house, "audit") if row["type"] == "link.not_me"]
    assert event["link_serial"] == link.serial
    assert EMAIL not in event["detail"]


async def test_asking_changes_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await _link(lakeside))
    before = await dump(house)
    await house.not_me.ask(alice.visit)
    assert await dump(house) == before


async def test_presses_at_once_from_two_tabs_and_two_devices_are_one(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _link(lakeside)
    people = [await house.come(link), await house.come(link)]
    answers = await asyncio.gather(*(house.not_me.say(people[number % 2].visit) for number in range(10)))
    assert set(map(repr, answers)) == {repr(Said(group=lakeside.group))}
    events = await house.events(link)
    assert events.count("link.not_me") == 1
    assert len(await rows(house, "contact_stops")) == 1


async def test_nobody_says_it_without_a_session_or_after_one(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _link(lakeside)
    stranger = Visit(secret=None, address="198.51.100.9", request_id="r")
    assert isinstance(await house.not_me.say(stranger), NoStay)
    alice = await house.come(link)
    await house.leave.sign_out(alice.visit)
    assert isinstance(await house.not_me.say(alice.visit), NoStay)
    late = await house.come(link)
    house.later(minutes=30)
    assert isinstance(await house.not_me.say(late.visit), NoStay)
    assert await _state(house, link) is LinkState.ACTIVE
    assert not await _holds(lakeside, EMAIL)


async def test_a_session_of_no_link_has_nothing_to_put_on_hold(lakeside: Lakeside) -> None:
    house = lakeside.house
    secret = house.ids.secret()
    session = make_session(
        group_id=lakeside.group.id,
        guarantor_id=lakeside.alice.id,
        link_serial=None,
        origin=Origin.PORTAL,
    )
    await house.do(lambda tx: tx.sessions.add(session, token_hash=session_hash(secret)))
    visit = Visit(secret=secret, address="x", request_id="r")
    assert isinstance(await house.not_me.ask(visit), CameOtherwise)
    assert isinstance(await house.not_me.say(visit), CameOtherwise)


async def test_what_waits_for_the_contact_is_dropped_and_the_rest_goes(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await _link(lakeside))
    await _queue(lakeside, EMAIL.upper(), "a")
    await _queue(lakeside, MOBILE, "b")
    bob = await house.guarantor(lakeside.group, number="2002", email=EMAIL)
    await house.not_me.say(alice.visit)
    await house.do(
        lambda tx: tx.outbox.add(
            make_message(
                kind=MessageKind.LOCKED,
                subject="c",
                group_id=lakeside.group.id,
                guarantor_id=bob.id,
                channel=Channel.EMAIL,
                recipient=EMAIL,
                now=house.clock.now(),
            )
        )
    )
    await house.outbox().run_once()
    ends = {row["subject"]: (row["state"], row["reason"]) for row in await rows(house, "outbox")}
    assert ends == {"a": ("dropped", "contact is not this person"), "b": ("sent", None), "c": ("sent", None)}


async def test_no_link_is_sent_there_and_the_refusal_says_why(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await _link(lakeside))
    await house.not_me.say(alice.visit)
    new = NewLink(group="lakeside", guarantor=lakeside.alice.number, origin=Origin.EMAIL, send=True)
    refused = await house.links.create(new, by="staff")
    assert isinstance(refused, tuple)
    [fault] = refused
    assert isinstance(fault, Fault)
    assert fault.path == "send"
    assert "not this person" in fault.message
    unsent = NewLink(group="lakeside", guarantor=lakeside.alice.number, origin=Origin.EMAIL)
    assert isinstance(await house.links.create(unsent, by="staff"), LinkView)
    by_text = NewLink(group="lakeside", guarantor=lakeside.alice.number, origin=Origin.SMS, send=True)
    assert isinstance(await house.links.create(by_text, by="staff"), LinkView)


async def test_no_code_goes_there_either(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, enable_mfa=True, require_mfa=True)
    other = await house.come(await _link(lakeside, origin=Origin.STATEMENT, contact=None))
    asked = await house.come(await _link(lakeside, origin=Origin.STATEMENT, contact=None))
    code = await asked.ask(Way.EMAIL)
    wrong_person = await house.come(await _link(lakeside))
    await house.not_me.say(wrong_person.visit)
    page = await house.verify.ways(other.visit)
    assert isinstance(page, ChoosePage)
    assert [way.method for way in page.ways] == [Way.SMS]
    assert isinstance(await house.verify.send(other.visit, Way.EMAIL), WayNotOffered)
    await asked.type(code)  # what had gone there before proves nothing any more
    session = await asked.session()
    assert session is not None
    assert session.role == "quickpay"
    await house.edit(lakeside.alice, mobile=None)
    assert isinstance(await house.verify.ways(other.visit), CannotProve)


async def test_a_contact_put_on_file_since_is_written_to(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await _link(lakeside))
    await house.not_me.say(alice.visit)
    await house.edit(lakeside.alice, email="right@example.com")
    new = NewLink(group="lakeside", guarantor=lakeside.alice.number, origin=Origin.EMAIL, send=True)
    assert isinstance(await house.links.create(new, by="staff"), LinkView)


async def test_staff_restore_the_link_and_its_contact(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _link(lakeside)
    alice = await house.come(link)
    await house.not_me.say(alice.visit)
    view = await house.links.restore(link.id, by="desk")
    assert view is not None
    assert view.state is LinkState.ACTIVE
    assert not await _holds(lakeside, EMAIL)
    assert [event.type for event in view.events][-1] == "link.restored"
    opened = await house.enter.open(house.token(link), Visit(secret=None, address="x", request_id="r"))
    assert isinstance(opened, Opened)
    assert isinstance(await house.not_me.ask(alice.visit), NoStay)  # her session stays ended
    again = await house.links.restore(link.id, by="desk")
    assert again is not None
    assert [event.type for event in again.events].count("link.restored") == 1
    assert await house.links.restore("nothing", by="desk") is None
    assert await house.links.restore(link.id, by="desk", within=reach_of(lakeside.group.id + 1)) is None


async def test_it_can_be_said_and_restored_again(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _link(lakeside)
    for _ in range(2):
        alice = await house.come(link)
        assert isinstance(await house.not_me.say(alice.visit), Said)
        assert await _holds(lakeside, EMAIL)
        await house.links.restore(link.id, by="desk")
        assert not await _holds(lakeside, EMAIL)
    assert len(await rows(house, "contact_stops")) == 1


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUPERSEDED, LinkState.PAID])
async def test_restoring_takes_back_no_other_end(lakeside: Lakeside, state: LinkState) -> None:
    house = lakeside.house
    link = await _link(lakeside)
    await house.end(link, state)
    view = await house.links.restore(link.id, by="desk")
    assert view is not None
    assert view.state is state
    assert "link.restored" not in [event.type for event in view.events]


async def test_a_payment_on_its_way_arrives_and_the_restored_link_is_paid(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _link(lakeside)
    alice = await house.come(link)
    await alice.choose()
    house.gateway.then(NoAnswer(reason="silence"))
    seen = await alice.press_pay()
    assert isinstance(seen, SeePayment)
    tab = await house.come(link)
    await house.not_me.say(tab.visit)
    approved = Approved(amount=12_550, currency="usd", card=VISA, transaction="t1", reference=seen.payment_id)
    paid = await house.settle(seen.payment_id, approved)
    assert paid.state is PaymentState.SUCCEEDED
    view = await house.links.restore(link.id, by="desk")
    assert view is not None
    assert view.state is LinkState.PAID


async def test_who_paid_already_may_say_it_too_and_the_link_stays_paid(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _link(lakeside)
    alice = await house.come(link)
    assert (await alice.pays()).state is PaymentState.SUCCEEDED
    assert isinstance(await house.not_me.say(alice.visit), Said)
    assert await _state(house, link) is LinkState.PAID
    assert await _holds(lakeside, EMAIL)
    await house.links.restore(link.id, by="desk")
    assert not await _holds(lakeside, EMAIL)
    assert await _state(house, link) is LinkState.PAID


async def test_the_match_code_is_the_links_own_and_only_for_who_opened_it(lakeside: Lakeside) -> None:
    house = lakeside.house
    link, other = await _link(lakeside), await _link(lakeside)
    view = await house.links.get(link.id)
    assert view is not None
    assert len(view.match_code) == 6
    assert set(view.match_code) <= set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")
    alice = await house.come(link)
    mine = await house.about.page("lakeside", alice.visit)
    assert mine is not None
    assert mine.match_code == view.match_code
    theirs = await house.links.get(other.id)
    assert theirs is not None
    assert theirs.match_code != view.match_code
    stranger = await house.about.page("lakeside", Visit(secret=None, address="x", request_id="r"))
    assert stranger is not None
    assert stranger.match_code is None
    hill = await house.group("hilltop")
    elsewhere = await house.about.page(hill.slug, alice.visit)
    assert elsewhere is not None
    assert elsewhere.match_code is None
    assert await house.about.page("nowhere", alice.visit) is None
