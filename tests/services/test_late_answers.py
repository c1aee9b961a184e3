"""Answers that come when the payment has been called ended, and questions asked too early to end it."""

import asyncio
from typing import Any

from quickpay.domain.payments import PaymentState, Reason
from quickpay.ports.gateway import Charge, LookUp, Outcome
from quickpay.services.payer import SeePayment
from tests.fakes.gateway import FakeGateway
from tests.fakes.slow_gateway import SlowGateway
from tests.people import KEYS
from tests.services.conftest import Lakeside
from tests.services.rows import rows


async def test_a_success_told_after_not_charged_moves_nothing_and_is_written_down(lakeside: Lakeside) -> None:
    """By whichever way it comes: here as the answer to the charge itself."""
    house = lakeside.house
    house.gateway = slow = SlowGateway()
    house.patience = 0.0
    house.furnish(KEYS[:1])
    alice = await house.come(await house.link(lakeside.alice))
    payment = await alice.pays()
    await slow.waiting.wait()
    while (await house.payment(payment.id)).state is not PaymentState.DECLINED:
        house.later(seconds=5)
        await house.reconcile.run_once()
    slow.go_on.set()
    await house.at_rest()
    assert (await house.payment(payment.id)).state is PaymentState.DECLINED, "an end stays"
    told = [row for row in await rows(house, "audit") if row["type"] == "payment.contradicted"]
    assert [row["payment_id"] for row in told] == [payment.id]
    assert slow.book[payment.id].transaction in told[0]["detail"]


async def test_x11_a_miss_asked_for_too_early_ends_nothing_however_late_it_is_told(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house

    class Slow(FakeGateway):
        """Looks into its book at once, and from the third time on tells of it after 29 seconds."""

        looks = 0

        async def look_up(self, payment_id: str) -> LookUp:
            found = await super().look_up(payment_id)
            self.looks += 1
            house.later(seconds=29 if self.looks > 2 else 0)
            return found

    house.gateway = Slow()
    house.gateway.hidden = True
    house.furnish(KEYS[:1])
    payment = await (await house.come(await house.link(lakeside.alice))).pays("tok_silent")
    certain_from = payment.deadline + house.gateway.look_up_lag
    while house.clock.now() < certain_from:
        house.later(seconds=7)
        await house.reconcile.run_once()
    assert (await house.payment(payment.id)).misses == 3
    assert (await house.payment(payment.id)).state is PaymentState.UNKNOWN
    house.gateway.hidden = False
    for _ in range(10):
        house.later(seconds=60)
        await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED


async def test_x11_a_process_held_up_past_the_deadline_sends_no_charge(lakeside: Lakeside) -> None:
    """Elsewhere the payment may be called off by then, and the patient be paying anew."""
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    store, held_up = house.store, 0

    class HoldsUp:
        """Passes everything on; once the intent is written down the machine sleeps."""

        async def write(self, unit: Any) -> Any:
            nonlocal held_up
            done = await store.write(unit)
            if not held_up:
                held_up += 1
                house.later(seconds=30)
            return done

    house.store = HoldsUp()  # type: ignore[assignment]  # a store as far as paying goes
    house.furnish(KEYS[:1])
    answer = await alice.press_pay()
    await house.at_rest()
    house.store = store
    assert isinstance(answer, SeePayment)
    assert held_up == 1
    assert house.gateway.asked == []
    payment = await house.payment(answer.payment_id)
    assert (payment.state, payment.reason) == (PaymentState.DECLINED, Reason.NOT_CHARGED)
    assert await alice.press_pay() != answer, "and another try is free"


async def test_x4_a_gateway_is_listened_to_until_the_deadline_and_no_longer(lakeside: Lakeside) -> None:
    house = lakeside.house

    class Mute(FakeGateway):
        async def charge(self, charge: Charge) -> Outcome:
            house.gateway.asked.append(charge)
            await asyncio.Event().wait()
            raise AssertionError("nobody wakes it")

    house.gateway = Mute()
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    real = house.store

    class AlmostLate:
        """Leaves a twentieth of a second of the gateway's time."""

        async def write(self, unit: Any) -> Any:
            done = await real.write(unit)
            if not house.gateway.asked:
                house.later(seconds=29.95)
            return done

    house.store = AlmostLate()  # type: ignore[assignment]  # a store as far as paying goes
    house.furnish(KEYS[:1])
    answer = await alice.press_pay()
    assert isinstance(answer, SeePayment)
    await house.at_rest()
    house.store = real
    assert (await house.payment(answer.payment_id)).state is PaymentState.UNKNOWN
