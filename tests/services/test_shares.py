"""Shares end with the link they were made from, and the guarantor is told what was paid by one."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.balances import AmountChoice
from quickpay.domain.links import Link, LinkState
from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.refunds import Refund
from quickpay.services.links.keep import LinkView
from quickpay.services.links.new import NewLink
from quickpay.services.payer import AmountPage, LinkEnded, PaidShare
from quickpay.services.paying.share import SharePage
from quickpay.services.settling.refunds import GiveBack
from tests.people import House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows


async def _state(house: House, link: Link) -> LinkState:
    found = await house.do(lambda tx: tx.links.by_serial(link.serial))
    assert found is not None
    return found.state


async def _a_share(lakeside: Lakeside, **given: Any) -> tuple[Link, Person, Link, Person]:
    """A link with Alice at it, her share, and somebody else who has it open."""
    house = lakeside.house
    link = await house.link(lakeside.alice, **given)
    alice = await house.come(link)
    share = await alice.shares(40_00)
    assert share.shared_from == link.serial
    return link, alice, share, await house.come(share)


async def _ended_with(house: House, share: Link) -> list[str]:
    return [
        row["actor"]
        for row in await rows(house, "audit")
        if row["type"] == "link.revoked" and row["link_serial"] == share.serial
    ]


@pytest.mark.parametrize("how", ["one", "batch"])
async def test_a_revoked_links_share_is_paid_no_more(lakeside: Lakeside, how: str) -> None:
    house = lakeside.house
    link, _, share, other = await _a_share(lakeside, batch="autumn")
    assert isinstance(await house.ordering.amounts(other.visit), AmountPage)
    if how == "one":
        await house.links.revoke(link.id, by="Ada")
    else:
        assert await house.links.revoke_many(batch="autumn", by="Ada") == 1
    assert await _state(house, share) is LinkState.REVOKED
    assert isinstance(await house.ordering.amounts(other.visit), LinkEnded)
    assert await _ended_with(house, share) == ["Ada"]
    await house.links.revoke(link.id, by="Ada")
    assert len(await _ended_with(house, share)) == 1, "again, there is nothing left to end"


async def test_a_share_of_another_link_goes_on(lakeside: Lakeside) -> None:
    house = lakeside.house
    other = await house.link(lakeside.alice)
    _, _, share, _ = await _a_share(lakeside)
    await house.links.revoke(other.id, by="Ada")
    assert await _state(house, share) is LinkState.ACTIVE


async def test_what_a_paid_link_was_shared_for_ends_when_staff_end_it_all_the_same(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    link, alice, share, _ = await _a_share(lakeside)
    await alice.pays(amount=10_00)
    assert await _state(house, link) is LinkState.PAID
    assert await _state(house, share) is LinkState.ACTIVE, "she paid her part of it"
    await house.links.revoke(link.id, by="Ada")
    assert await _state(house, link) is LinkState.PAID
    assert await _state(house, share) is LinkState.REVOKED


async def test_who_is_not_this_person_shared_nothing_and_restoring_brings_no_share_back(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    link, stranger, share, other = await _a_share(lakeside, origin=Origin.EMAIL, contact="a@example.com")
    await house.not_me.say(stranger.visit)
    assert await _state(house, share) is LinkState.REVOKED
    assert isinstance(await house.ordering.amounts(other.visit), LinkEnded)
    assert await _ended_with(house, share) == ["patient"]
    restored = await house.links.restore(link.id, by="Ada")
    assert isinstance(restored, LinkView)
    assert restored.state is LinkState.ACTIVE
    assert await _state(house, share) is LinkState.REVOKED


async def test_a_newer_link_that_supersedes_hers_supersedes_the_share_too(lakeside: Lakeside) -> None:
    house = lakeside.house
    _, _, share, other = await _a_share(lakeside)
    new = NewLink(group="lakeside", guarantor=lakeside.alice.number, origin=Origin.STATEMENT, supersede=True)
    assert isinstance(await house.links.create(new, by="Ada"), LinkView)
    assert await _state(house, share) is LinkState.SUPERSEDED
    assert isinstance(await house.ordering.amounts(other.visit), LinkEnded)


async def test_a_share_made_while_its_link_is_revoked_ends_with_it(lakeside: Lakeside) -> None:
    house = lakeside.house
    for _ in range(6):
        link = await house.link(lakeside.alice)
        alice = await house.come(link)
        await asyncio.gather(
            house.sharing.make(alice.visit, AmountChoice.OTHER, Cents(100)),
            house.links.revoke(link.id, by="Ada"),
        )
        left = await house.do(lambda tx: tx.links.share_of(lakeside.alice.id, house.clock.now()))
        assert left is None


async def test_a_share_is_not_made_of_a_link_that_ends_before_its_turn(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    alice = await house.come(link)
    await house.links.revoke(link.id, by="Ada")
    made = await house.sharing.make(alice.visit, AmountChoice.OTHER, Cents(100))
    assert isinstance(made, LinkEnded)
    assert await house.do(lambda tx: tx.links.shares(lakeside.alice.id)) == frozenset()


async def _told(house: House, person: Person) -> tuple[PaidShare, ...]:
    """What both of her pages say."""
    shared, amounts = await house.sharing.page(person.visit), await house.ordering.amounts(person.visit)
    assert isinstance(shared, SharePage)
    assert isinstance(amounts, AmountPage)
    assert shared.page.paid_shares == amounts.paid_shares
    return amounts.paid_shares


async def test_the_guarantor_is_told_what_was_paid_for_thirty_days_and_nobody_else_is(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    _, alice, _, other = await _a_share(lakeside)
    third = await house.come(await house.link(lakeside.alice, single_payment=False))
    assert await _told(house, alice) == ()
    payment = await other.pays()
    [paid] = await _told(house, alice)
    day = house.clock.now().astimezone().date()
    assert (paid.amount, paid.refunded) == (40_00, 0)
    assert abs(paid.day - day) <= timedelta(days=1)
    assert await _told(house, third) == (paid,), "whichever of her links she comes by"

    another = await house.come(await alice.shares(5_00))
    page = await house.ordering.amounts(another.visit)
    assert isinstance(page, AmountPage)
    assert page.paid_shares == ()

    order = GiveBack(amount=Cents(10_00), reason="Too much", by="staff 1", number=None)
    assert isinstance(await house.refunds.give(payment.id, order, within=EVERYWHERE), Refund)
    assert [one.refunded for one in await _told(house, alice)] == [10_00]
    house.later(days=29)
    late = await house.come(await house.link(lakeside.alice))
    assert len(await _told(house, late)) == 1
    house.later(days=2)
    later = await house.come(await house.link(lakeside.alice))
    assert await _told(house, later) == ()
