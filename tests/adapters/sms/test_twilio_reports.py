"""Delivery reports: only those that Twilio signed for our public address are genuine."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from quickpay.adapters.sms import TwilioTexter
from quickpay.adapters.sms_reports import TwilioReports
from quickpay.ports.messages import (
    Sent,
    Text,
)
from quickpay.sandbox import World
from tests.adapters.http import serve
from tests.adapters.sms.servers import FROM, SID, TO, TOKEN

PATH = "/webhooks/twilio/status"
FORM = {"MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered", "To": TO, "AccountSid": SID}


def signed(
    form: Mapping[str, str], *, url: str = f"https://pay.example.com{PATH}", token: str = TOKEN
) -> str:
    told = url + "".join(name + value for name, value in sorted(form.items()))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()


@pytest.fixture
def reports() -> TwilioReports:
    return TwilioReports(auth_token=TOKEN, base_url="https://pay.example.com/")


@pytest.mark.parametrize("changes", [{}, {"To": ""}, {"New": "ü & more"}, {"MessageStatus": "failed"}])
def test_r103_what_twilio_signed_is_genuine(reports: TwilioReports, changes: dict[str, str]) -> None:
    form = FORM | changes
    assert reports.is_genuine(path=PATH, form=form, signature=signed(form))


def test_r103_anything_else_is_forged(reports: TwilioReports) -> None:
    right = signed(FORM)
    assert not reports.is_genuine(path=PATH, form=FORM, signature="")
    assert not reports.is_genuine(path=PATH, form=FORM, signature="ü")
    assert not reports.is_genuine(path=PATH, form=FORM, signature=right[:-1])
    assert not reports.is_genuine(path=PATH + "/", form=FORM, signature=right)
    assert not reports.is_genuine(path=PATH, form=FORM | {"ErrorCode": "30003"}, signature=right)
    assert not reports.is_genuine(path=PATH, form=FORM | {"MessageStatus": "failed"}, signature=right)
    assert not reports.is_genuine(path=PATH, form={}, signature=right)
    behind_the_proxy = signed(FORM, url=f"http://10.0.0.7:8080{PATH}")
    assert not reports.is_genuine(path=PATH, form=FORM, signature=behind_the_proxy)
    assert not reports.is_genuine(path=PATH, form=FORM, signature=signed(FORM, token="another"))


async def test_the_sandbox_worlds_reports_are_genuine_and_name_the_text(tmp_path: Path) -> None:
    came: asyncio.Queue[tuple[str, dict[str, str]]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        await came.put((request.headers["X-Twilio-Signature"], form))
        return web.Response()

    app = web.Application()
    app.router.add_post(PATH, take)
    async with serve(app) as merchant, aiohttp.ClientSession() as session:
        callback = merchant + PATH
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
                signature, form = await came.get()
        finally:
            await world.stop()
    reports = TwilioReports(auth_token=TOKEN, base_url=merchant)
    assert reports.is_genuine(path=PATH, form=form, signature=signature)
    assert form["MessageSid"] == sent.provider_id
