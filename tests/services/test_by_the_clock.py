"""Ends are ends by one clock: a link that ended stays so, a payment outlives the session it began in."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from quickpay.adapters.store.schema import links
from quickpay.adapters.store.statements import Statement
from quickpay.domain.links import Link, LinkState
from quickpay.domain.payments import PaymentState
from quickpay.services.entry.entrances import DeadLink, LinkPage, NotALink, Opened
from quickpay.services.payer import SeePayment
from quickpay.services.paying.order import NoOrder
from quickpay.services.paying.result import ResultPage
from quickpay.services.stay import Gone, NoStay, Visit
from tests.factories import NOW
from tests.fakes.slow_gateway import SlowGateway
from tests.people import KEYS, House
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows

STRANGER = Visit(secret=None, address="198.51.100.7", request_id="r")
DAY = timedelta(days=1)


@pytest.mark.parametrize("signed_at", [NOW - DAY, NOW, NOW + timedelta(seconds=30), NOW + DAY])
async def test_r9_when_it_was_signed_does_not_matter_and_the_rows_end_does(
    lakeside: Lakeside, signed_at: datetime
) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, created_at=NOW, expires_at=NOW + DAY)
    house.clock.set(signed_at)  # by a host whose clock is elsewhere: a token holds no time
    token = house.token(link)

    house.clock.set(NOW - timedelta(hours=1))  # put back since it was made
    assert isinstance(await house.enter.open(token, STRANGER), Opened)
    house.clock.set(NOW + DAY - timedelta(microseconds=1))
    assert isinstance(await house.enter.look(token, STRANGER), LinkPage)
    assert isinstance(await house.enter.open(token, STRANGER), Opened)
    house.clock.set(NOW + DAY)
    refused = await house.enter.open(token, STRANGER)
    assert isinstance(refused, DeadLink)
    assert refused.state is LinkState.EXPIRED
    [row] = await rows(house, "links")
    assert row["uses"] == 2


async def _use_up(house: House, link: Link) -> None:
    for _ in range(10):
        await house.come(link)


async def _expire(house: House, link: Link) -> None:
    house.clock.set(link.expires_at)


async def _pay(house: House, link: Link) -> None:
    await (await house.come(link)).pays(amount=100)


async def _lose(house: House, link: Link) -> None:
    async def unit(tx: Any) -> None:
        await tx.links._run.count(Statement(delete(links).where(links.c.serial == link.serial)))

    await house.store.write(unit)


def _end(state: LinkState) -> Callable[[House, Link], Awaitable[None]]:
    return lambda house, link: house.end(link, state)


_ENDS: dict[str, Callable[[House, Link], Awaitable[None]]] = {
    "used up": _use_up,
    "expired": _expire,
    "paid": _pay,
    "lost": _lose,
    "revoked": _end(LinkState.REVOKED),
    "superseded": _end(LinkState.SUPERSEDED),
    "suspended": _end(LinkState.SUSPENDED),
}


@pytest.mark.parametrize("how", list(_ENDS))
async def test_a2_a_token_replayed_after_its_end_opens_nothing(lakeside: Lakeside, how: str) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    token = house.token(link)
    await _ENDS[how](house, link)
    before = await dump(house)
    for _ in range(3):
        assert isinstance(await house.enter.open(token, STRANGER), NotALink if how == "lost" else DeadLink)
        assert not isinstance(await house.enter.look(token, STRANGER), LinkPage)
    after = await dump(house)
    assert [line for line in after.splitlines() if line.startswith(("links.", "sessions."))] == [
        line for line in before.splitlines() if line.startswith(("links.", "sessions."))
    ]


async def test_r71_a_payment_in_flight_when_the_time_runs_out_ends_and_is_shown(lakeside: Lakeside) -> None:
    house = lakeside.house
    house.gateway = slow = SlowGateway()
    house.patience = 0.01
    house.furnish(KEYS[:1])
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    pressed = await alice.press_pay(email="me@example.com")
    assert isinstance(pressed, SeePayment)
    await asyncio.wait_for(slow.waiting.wait(), 5)

    house.later(minutes=21)
    gone = await house.ordering.amounts(alice.visit)
    assert isinstance(gone, NoStay)
    assert gone.why is Gone.EXPIRED
    slow.go_on.set()
    await house.at_rest()

    assert (await house.payment(pressed.payment_id)).state is PaymentState.SUCCEEDED
    page = await house.results.see(alice.visit, pressed.payment_id)
    assert isinstance(page, ResultPage)
    assert (page.payment.state, page.live, page.again) == (PaymentState.SUCCEEDED, False, False)
    assert len(await rows(house, "receipts")) == len(await rows(house, "outbox")) == 1
    assert not isinstance(await alice.press_pay(), SeePayment | NoOrder)
    assert len(slow.asked) == 1
