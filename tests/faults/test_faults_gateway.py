"""Whatever the gateway does, a card is charged once at most and everybody learns how it ended (R78)."""

import asyncio
import time
from collections.abc import Awaitable
from functools import partial
from pathlib import Path

from tests.faults.books import rows
from tests.faults.patient import APPROVED, CHARGED_IN_SILENCE, DECLINED, FAILS_BEFORE_CHARGING, Page
from tests.faults.place import Place, all_of, place
from tests.household import eventually

EMAIL = "alice@example.com"


async def test_x3_x5_r78_silence_is_asked_after_and_never_sent_again(here: Place) -> None:
    """Charged in silence by card or by fault; not charged: cut off, failed."""
    charged = {}
    for fault in ("drop_after_accept", "refuse", "error", None):
        patient = await here.at_the_card()
        token = await patient.card(CHARGED_IN_SILENCE if fault is None else APPROVED)
        if fault is not None:
            await here.fault("gateway", fault)
        result = (await patient.press_pay(token, email=EMAIL)).to
        await here.no_faults()
        page = await patient.get(result)
        assert page.payment_status == "unknown"
        assert 'action="/pay' not in page.text
        charged[result.rpartition("/")[2]] = fault in {None, "drop_after_accept"}
    await here.settles()
    assert {one["id"]: one["status"] == "succeeded" for one in await here.payments()} == charged
    assert len(await here.charges()) == 2
    await here.agrees()


async def test_r82_a_decline_is_final_for_its_try_and_another_card_may_pay(here: Place) -> None:
    patient = await here.at_the_card()
    assert (await patient.get((await patient.pay(DECLINED)).to)).payment_status == "declined"
    await patient.choose()
    assert (await patient.get((await patient.pay(email=EMAIL)).to)).payment_status == "paid"
    await here.settles()
    await here.agrees()


async def test_x11_nothing_is_called_uncharged_before_three_misses_and_the_gateways_lag(here: Place) -> None:
    patient = await here.at_the_card()
    result = (await patient.pay(FAILS_BEFORE_CHARGING)).to
    for misses in (1, 2, 3):
        await eventually(partial(has_misses, here, misses))
        here.later(16 if misses == 2 else 6)
    assert (await patient.get(result)).payment_status == "unknown", (
        "three misses within the lag prove nothing"
    )
    here.later(20)  # 48 s and more after Pay; the lag ends at 60
    assert (await patient.get(result)).payment_status == "unknown"
    here.later(15)
    await here.status_becomes("declined")
    assert "Your card was not charged." in (await patient.get(result)).words


async def has_misses(place_: Place, misses: int) -> bool:
    found = await rows(place_.database_url, "SELECT misses FROM payments")
    return bool(found[0][0] >= misses)


async def test_x9_the_webhook_alone_tells_how_it_ended(told: Place) -> None:
    patient = await told.at_the_card()
    token = await patient.card()
    await told.fault("gateway", "drop_after_accept", count=1)
    await told.fault("gateway", "error", count=1000)  # no look-up will ever answer
    result = (await patient.press_pay(token, email=EMAIL)).to
    await told.status_becomes("succeeded")
    assert (await patient.get(result)).payment_status == "paid"
    await told.no_faults()
    await told.settles()
    await told.agrees()
    assert len(told.receipts()) == 1


async def test_x4_r74_a_silent_gateway_keeps_one_payment_waiting_and_nobody_else(here: Place) -> None:
    """Pay answers within 10 s, others go on, no second payment through another link, then it is charged."""
    number = await here.owes()
    patient, other, stranger = await all_of(
        here.at_the_card(number=number), here.at_the_card(number=number), here.at_the_card()
    )
    await here.fault("gateway", "hang")
    pressed = asyncio.create_task(timed(patient.pay(email=EMAIL)))
    await eventually(lambda: held(here))

    seconds, page = await timed(stranger.pay())
    assert page.to
    assert seconds < 7
    page = await other.pay()  # the same bill, by another link
    assert page.status == 409
    assert "/payments/" not in page.text
    assert len(await here.charges()) == 1, "the stranger's alone"

    seconds, page = await pressed
    assert 8 < seconds < 13
    assert (await patient.get(page.to)).payment_status == "unknown"
    assert (await patient.pay()).to == page.to, "pressed again, it is the same payment"
    await here.no_faults()
    await eventually(lambda: is_paid(here, page.to))
    await here.settles()
    await here.agrees()


async def held(place_: Place) -> bool:
    return any(fault.waiting for fault in place_.world.faults.on())


async def is_paid(place_: Place, result: str) -> bool:
    number = result.rpartition("/")[2]
    return any(one["id"] == number and one["status"] == "succeeded" for one in await place_.payments())


async def timed(work: Awaitable[Page]) -> tuple[float, Page]:
    began = time.monotonic()
    page = await work
    return time.monotonic() - began, page


async def test_x2_an_unreachable_gateway_charges_nothing_and_says_so(tmp_path: Path, sqlite_url: str) -> None:
    async with place(tmp_path, database_url=sqlite_url) as here:
        await here.arrange()
        patient = await here.at_the_card()
        await here.gate.shut()
        page = await patient.get((await patient.pay()).to)
        assert page.payment_status == "declined"
        assert "Your card was not charged." in page.words
        await here.gate.open()
        await patient.choose()
        assert (await patient.get((await patient.pay(email=EMAIL)).to)).payment_status == "paid"
        await here.settles()
        await here.agrees()


async def test_r79_a_gateway_that_comes_back_is_asked_within_a_minute(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with place(tmp_path, database_url=sqlite_url) as here:
        await here.arrange()
        patient = await here.at_the_card()
        token = await patient.card(CHARGED_IN_SILENCE)
        await here.fault("gateway", "late", seconds=1)
        pressed = asyncio.create_task(patient.press_pay(token, email=EMAIL))
        await eventually(lambda: held(here))
        await here.gate.shut()
        result = (await pressed).to
        assert (await patient.get(result)).payment_status == "unknown"
        for _ in range(4):  # the half of an hour passes, and every look-up meets the shut door
            asked = await look_ups(here)
            here.later(360)
            await eventually(partial(has_asked, here, asked))
        assert (await here.only_payment())["status"] == "unknown"
        await here.gate.open()
        here.later(60)
        await here.status_becomes("succeeded")
        await here.settles()
        await here.agrees()
        assert len(await here.charges()) == 1


async def look_ups(place_: Place) -> int:
    return int((await rows(place_.database_url, "SELECT look_ups FROM payments"))[0][0])


async def has_asked(place_: Place, before: int) -> bool:
    return await look_ups(place_) > before
