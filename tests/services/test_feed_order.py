"""The feed under writers at work: whoever reads on from a cursor misses nothing and sees no order change."""

import asyncio

from quickpay.domain.guarantors import Account
from quickpay.domain.money import Cents
from quickpay.domain.payments import PaymentState
from quickpay.ports.gateway import Approved
from quickpay.ports.tables import Tx
from quickpay.services.events.feed import FeedPage, PaymentFeed
from quickpay.services.settling.settle import settle
from tests.factories import make_guarantor, make_order, make_payment, make_session, some_hash
from tests.fakes.gateway import VISA
from tests.people import ZONE, House
from tests.services.conftest import Lakeside

WRITERS = 6
EACH = 6


async def _write(house: House, group_id: int, number: int) -> list[str]:
    """Make payments of one guarantor and let each succeed, as fast as the store takes them."""
    now, made = house.clock.now(), []
    one = make_guarantor(group_id=group_id, number=f"w{number}", email=None, mobile=None)
    guarantor = await house.do(lambda tx: tx.guarantors.put(one, Account()))
    for _ in range(EACH):

        async def add(tx: Tx) -> str:
            whose = {"group_id": group_id, "guarantor_id": guarantor.id}
            session = await tx.sessions.add(make_session(**whose), token_hash=some_hash())
            order = make_order(session_id=session.id, amount=Cents(100))
            await tx.orders.add(order)
            payment = make_payment(**whose, order_id=order.id, session_id=session.id, amount=Cents(100))
            await tx.payments.add(payment)
            return payment.id

        payment_id = await house.do(add)

        async def end(tx: Tx, which: str = payment_id) -> None:
            outcome = Approved(transaction="ch", card=VISA, amount=100, currency="usd", reference=which)
            await settle(tx, which, outcome, now=now, zone=ZONE)

        await house.do(end)
        made.append(payment_id)
    return made


async def test_r101_a_reader_behind_parallel_writers_misses_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    feed = PaymentFeed(store=house.store, clock=house.clock)
    writers = asyncio.gather(*(_write(house, lakeside.group.id, number) for number in range(WRITERS)))
    seen: list[tuple[int, str, PaymentState]] = []
    after, ended = 0, False
    while True:
        page = await feed.list_(after=after, limit=7)
        assert isinstance(page, FeedPage)
        for view in page.payments:
            assert view.payment.change_number > after
            after = view.payment.change_number
            seen.append((after, view.payment.id, view.payment.state))
        if not page.payments and ended:
            break
        ended = writers.done()
    made = [one for batch in await writers for one in batch]
    last = {payment: state for _, payment, state in seen}
    assert last == dict.fromkeys(made, PaymentState.SUCCEEDED)
    assert [number for number, _, _ in seen] == sorted({number for number, _, _ in seen})
    for limit in (1, 200):
        again: list[str] = []
        cursor: int | None = 0
        while cursor is not None:
            page = await feed.list_(after=cursor, limit=limit)
            assert isinstance(page, FeedPage)
            again += [view.payment.id for view in page.payments]
            cursor = page.next
        assert sorted(again) == sorted(made), "replayed from the beginning, each stands at its last change"
        assert again == [one for _, one in sorted((number, one) for number, one, s in seen if last[one] is s)]
