"""Hand-offs over the API."""

import asyncio
from typing import Any

import pytest

from quickpay.domain.tokens import TokenPurpose
from tests.handlers.api.desk import Api
from tests.household import PORTAL


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.guarantor()


async def test_a_handoff_is_made_for_a_minute(api: Api) -> None:
    made = await api.handoff(authenticated=True)
    assert made.status == 201
    assert set(made.json) == {"url", "expires_at"}
    assert made.json["expires_at"] == "2026-03-02T15:01:00Z"
    start, _, token = made.json["url"].rpartition("/")
    assert start == f"{api.base_url}/handoff"
    handoff_id = api.desk.tokens.read(TokenPurpose.PORTAL_HANDOFF, token)
    assert made.headers["Location"] == f"/api/v1/links/{handoff_id}"
    async with api.session.get(made.json["url"]) as page:
        assert page.status == 200
        assert "Back to portal" in await page.text()


async def test_the_same_key_makes_one_handoff_and_says_it_again(api: Api) -> None:
    answers = await asyncio.gather(*(api.handoff(key="at-once") for _ in range(20)))
    assert {answer.status for answer in answers} <= {201, 409, 503}
    again = await api.handoff(key="at-once")
    assert {answer.json["url"] for answer in answers if answer.status == 201} == {again.json["url"]}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await api.handoff(key="at-once", authenticated=True)).status == 422


async def test_a_key_of_links_is_not_one_of_handoffs(api: Api) -> None:
    assert (await api.link(key="k")).status == 201
    assert (await api.handoff(key="k")).status == 201


async def test_a_key_is_required(api: Api) -> None:
    body = {"group": "lakeside", "guarantor": "1001", "authenticated": True, "return_url": PORTAL}
    assert (await api.call("POST", "/portal-handoffs", body)).status == 400


@pytest.mark.parametrize(
    "return_url",
    [
        "//evil.example",
        "\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "https://portal.example.com",
        "https://portal.example.com/",
        "https://portal.example.com/bills",
        f"{PORTAL}#x",
        f"{PORTAL}&next=https://evil.example",
        f"{PORTAL}/../evil",
        f"{PORTAL}\r\nSet-Cookie: a=b",
        f" {PORTAL}",
        "https://patient@portal.example.com/bills?from=quickpay",
        "https://portal.example.com@evil.example/bills?from=quickpay",
        "https://portal.example.com.evil.example/bills?from=quickpay",
        "https://p\u043ertal.example.com/bills?from=quickpay",  # a Cyrillic letter
        "https://xn--prtal-yce.example.com/bills?from=quickpay",
        "http://portal.example.com/bills?from=quickpay",
        "http://127.0.0.1:9001/",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
        "https://portal.example.com/" + "x" * 2_000,
        None,
        7,
    ],
)
async def test_r113_a_return_address_that_is_not_set_is_refused_at_its_field(
    api: Api, return_url: Any
) -> None:
    refused = await api.handoff(key="k", return_url=return_url)
    assert refused.status == 422, refused.text
    assert refused.paths == {"return_url"}
    assert "evil" not in refused.text
    assert (await api.handoff(key="k")).status == 201, "the key is free still"


@pytest.mark.parametrize("return_url", [PORTAL, "http://127.0.0.1:9000/"])
async def test_each_address_that_is_set_will_do(api: Api, return_url: str) -> None:
    assert (await api.handoff(return_url=return_url)).status == 201


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        ({"guarantor": "9999"}, {"guarantor"}),
        ({"guarantor": "9999", "return_url": "//evil.example"}, {"guarantor", "return_url"}),
        ({"authenticated": "yes"}, {"authenticated"}),
        ({"authenticated": 1}, {"authenticated"}),
        ({"role": "authorized_patient"}, {"role"}),
        ({"max_uses": 5}, {"max_uses"}),
    ],
)
async def test_a_handoff_that_will_not_do_is_refused_by_field(
    api: Api, asked: dict[str, Any], paths: set[str]
) -> None:
    refused = await api.handoff(**asked)
    assert refused.status == 422
    assert refused.paths == paths


async def test_a_handoff_has_a_timeline_and_its_address_is_told_to_who_made_it_alone(api: Api) -> None:
    made = await api.handoff(authenticated=True)
    told = await api.call("GET", made.headers["Location"].removeprefix("/api/v1"))
    assert (told.status, told.json["origin"], told.json["max_uses"], told.json["url"]) == (
        200,
        "portal",
        1,
        None,
    )
    assert [event["type"] for event in told.json["events"]] == ["link.created"]
    assert made.json["url"].rpartition(".")[2] not in told.text
    path = made.headers["Location"].removeprefix("/api/v1")
    assert (await api.call("GET", f"{path}/qr.svg")).status == 404
    assert (await api.call("POST", f"{path}/revoke")).json["state"] == "revoked"
    async with api.session.get(made.json["url"]) as page:
        assert page.status == 410
