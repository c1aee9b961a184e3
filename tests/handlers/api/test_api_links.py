"""Links over the API."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.links import LinkState
from quickpay.domain.tokens import TokenPurpose
from tests.handlers.api.desk import Api
from tests.handlers.qr_reader import read_png


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.guarantor()


async def test_a_link_is_made_and_its_address_opens(api: Api) -> None:
    made = await api.link(origin="statement", expires_in="60d", max_uses=3, batch="oct-2026")
    assert made.status == 201
    link = made.json
    assert link["url"].startswith(f"{api.base_url}/q/")
    assert api.desk.tokens.read(TokenPurpose.LINK, link["url"].rpartition("/")[2]) == link["id"]
    assert (link["state"], link["uses"], link["max_uses"], link["batch"]) == ("active", 0, 3, "oct-2026")
    assert (link["single_payment"], link["expires_at"]) == (False, "2026-05-01T15:00:00Z")
    assert made.headers["Location"] == f"/api/v1/links/{link['id']}"


async def test_a_link_without_words_of_its_own_follows_its_origin_and_group(api: Api) -> None:
    lives = {"sms": "2026-04-01", "email": "2026-04-01", "statement": "2027-03-02", "office_qr": "2026-03-02"}
    for origin, until in lives.items():
        link = (await api.link(origin=origin)).json
        assert link["expires_at"].startswith(until), origin
        assert link["single_payment"] is (origin != "statement")
        assert link["max_uses"] == 10
    link = (await api.link()).json
    await api.group(authentication={"quickpay_max_access_attempts": 4})
    assert (await api.call("GET", f"/links/{link['id']}")).json["max_uses"] == 4


async def test_the_same_key_makes_one_link_and_says_it_again(api: Api) -> None:
    first = await api.link(key="once")
    again = await api.link(key="once")
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_twenty_calls_at_once_with_one_key_make_one_link(api: Api) -> None:
    answers = await asyncio.gather(*(api.link(key="at-once", send=True) for _ in range(20)))
    assert {answer.status for answer in answers} <= {201, 409, 503}
    made = {answer.json["id"] for answer in answers if answer.status == 201}
    assert len(made) == 1
    made_events = [
        event
        for event in (await api.call("GET", f"/links/{made.pop()}")).json["events"]
        if event["type"] == "link.created"
    ]
    assert len(made_events) == 1


async def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    await api.link(key="once")
    other = await api.link(key="once", max_uses=5)
    assert other.status == 422


async def test_the_order_of_fields_does_not_make_another_body(api: Api) -> None:
    body = b'{"group":"lakeside","guarantor":"1001","origin":"sms"}'
    other = b'{ "origin": "sms", "guarantor": "1001", "group": "lakeside" }'
    first = await api.call("POST", "/links", raw=body, Idempotency_Key="k")
    again = await api.call("POST", "/links", raw=other, Idempotency_Key="k")
    assert first.json["id"] == again.json["id"]


async def test_a_key_is_required_and_must_be_one(api: Api) -> None:
    body = {"group": "lakeside", "guarantor": "1001", "origin": "sms"}
    assert (await api.call("POST", "/links", body)).status == 400
    assert (await api.call("POST", "/links", body, Idempotency_Key="")).status == 400
    assert (await api.call("POST", "/links", body, Idempotency_Key="x" * 256)).status == 400


async def test_what_was_refused_leaves_the_key_free(api: Api) -> None:
    assert (await api.link(key="k", origin="portal")).status == 422
    assert (await api.link(key="k")).status == 201


async def test_another_key_holder_has_idempotency_keys_of_its_own(api: Api) -> None:
    first = await api.link(key="shared")
    api.secret = await api.key()
    second = await api.link(key="shared")
    assert second.status == 201
    assert first.json["id"] != second.json["id"]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"origin": "portal"}, "origin"),
        ({"origin": "staff"}, "origin"),
        ({"origin": "carrier_pigeon"}, "origin"),
        ({"max_uses": 0}, "max_uses"),
        ({"max_uses": 1001}, "max_uses"),
        ({"max_uses": True}, "max_uses"),
        ({"max_uses": "3"}, "max_uses"),
        ({"expires_in": "soon"}, "expires_in"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": -5}, "expires_in"),
        ({"expires_in": "9999d"}, "expires_in"),
        ({"expires_in": 1.5}, "expires_in"),
        ({"contact": "mallory@example.com"}, "contact"),
        ({"contact": "+16085550199"}, "contact"),
        ({"contact": "alice@example.com"}, "contact"),
        ({"origin": "email", "contact": "sms"}, "contact"),
        ({"origin": "statement", "send": True}, "contact"),
        ({"batch": "oct\n2026"}, "batch"),
        ({"template": "${mfa.code}"}, "template"),
        ({"guarantor": "9999"}, "guarantor"),
        ({"state": "paid"}, "state"),
        ({"uses": -5}, "uses"),
        ({"guarantor_id": 2}, "guarantor_id"),
    ],
)
async def test_a_link_that_will_not_do_is_refused_by_field(
    api: Api, asked: dict[str, Any], path: str
) -> None:
    refused = await api.link(**asked)
    assert refused.status == 422, refused.text
    assert refused.paths == {path}
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    pointer = refused.json["errors"][0]["pointer"]
    assert pointer == f"/{path}"


async def test_every_fault_is_named_at_once(api: Api) -> None:
    refused = await api.link(origin="portal", expires_in="soon", contact="nobody@example.com", batch="-")
    assert refused.paths == {"origin", "expires_in", "contact", "batch"}


@pytest.mark.parametrize(
    ("asked", "channel", "recipient"),
    [
        ({"origin": "sms"}, "sms", "+16085550101"),
        ({"origin": "email"}, "email", "alice@example.com"),
        ({"origin": "statement", "contact": "email"}, "email", "alice@example.com"),
        ({"origin": "office_qr", "contact": "608-555-0101"}, "sms", "+16085550101"),
    ],
)
async def test_a_sent_link_waits_in_the_outbox(
    api: Api, asked: dict[str, Any], channel: str, recipient: str
) -> None:
    made = await api.link(**asked, send=True)
    assert made.status == 201, made.text

    async def claim(tx: Any) -> Any:
        return await tx.outbox.claim(owner="t", now=api.clock.now(), lease=timedelta(seconds=60), most=10)

    [message] = await api.store.write(claim)
    assert (message.kind, message.subject) == ("link", made.json["id"])
    assert (message.channel, message.recipient) == (channel, recipient)


async def test_who_opted_out_of_texts_gets_no_link_by_text(api: Api) -> None:
    await api.guarantor(text_opt_out=True)
    assert (await api.link(send=True)).paths == {"send"}
    assert (await api.link(origin="email", send=True)).status == 201


async def test_a_link_can_end_the_others(api: Api) -> None:
    old = (await api.link()).json["id"]
    new = (await api.link(supersede=True)).json["id"]
    ended = (await api.call("GET", f"/links/{old}")).json
    assert ended["state"] == "superseded"
    assert [event["type"] for event in ended["events"]] == ["link.created", "link.superseded"]
    assert (await api.call("GET", f"/links/{new}")).json["state"] == "active"


async def test_a_link_is_revoked_once_and_stays_so(api: Api) -> None:
    link = (await api.link()).json["id"]
    assert (await api.call("POST", f"/links/{link}/revoke")).json["state"] == "revoked"
    again = await api.call("POST", f"/links/{link}/revoke")
    assert again.status == 200
    types = [event["type"] for event in again.json["events"]]
    assert types == ["link.created", "link.revoked"]


async def test_a_code_is_an_svg_of_a_version_that_scans(api: Api) -> None:
    link = (await api.link(origin="statement")).json
    code = await api.call("GET", f"/links/{link['id']}/qr.svg")
    assert (code.status, code.headers["Content-Type"]) == (200, "image/svg+xml")
    width = re.search(r'<svg[^>]* width="([0-9]+)"', code.text)
    assert width is not None
    modules = int(width[1]) // 4 - 2 * 4
    assert modules <= 17 + 4 * 10
    assert "script" not in code.text


async def test_a_code_for_paper_is_a_png_that_leads_to_the_link(api: Api) -> None:
    link = (await api.link(origin="statement")).json
    url = f"{api.base_url}/api/v1/links/{link['id']}/qr.png"
    key = {"Authorization": f"Bearer {api.secret}"}
    async with api.session.get(url, headers=key) as answer:
        picture = read_png(await answer.read())
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert answer.headers["Cache-Control"] == "no-store"
    assert picture.text == link["url"]
    assert picture.quiet_modules == 4
    assert picture.width / (30 / 25.4) >= 300
    async with api.session.get(url) as answer:
        assert answer.status == 401
    await api.group("hilltop")
    api.secret = await api.key("payments:read")
    assert (await api.call("GET", f"/links/{link['id']}/qr.png")).status == 403
    api.secret = await api.key("links:read", group="hilltop")
    assert (await api.call("GET", f"/links/{link['id']}/qr.png")).status == 404


async def test_a_stored_answer_does_not_hold_what_opens_the_link(api: Api) -> None:
    made = await api.link(key="kept")
    token = made.json["url"].rpartition("/")[2]
    [key] = await api.desk.keyring.list_()

    async def kept(tx: Any) -> Any:
        return await tx.idempotency.get(key_id=key.id, endpoint="POST /links", key="kept")

    answer = (await api.store.read(kept)).answer
    assert made.json["id"] in answer
    assert token not in answer
    assert token.rpartition(".")[2] not in answer


async def test_a_link_on_hold_is_restored_and_any_other_stays_as_it_is(api: Api) -> None:
    link = (await api.link(send=True)).json["id"]

    async def put_on_hold(tx: Any) -> None:
        row = await tx.links.get(link)
        await tx.links.end(row.serial, LinkState.SUSPENDED)
        await tx.stops.add(row.guarantor_id, row.contact, link_serial=row.serial, now=api.clock.now())

    await api.store.write(put_on_hold)
    assert (await api.link(send=True)).paths == {"send"}
    for _ in range(2):
        restored = await api.call("POST", f"/links/{link}/restore")
        assert (restored.status, restored.json["state"]) == (200, "active")
        assert [one["type"] for one in restored.json["events"]] == ["link.created", "link.restored"]
    assert (await api.link(send=True)).status == 201
    await api.call("POST", f"/links/{link}/revoke")
    assert (await api.call("POST", f"/links/{link}/restore")).json["state"] == "revoked"


async def test_restoring_wants_the_scope_and_the_group(api: Api) -> None:
    link = (await api.link()).json["id"]
    await api.group("hilltop")
    whole, api.secret = api.secret, await api.key("links:read")
    assert (await api.call("POST", f"/links/{link}/restore")).status == 403
    api.secret = await api.key("links:write", group="hilltop")
    assert (await api.call("POST", f"/links/{link}/restore")).status == 404
    api.secret = whole


async def test_the_desk_sees_the_match_code_of_a_link(api: Api) -> None:
    first, second = (await api.link()).json["id"], (await api.link()).json["id"]
    codes = [(await api.call("GET", f"/links/{link}")).json["match_code"] for link in (first, second, first)]
    assert re.fullmatch("[2-9A-HJ-NP-Z]{6}", codes[0])
    assert codes[0] == codes[2] != codes[1]


@pytest.mark.parametrize("link", ["x", "A" * 22, "A" * 22 + ".B", "%00"])
async def test_a_link_nobody_made_is_not_there(api: Api, link: str) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/qr.svg"),
        ("GET", "/qr.png"),
        ("POST", "/revoke"),
        ("POST", "/restore"),
    ):
        assert (await api.call(method, f"/links/{link}{path}")).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_Host": "evil.example"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X_Forwarded_Proto": "https", "X_Forwarded_Port": "444", "X_Original_Host": "evil.example"},
        {
            "X_Host": "evil.example",
            "X_Forwarded_Server": "evil.example",
            "X_HTTP_Host_Override": "evil.example",
        },
    ],
)
async def test_r15_a9_a_sent_address_comes_from_the_settings_alone(api: Api, headers: dict[str, str]) -> None:
    body = {"group": "lakeside", "guarantor": "1001", "origin": "sms"}
    link = (await api.call("POST", "/links", body, Idempotency_Key="k", **headers)).json
    assert link["url"].startswith(f"{api.base_url}/q/")
    again = await api.call("GET", f"/links/{link['id']}", **headers)
    assert "evil" not in again.text
    asked = {"Host": "evil.example", "Idempotency_Key": "k2"}
    assert (await api.call("POST", "/links", body, **asked)).status == 421
