"""However often a bill is paid at once, somebody else's Stripe, which knows no keys, has one intent of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.adapters.gateways.stripe_front import APPROVED, ASKS_BANK, DECLINED, Front
from tests.faults.patient import Page, Patient
from tests.household import Household, eventually
from tests.stripe_house import stripe_house


@pytest.fixture
async def stripe(localstripe: str, tmp_path: Path) -> AsyncIterator[tuple[Household, Front]]:
    async with stripe_house(tmp_path, localstripe) as (house, front):
        front.keeps_keys = False
        await house.group("lakeside")
        await house.guarantor("lakeside", "1001")
        yield house, front


@asynccontextmanager
async def _patient(house: Household) -> AsyncIterator[Patient]:
    host = house.base_url.removeprefix("http://")
    patient = Patient(address=house.base_url, host=host, world_url="")
    try:
        yield patient
    finally:
        await patient.close()


async def _ended(patient: Patient, path: str) -> Page:
    async def ended() -> Page | None:
        page = await patient.get(path)
        return page if page.payment_status in {"paid", "declined"} else None

    found = await eventually(ended)
    assert isinstance(found, Page)
    return found


async def _amounts(front: Front) -> list[int]:
    return [one["amount"] for one in await front.intents() if one["status"] == "succeeded"]


async def test_a65_x35_one_form_sent_50_times_and_its_bytes_again_make_one_intent(
    stripe: tuple[Household, Front],
) -> None:
    house, front = stripe
    async with _patient(house) as patient:
        await patient.come_to_pay(await house.link("lakeside", "1001"))
        card = await front.new_card(APPROVED)
        pages = await asyncio.gather(*(patient.press_pay(card) for _ in range(50)))
        (path,) = {page.to for page in pages}
        assert (await _ended(patient, path)).payment_status == "paid"
        assert (await patient.press_pay(card)).to == path
        assert (await patient.press_pay(await front.new_card(APPROVED))).to == path
        for again in ("/pay", "/pay/details", "/pay/method"):
            assert (await patient.get(again)).to == path
        assert (await patient.get(path)).payment_status == "paid"
    assert await _amounts(front) == [23_000]
    assert len(await front.intents()) == len(front.created) == 1


async def test_a65_two_tabs_and_two_links_make_one_intent(
    stripe: tuple[Household, Front],
) -> None:
    house, front = stripe
    async with _patient(house) as one, _patient(house) as other:
        await one.come_to_pay(await house.link("lakeside", "1001", single_payment=False))
        tab = one.at(one.address)
        await tab.choose()
        await other.come_to_pay(await house.link("lakeside", "1001", origin="email", single_payment=False))
        cards = [await front.new_card(APPROVED) for _ in range(9)]
        who = [one, tab, other] * 3
        await asyncio.gather(*(p.press_pay(card) for p, card in zip(who, cards, strict=True)))
        await tab.close()
    assert await _amounts(front) == [23_000]
    assert len(await front.intents()) == 1


@pytest.mark.parametrize(("says", "ends"), [("yes", "paid"), ("no", "declined")])
async def test_r85_a_payer_goes_to_her_bank_and_back_and_only_the_gateway_is_believed(
    stripe: tuple[Household, Front], says: str, ends: str
) -> None:
    house, front = stripe
    front.redirects = True
    async with _patient(house) as patient:
        await patient.come_to_pay(await house.link("lakeside", "1001"))
        path = (await patient.press_pay(await front.new_card(ASKS_BANK))).to
        assert (await patient.get(path)).payment_status == "bank"
        bank = (await patient.get(f"{path}/bank")).to
        assert bank.startswith(f"{front.url}/bank/pi_")
        told = f"{path}?payment_intent=pi_1&redirect_status=succeeded"
        assert (await patient.get(told)).to == path
        assert (await patient.get(path)).payment_status == "bank"
        back = await front.answer_bank(bank, says)
        assert back.startswith(house.base_url + path)
        assert (await _ended(patient, path)).payment_status == ends
    (intent,) = await front.intents()
    assert intent["status"] == {"paid": "succeeded", "declined": "canceled"}[ends]


async def test_a_declined_card_leaves_the_bill_and_another_pays_it(stripe: tuple[Household, Front]) -> None:
    house, front = stripe
    async with _patient(house) as patient:
        await patient.come_to_pay(await house.link("lakeside", "1001"))
        path = (await patient.press_pay(await front.new_card(DECLINED))).to
        assert "Your card was not charged." in (await _ended(patient, path)).words
        await patient.choose()
        path = (await patient.press_pay(await front.new_card(APPROVED))).to
        assert (await _ended(patient, path)).payment_status == "paid"
    assert await _amounts(front) == [23_000]


async def test_only_the_configured_gateways_webhook_address_answers(stripe: tuple[Household, Front]) -> None:
    house, _ = stripe
    for source, status in (("sandbox", 404), ("nmi", 404), ("stripe", 403)):
        async with house.session.post(f"{house.base_url}/webhooks/{source}", data=b"{}") as answer:
            assert answer.status == status, source
