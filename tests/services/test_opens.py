"""Opening a link: a use is a session opened by a press, never one too many; looking is free."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.links import Link, LinkState
from quickpay.domain.origins import Origin
from quickpay.domain.payments import PaymentState
from quickpay.domain.sessions import Purpose, Role
from quickpay.domain.tokens import TokenPurpose
from quickpay.mfa.limits import DEFAULT_LIMITS, Limit
from quickpay.services.entry.entrances import DeadLink, LinkPage, NotALink, Opened, TooManyBadLinks
from quickpay.services.payer import LinkEnded, SeePayment
from quickpay.services.stay import Visit
from tests.factories import NOW, make_account
from tests.people import KEYS, House
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows

STRANGER = Visit(secret=None, address="198.51.100.9", request_id="r")


async def _open(house: House, link: Link, visit: Visit = STRANGER) -> Any:
    return await house.enter.open(house.token(link), visit)


async def _uses(house: House, link: Link) -> int:
    found = await house.do(lambda tx: tx.links.by_serial(link.serial))
    assert found is not None
    return found.uses


@pytest.mark.parametrize("most", [1, 2, 5])
async def test_r5_two_hundred_opens_at_once_open_exactly_as_many_as_allowed(
    lakeside: Lakeside, most: int
) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, max_uses=most)
    answers = await asyncio.gather(*(_open(house, link) for _ in range(200)))
    opened = [answer for answer in answers if isinstance(answer, Opened)]
    refused = [answer for answer in answers if isinstance(answer, DeadLink)]
    assert len(opened) == most
    assert len({one.secret for one in opened}) == most
    assert len(refused) == 200 - most
    assert {one.state for one in refused} == {LinkState.USED_UP}
    assert await _uses(house, link) == most
    assert len(await rows(house, "sessions")) == most


@pytest.mark.parametrize(
    "state", [LinkState.REVOKED, LinkState.SUPERSEDED, LinkState.PAID, LinkState.SUSPENDED]
)
async def test_r6_an_ended_link_opens_nothing_and_counts_nothing(
    lakeside: Lakeside, state: LinkState
) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    await house.end(link, state)
    answer = await _open(house, link)
    assert isinstance(answer, DeadLink)
    assert answer.state is state
    assert answer.group.id == lakeside.group.id
    assert await _uses(house, link) == 0
    assert await rows(house, "sessions") == []
    assert "link.refused" in await house.events(link)


async def test_r8_a_link_opens_until_its_last_moment_and_not_at_it(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, expires_at=NOW + timedelta(minutes=15))
    house.clock.set(NOW + timedelta(minutes=15) - timedelta(microseconds=1))
    assert isinstance(await _open(house, link), Opened)
    house.clock.set(NOW + timedelta(minutes=15))
    answer = await _open(house, link)
    assert isinstance(answer, DeadLink)
    assert answer.state is LinkState.EXPIRED
    assert await _uses(house, link) == 1


async def test_r4_a_token_without_its_row_is_no_link(lakeside: Lakeside) -> None:
    house = lakeside.house
    token = house.tokens.sign(TokenPurpose.LINK, house.ids.link_id())
    assert await house.enter.open(token, STRANGER) == NotALink()
    assert await house.enter.look(token, STRANGER) == NotALink()
    assert await house.enter.see_receipt(token, STRANGER) == NotALink()


async def test_the_limit_is_what_the_group_says_now(lakeside: Lakeside) -> None:
    house, group = lakeside.house, lakeside.group
    await house.change(group, quickpay_max_access_attempts=1)
    link = await house.link(lakeside.alice)
    assert isinstance(await _open(house, link), Opened)
    assert isinstance(await _open(house, link), DeadLink)
    await house.change(group, quickpay_max_access_attempts=2)
    assert isinstance(await house.enter.look(house.token(link), STRANGER), LinkPage)
    assert isinstance(await _open(house, link), Opened)
    await house.change(group, quickpay_max_access_attempts=1)
    refused = await _open(house, link)
    assert isinstance(refused, DeadLink)
    assert refused.state is LinkState.USED_UP


async def test_a_links_own_limit_wins_over_its_groups(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, quickpay_max_access_attempts=1)
    link = await house.link(lakeside.alice, max_uses=3)
    opened = [isinstance(await _open(house, link), Opened) for _ in range(4)]
    assert opened == [True, True, True, False]


async def test_a_session_open_when_the_limit_falls_lives_on(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await house.change(lakeside.group, quickpay_max_access_attempts=1)
    assert (await alice.pays()).state is PaymentState.SUCCEEDED


async def test_r7_looking_changes_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    before = await dump(house)
    for _ in range(50):
        assert isinstance(await house.enter.look(house.token(link), STRANGER), LinkPage)
    assert await dump(house) == before


async def test_r7_being_seen_is_one_mark_for_each_link_and_hour(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    other = await house.link(lakeside.alice)
    for _ in range(3):
        await house.enter.look(house.token(link), STRANGER)
    await house.enter.look(house.token(other), STRANGER)
    await house.enter.flush_seen()
    await house.enter.look(house.token(link), STRANGER)
    await house.enter.flush_seen()
    await house.enter.flush_seen()
    house.later(hours=1)
    await house.enter.look(house.token(link), STRANGER)
    await house.enter.flush_seen()
    seen = sorted((row["link_serial"], row["times"]) for row in await rows(house, "link_seen"))
    assert seen == [(link.serial, 1), (link.serial, 4), (other.serial, 1)]


async def test_two_sessions_of_one_link_live_side_by_side(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    first, second = await house.come(link), await house.come(link)
    assert first.secret != second.secret
    assert await first.session() is not None
    assert await second.session() is not None
    assert await _uses(house, link) == 2


async def test_a_session_has_the_links_origin_and_the_least_role(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice, origin=Origin.STATEMENT))
    session = await alice.session()
    assert session is not None
    assert (session.origin, session.role, session.purpose) == (Origin.STATEMENT, Role.QUICKPAY, Purpose.PAY)


@pytest.mark.parametrize(("extension", "minutes"), [(True, 20), (False, 10)])
async def test_r65_a_session_begins_with_the_time_its_group_gives(
    lakeside: Lakeside, extension: bool, minutes: int
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, session_extension=extension)
    opened = await _open(house, await house.link(lakeside.alice))
    assert opened.expires_at == NOW + timedelta(minutes=minutes)


async def test_r62_a_session_secret_is_nowhere_in_the_database(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    everything = await dump(house)
    assert alice.secret.hex() not in everything
    assert repr(alice.secret) not in everything


async def test_the_receipt_of_a_paid_link_costs_no_use_and_cannot_pay(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.edit(lakeside.alice, make_account(lines=2))
    link = await house.link(lakeside.alice, max_uses=1)
    alice = await house.come(link)
    payment = await alice.pays(amount=100)
    assert isinstance(dead := await _open(house, link), DeadLink)
    assert dead.state is LinkState.PAID

    opened = await house.enter.see_receipt(house.token(link), STRANGER)
    assert isinstance(opened, Opened)
    assert await _uses(house, link) == 1
    reader = Visit(secret=opened.secret, address="198.51.100.9", request_id="r")
    assert await house.ordering.amounts(reader) == SeePayment(payment_id=payment.id)
    assert (await house.results.see(reader, payment.id)).payment == payment  # type: ignore[union-attr]  # fails if another


async def test_a_receipt_session_cannot_pay_even_where_no_payment_is_found(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, single_payment=False)
    await house.end(link, LinkState.PAID)
    opened = await house.enter.see_receipt(house.token(link), STRANGER)
    assert isinstance(opened, Opened)
    reader = Visit(secret=opened.secret, address="198.51.100.9", request_id="r")
    assert isinstance(await house.ordering.amounts(reader), LinkEnded)


async def test_a_receipt_is_asked_for_only_of_a_paid_link(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    answer = await house.enter.see_receipt(house.token(link), STRANGER)
    assert isinstance(answer, DeadLink)
    assert await rows(house, "sessions") == []


async def test_r14_the_thirty_first_bad_token_of_an_address_is_throttled(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    answers = [await house.enter.open("nonsense", STRANGER) for _ in range(31)]
    assert answers == [NotALink()] * 30 + [TooManyBadLinks()]
    assert await house.enter.look("nonsense", STRANGER) == TooManyBadLinks()
    other = Visit(secret=None, address="198.51.100.10", request_id="r")
    assert await house.enter.open("nonsense", other) == NotALink()
    assert isinstance(await _open(house, link), Opened), "a good one from there still opens"

    house.later(minutes=9, seconds=59)
    assert await house.enter.open("nonsense", STRANGER) == TooManyBadLinks()
    house.later(seconds=2)
    assert await house.enter.open("nonsense", STRANGER) == NotALink()


async def test_r14_many_bad_tokens_from_everywhere_are_an_alarm_and_shut_nobody_out(
    lakeside: Lakeside,
) -> None:
    few = Limit(name="bad_tokens_60s", most=3, per=timedelta(minutes=1))
    limits = replace(DEFAULT_LIMITS, bad_tokens_alarm=few)
    house = House(lakeside.house.store, limits=limits)
    for number in range(4):
        assert await rows(house, "alarms") == [], number
        stranger = Visit(secret=None, address=f"198.51.100.{number}", request_id="r")
        assert await house.enter.open("nonsense", stranger) == NotALink()
    [alarm] = await rows(house, "alarms")
    assert (alarm["kind"], alarm["group_id"]) == ("many_bad_links", None)


@pytest.mark.parametrize("made_for", list(TokenPurpose))
@pytest.mark.parametrize("read_as", list(TokenPurpose))
async def test_r1_a_token_is_good_for_one_purpose_only(
    lakeside: Lakeside, made_for: TokenPurpose, read_as: TokenPurpose
) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    token = house.tokens.sign(made_for, link.id)
    assert (house.tokens.read(read_as, token) is not None) == (made_for is read_as)
    if read_as is TokenPurpose.LINK:
        assert isinstance(await house.enter.open(token, STRANGER), Opened) == (made_for is read_as)


async def test_r3_no_variant_of_a_token_opens(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    token = house.token(link)
    variants = _variants(token)
    assert len(variants) >= 1_000
    assert isinstance(await house.enter.open(token, STRANGER), Opened)
    assert [one for one in variants if house.tokens.read(TokenPurpose.LINK, one) is not None] == []
    for number, variant in enumerate(variants[::25]):
        visit = Visit(secret=None, address=f"192.0.2.{number % 250}", request_id="r")
        assert await house.enter.open(variant, visit) == NotALink()
    assert isinstance(await house.enter.open(token, STRANGER), Opened)
    assert await _uses(house, link) == 2


def _variants(token: str) -> list[str]:
    """The ways in which a lenient decoder would read the same bytes, and near misses (F1)."""
    body, signature = token.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    found = {f"{body}.{signature[:-1]}{letter}" for letter in alphabet}
    found |= {f"{body[:-1]}{letter}.{signature}" for letter in alphabet}
    for junk in ("=", "==", "!!!!", " ", "\n", "\r\n", "é", "\x00", "%20", "~", ".", "....", "\u200b"):
        found |= {token[:place] + junk + token[place:] for place in range(len(token) + 1)}
    found |= {token[:place] + token[place].swapcase() + token[place + 1 :] for place in range(len(token))}
    found |= {token.replace("-", "+"), token.replace("_", "/"), token.upper(), token.lower(), f".{token}"}
    return sorted(found - {token})


async def test_r12_links_live_through_a_change_of_keys(lakeside: Lakeside) -> None:
    house = lakeside.house
    new, old = KEYS
    house.furnish((old,))
    link = await house.link(lakeside.alice)
    token = house.token(link)
    assert isinstance(await house.enter.open(token, STRANGER), Opened)

    house.furnish((new, old))
    assert isinstance(await house.enter.open(token, STRANGER), Opened)
    newer = house.token(link)
    assert newer != token

    house.furnish((new,))
    assert await house.enter.open(token, STRANGER) == NotALink()
    assert isinstance(await house.enter.open(newer, STRANGER), Opened)


async def test_r2_a_token_says_nothing_of_a_person(lakeside: Lakeside) -> None:
    link = await lakeside.house.link(lakeside.alice)
    body, _, signature = lakeside.house.token(link).partition(".")
    assert body == link.id
    assert len(signature) == 43
