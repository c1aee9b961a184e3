"""What the Twilio adapter does on the wire: one POST, in time, forgotten there, unseen in our logs."""

import asyncio
import logging
import re
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from structlog.testing import capture_logs

from quickpay.adapters.sms import TwilioTexter
from quickpay.ports.messages import STOPPED, Rejected, Sent, Text, Uncertain
from tests.adapters.http import nobody_listening
from tests.adapters.sms.servers import FROM, SID, TO, TOKEN, Counter, counter

SERVICE = "MG" + "0" * 32
CALLBACK = "https://pay.example.com/webhooks/twilio/status"


def a_text(**changes: Any) -> Text:
    given: dict[str, Any] = {
        "to": TO,
        "body": "Your code is 918273\n@pay.example.com #918273",
        "validity": timedelta(seconds=240),
        "status_callback": CALLBACK,
    }
    return Text(**(given | changes))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def twilio() -> AsyncIterator[Counter]:
    async with counter() as standing:
        yield standing


def texter(session: aiohttp.ClientSession, twilio: Counter, **changes: Any) -> TwilioTexter:
    given: dict[str, Any] = {"from_number": FROM, "api_base": twilio.url}
    return TwilioTexter(account_sid=SID, auth_token=TOKEN, session=session, **(given | changes))


async def test_one_post_asks_twilio_to_forget_and_to_hurry(
    session: aiohttp.ClientSession, twilio: Counter
) -> None:
    assert await texter(session, twilio).send(a_text()) == Sent(provider_id="SM" + "1" * 32)
    ((method, path, headers, body),) = twilio.requests
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{SID}/Messages.json")
    assert headers["Authorization"] == aiohttp.encode_basic_auth(SID, TOKEN)
    assert parse_qs(body, strict_parsing=True) == {
        "To": [TO],
        "From": [FROM],
        "Body": ["Your code is 918273\n@pay.example.com #918273"],
        "ValidityPeriod": ["240"],
        "StatusCallback": [CALLBACK],
        "ContentRetention": ["discard"],
        "AddressRetention": ["obfuscate"],
    }


async def test_a_messaging_service_stands_in_for_a_number(
    session: aiohttp.ClientSession, twilio: Counter
) -> None:
    sender = texter(session, twilio, from_number=None, messaging_service=SERVICE)
    await sender.send(a_text(validity=None, status_callback=None))
    fields = parse_qs(twilio.requests[0][3])
    assert fields["MessagingServiceSid"] == [SERVICE]
    assert not fields.keys() & {"From", "ValidityPeriod", "StatusCallback"}


@pytest.mark.parametrize(
    "sender",
    [{"from_number": None, "messaging_service": None}, {"from_number": FROM, "messaging_service": SERVICE}],
)
async def test_exactly_one_sender_is_set(
    session: aiohttp.ClientSession, twilio: Counter, sender: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="QUICKPAY_TWILIO_FROM"):
        texter(session, twilio, **sender)


@pytest.mark.parametrize(
    ("asked", "sent"), [(0.2, "1"), (299.9, "299"), (36_000, "36000"), (90_000, "36000"), (-5, "1")]
)
async def test_r53_the_validity_is_within_twilios_bounds_and_never_longer_than_asked(
    session: aiohttp.ClientSession, twilio: Counter, asked: float, sent: str
) -> None:
    await texter(session, twilio).send(a_text(validity=timedelta(seconds=asked)))
    assert parse_qs(twilio.requests[0][3])["ValidityPeriod"] == [sent]


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21211, Rejected(reason="twilio_21211", permanent=True)),
        (400, 21610, Rejected(reason=STOPPED, permanent=True)),
        (400, 21614, Rejected(reason="twilio_21614", permanent=True)),
        (400, 21635, Rejected(reason="twilio_21635", permanent=True)),
        *[(400, code, Rejected(reason=f"twilio_{code}", permanent=True)) for code in range(30003, 30008)],
        (400, 21408, Rejected(reason="twilio_21408", permanent=True)),
        (429, 20429, Rejected(reason="twilio_20429", permanent=False)),
        (500, 20500, Rejected(reason="twilio_20500", permanent=False)),
        (503, 20503, Rejected(reason="twilio_20503", permanent=False)),
        (401, 20003, Rejected(reason="twilio_20003", permanent=False)),
        (404, 20404, Rejected(reason="twilio_20404", permanent=False)),
        (302, 0, Rejected(reason="twilio_302", permanent=False)),
    ],
)
async def test_r51_refusals_by_the_table_and_never_a_second_post(
    session: aiohttp.ClientSession, twilio: Counter, status: int, code: int, outcome: Rejected
) -> None:
    twilio.answers = [(status, f'{{"code": {code}, "message": "about {TO}", "status": {status}}}')]
    assert await texter(session, twilio).send(a_text()) == outcome
    assert len(twilio.requests) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "{}"),
        (201, "<html>"),
        (202, ""),
        (204, ""),
        (299, '{"sid": 7, "date_created": "nonsense", "error_code": "x"}'),
        (201, '{"sid": null}'),
        (201, "[" * 100_000),
        (201, '"' + "x" * 2**19 + '"'),
    ],
)
async def test_r52_any_2xx_is_success_whatever_it_says(
    session: aiohttp.ClientSession, twilio: Counter, status: int, body: str
) -> None:
    twilio.answers = [(status, body)]
    assert await texter(session, twilio).send(a_text()) == Sent(provider_id=None)


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", '{"code": "x"}', '{"type": 1, "title": 1, "status": 1, "code": 1}']
)
async def test_an_error_nobody_can_read_is_judged_by_its_status(
    session: aiohttp.ClientSession, twilio: Counter, body: str
) -> None:
    twilio.answers = [(502, body)]
    outcome = await texter(session, twilio).send(a_text())
    assert isinstance(outcome, Rejected)
    assert not outcome.permanent


async def test_r54_r55_silence_ends_in_time_and_is_uncertain(
    session: aiohttp.ClientSession, twilio: Counter
) -> None:
    twilio.silent = True
    before = time.monotonic()
    async with asyncio.timeout(5):
        assert await texter(session, twilio, timeout=0.2).send(a_text()) == Uncertain(reason="silent")
    assert time.monotonic() - before < 4
    assert len(twilio.requests) == 1


async def test_x14_a_line_cut_after_the_request_is_uncertain(
    session: aiohttp.ClientSession, twilio: Counter
) -> None:
    twilio.hang_up = True
    assert await texter(session, twilio).send(a_text()) == Uncertain(reason="silent")
    assert len(twilio.requests) == 1


async def test_x15_nobody_listening_is_a_transient_rejection(session: aiohttp.ClientSession) -> None:
    with nobody_listening() as url:
        sender = TwilioTexter(
            account_sid=SID, auth_token=TOKEN, session=session, from_number=FROM, api_base=url
        )
        assert await sender.send(a_text()) == Rejected(reason="not_connected", permanent=False)


@pytest.mark.parametrize("base", ["api.twilio.com", "ftp://api.twilio.com", "https://", "https://a:b@c"])
async def test_a_bad_base_is_refused_by_its_settings_name(session: aiohttp.ClientSession, base: str) -> None:
    with pytest.raises(ValueError, match="QUICKPAY_TWILIO_API_BASE"):
        TwilioTexter(account_sid=SID, auth_token=TOKEN, session=session, from_number=FROM, api_base=base)


async def test_the_environments_region_does_not_move_the_request(
    session: aiohttp.ClientSession, twilio: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    assert isinstance(await texter(session, twilio).send(a_text()), Sent)


@pytest.mark.parametrize(
    "answer", [(201, "{}"), (400, "21610"), (400, "21211"), (500, "20500"), (401, "20003")]
)
async def test_r34_nothing_of_the_text_reaches_a_log_at_debug(
    session: aiohttp.ClientSession,
    twilio: Counter,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    answer: tuple[int, str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    status, code = answer
    twilio.answers = [(status, f'{{"code": {code}, "message": "{TO} and 918273"}}' if code != "{}" else code)]
    with capture_logs() as logs:
        outcome = await texter(session, twilio).send(a_text())
    said = caplog.text + "".join(capsys.readouterr()) + repr(logs) + repr(outcome) + repr(a_text())
    assert not re.search(r"918273|6085550123|canary", said)


async def test_twilios_modules_are_loaded_before_the_first_text(
    session: aiohttp.ClientSession, twilio: Counter
) -> None:
    # In a fresh interpreter, for this one has them already.
    program = (
        "import asyncio, sys, aiohttp\n"
        "from quickpay.adapters.sms import TwilioTexter\n"
        "async def main():\n"
        "    async with aiohttp.ClientSession() as session:\n"
        f"        TwilioTexter(account_sid='{SID}', auth_token='t', session=session, from_number='{FROM}')\n"
        "        sys.exit('twilio.rest.api.v2010.account.message' not in sys.modules)\n"
        "asyncio.run(main())\n"
    )
    root = Path(__file__).parents[3]
    fresh = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=root)
    assert await fresh.wait() == 0
