"""The ledger: what is posted, held and left over, receipts without gaps, one open batch a day."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from quickpay.adapters.store.schema import audit, batches, payments, postings, receipts
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.encounters import ServiceId
from quickpay.domain.ledger import Posting
from quickpay.domain.money import Cents
from quickpay.domain.payments import Payment, PaymentState
from quickpay.domain.receipts import Receipt, ReceiptStatus
from quickpay.ports.store import Conflict
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, TODAY, make_event, make_receipt

_CLOSE = Statement(update(batches).values(closed_at=1))
_ACKNOWLEDGE = Statement(update(payments).values(acknowledged_at=1))


def _posting(line: str, amount: int) -> Posting:
    return Posting(service_id=ServiceId(line), amount=Cents(amount))


async def _paid(world: World, *posted: Posting, **given: Any) -> Payment:
    payment = await world.pay(link=False, **{"state": PaymentState.SUCCEEDED} | given)
    await world.do(lambda tx: tx.ledger.post(payment.id, posted, NOW))
    return payment


async def _sums(world: World) -> tuple[dict[str, Cents], int, int]:
    async def unit(tx: StoreTx) -> tuple[dict[str, Cents], int, int]:
        who = world.alice.id
        return await tx.ledger.deducted(who), await tx.ledger.held(who), await tx.ledger.unapplied(who)

    return await world.store.read(unit)


async def test_nothing_paid_is_nothing_deducted_held_or_left(world: World) -> None:
    assert await _sums(world) == ({}, 0, 0)


async def test_postings_are_deducted_line_by_line_and_come_back_in_order(world: World) -> None:
    first = await _paid(world, _posting("2-1", 300), _posting("1-1", 200))
    await _paid(world, _posting("2-1", 50), state=PaymentState.REFUNDED)
    await _paid(world, _posting("2-1", 999), state=PaymentState.DECLINED)
    assert await _sums(world) == ({"2-1": 350, "1-1": 200}, 0, 0)
    stored = await world.do(lambda tx: tx.ledger.postings(first.id))
    assert stored == (_posting("2-1", 300), _posting("1-1", 200))


@pytest.mark.parametrize("state", [PaymentState.SUBMITTING, PaymentState.UNKNOWN, PaymentState.REVIEW])
async def test_money_on_its_way_is_held_and_so_is_what_is_on_no_line(
    world: World, state: PaymentState
) -> None:
    await _paid(world, amount=Cents(1_000), unapplied=Cents(400))
    await world.pay(link=False, state=state, amount=Cents(70))
    await world.pay(link=False, state=PaymentState.DECLINED, amount=Cents(5_000))
    assert await _sums(world) == ({}, 470, 400)


async def test_what_the_pm_system_contains_is_deducted_no_more(world: World) -> None:
    await _paid(world, _posting("1-1", 10), receipt_number=11, unapplied=Cents(1))
    await _paid(world, _posting("2-1", 20), receipt_number=12, unapplied=Cents(2))
    await _paid(world, _posting("3-1", 40), receipt_number=13, unapplied=Cents(4))

    await world.do(
        lambda tx: tx.payments.settle_by_pm(world.alice.id, receipt_numbers=("12", "A-12", "٣", "9" * 40))
    )
    assert await _sums(world) == ({"1-1": 10, "3-1": 40}, 5, 5)
    await world.do(lambda tx: tx.payments.settle_by_pm(world.alice.id + 1, receipt_numbers=("11", "13")))
    assert await _sums(world) == ({"1-1": 10, "3-1": 40}, 5, 5)

    await world.run(_ACKNOWLEDGE)
    await world.do(lambda tx: tx.payments.settle_by_pm(world.alice.id, receipt_numbers=()))
    assert await _sums(world) == ({}, 0, 0)


async def test_a_payment_on_its_way_is_held_though_the_pm_system_has_news(world: World) -> None:
    await world.pay(amount=Cents(70), receipt_number=11)
    await world.do(lambda tx: tx.payments.settle_by_pm(world.alice.id, receipt_numbers=("11",)))
    assert await _sums(world) == ({}, 70, 0)


async def test_the_day_has_one_open_batch_and_another_after_closing(world: World) -> None:
    async def batch(days: int = 0) -> int:
        day = TODAY + timedelta(days=days)
        return await world.do(lambda tx: tx.ledger.batch(world.group.id, day, NOW))

    at_once = await asyncio.gather(*(batch() for _ in range(20)))
    assert len(set(at_once)) == 1
    assert await batch(days=1) != at_once[0]
    assert await world.run(_CLOSE) == 2
    assert await batch() not in at_once


async def test_receipts_are_numbered_without_gaps(world: World) -> None:
    batch = await world.do(lambda tx: tx.ledger.batch(world.group.id, TODAY, NOW))
    paid = [await _paid(world) for _ in range(20)]

    async def add(payment: Payment) -> int:
        mine = make_receipt(payment_id=payment.id, batch_id=batch, guarantor_id=world.alice.id)
        return await world.do(lambda tx: tx.ledger.add_receipt(mine))

    assert await add(paid[0]) == 1
    with pytest.raises(Conflict):
        await add(paid[0])
    assert sorted(await asyncio.gather(*(add(one) for one in paid[1:]))) == list(range(2, 21))


async def test_a_receipt_is_stored_whole(world: World) -> None:
    batch = await world.do(lambda tx: tx.ledger.batch(world.group.id, TODAY, NOW))
    payment = await _paid(world)
    given = make_receipt(
        payment_id=payment.id, batch_id=batch, amount=Cents(0), status=ReceiptStatus.UNSUCCESSFUL
    )
    number = await world.do(lambda tx: tx.ledger.add_receipt(given))
    stored = await world.do(lambda tx: tx.ledger.receipt(number))
    assert stored == Receipt(
        number=number,
        payment_id=payment.id,
        group_id=1,
        guarantor_id=1,
        batch_id=batch,
        date=TODAY,
        amount=Cents(0),
        status=ReceiptStatus.UNSUCCESSFUL,
    )
    assert await world.do(lambda tx: tx.ledger.receipt(number + 1)) is None


async def test_r130_receipts_postings_and_audit_are_added_never_changed(world: World) -> None:
    batch = await world.do(lambda tx: tx.ledger.batch(world.group.id, TODAY, NOW))
    payment = await _paid(world, _posting("1-1", 10))
    await world.do(lambda tx: tx.ledger.add_receipt(make_receipt(payment_id=payment.id, batch_id=batch)))
    await world.do(lambda tx: tx.audit.add(make_event("payment.succeeded", payment_id=payment.id)))
    for table, column in ((receipts, "date"), (postings, "service_id"), (audit, "actor")):
        change = Statement(update(table).values({column: "changed"}))
        with pytest.raises(Conflict, match="_kept"):
            await world.run(change)
