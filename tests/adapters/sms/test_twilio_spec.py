"""Hold our request, and the sandbox world's answer, against Twilio's own description of its API."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from quickpay.adapters.sms import TwilioTexter
from quickpay.ports.messages import Sent, Text
from quickpay.sandbox import World
from tests.adapters.sms import twilio_spec
from tests.adapters.sms.servers import FROM, SID, TO, TOKEN, counter

MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
FORM = "application/x-www-form-urlencoded"
TEXT = Text(
    to=TO,
    body="Your code is 918273 & more\n@pay.example.com #918273",
    validity=timedelta(seconds=240),
    status_callback="https://pay.example.com/webhooks/twilio/status",
)


@pytest.fixture(scope="module")
def twilio() -> OpenAPI:
    spec = twilio_spec.load()
    spec["paths"] = {MESSAGES: spec["paths"][MESSAGES]}  # the other 120 paths only cost time
    return OpenAPI.from_dict(spec)


@pytest.fixture(scope="module")
def known_fields() -> set[str]:
    create = twilio_spec.load()["paths"][MESSAGES]["post"]["requestBody"]["content"][FORM]["schema"]
    return set(create["properties"])


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def as_request(path: str, headers: dict[str, str], body: str) -> MockRequest:
    return MockRequest(
        "https://api.twilio.com",
        "post",
        path,
        headers={name: value for name, value in headers.items() if name == "Authorization"},
        data=body.encode(),
        content_type=headers["Content-Type"],
    )


@pytest.mark.parametrize(
    "sender", [{"from_number": FROM}, {"messaging_service": "MG" + "0" * 32}], ids=["number", "service"]
)
async def test_our_request_is_one_twilio_describes(
    twilio: OpenAPI, known_fields: set[str], session: aiohttp.ClientSession, sender: dict[str, Any]
) -> None:
    async with counter() as standing:
        texter = TwilioTexter(
            account_sid=SID, auth_token=TOKEN, session=session, api_base=standing.url, **sender
        )
        await texter.send(TEXT)
        ((_, path, headers, body),) = standing.requests
    twilio.validate_request(as_request(path, headers, body))
    assert {name for name, _ in parse_qsl(body)} <= known_fields  # openapi-core lets unknown ones pass


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("To", None),
        ("ValidityPeriod", "4 minutes"),
        ("ContentRetention", "forget"),
        ("AddressRetention", "hide"),
        ("MessagingServiceSid", "MG1"),
    ],
)
async def test_the_description_would_have_noticed(
    twilio: OpenAPI, session: aiohttp.ClientSession, field: str, value: str | None
) -> None:
    async with counter() as standing:
        texter = TwilioTexter(
            account_sid=SID, auth_token=TOKEN, session=session, from_number=FROM, api_base=standing.url
        )
        await texter.send(TEXT)
        ((_, path, headers, body),) = standing.requests
    form = aiohttp.FormData([pair for pair in parse_qsl(body) if pair[0] != field])
    if value is not None:
        form.add_field(field, value)
    spoilt = form()
    assert isinstance(spoilt, aiohttp.payload.BytesPayload)
    with pytest.raises(OpenAPIError):
        twilio.validate_request(as_request(path, headers, spoilt.decode()))


async def test_the_sandbox_world_answers_as_twilio_describes(
    twilio: OpenAPI, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    world = World(
        data=tmp_path,
        port=0,
        gateway_secret="g",
        webhook_url=None,
        webhook_secret="w",
        merchant_origin="http://127.0.0.1",
        twilio_sid=SID,
        twilio_token=TOKEN,
        smtp_user="u",
        smtp_password="p",
    )
    await world.start()
    try:
        texter = TwilioTexter(
            account_sid=SID, auth_token=TOKEN, session=session, from_number=FROM, api_base=world.url
        )
        outcome = await texter.send(Text(to=TO, body="Hello", validity=None, status_callback=None))
        assert isinstance(outcome, Sent)
        path = MESSAGES.format(AccountSid=SID)
        form = {"To": TO, "From": FROM, "Body": "Hello", "ContentRetention": "discard"}
        authorization = {"Authorization": aiohttp.encode_basic_auth(SID, TOKEN)}
        async with session.post(world.url + path, data=form, headers=authorization) as said:
            status, body, kind = said.status, await said.read(), said.content_type
    finally:
        await world.stop()
    asked = as_request(path, {"Content-Type": FORM}, "To=%2B16085550123&From=%2B16085550100&Body=Hello")
    twilio.validate_response(asked, MockResponse(body, status_code=status, content_type=kind))
    assert status == 201
