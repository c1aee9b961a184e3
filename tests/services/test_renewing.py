"""A dead link is renewed by a press: to the contact it went to and no other, seldom, and once a press."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.links import Link, LinkState
from quickpay.domain.messages import Channel
from quickpay.domain.origins import Origin
from quickpay.domain.tokens import TokenPurpose
from quickpay.services.entry.entrances import LinkPage
from quickpay.services.entry.renew import RENEWABLE, Renewal, Renewed
from quickpay.services.links.new import NewLink
from quickpay.services.stay import Visit
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows

HERS = "alice@example.com"
MASKED = "al•••@example.com"


def _at(address: str = "198.51.100.9") -> Visit:
    return Visit(secret=None, address=address, request_id="r")


async def _dead(lakeside: Lakeside, state: LinkState = LinkState.SUPERSEDED, **given: Any) -> Link:
    """A link by email that was sent to Alice and is dead."""
    house = lakeside.house
    link = await house.link(lakeside.alice, **{"origin": Origin.EMAIL, "contact": HERS} | given)
    if state is LinkState.USED_UP:
        for _ in range(link.max_uses or 10):
            await house.come(link)
    elif state is not LinkState.EXPIRED:
        await house.end(link, state)
    return link


async def _messages(house: House) -> list[dict[str, Any]]:
    return [row for row in await rows(house, "outbox") if row["kind"] == "link"]


async def _new(house: House, old: Link) -> Link:
    """The one link that is newer than this one."""
    [row] = [row for row in await rows(house, "links") if row["serial"] > old.serial]
    link = await house.do(lambda tx: tx.links.by_serial(row["serial"]))
    assert link is not None
    return link


@pytest.mark.parametrize("state", sorted(RENEWABLE))
async def test_a_dead_link_is_renewed_as_it_was_to_where_it_went(
    lakeside: Lakeside, state: LinkState
) -> None:
    house = lakeside.house
    old = await _dead(lakeside, state, max_uses=2, batch="b1", single_payment=False)
    if state is LinkState.EXPIRED:
        house.later(days=31)
    assert await house.renewal.offer(house.token(old)) == MASKED
    answer = await house.renewal.renew(house.token(old), _at())
    assert answer == Renewed(group=lakeside.group, masked=MASKED)
    fresh = await _new(house, old)
    assert (fresh.origin, fresh.contact, fresh.single_payment) == (old.origin, old.contact, False)
    assert (fresh.state, fresh.uses, fresh.max_uses, fresh.batch) == (LinkState.ACTIVE, 0, 2, None)
    assert fresh.expires_at == house.clock.now() + timedelta(days=30)
    [message] = await _messages(house)
    assert (message["subject"], message["recipient"], message["channel"]) == (fresh.id, HERS, "email")
    assert isinstance(await house.enter.look(house.token(fresh), _at()), LinkPage)
    assert "link.renewed" in await house.events(old)
    assert {"link.created", "link.renewed"} <= set(await house.events(fresh))


async def test_the_fresh_link_goes_out_and_opens(lakeside: Lakeside) -> None:
    house = lakeside.house
    old = await _dead(lakeside, origin=Origin.SMS, contact="+16085550101")
    assert await house.renewal.offer(house.token(old)) == "(•••) •••-••01"
    await house.renewal.renew(house.token(old), _at())
    await house.outbox().run_once()
    [text] = house.texter.sent
    assert text.to == "+16085550101"
    fresh = await _new(house, old)
    assert house.token(fresh) in text.body
    await house.come(fresh)


async def test_a36_two_presses_at_once_send_one_message(lakeside: Lakeside) -> None:
    house = lakeside.house
    old = await _dead(lakeside)
    answers = await asyncio.gather(*(house.renewal.renew(house.token(old), _at()) for _ in range(20)))
    assert {repr(answer) for answer in answers} == {repr(answers[0])}
    assert isinstance(answers[0], Renewed)
    assert len(await _messages(house)) == 1
    assert (await house.events(old)).count("link.renewed") == 1


async def test_a36_a_contact_gets_one_in_ten_minutes_and_three_a_day_through_whatever_links(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    links = [await _dead(lakeside) for _ in range(4)]
    sent = []
    for minutes in (0, 9, 2, 20, 31, 61, 200):
        house.later(minutes=minutes)
        for number, link in enumerate(links):
            assert isinstance(
                await house.renewal.renew(house.token(link), _at(f"198.51.100.{number}")), Renewed
            )
        sent.append(len(await _messages(house)))
    # 0, 9 and 11 min; 31 is the third within the hour, 62 not any more; the fourth waits for the next day.
    assert sent == [1, 1, 2, 2, 3, 3, 3]
    house.later(hours=24)
    await house.renewal.renew(house.token(links[0]), _at())
    assert len(await _messages(house)) == 4


async def test_a36_a_fresh_link_that_died_too_counts_with_the_one_it_came_from(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _dead(lakeside)
    for _ in range(3):
        assert isinstance(await house.renewal.renew(house.token(link), _at()), Renewed)
        newest = max(await rows(house, "links"), key=lambda row: int(row["serial"]))
        link = await house.do(lambda tx, serial=newest["serial"]: tx.links.by_serial(serial))  # type: ignore[misc]  # bound now
        await house.do(lambda tx, serial=link.serial: tx.links.end(serial, LinkState.SUPERSEDED))  # type: ignore[misc]  # bound now
        house.later(minutes=11)
    assert len(await _messages(house)) == 2


async def test_a36_an_address_renews_ten_an_hour(lakeside: Lakeside) -> None:
    house = lakeside.house
    for number in range(12):
        email = f"p{number}@example.com"
        person = await house.guarantor(lakeside.group, number=f"77{number}", email=email)
        link = await house.link(person, origin=Origin.EMAIL, contact=email)
        await house.end(link, LinkState.SUPERSEDED)
        assert isinstance(await house.renewal.renew(house.token(link), _at()), Renewed)
    assert len(await _messages(house)) == 10


async def test_a_press_too_many_uses_up_nothing_and_is_noted(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _dead(lakeside)
    for _ in range(5):
        await house.renewal.renew(house.token(link), _at())
    counts = {row["name"]: row["count"] for row in await rows(house, "counters")}
    assert {name: count for name, count in counts.items() if name.startswith("renewals")} == {
        "renewals_contact_600s": 1,
        "renewals_contact_86400s": 1,
        "renewals_link_3600s": 1,
        "renewals_address_3600s": 1,
    }
    assert (await house.events(link)).count("rate.limited") == 4


async def _changed_contact(lakeside: Lakeside, _link: Link) -> None:
    await lakeside.house.edit(lakeside.alice, email="new@example.com")


async def _no_sender(lakeside: Lakeside, _link: Link) -> None:
    await lakeside.house.change(lakeside.group, email_receipt=False, email_from=None)


async def _stopped(lakeside: Lakeside, link: Link) -> None:
    house = lakeside.house
    await house.do(
        lambda tx: tx.stops.add(
            lakeside.alice.id, HERS.upper(), link_serial=link.serial, now=house.clock.now()
        )
    )


async def _locked(lakeside: Lakeside, link: Link) -> None:
    house, now = lakeside.house, lakeside.house.clock.now()
    subject = house.digests.subject("link", str(link.serial))
    await house.do(
        lambda tx: tx.counters.lock("proof_lock", subject, until=now + timedelta(days=365), now=now)
    )


@pytest.mark.parametrize("change", [_changed_contact, _no_sender, _stopped, _locked])
async def test_what_forbids_writing_there_forbids_renewing(lakeside: Lakeside, change: Any) -> None:
    house = lakeside.house
    link = await _dead(lakeside)
    assert await house.renewal.offer(house.token(link)) == MASKED
    await change(lakeside, link)
    assert await house.renewal.offer(house.token(link)) is None
    assert await house.renewal.renew(house.token(link), _at()) is None
    assert await _messages(house) == []


async def test_who_opted_out_of_texts_gets_none_by_a_press(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _dead(lakeside, origin=Origin.SMS, contact="+16085550101")
    by_email = await _dead(lakeside)
    await house.edit(lakeside.alice, text_opt_out=True)
    assert await house.renewal.renew(house.token(link), _at()) is None
    assert isinstance(await house.renewal.renew(house.token(by_email), _at()), Renewed)


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUSPENDED, LinkState.PAID])
async def test_what_staff_ended_and_what_is_paid_stays_so(lakeside: Lakeside, state: LinkState) -> None:
    house = lakeside.house
    link = await _dead(lakeside, state)
    house.later(days=40)
    assert await house.renewal.offer(house.token(link)) is None
    assert await house.renewal.renew(house.token(link), _at()) is None
    assert await _messages(house) == []


async def test_a_live_link_one_sent_to_nobody_and_what_is_none_are_not_renewed(lakeside: Lakeside) -> None:
    house = lakeside.house
    live = await house.link(lakeside.alice, origin=Origin.EMAIL, contact=HERS)
    paper = await house.link(lakeside.alice, origin=Origin.STATEMENT, contact=None)
    await house.end(paper, LinkState.SUPERSEDED)
    unknown = house.tokens.sign(TokenPurpose.LINK, house.ids.link_id())
    before = await dump(house)
    for token in (house.token(live), house.token(paper), unknown, "x", house.token(live) + "A"):
        assert await house.renewal.offer(token) is None
        assert await house.renewal.renew(token, _at()) is None
    assert await dump(house) == before


async def test_r7_offering_changes_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await _dead(lakeside)
    before = await dump(house)
    for _ in range(20):
        assert await house.renewal.offer(house.token(link)) == MASKED
    assert await dump(house) == before


async def test_where_no_server_for_it_is_set_nothing_is_offered(lakeside: Lakeside) -> None:
    house = lakeside.house
    texts_only = Renewal(
        store=house.store,
        clock=house.clock,
        ids=house.ids,
        tokens=house.tokens,
        digests=house.digests,
        limits=house.limits,
        channels=frozenset({Channel.SMS}),
    )
    by_email = await _dead(lakeside)
    by_text = await _dead(lakeside, origin=Origin.SMS, contact="+16085550101")
    assert await texts_only.offer(house.token(by_email)) is None
    assert await texts_only.offer(house.token(by_text)) is not None


async def test_a_link_the_desk_made_is_renewed_like_any(lakeside: Lakeside) -> None:
    house = lakeside.house
    made = await house.links.create(
        NewLink(
            group="lakeside", guarantor=lakeside.alice.number, origin=Origin.EMAIL, send=True, max_uses=1
        ),
        by="staff",
    )
    assert not isinstance(made, tuple)
    await house.come(made.link)  # type: ignore[union-attr]  # it was made
    token = house.token(made.link)  # type: ignore[union-attr]  # it was made
    assert isinstance(await house.renewal.renew(token, _at()), Renewed)
    assert len(await _messages(house)) == 2
