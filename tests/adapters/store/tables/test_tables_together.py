"""Families at work together: the second write of many payments at once, and a reader who follows the feed."""

import asyncio

from quickpay.adapters.store import open_store
from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.encounters import ServiceId
from quickpay.domain.ledger import Posting
from quickpay.domain.payments import IN_FLIGHT, Payment, PaymentState
from quickpay.ports.tables import Settled
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, TODAY, make_event, make_order, make_receipt

_PAYMENTS = 40
_ASKED_BY = 2  # the answer itself and a webhook, say


async def _answer(world: World, payment: Payment) -> int | None:
    """Settle as the pay service does: payment, guarantor, batch, receipt, postings, state."""

    async def unit(tx: StoreTx) -> int | None:
        found = await tx.payments.lock(payment.id)
        if found is None or found.state not in IN_FLIGHT:
            return None
        await tx.guarantors.lock(payment.guarantor_id)
        batch = await tx.ledger.batch(payment.group_id, TODAY, NOW)
        number = await tx.ledger.add_receipt(make_receipt(payment_id=payment.id, batch_id=batch))
        line = Posting(service_id=ServiceId("67563-1"), amount=payment.amount)
        await tx.ledger.post(payment.id, (line,), NOW)
        settled = Settled(state=PaymentState.SUCCEEDED, receipt_number=number, batch_id=batch)
        assert await tx.payments.settle(payment.id, settled, was=IN_FLIGHT, now=NOW)
        await tx.audit.add(make_event("payment.succeeded", payment_id=payment.id))
        return number

    return await world.store.write(unit)


async def test_r87_many_answers_at_once_each_settle_one_payment_once(world: World) -> None:
    payments = [
        await world.pay(link=False, guarantor_id=(await world.person(str(number))).id)
        for number in range(_PAYMENTS)
    ]

    numbers = await asyncio.gather(*(_answer(world, one) for one in payments for _ in range(_ASKED_BY)))

    assert sorted(one for one in numbers if one is not None) == list(range(1, _PAYMENTS + 1))
    feed = await world.do(lambda tx: tx.payments.feed(after=0, group_id=None, states=None, most=99))
    ends = [payment for payment, *_ in feed]
    assert len(ends) == _PAYMENTS
    assert {one.state for one in ends} == {PaymentState.SUCCEEDED}
    assert len({one.batch_id for one in ends}) == 1
    assert sorted(one.change_number for one in ends) == list(range(_PAYMENTS + 1, 2 * _PAYMENTS + 1))


async def test_who_follows_the_feed_while_others_pay_misses_nothing(world: World, database_url: str) -> None:
    """Numbers come in the order of commits; else a reader would pass by one that is not yet visible."""
    people = [await world.person(str(number)) for number in range(_PAYMENTS)]
    reader = await open_store(database_url)  # another process, which waits for no connection of ours
    made: set[str] = set()
    seen: list[str] = []

    async def pay(guarantor_id: int, *, dawdle: int) -> None:
        async def unit(tx: StoreTx) -> str:
            order = make_order(session_id=world.session.id)
            await tx.orders.add(order)
            payment = world.payment(order_id=order.id, guarantor_id=guarantor_id)
            await tx.payments.add(payment)
            for _ in range(dawdle):  # the number is taken, the commit not yet there
                await tx.payments.get(payment.id)
            return payment.id

        made.add(await world.store.write(unit))

    async def news(after: int) -> list[Payment]:
        async def unit(tx: StoreTx) -> list[Payment]:
            rows = await tx.payments.feed(after=after, group_id=None, states=None, most=5)
            return [payment for payment, *_ in rows]

        return await reader.read(unit)

    async def follow() -> None:
        after, over = 0, False
        while not over:
            over = len(made) == _PAYMENTS  # asked before the last look, not after
            while found := await news(after):
                seen.extend(payment.id for payment in found)
                after = found[-1].change_number

    await asyncio.gather(follow(), *(pay(one.id, dawdle=5 * (n % 4)) for n, one in enumerate(people)))

    await reader.close()
    assert sorted(seen) == sorted(made)
