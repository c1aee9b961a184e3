"""Staff launches over the API."""

import asyncio
from typing import Any

import pytest

from quickpay.domain.tokens import TokenPurpose
from tests.handlers.api.desk import Api


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.guarantor()


@pytest.mark.parametrize("mode", [{}, {"mode": "quickpay"}, {"mode": "portal"}])
async def test_a_launch_is_made_for_a_minute(api: Api, mode: dict[str, str]) -> None:
    made = await api.launch(**mode)
    assert made.status == 201
    assert set(made.json) == {"url", "expires_at"}
    assert made.json["expires_at"] == "2026-03-02T15:01:00Z"
    start, _, token = made.json["url"].rpartition("/")
    assert start == f"{api.base_url}/launch"
    launch_id = api.desk.tokens.read(TokenPurpose.STAFF_LAUNCH, token)
    assert made.headers["Location"] == f"/api/v1/links/{launch_id}"
    async with api.session.get(made.json["url"]) as page:
        assert page.status == 200
        assert "as a patient does" in await page.text()


async def test_r121_the_same_key_makes_one_launch_and_says_it_again(api: Api) -> None:
    answers = await asyncio.gather(*(api.launch(key="at-once") for _ in range(20)))
    assert {answer.status for answer in answers} <= {201, 409, 503}
    again = await api.launch(key="at-once")
    assert {answer.json["url"] for answer in answers if answer.status == 201} == {again.json["url"]}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await api.launch(key="at-once", mode="portal")).status == 422
    assert (await api.handoff(key="at-once")).status == 201, "a key of launches is not one of hand-offs"


async def test_a_key_is_required(api: Api) -> None:
    body = {"group": "lakeside", "guarantor": "1001", "staff": "Ada Admin"}
    assert (await api.call("POST", "/staff-launches", body)).status == 400


async def test_r120_only_a_key_with_the_scope_and_the_group_makes_launches(api: Api) -> None:
    await api.group("hilltop")
    await api.guarantor("hilltop")

    async def ask(key: str, group: str) -> int:
        body = {"group": group, "guarantor": "1001", "staff": "Ada Admin"}
        head = {"Authorization": f"Bearer {key}", "Idempotency_Key": "k"}
        return (await api.call("POST", "/staff-launches", body, **head)).status

    hilltop = await api.key("launches:write", group="hilltop")
    assert (await ask(hilltop, "lakeside"), await ask(hilltop, "hilltop")) == (404, 201)
    for scope in ("handoffs:write", "links:write"):
        assert await ask(await api.key(scope), "lakeside") == 403
    assert await ask(await api.key("launches:write"), "lakeside") == 201


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        ({"guarantor": "9999"}, {"guarantor"}),
        ({"guarantor": "9999", "staff": "\u202eAda"}, {"guarantor", "staff"}),
        ({"staff": ""}, {"staff"}),
        ({"staff": "x" * 61}, {"staff"}),
        ({"staff": "Ada\x00"}, {"staff"}),
        ({"staff": None}, {"staff"}),
        ({"mode": "pay"}, {"mode"}),
        ({"role": "authorized_patient"}, {"role"}),
        ({"staff_id": 1}, {"staff_id"}),
        ({"max_uses": 5}, {"max_uses"}),
        ({"return_url": "https://evil.example/"}, {"return_url"}),
    ],
)
async def test_a58_a_launch_that_will_not_do_is_refused_by_field(
    api: Api, asked: dict[str, Any], paths: set[str]
) -> None:
    refused = await api.launch(key="k", **asked)
    assert refused.status == 422, refused.text
    assert refused.paths == paths
    assert (await api.launch(key="k")).status == 201, "the key is free still"


async def test_a_launch_has_a_timeline_and_its_address_is_told_to_who_made_it_alone(api: Api) -> None:
    made = await api.launch()
    path = made.headers["Location"].removeprefix("/api/v1")
    told = await api.call("GET", path)
    assert (told.status, told.json["origin"], told.json["max_uses"], told.json["url"]) == (
        200,
        "staff",
        1,
        None,
    )
    assert [event["type"] for event in told.json["events"]] == ["staff.launch"]
    assert (await api.call("GET", f"{path}/qr.svg")).status == 404
    assert (await api.call("POST", f"{path}/revoke")).json["state"] == "revoked"
    async with api.session.get(made.json["url"]) as page:
        assert page.status == 410
