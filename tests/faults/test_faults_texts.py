"""A text over real sockets: sent, reported by signed callbacks, stopped by a reply, and started again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.books import rows
from tests.household import Household, eventually, household

NUMBER = "+16085550101"


@pytest.fixture
async def office(tmp_path: Path, database_url: str) -> AsyncIterator[Household]:
    async with household(tmp_path, database_url=database_url) as made:
        await made.group("lakeside", authentication={"enable_mfa": True})
        await made.guarantor("lakeside", "101", mobile=NUMBER)
        yield made


async def _types(office: Household, link: str) -> list[str]:
    found = await office.api("GET", f"/links/{link}")
    return [str(one["type"]) for one in found["events"]]


async def _until(office: Household, link: str, kind: str) -> None:
    async def told() -> bool:
        return kind in await _types(office, link)

    await eventually(told)


async def _reply(office: Household, method: str) -> None:
    url = f"{office.world.url}/api/opt-outs"
    async with office.session.request(method, url, json={"number": NUMBER}) as answer:
        assert answer.status < 300


async def test_x14_r61_a_text_is_followed_until_it_arrives_and_a_stop_until_a_start(
    office: Household,
) -> None:
    first = (await office.link("lakeside", "101", send=True))["id"]
    await _until(office, first, "message.delivered")
    assert (await _types(office, first))[-2:] == ["message.sent", "message.delivered"]

    await office.fault("sms", "error", code=30003, count=1)
    second = (await office.link("lakeside", "101", send=True))["id"]
    await _until(office, second, "message.undelivered")

    await _reply(office, "POST")

    async def standing(number: int) -> bool:
        found = await rows(office.database_url, "SELECT 1 FROM carrier_stops WHERE lifted_at IS NULL")
        return len(found) == number

    await eventually(lambda: standing(1))
    before = len(await office.messages(NUMBER))
    with pytest.raises(AssertionError, match="Texts to this number are blocked"):
        await office.link("lakeside", "101", send=True)
    await _reply(office, "DELETE")
    await eventually(lambda: standing(0))
    third: dict[str, Any] = await office.link("lakeside", "101", send=True)
    await _until(office, third["id"], "message.delivered")
    assert len(await office.messages(NUMBER)) == before + 1
