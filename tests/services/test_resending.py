"""A receipt is sent again once a press, to one address, seldom, and only where there is one to send."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.contacts import ContactFault
from quickpay.domain.links import LinkState
from quickpay.domain.messages import Fate
from quickpay.mfa.limits import DEFAULT_LIMITS
from quickpay.services.payer import LinkEnded
from quickpay.services.paying.resend import BadAddress, Press, Resend, TooOften
from quickpay.services.paying.result import NotYours, ResultPage
from quickpay.services.settling.receipt_mail import NotOffered, Overtaken, Queued, Stopped
from quickpay.services.stay import NoStay, Visit
from tests.people import House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows

HERS = "alice.pays@example.com"
OTHER = "other@example.com"
_LEASE = timedelta(seconds=60)


def _resend(house: House, **limits: Any) -> Resend:
    changed = replace(DEFAULT_LIMITS, **limits)
    return Resend(store=house.store, clock=house.clock, digests=house.digests, limits=changed)


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    return await lakeside.house.come(await lakeside.house.link(lakeside.alice, single_payment=False))


async def _paid(alice: Person, **given: Any) -> str:
    return (await alice.pays(amount=500, **given)).id


async def _messages(house: House) -> list[tuple[str, str]]:
    return [
        (row["subject"], row["recipient"]) for row in await rows(house, "outbox") if row["kind"] == "receipt"
    ]


async def _page(alice: Person, payment_id: str) -> ResultPage:
    page = await alice.house.results.see(alice.visit, payment_id)
    assert isinstance(page, ResultPage)
    return page


async def test_it_goes_to_what_is_typed_and_else_where_it_went_before(alice: Person) -> None:
    house, resend = alice.house, _resend(alice.house)
    paid = await _paid(alice, email=HERS)
    assert await resend.of_payment(alice.visit, paid, Press(typed="", sending=2)) == Queued()
    assert await resend.of_payment(alice.visit, paid, Press(typed=OTHER, sending=3)) == Queued()
    assert await _messages(house) == [(paid, HERS), (f"{paid}.2", HERS), (f"{paid}.3", OTHER)]
    assert (await _page(alice, paid)).mail.before(4) == OTHER
    await house.outbox().run_once()
    sent = house.mailer.sent
    assert sorted(one.to for one in sent) == [HERS, HERS, OTHER]
    assert len({one.message_id for one in sent}) == len(sent), "a second sending is no duplicate of the first"
    assert len({one.text for one in sent}) == 1
    assert {one.fate for one in (await _page(alice, paid)).mail.sendings} == {Fate.SENT}


async def test_without_an_address_before_one_must_be_typed(alice: Person) -> None:
    resend = _resend(alice.house)
    paid = await _paid(alice)
    first = (await _page(alice, paid)).mail
    assert (first.before(1), first.sending, first.offered) == (None, 1, True)
    for typed, fault in (
        ("", ContactFault.EMPTY),
        ("a@example.com, b@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("nonsense", ContactFault.NOT_AN_ADDRESS),
    ):
        said = await resend.of_payment(alice.visit, paid, Press(typed=typed, sending=1))
        assert said == BadAddress(fault=fault), typed
    assert await _messages(alice.house) == []
    assert await resend.of_payment(alice.visit, paid, Press(typed=OTHER, sending=1)) == Queued()
    assert await _messages(alice.house) == [(paid, OTHER)]


async def test_pressed_twice_it_goes_once(alice: Person) -> None:
    house, resend = alice.house, _resend(alice.house)
    paid = await _paid(alice, email=HERS)
    press = Press(typed="", sending=2)
    both = await asyncio.gather(*(resend.of_payment(alice.visit, paid, press) for _ in range(4)))
    assert both == [Queued()] * 4
    assert await resend.of_payment(alice.visit, paid, press) == Queued()
    assert await _messages(house) == [(paid, HERS), (f"{paid}.2", HERS)]
    other = await resend.of_payment(alice.visit, paid, Press(typed=OTHER, sending=2))
    assert other == Overtaken(), "it is not said to have gone where it did not"
    for sending in (0, 9, 4):
        ahead = await resend.of_payment(alice.visit, paid, Press(typed="", sending=sending))
        assert ahead == Overtaken()
    assert len(await _messages(house)) == 2
    used = [row["count"] for row in await rows(house, "counters") if row["name"] == "receipts_payment_3600s"]
    assert used == [1], "presses that did nothing count for nothing"
    again = [row for row in await rows(house, "audit") if row["type"] == "receipt.sent_again"]
    assert len(again) == 1
    assert "example.com" not in str(again)


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        ("receipts_per_payment", "receipts_payment_3600s"),
        ("receipts_per_contact", "receipts_contact_600s"),
        ("receipts_per_address", "receipts_address_3600s"),
    ],
)
async def test_each_limit_ends_it_and_uses_up_nothing_more(alice: Person, limit: str, name: str) -> None:
    house = alice.house
    wide = {
        each: tuple(replace(one, most=1_000) for one in getattr(DEFAULT_LIMITS, each))
        for each in ("receipts_per_payment", "receipts_per_contact", "receipts_per_address")
    }
    tight = tuple(
        replace(one, most=2) if one.name == name else replace(one, most=1_000)
        for one in getattr(DEFAULT_LIMITS, limit)
    )
    resend = _resend(house, **wide | {limit: tight})
    paid = await _paid(alice, email=HERS)
    for sending in (2, 3):
        assert await resend.of_payment(alice.visit, paid, Press(typed="", sending=sending)) == Queued()
    for _ in range(3):
        assert await resend.of_payment(alice.visit, paid, Press(typed="", sending=4)) == TooOften()
    counts = [row["count"] for row in await rows(house, "counters") if row["name"].startswith("receipts_")]
    assert set(counts) == {2}
    assert len(await _messages(house)) == 3
    limited = [row for row in await rows(house, "audit") if row["type"] == "rate.limited"]
    assert len(limited) == 3


async def test_nothing_is_sent_where_no_money_was_taken_or_no_receipts_are(
    lakeside: Lakeside, alice: Person
) -> None:
    house, resend = lakeside.house, _resend(lakeside.house)
    declined = (await alice.pays("tok_declined", amount=500, email=HERS)).id
    press = Press(typed=OTHER, sending=1)
    assert await resend.of_payment(alice.visit, declined, press) == NotOffered()
    paid = await _paid(alice)
    await house.change(lakeside.group, email_receipt=False)
    assert await resend.of_payment(alice.visit, paid, press) == NotOffered()
    assert not (await _page(alice, paid)).mail.offered
    await house.change(lakeside.group, email_receipt=True)
    assert await resend.of_payment(alice.visit, paid, press) == Queued()


async def test_a59_only_who_may_see_it_may_have_it_sent(lakeside: Lakeside, alice: Person) -> None:
    house, resend = lakeside.house, _resend(lakeside.house)
    paid = await _paid(alice)
    number = str((await house.payment(paid)).receipt_number)
    bob = await house.come(await house.link(await house.guarantor(lakeside.group, number="2")))
    await bob.prove()
    press = Press(typed=OTHER, sending=1)
    assert await resend.of_payment(bob.visit, paid, press) == NotYours()
    assert await resend.of_receipt(bob.visit, number, press) == NotYours()
    assert await resend.of_payment(bob.visit, "no-such", press) == NotYours()
    nobody = Visit(secret=None, address="203.0.113.9", request_id="r")
    assert isinstance(await resend.of_payment(nobody, paid, press), NoStay)
    refused = await resend.of_receipt(alice.visit, number, press)
    assert not isinstance(refused, Queued), "without the proof there are no portal pages"
    house.later(minutes=21)
    assert isinstance(await resend.of_payment(alice.visit, paid, press), NoStay)
    assert await _messages(house) == []


async def test_r10_a_link_staff_have_ended_sends_nothing_more(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, single_payment=False)
    alice = await house.come(link)
    paid = await _paid(alice)
    await house.end(link, LinkState.REVOKED)
    said = await _resend(house).of_payment(alice.visit, paid, Press(typed=OTHER, sending=1))
    assert isinstance(said, LinkEnded)
    assert await _messages(house) == []


async def test_r96_a_typed_address_never_becomes_a_contact(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    paid = await _paid(alice)
    await _resend(house).of_payment(alice.visit, paid, Press(typed=OTHER, sending=1))
    now = await house.do(lambda tx: tx.guarantors.get(lakeside.alice.id))
    assert now is not None
    assert (now.email, now.mobile) == (lakeside.alice.email, lakeside.alice.mobile)
    assert (await house.payment(paid)).receipt_email is None
    await alice.ask()
    await house.at_rest()
    assert {one.to for one in house.mailer.sent} == {lakeside.alice.email}


async def test_an_address_that_is_not_hers_gets_nothing(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    paid = await _paid(alice)
    now = house.clock.now()
    assert lakeside.alice.email is not None
    await house.do(
        lambda tx: tx.stops.add(lakeside.alice.id, str(lakeside.alice.email), link_serial=1, now=now)
    )
    said = await _resend(house).of_payment(alice.visit, paid, Press(typed=lakeside.alice.email, sending=1))
    assert said == Stopped()


async def test_what_became_of_it_is_told(alice: Person) -> None:
    house, resend = alice.house, _resend(alice.house)
    paid = await _paid(alice)
    await resend.of_payment(alice.visit, paid, Press(typed=OTHER, sending=1))
    assert [one.fate for one in (await _page(alice, paid)).mail.sendings] == [Fate.WAITING]
    [message] = await house.do(
        lambda tx: tx.outbox.claim(owner="w", now=house.clock.now(), lease=_LEASE, most=1)
    )
    assert [one.fate for one in (await _page(alice, paid)).mail.sendings] == [Fate.WAITING]
    await house.do(
        lambda tx: tx.outbox.finish(message.id, owner="w", state="dead", reason="550", now=house.clock.now())
    )
    assert [one.fate for one in (await _page(alice, paid)).mail.sendings] == [Fate.UNDELIVERABLE]
