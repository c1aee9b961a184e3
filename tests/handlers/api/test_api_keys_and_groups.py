"""Who may call what: keys, scopes, and nothing of another group (R120, A59)."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.handlers.api.routes import TABLE
from quickpay.handlers.api.table import ApiRoute
from tests.handlers.api.desk import Api, group_body, guarantor_body, paid
from tests.household import PORTAL

HOOK = {"url": "https://93.184.215.14/hook", "group": "hilltop", "events": ["payment.succeeded"]}
CALLS = [pytest.param(route, id=f"{route.method} {route.path}") for route in TABLE]


@pytest.fixture(autouse=True)
async def two_groups(api: Api) -> None:
    """Alice owes Lakeside; Bob owes Hilltop."""
    for group in ("lakeside", "hilltop"):
        await api.group(group)
        await api.guarantor(group)


class Mallory:
    """Somebody who knows every address of Hilltop's things."""

    def __init__(self, api: Api, link: str, payment: str) -> None:
        self._api = api
        self._parts = {"/groups/": "hilltop", "/links/": link, "/payments/": payment}
        self._parts["/webhook-endpoints/"] = "hilltop-hook"

    async def call(self, route: ApiRoute, **headers: str) -> Any:
        start = "/" + route.path.split("/")[1] + "/"
        path = route.path.replace("{slug}", self._parts.get(start, "hilltop"))
        path = path.replace("{id}", "1001" if start == "/groups/" else self._parts.get(start, ""))
        if route.path == "/payments" or start == "/reports/":
            path += "?group=hilltop"
        body: dict[str, Any] | None = None
        if route.body is not None:
            is_group, is_link = route.path == "/groups/{slug}", route.path == "/links"
            body = group_body("Taken Over") if is_group else guarantor_body(first_name="Mallory")
            if is_link:
                body = {"group": "hilltop", "guarantor": "1001", "origin": "sms"}
            if route.path == "/portal-handoffs":
                body = {"group": "hilltop", "guarantor": "1001", "return_url": PORTAL}
            if route.path == "/staff-launches":
                body = {"group": "hilltop", "guarantor": "1001", "staff": "Mallory"}
            if route.path == "/links/revoke":
                body = {"group": "hilltop"}
            if route.path == "/payments/{id}/refund":
                body = {"reason": "billed_in_error"}
            if route.path == "/webhook-endpoints/{id}":
                body = HOOK
            if route.path == "/webhook-endpoints/{id}/replay":
                body = {"since": "2026-03-01T00:00:00Z"}
        return await self._api.call(route.method, path, body, None, **headers, Idempotency_Key="mallory")


@pytest.fixture
async def mallory(api: Api, two_groups: None) -> Mallory:
    link = (await api.link(group="hilltop")).json["id"]
    assert (await api.call("PUT", "/webhook-endpoints/hilltop-hook", HOOK)).status == 200
    return Mallory(api, link, await paid(api, group="hilltop"))


@pytest.mark.parametrize("route", CALLS)
async def test_without_a_good_key_nothing_answers(api: Api, mallory: Mallory, route: ApiRoute) -> None:
    good = api.secret
    for header in (
        "",
        "Bearer",
        "Bearer x",
        f"Basic {good}",
        f"Bearer {good}x",
        f"bearer qpk_{'A' * 43}",
        good,
    ):
        refused = await mallory.call(route, Authorization=header)
        assert refused.status == 401, header
        assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="quickpay"')


@pytest.mark.parametrize("route", CALLS)
async def test_every_other_scope_together_is_not_enough(api: Api, mallory: Mallory, route: ApiRoute) -> None:
    api.secret = await api.key(*(scope for scope in EVERY_SCOPE if scope != route.scope))
    refused = await mallory.call(route)
    assert refused.status == 403
    assert f'scope="{route.scope}"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("route", CALLS)
async def test_its_scope_alone_is_enough(api: Api, mallory: Mallory, route: ApiRoute) -> None:
    api.secret = await api.key(route.scope)
    met = (await mallory.call(route)).status
    refunds = route.path == "/payments/{id}/refund"  # the gateway of these tests never saw the charge
    assert met in ({409} if refunds else {200, 201, 204})


@pytest.mark.parametrize("route", CALLS)
async def test_another_groups_key_finds_nothing(api: Api, mallory: Mallory, route: ApiRoute) -> None:
    every, api.secret = api.secret, await api.key(group="lakeside")
    met = await mallory.call(route)
    if route.path == "/groups":
        assert [one["slug"] for one in met.json["data"]] == ["lakeside"]
    elif route.path == "/webhook-endpoints":
        assert met.json["data"] == []
    else:
        assert met.status == 404
        assert "Alice" not in met.text
    api.secret = every
    kept = await api.call("GET", "/groups/hilltop/guarantors/1001")
    assert (kept.json["first_name"], kept.json["changed_at"]) == ("Alice", "2026-03-02T15:00:00Z")
    assert (await api.call("GET", "/groups/hilltop")).json["branding"]["name"] == "Hilltop"
    assert (await api.call("GET", "/webhook-endpoints/hilltop-hook")).json["url"] == HOOK["url"]


async def test_what_is_not_there_and_what_is_anothers_are_told_alike(api: Api, mallory: Mallory) -> None:
    link = (await api.link(group="hilltop")).json["id"]
    api.secret = await api.key(group="lakeside")
    for known, unknown in (
        (f"/links/{link}", f"/links/{'A' * 22}"),
        ("/groups/hilltop", "/groups/nowhere"),
        ("/groups/hilltop/guarantors/1001", "/groups/nowhere/guarantors/1001"),
        ("/payments?group=hilltop", "/payments?group=nowhere"),
    ):
        anothers, none = await api.call("GET", known), await api.call("GET", unknown)
        assert anothers.status == none.status == 404
        assert {**anothers.json, "request_id": ""} == {**none.json, "request_id": ""}


async def test_a_key_of_one_group_makes_no_other_group(api: Api) -> None:
    api.secret = await api.key(group="lakeside")
    assert (await api.call("PUT", "/groups/third", group_body("Third"))).status == 404
    assert (await api.call("PUT", "/groups/lakeside", group_body("Renamed"))).status == 200


async def test_a_feed_without_a_group_holds_only_the_keys_own(api: Api, mallory: Mallory) -> None:
    own = await paid(api, group="lakeside")
    api.secret = await api.key(group="lakeside")
    page = (await api.call("GET", "/payments")).json
    assert [one["id"] for one in page["data"]] == [own]


async def test_a_revoked_key_is_dead_at_once_and_an_expired_one_on_time(api: Api) -> None:
    made = await api.desk.keyring.create(name="t", scopes=EVERY_SCOPE, life=timedelta(days=1), by="tests")
    assert not isinstance(made, tuple)
    header = f"Bearer {made.secret}"
    assert (await api.call("GET", "/groups", Authorization=header)).status == 200
    api.clock.advance(timedelta(days=1))
    assert (await api.call("GET", "/groups", Authorization=header)).status == 401
    other = await api.desk.keyring.create(name="t", scopes=EVERY_SCOPE, by="tests")
    assert not isinstance(other, tuple)
    assert await api.desk.keyring.revoke(other.key.id, by="tests")
    assert (await api.call("GET", "/groups", Authorization=f"Bearer {other.secret}")).status == 401


async def test_a_key_in_the_address_is_no_key(api: Api) -> None:
    key, api.secret = api.secret, ""
    for name in ("access_token", "api_key", "token"):
        assert (await api.call("GET", f"/groups?{name}={key}")).status == 401


async def test_two_authorizations_are_none(api: Api) -> None:
    headers = [("Authorization", f"Bearer {api.secret}"), ("Authorization", f"Bearer {api.secret}")]
    async with api.session.get(f"{api.base_url}/api/v1/groups", headers=headers) as answer:
        assert answer.status == 401


async def test_secrets_are_in_no_answer_and_no_log(
    api: Api, mallory: Mallory, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for route in TABLE:
        await mallory.call(route)
        await mallory.call(route, Authorization=f"Bearer {api.secret}x")
    written = capfd.readouterr()
    everything = "\n".join([*api.said, caplog.text, written.out, written.err])
    assert api.secret not in everything
    assert "twilio-token-of-tests" not in everything
    logs = caplog.text + written.out + written.err
    assert "alice@example.com" not in logs
    assert "/q/" not in logs
    assert "/handoff/" not in logs
