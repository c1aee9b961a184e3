"""A locked database, a full disk, a stop in mid-payment, two processes: nothing acknowledged is lost."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.faults.books import rows
from tests.faults.patient import Page, Patient
from tests.faults.place import Place, place
from tests.faults.service import Service
from tests.household import eventually, free_port

EMAIL = "alice@example.com"


async def test_x19_r137_a_locked_database_is_said_within_6_s_and_costs_nothing(here: Place) -> None:
    link = await here.link_for(await here.owes(), max_uses=3)
    patient, payer = here.patient(), await here.at_the_card()
    await patient.look(link)
    token = await payer.card()
    with closing(sqlite3.connect(file_of(here), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        opened, paid = await asyncio.gather(patient.press_continue(link), payer.press_pay(token))
        assert time.monotonic() - began < 9
        for page in (opened, paid):
            assert page.status == 503
            assert page.headers["Retry-After"]
            assert "Nothing was lost" in page.words
        began = time.monotonic()
        assert (await patient.look(link)).status == 200, "readers do not wait for writers"
        assert time.monotonic() - began < 4
        other.execute("ROLLBACK")
    assert await here.charges() == []
    assert (await here.api("GET", f"/links/{link['id']}"))["uses"] == 0
    assert (await patient.open(link)).to == "/pay"
    assert (await payer.get((await payer.press_pay(token)).to)).payment_status == "paid"
    await here.settles()
    await here.agrees()


async def test_x16_r136_a_full_disk_refuses_and_recovers_without_a_restart(here: Place) -> None:
    link = await here.link_for(await here.owes())
    patient, payer = here.patient(), await here.at_the_card()
    await patient.look(link)
    token = await payer.card()
    here.service.let_write(files=False)
    for page in (await patient.press_continue(link), await payer.press_pay(token, email=EMAIL)):
        assert page.status == 503
        assert page.headers["Retry-After"]
    assert await here.charges() == [], "no charge without its row"
    assert (await patient.look(link)).status == 200
    here.service.let_write(files=True)
    assert (await patient.open(link)).to == "/pay"
    assert (await payer.get((await payer.press_pay(token, email=EMAIL)).to)).payment_status == "paid"
    await here.settles()
    await here.agrees()
    assert (await here.api("GET", f"/links/{link['id']}"))["uses"] == 1


async def test_x16_r87_a_disk_that_fills_while_the_gateway_charges_loses_no_success(here: Place) -> None:
    payer = await here.at_the_card()
    pressed = await held_at_the_gateway(here, payer)
    here.service.let_write(files=False)
    page = await pressed
    assert (await payer.get(page.to)).payment_status == "unknown"
    assert len(await here.charges()) == 1
    here.service.let_write(files=True)
    await here.settles()
    await here.agrees()
    assert (await payer.get(page.to)).payment_status == "paid"
    assert len(here.receipts()) == 1


async def test_x30_r138_a_stop_in_mid_payment_waits_for_the_gateway(here: Place) -> None:
    """Longer than the browser waits; what the gateway says is written before the process ends (R138)."""
    payer = await here.at_the_card()
    pressed = await held_at_the_gateway(here, payer, for_seconds=10.5)
    assert await here.service.stop() == 0
    assert (await pressed).to
    await here.service.start(plainly=True)
    assert (await here.only_payment())["status"] == "succeeded", "it had ended before the process did"
    await here.settles()
    await here.agrees()


async def held_at_the_gateway(
    place_: Place, payer: Patient, *, for_seconds: float = 1.5
) -> "asyncio.Task[Page]":
    """Press Pay and return while the gateway takes its time; it charges when that is over."""
    token = await payer.card()
    await place_.fault("gateway", "slow", delay=for_seconds)
    pressed = asyncio.create_task(payer.press_pay(token, email=EMAIL))
    await eventually(lambda: held(place_))
    return pressed


async def held(place_: Place) -> bool:
    return any(fault.waiting for fault in place_.world.faults.on())


async def test_r91_one_that_is_gone_before_the_answer_stops_nothing(here: Place) -> None:
    payer = await here.at_the_card()
    pressed = await held_at_the_gateway(here, payer)
    pressed.cancel()
    await asyncio.gather(pressed, return_exceptions=True)
    await here.status_becomes("succeeded")
    await here.settles()
    await here.agrees()


@pytest.fixture
async def pair(tmp_path: Path, database_url: str) -> AsyncIterator[tuple[Place, Service]]:
    """Two processes behind one address, on one database of each kind."""
    listen = f"127.0.0.1:{free_port()}"
    async with (
        place(tmp_path, database_url=database_url, LISTEN=listen) as here,
        second(here, tmp_path) as other,
    ):
        here.base_url = here.service.address
        here.session.headers["Host"] = here.service.host
        await here.arrange()
        yield here, other


@asynccontextmanager
async def second(here: Place, folder: Path) -> AsyncIterator[Service]:
    settings = here.service.settings | {"LISTEN": f"127.0.0.1:{free_port()}"}
    service = Service(settings, ahead=folder / "ahead")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(service.kill)
        await service.start()
        yield service


async def test_x23_a8_two_processes_hold_every_limit_together(pair: tuple[Place, Service]) -> None:
    """200 presses of a link good for 5, from four browsers at both processes: 5 sessions (A8, X23)."""
    here, other = pair
    link = await here.link_for(await here.owes(), max_uses=5)
    browsers = [here.patient(service) for service in (here.service, other, here.service, other)]
    for one in browsers:
        await one.look(link)
    pressed = await asyncio.gather(*(one.press_continue(link) for one in browsers for _ in range(50)))
    assert Counter(page.status for page in pressed) == {303: 5, 410: 195}
    await here.agrees()


async def test_x23_r74_two_processes_take_a_payment_once(pair: tuple[Place, Service]) -> None:
    here, other = pair
    number = await here.owes()
    payer = await here.at_the_card(number=number)
    rival = here.patient(other)
    await rival.come_to_pay(await here.link_for(number))
    token, rivals = await payer.card(), await rival.card()
    twin = payer.at(other.address)
    pages = await asyncio.gather(
        *(one.press_pay(token, email=EMAIL) for one in (payer, twin, payer, twin)),
        *(rival.press_pay(rivals, email=EMAIL) for _ in range(4)),
    )
    shown = {page.to for page in pages if page.status == 303 and page.to.startswith("/payments/")}
    assert len(shown) == 1, [page.status for page in pages]
    assert len(await here.charges()) == 1
    await here.settles()
    await here.agrees()
    assert len(here.receipts()) == 1
    await twin.close()


async def test_x23_r49_two_processes_send_each_receipt_once(pair: tuple[Place, Service]) -> None:
    here, other = pair
    await here.mail_gate.shut()
    for service in (here.service, other) * 4:
        patient = here.patient(service)
        await patient.come_to_pay(await here.link_for(await here.owes()))
        assert (await patient.get((await patient.pay(email=EMAIL)).to)).payment_status == "paid"
    await eventually(lambda: all_wait(here, 8))
    await here.mail_gate.open()
    here.later(120)  # both find all eight due at once
    await here.settles(step=0)
    await here.agrees()
    assert len(here.receipts()) == 8


async def all_wait(place_: Place, messages: int) -> bool:
    """Whether each was tried once and waits to be tried again."""
    found = await rows(place_.database_url, "SELECT attempts, state FROM outbox")
    return Counter(state for attempts, state in found if attempts) == {"queued": messages}


def file_of(place_: Place) -> str:
    return place_.database_url.removeprefix("sqlite:///")


async def test_x28_without_file_descriptors_it_waits_and_goes_on_when_there_are_some(here: Place) -> None:
    patient = await here.at_the_card()
    token = await patient.card()
    here.service.let_open(4)
    port = int(here.base_url.rpartition(":")[2])
    lines = [
        await asyncio.open_connection("127.0.0.1", port) for _ in range(20)
    ]  # the last ones wait in line

    async def out_of_them() -> bool:
        return any("out of system resource" in line for line in here.service.log)

    await eventually(out_of_them)
    for _, writer in lines:
        writer.close()
        await writer.wait_closed()
    result = (await patient.press_pay(token, email="alice@example.com")).to
    assert (await patient.get(result)).payment_status == "paid"
    await here.settles()
    await here.agrees()
