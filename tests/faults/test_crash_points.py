"""Killed at each named point of a payment, the service goes on as if nothing had been (X1, CP1 to CP10)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.faults.crashing import KILLED
from tests.faults.patient import APPROVED, CHARGED_IN_SILENCE, Page, Patient
from tests.faults.place import Place, place
from tests.household import eventually

EMAIL = "alice@example.com"


@pytest.fixture
async def dark(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Place]:
    """A place on SQLite whose service is not started yet."""
    async with place(tmp_path, database_url=sqlite_url, start=False) as made:
        yield made


@pytest.fixture
async def either(tmp_path: Path, database_url: str) -> AsyncIterator[Place]:
    """The same once on each database, for the points around the gateway and the outbox."""
    async with place(tmp_path, database_url=database_url, start=False) as made:
        yield made


async def doomed(place_: Place, patient: Patient, number: str = APPROVED) -> Page | None:
    """Press Pay at a service that will not live to answer."""
    try:
        return await patient.pay(number, email=EMAIL)
    except aiohttp.ClientError:
        return None
    finally:
        assert await place_.service.ended() == KILLED


async def begin(dark: Place, crash: str) -> Patient:
    """Bring a patient to the card fields of a service that will die at this point."""
    await dark.service.start(crash=crash)
    await dark.arrange()
    return await dark.at_the_card()


async def recovered(dark: Place) -> None:
    await dark.service.start()
    await dark.settles()
    await dark.agrees()


async def test_x1_cp1_before_the_payment_is_written_nothing_happened(dark: Place) -> None:
    patient = await begin(dark, "before:Pay.pay:1")
    assert await doomed(dark, patient) is None
    assert await dark.charges() == []

    await dark.service.start(plainly=True)
    assert await dark.payments() == []
    page = await patient.get((await patient.pay(email=EMAIL)).to)
    assert page.payment_status == "paid"
    await dark.settles()
    await dark.agrees()


async def test_x1_r75_cp2_written_but_never_sent_ends_not_charged_and_may_be_paid_again(
    either: Place,
) -> None:
    patient = await begin(either, "after:Pay.pay:1")
    assert await doomed(either, patient) is None

    await either.service.start()
    assert (await either.only_payment())["status"] == "pending"
    page = await patient.get((await patient.pay()).to)  # the same form again
    assert page.payment_status == "unknown"
    assert await either.charges() == [], "what may be on its way is never sent again"
    payment = await either.status_becomes("declined", step=5)
    assert payment["reason"] == "not_charged"
    page = await patient.get(f"/payments/{payment['id']}")
    assert "Your card was not charged." in page.words

    await patient.choose()
    assert (await patient.get((await patient.pay(email=EMAIL)).to)).payment_status == "paid"
    await either.settles()
    await either.agrees()
    assert len(await either.charges()) == 1


@pytest.mark.parametrize("charged", [True, False])
async def test_x1_cp3_killed_while_the_gateway_holds_the_request(dark: Place, *, charged: bool) -> None:
    await dark.service.start(plainly=True)
    await dark.arrange()
    patient = await dark.at_the_card()
    await dark.fault("gateway", "late" if charged else "hang")
    pressed = asyncio.create_task(patient.pay(email=EMAIL))
    await eventually(lambda: waiting(dark))
    await dark.service.kill()
    with pytest.raises(aiohttp.ClientError):
        await pressed
    await dark.no_faults()

    await recovered(dark)
    assert (await dark.only_payment())["status"] == ("succeeded" if charged else "declined")
    assert len(await dark.charges()) == charged


async def waiting(place_: Place) -> bool:
    return any(fault.waiting for fault in place_.world.faults.on())


@pytest.mark.parametrize("number", [APPROVED, CHARGED_IN_SILENCE])
async def test_x1_r87_cp4_answered_but_not_written(either: Place, number: str) -> None:
    patient = await begin(either, "after:gateway.charge:1")
    assert await doomed(either, patient, number) is None
    assert len(await either.charges()) == 1

    await recovered(either)
    payment = await either.only_payment()
    assert payment["status"] == "succeeded"
    assert (await patient.get(f"/payments/{payment['id']}")).payment_status == "paid"
    assert len(either.receipts()) == 1


async def test_x1_r81_cp5_written_but_not_answered(dark: Place) -> None:
    patient = await begin(dark, "after:Pay._charge:1")
    assert await doomed(dark, patient) is None

    await dark.service.start(plainly=True)
    page = await patient.get((await patient.pay()).to)  # she presses Pay again
    assert page.payment_status == "paid"
    await dark.settles()
    await dark.agrees()
    assert len(dark.receipts()) == 1


async def test_x1_r49_cp6_a_receipt_claimed_but_not_sent_goes_once(either: Place) -> None:
    patient = await begin(either, "after:Outbox._claim:1")
    page = await doomed(either, patient)
    assert page is None or page.to
    assert either.receipts() == []

    await recovered(either)
    assert len(either.receipts()) == 1


async def test_x1_r93_cp7_a_receipt_sent_but_not_marked_goes_again_under_the_same_name(dark: Place) -> None:
    patient = await begin(dark, "after:mailer.send:1")
    await doomed(dark, patient)
    assert len(dark.receipts()) == 1

    await recovered(dark)
    first, again = dark.receipts()
    assert first["Message-ID"] == again["Message-ID"]
    assert first["To"] == again["To"] == EMAIL


async def test_x1_r100_cp8_a_webhook_kept_but_not_acknowledged_has_one_effect(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with place(tmp_path, database_url=sqlite_url, webhooks=True, start=False) as told:
        patient = await begin(told, "after:WebhooksIn._settle:1")
        await doomed(told, patient, CHARGED_IN_SILENCE)

        await told.service.start(plainly=True)
        assert (await told.only_payment())["status"] == "succeeded", "the webhook was kept before the crash"
        await eventually(lambda: delivered(told))
        await told.settles()
        await told.agrees()
        assert len(told.receipts()) == 1


async def delivered(place_: Place) -> bool:
    """Whether the gateway has brought each of its webhooks home."""
    found = await place_.world._store.run(
        lambda db: db.execute("SELECT count(*) FROM deliveries WHERE state = 'waiting'").fetchone()[0]
    )
    return bool(found == 0)


async def test_x1_cp9_a_code_written_but_not_sent_costs_a_resend(dark: Place) -> None:
    await dark.service.start(crash="after:Verify.send:1")
    await dark.arrange(authentication={"enable_mfa": True, "require_mfa": True})
    number = await dark.owes()
    patient = dark.patient()
    assert (await patient.open(await dark.link_for(number))).to == "/verify"
    await patient.get("/verify")
    with pytest.raises(aiohttp.ClientError):
        await patient.post("/verify", method="email")
    assert await dark.service.ended() == KILLED
    assert dark.postbox.messages() == []

    await dark.service.start()
    assert (await patient.get("/verify/code")).status == 200
    assert (await patient.post("/verify/resend")).status == 429, "the wait between two codes still counts"
    dark.later(31)
    assert (await patient.post("/verify/resend")).to == "/verify/code"
    code = await eventually(lambda: newest_code(dark))
    await patient.get("/verify/code")
    assert (await patient.post("/verify/code", code=code)).to == "/pay"
    assert len(dark.postbox.messages()) == 1
    await dark.agrees()


async def newest_code(place_: Place) -> str | None:
    return place_.newest_code()


async def test_x1_r5_cp10_a_use_counted_whose_cookie_never_left_is_spent_once(dark: Place) -> None:
    await dark.service.start(crash="after:Enter._open:1")
    await dark.arrange()
    link = await dark.link_for(await dark.owes(), max_uses=2)
    patient = dark.patient()
    with pytest.raises(aiohttp.ClientError):
        await patient.open(link)
    assert await dark.service.ended() == KILLED

    await dark.service.start(plainly=True)
    assert (await dark.api("GET", f"/links/{link['id']}"))["uses"] == 1
    assert (await patient.open(link)).to == "/pay"
    assert (await patient.look(link)).status == 410
    await dark.agrees()
