"""A disk that cannot keep what it is given: every fsync fails, and the service says so and gets over it."""

import asyncio

from tests.faults.place import Place
from tests.household import eventually

EMAIL = "alice@example.com"


async def test_x17_r136_a_disk_that_fails_refuses_and_recovers_without_a_restart(here: Place) -> None:
    link = await here.link_for(await here.owes())
    patient, payer = here.patient(), await here.at_the_card()
    await patient.look(link)
    token = await payer.card()
    here.service.let_keep(files=False)
    for page in (await patient.press_continue(link), await payer.press_pay(token, email=EMAIL)):
        assert page.status == 503
        assert page.headers["Retry-After"]
        assert "Nothing was lost" in page.words
    assert await here.charges() == [], "no charge without its row"
    assert (await patient.look(link)).status == 200
    here.service.let_keep(files=True)
    assert (await here.api("GET", f"/links/{link['id']}"))["uses"] == 0
    assert (await patient.open(link)).to == "/pay"
    assert (await payer.get((await payer.press_pay(token, email=EMAIL)).to)).payment_status == "paid"
    await here.settles()
    await here.agrees()


async def test_x17_r87_a_disk_that_fails_while_the_gateway_charges_loses_no_success(here: Place) -> None:
    payer = await here.at_the_card()
    token = await payer.card()
    await here.fault("gateway", "slow", delay=1.0)
    pressed = asyncio.create_task(payer.press_pay(token, email=EMAIL))

    async def held() -> bool:
        return any(fault.waiting for fault in here.world.faults.on())

    await eventually(held)
    here.service.let_keep(files=False)
    page = await pressed
    assert (await payer.get(page.to)).payment_status == "unknown"
    assert len(await here.charges()) == 1
    here.service.let_keep(files=True)
    await here.settles()
    await here.agrees()
    assert (await payer.get(page.to)).payment_status == "paid"
    assert len(here.receipts()) == 1
