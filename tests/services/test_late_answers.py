"""Answers that come when the payment has been called ended, and questions asked too early to end it."""

from quickpay.domain.payments import PaymentState
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
