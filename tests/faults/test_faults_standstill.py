"""A process that stood still for a while: it says so, and what was under way ends as it would have."""

import asyncio
import signal

from tests.faults.place import Place
from tests.household import eventually

_LONGER_THAN_TOLERATED = 1.8


async def test_x26_a_standstill_in_mid_payment_is_said_and_the_payment_ends_once(here: Place) -> None:
    payer = await here.at_the_card()
    token = await payer.card()
    await here.fault("gateway", "slow", delay=0.5)
    pressed = asyncio.create_task(payer.press_pay(token, email="alice@example.com"))

    async def held() -> bool:
        return any(fault.waiting for fault in here.world.faults.on())

    await eventually(held)
    here.service.signal(signal.SIGSTOP)
    await asyncio.sleep(_LONGER_THAN_TOLERATED)  # this is the fault itself
    here.service.signal(signal.SIGCONT)

    async def said() -> bool:
        return any("event_loop_blocked" in line for line in here.service.log)

    await eventually(said)
    assert (await payer.get((await pressed).to)).payment_status == "paid"
    await here.settles()
    await here.agrees()
    assert len(here.receipts()) == 1
