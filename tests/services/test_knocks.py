"""The last door by itself: a code judged right a moment ago lets nobody in who may not come in now."""

from dataclasses import replace
from typing import Any

from quickpay.domain.digests import session_hash
from quickpay.domain.sessions import Session
from quickpay.services.entry.knock_pages import AtTheDoor
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import rows
from tests.services.test_website import Knocker


async def _let_in(lakeside: Lakeside, alice: Knocker, **changed: Any) -> Session | None:
    """Ask for her session as if her code had been judged right just now."""
    house, secret = lakeside.house, lakeside.house.ids.secret()
    found = await house.do(lambda tx: tx.knocks.find(session_hash(alice.secret or b"")))
    assert found is not None
    asked = AtTheDoor(group=lakeside.group, knock=replace(found, **changed))
    return await house.do(
        lambda tx: alice.website._knocks.let_in(tx, asked, alice.visit, secret=secret, now=house.clock.now())
    )


async def _nothing_was_opened(house: House) -> bool:
    [knock] = await rows(house, "knocks")
    return await rows(house, "sessions") == await rows(house, "challenges") == [] and knock["state"] == "sent"


async def test_r39_a_knock_for_nobody_opens_no_session_whatever_was_judged(lakeside: Lakeside) -> None:
    stranger = Knocker(lakeside.house)
    await stranger.knock("Nobody", "Here")
    assert await _let_in(lakeside, stranger) is None
    assert await _nothing_was_opened(lakeside.house)


async def test_r31_a_contact_changed_since_the_knock_lets_nobody_in(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    await house.edit(lakeside.alice, email="other@example.com")
    assert await _let_in(lakeside, alice) is None
    assert await _nothing_was_opened(house)


async def test_a_contact_whose_owner_said_not_me_meanwhile_lets_nobody_in(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    serial, now = (await house.link(lakeside.alice)).serial, house.clock.now()
    await house.do(
        lambda tx: tx.stops.add(lakeside.alice.id, "alice@example.com", link_serial=serial, now=now)
    )
    assert await _let_in(lakeside, alice) is None
    assert await _nothing_was_opened(house)


async def test_a_code_used_lets_in_once(lakeside: Lakeside) -> None:
    alice = Knocker(lakeside.house)
    await alice.knock()
    first = await _let_in(lakeside, alice)
    assert first is not None
    assert await _let_in(lakeside, alice) is None
    assert [row["id"] for row in await rows(lakeside.house, "sessions")] == [first.id]
