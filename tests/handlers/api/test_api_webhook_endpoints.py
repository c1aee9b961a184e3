"""Endpoints of events out over the API: made, shown, changed, rotated, sent to again, taken away."""

from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from quickpay.domain.reach import EVERYWHERE
from tests.handlers.api.desk import Api, paid

HOOK = {"url": "https://hooks.example.com/quickpay?from=us", "events": ["payment.succeeded", "link.opened"]}
ONE = "/webhook-endpoints/pm"


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.guarantor()


async def put(api: Api, **changed: Any) -> Any:
    answer = await api.call("PUT", ONE, HOOK | changed)
    assert answer.status == 200, answer.text
    return answer.json


async def deliveries(api: Api) -> list[tuple[str, str]]:
    found = await api.desk.endpoint_care.deliveries("pm", within=EVERYWHERE)
    return [(one.type, one.state.value) for one in found]


async def test_the_secret_is_told_once_and_is_one_receivers_take(api: Api) -> None:
    made = await put(api)
    assert made["secret"].startswith("whsec_")
    Webhook(made["secret"])
    assert (await put(api))["secret"] is None
    shown = await api.call("GET", ONE)
    listed = await api.call("GET", "/webhook-endpoints")
    assert made["secret"] not in shown.text + listed.text
    assert listed.json["data"] == [shown.json]
    assert shown.json == made | {"secret": None}


async def test_what_get_gave_may_be_put_back(api: Api) -> None:
    await put(api)
    shown = (await api.call("GET", ONE)).json
    again = await api.call("PUT", ONE, shown | {"events": ["payment.refunded"]})
    assert (again.status, again.json["events"]) == (200, ["payment.refunded"])


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "http://127.0.0.1.example.com/",
        "https://user:pass@hooks.example.com/",
        "https://hooks.example.com@10.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://intranet/",
        "https://db.internal/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com/\\evil",
        "ftp://hooks.example.com/",
        "//hooks.example.com/",
        "http://0.0.0.0/",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
    ],
)
async def test_a49_an_address_that_leads_inside_or_hides_something_is_refused(api: Api, url: str) -> None:
    refused = await api.call("PUT", ONE, HOOK | {"url": url})
    assert (refused.status, refused.paths) == (422, {"url"})
    assert (await api.call("GET", ONE)).status == 404


async def test_loopback_is_for_an_installation_on_loopback(api: Api) -> None:
    for url in ("http://127.0.0.1:9000/hook", "http://localhost/hook", "http://[::1]:9000/"):
        assert (await put(api, url=url))["url"] == url


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"events": []}, "events"),
        ({"events": ["payment.made"]}, "events"),
        ({"url": ""}, "url"),
        ({"url": "https://hooks.example.com/" + "a" * 2_000}, "url"),
        ({"enabled": "yes"}, "enabled"),
        ({"secret": 1}, "secret"),
    ],
)
async def test_what_will_not_do_is_named(api: Api, changed: dict[str, Any], path: str) -> None:
    refused = await api.call("PUT", ONE, HOOK | changed)
    assert refused.status == 422
    assert any(one == path or one.startswith(f"{path}.") for one in refused.paths), refused.paths


async def test_an_id_must_fit_an_address(api: Api) -> None:
    for wrong in ("PM", "a%20b", "-pm", "p" * 65, "p.m"):
        assert (await api.call("PUT", f"/webhook-endpoints/{wrong}", HOOK)).status == 422, wrong
    assert (await api.call("PUT", "/webhook-endpoints/pm", HOOK | {"group": "nowhere"})).status == 404


async def test_a59_a_key_of_one_group_makes_endpoints_of_that_group_only(api: Api) -> None:
    await put(api, group=None)
    api.secret = await api.key(group="lakeside")
    assert (await api.call("PUT", "/webhook-endpoints/mine", HOOK)).paths == {"group"}
    assert (await api.call("PUT", "/webhook-endpoints/mine", HOOK | {"group": "lakeside"})).status == 200
    assert (await api.call("PUT", ONE, HOOK | {"group": "lakeside"})).status == 404
    assert [one["id"] for one in (await api.call("GET", "/webhook-endpoints")).json["data"]] == ["mine"]
    for method, path in (("GET", ONE), ("DELETE", ONE), ("POST", f"{ONE}/rotate")):
        assert (await api.call(method, path, Idempotency_Key="k")).status == 404


async def test_a_rotation_is_done_once_for_its_key_and_says_its_secret_again(api: Api) -> None:
    first = (await put(api))["secret"]
    assert (await api.call("POST", f"{ONE}/rotate")).status == 400
    made = await api.call("POST", f"{ONE}/rotate", Idempotency_Key="r1")
    again = await api.call("POST", f"{ONE}/rotate", Idempotency_Key="r1")
    assert (made.status, again.status) == (201, 201)
    assert made.json == again.json == {"secret": made.json["secret"], "old_until": "2026-03-03T15:00:00Z"}
    assert made.json["secret"] != first
    assert again.headers["Idempotent-Replayed"] == "true"
    newer = await api.call("POST", f"{ONE}/rotate", Idempotency_Key="r2")
    assert newer.json["secret"] not in {first, made.json["secret"]}
    assert (await api.call("POST", f"{ONE}/rotate", Idempotency_Key="r1")).json["secret"] is None


async def test_a_replay_is_done_once_for_its_key(api: Api) -> None:
    await put(api, enabled=False)
    await paid(api)
    api.clock.advance(timedelta(hours=1))
    await paid(api)
    assert (await api.call("GET", ONE)).json["health"]["skipped"] == 2
    await put(api, enabled=True)
    since = {"since": "2026-03-02T15:30:00Z"}
    done = await api.call("POST", f"{ONE}/replay", since, Idempotency_Key="k")
    assert (done.status, done.json) == (201, {"queued": 1, "next": None})
    assert (await deliveries(api)) == [("payment.succeeded", "queued"), ("payment.succeeded", "skipped")]
    again = await api.call("POST", f"{ONE}/replay", since, Idempotency_Key="k")
    assert again.json == done.json
    other = {"since": "2026-03-02T15:00:00Z"}
    assert (await api.call("POST", f"{ONE}/replay", other, Idempotency_Key="k")).status == 422
    assert (await api.call("POST", f"{ONE}/replay", other, Idempotency_Key="l")).json["queued"] == 1
    naive = {"since": "2026-03-02T15:00:00"}
    assert (await api.call("POST", f"{ONE}/replay", naive, Idempotency_Key="m")).status == 422


async def test_only_what_was_asked_for_and_of_its_group_is_told(api: Api) -> None:
    await api.group("hilltop")
    await api.guarantor("hilltop")
    await put(api, group="hilltop", events=["payment.succeeded"])
    await paid(api)
    assert await deliveries(api) == []
    await paid(api, group="hilltop")
    assert await deliveries(api) == [("payment.succeeded", "queued")]


async def test_taken_away_it_is_gone_with_all_that_waited(api: Api) -> None:
    await put(api)
    await paid(api)
    gone = await api.call("DELETE", ONE)
    assert (gone.status, gone.text) == (204, "")
    assert (await api.call("DELETE", ONE)).status == 404
    await put(api)
    assert await deliveries(api) == []


async def test_a_group_has_room_for_twenty(api: Api) -> None:
    for number in range(20):
        assert (await api.call("PUT", f"/webhook-endpoints/e{number}", HOOK)).status == 200
    assert (await api.call("PUT", "/webhook-endpoints/e20", HOOK)).paths == {"id"}
    assert (await api.call("PUT", "/webhook-endpoints/e1", HOOK)).status == 200
