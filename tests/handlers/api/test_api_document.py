"""The API's own description: valid, complete, and true."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_spec_validator import validate

from quickpay.handlers.access import Access
from quickpay.handlers.api.problems import CONTENT_TYPE
from quickpay.handlers.api.routes import DOCUMENT, ROUTES, TABLE
from tests.handlers.api.desk import Api, guarantor_body, paid
from tests.household import PORTAL

NIGHT = "2026-03-01T00:00:00Z"


def test_the_document_is_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    validate(DOCUMENT)


def test_every_call_is_described_and_every_description_is_served() -> None:
    served = {(route.method.lower(), route.path) for route in ROUTES if route.access is Access.API}
    described = {(method, path) for path, calls in DOCUMENT["paths"].items() for method in calls}
    assert served == described


def test_every_call_names_its_scope_its_refusals_and_its_key() -> None:
    for line in TABLE:
        call = DOCUMENT["paths"]["/api/v1" + line.path][line.method.lower()]
        assert call["security"] == [{"key": [line.scope.value]}]
        assert {"401", "403", "503"} <= call["responses"].keys()
        assert (line.body is not None) == ("requestBody" in call)
        assert (line.body is not None) == ("422" in call["responses"])
        names = {one["name"] for one in call["parameters"]}
        assert set(re.findall(r"\{(\w+)\}", line.path)) <= names
        assert ("Idempotency-Key" in names) == line.once


def test_no_description_tells_where_it_lives_in_the_program() -> None:
    assert not [name for name in DOCUMENT["components"]["schemas"] if "__" in name]


async def test_anybody_may_read_it(api: Api) -> None:
    api.secret = ""
    told = await api.call("GET", "/openapi.json")
    assert (told.status, told.json) == (200, DOCUMENT)


@pytest.fixture(scope="module")
def described() -> Any:
    readers: dict[str, Callable[[bytes], Any]] = {CONTENT_TYPE: json.loads, "image/svg+xml": bytes.decode}
    readers["image/png"] = repr
    return OpenAPI.from_dict(DOCUMENT, Config(extra_media_type_deserializers=readers))


async def test_real_answers_are_as_described(api: Api, described: Any) -> None:
    group = {"branding": {"name": "Lakeside"}}
    link = {"group": "lakeside", "guarantor": "1001", "origin": "statement", "batch": "oct"}
    handoff = {"group": "lakeside", "guarantor": "1001", "authenticated": True, "return_url": PORTAL}
    launch = {"group": "lakeside", "guarantor": "1001", "staff": "Ada Admin", "mode": "portal"}
    hook = {"url": "https://93.184.215.14/", "events": ["payment.succeeded"]}
    calls: list[tuple[str, str, str, Any]] = [
        ("put", "/groups/{slug}", "/groups/lakeside", group),
        ("get", "/groups", "/groups", None),
        ("get", "/groups/{slug}", "/groups/lakeside", None),
        ("get", "/groups/{slug}", "/groups/nowhere", None),
        ("put", "/groups/{slug}", "/groups/lakeside", {"branding": {}}),
        ("put", "/groups/{slug}/guarantors/{id}", "/groups/lakeside/guarantors/1001", guarantor_body()),
        ("get", "/groups/{slug}/guarantors/{id}", "/groups/lakeside/guarantors/1001", None),
        ("post", "/links", "/links", link),
        ("post", "/portal-handoffs", "/portal-handoffs", handoff),
        ("post", "/portal-handoffs", "/portal-handoffs", handoff | {"return_url": "https://evil.example/"}),
        ("post", "/staff-launches", "/staff-launches", launch),
        ("post", "/staff-launches", "/staff-launches", launch | {"mode": "pay"}),
        ("put", "/webhook-endpoints/{id}", "/webhook-endpoints/pm", hook),
        ("put", "/webhook-endpoints/{id}", "/webhook-endpoints/pm", hook | {"url": "http://10.0.0.1/"}),
        ("get", "/webhook-endpoints", "/webhook-endpoints", None),
        ("get", "/webhook-endpoints/{id}", "/webhook-endpoints/pm", None),
        ("post", "/webhook-endpoints/{id}/rotate", "/webhook-endpoints/pm/rotate", None),
        ("post", "/webhook-endpoints/{id}/replay", "/webhook-endpoints/pm/replay", {"since": NIGHT}),
    ]
    for method, template, path, body in calls:
        await follow(api, described, method, template, path, body)
    made = (await api.link()).json["id"]
    payment = await paid(api)
    for method, template, path in (
        ("get", "/links/{id}", f"/links/{made}"),
        ("get", "/links/{id}/qr.svg", f"/links/{made}/qr.svg"),
        ("get", "/links/{id}/qr.png", f"/links/{made}/qr.png"),
        ("post", "/links/{id}/revoke", f"/links/{made}/revoke"),
        ("get", "/payments", "/payments"),
        ("get", "/payments", "/payments?limit=0"),
        ("get", "/payments/{id}", f"/payments/{payment}"),
        ("get", "/payments/{id}", "/payments/nobody"),
    ):
        await follow(api, described, method, template, path, None)


async def follow(api: Api, described: Any, method: str, template: str, path: str, body: Any) -> None:
    """Call and hold the answer against the document."""
    answer = await api.call(method.upper(), path, body, Idempotency_Key="described")
    bare = path.partition("?")[0]
    asked = MockRequest(api.base_url, method, "/api/v1" + bare, path_pattern="/api/v1" + template)
    said = MockResponse(
        data=answer.text.encode(),
        status_code=answer.status,
        content_type=answer.headers["Content-Type"].partition(";")[0],
        headers=dict(answer.headers),
    )
    described.validate_response(asked, said)
