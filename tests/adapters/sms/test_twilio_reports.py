"""Delivery reports: only Twilio's own count, whatever the body holds."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from quickpay.adapters.sms import TwilioTexter
from quickpay.adapters.sms_reports import TwilioReports
from quickpay.ports.messages import (
    ForgedReport,
    IgnoredReport,
    Sent,
    Text,
    TextReport,
    TextReports,
    TextStatus,
)
from quickpay.sandbox import World
from tests.adapters.http import serve
from tests.adapters.sms.servers import FROM, SID, TO, TOKEN

URL = "https://pay.example.com/webhooks/twilio/status"
MESSAGE = "SM" + "1" * 32
FORM = {"MessageSid": MESSAGE, "MessageStatus": "delivered", "To": TO, "AccountSid": SID}


def signed(form: Mapping[str, str], *, url: str = URL, token: str = TOKEN) -> tuple[dict[str, str], bytes]:
    told = url + "".join(name + value for name, value in sorted(form.items()))
    digest = hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()
    return {"x-TWILIO-signature": base64.b64encode(digest).decode()}, urlencode(form).encode()


@pytest.fixture
def reports() -> TextReports:
    return TwilioReports(auth_token=TOKEN)


@pytest.mark.parametrize(
    ("changes", "report"),
    [
        ({}, (TextStatus.DELIVERED, None, False)),
        ({"MessageStatus": "sending"}, (TextStatus.QUEUED, None, False)),
        ({"MessageStatus": "sent"}, (TextStatus.SENT, None, False)),
        ({"MessageStatus": "failed"}, (TextStatus.UNDELIVERED, "undelivered", False)),
        (
            {"MessageStatus": "undelivered", "ErrorCode": "30007"},
            (TextStatus.UNDELIVERED, "twilio_30007", True),
        ),
        (
            {"MessageStatus": "undelivered", "ErrorCode": "30008"},
            (TextStatus.UNDELIVERED, "twilio_30008", False),
        ),
        (
            {"MessageStatus": "undelivered", "ErrorCode": "<b>"},
            (TextStatus.UNDELIVERED, "undelivered", False),
        ),
        ({"To": "", "New": "ü & more"}, (TextStatus.DELIVERED, None, False)),
    ],
)
def test_r60_a_genuine_report_is_read(
    reports: TextReports, changes: dict[str, str], report: tuple[TextStatus, str | None, bool]
) -> None:
    headers, body = signed(FORM | changes)
    status, reason, permanent = report
    assert reports.read(headers, body, url=URL) == TextReport(
        provider_id=MESSAGE, status=status, reason=reason, permanent=permanent
    )


@pytest.mark.parametrize("changes", [{"MessageStatus": "read"}, {"MessageStatus": ""}, {"MessageSid": "7"}])
def test_a_genuine_report_of_another_kind_is_ignored(reports: TextReports, changes: dict[str, str]) -> None:
    headers, body = signed(FORM | changes)
    assert isinstance(reports.read(headers, body, url=URL), IgnoredReport)


def test_r103_anything_else_is_forged(reports: TextReports) -> None:
    headers, body = signed(FORM)
    other_address, _ = signed(FORM, url="http://10.0.0.7:8080/webhooks/twilio/status")
    other_token, _ = signed(FORM, token="another")
    tries = [
        ({}, body),
        ({"X-Twilio-Signature": ""}, body),
        ({"X-Twilio-Signature": "ü"}, body),
        (other_address, body),
        (other_token, body),
        (headers, body + b"&ErrorCode=30003"),
        (headers, body.replace(b"delivered", b"failed")),
        (headers, b""),
        (headers, b"\xff"),
        (headers, b"&".join([b"a=1"] * 1000)),
    ]
    for given, sent in tries:
        assert isinstance(reports.read(given, sent, url=URL), ForgedReport), (given, sent)


def test_r60_late_and_repeated_reports_have_no_higher_rank() -> None:
    ranks = {status: status.rank for status in TextStatus}
    assert ranks == {
        TextStatus.QUEUED: 0,
        TextStatus.SENT: 1,
        TextStatus.DELIVERED: 2,
        TextStatus.UNDELIVERED: 2,
    }


async def test_the_sandbox_worlds_reports_name_the_text_that_was_sent(
    reports: TextReports, tmp_path: Path
) -> None:
    came: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        await came.put((dict(request.headers), await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/webhooks/twilio/status", take)
    async with serve(app) as merchant, aiohttp.ClientSession() as session:
        callback = f"{merchant}/webhooks/twilio/status"
        world = World(
            data=tmp_path,
            port=0,
            gateway_secret="g",
            webhook_url=None,
            webhook_secret="w",
            merchant_origin=merchant,
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
            sent = await texter.send(Text(to=TO, body="Hello", validity=None, status_callback=callback))
            assert isinstance(sent, Sent)
            async with asyncio.timeout(20):
                headers, body = await came.get()
        finally:
            await world.stop()
    report = reports.read(headers, body, url=callback)
    assert isinstance(report, TextReport)
    assert report.provider_id == sent.provider_id
