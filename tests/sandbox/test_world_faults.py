"""Faults: each part can refuse, hang, lose its answer or fail, for so many calls or so long."""

import asyncio
import contextlib
import ssl
import threading
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
import aiosmtplib
import pytest
import pytest_asyncio

from quickpay.sandbox import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

HUNG_UP = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


async def test_the_gateway_refuses_so_many_calls_and_then_works(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="refuse", count=2)
    for _ in range(2):
        with pytest.raises(HUNG_UP):
            await merchant.charge(token)
    assert await merchant.ledger() == []
    assert (await merchant.charge(token))[0] == 200
    assert await merchant.faults() == []


async def test_with_neither_count_nor_seconds_it_is_one_call(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="error")
    assert (await merchant.charge(token))[0] == 500
    assert (await merchant.charge(token))[0] == 200


async def test_seconds_end_a_fault_by_themselves(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="error", seconds=0.3)
    for _ in range(3):
        assert (await merchant.charge(token))[0] == 500
    await merchant.until_faults_are_over()
    assert (await merchant.charge(token))[0] == 200


async def test_a_caller_who_leaves_a_hanging_gateway_was_not_charged(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="hang", count=1)
    call = asyncio.create_task(merchant.charge(token))
    await merchant.kept_waiting(1)
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call
    await merchant.kept_waiting(0)
    await merchant.end_faults()
    assert await merchant.ledger() == []
    assert (await merchant.charge(token))[0] == 200


async def test_a_caller_who_stays_with_a_hanging_gateway_is_charged(merchant: Any) -> None:
    await merchant.fault(part="gateway", fault="hang", seconds=0.3)
    status, body = await merchant.charge(await merchant.token())
    assert status == 200
    assert [line["id"] for line in await merchant.ledger()] == [body["id"]]


async def test_a_late_gateway_charges_although_the_caller_left(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="late", count=1)
    call = asyncio.create_task(merchant.charge(token))
    await merchant.kept_waiting(1)
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call
    assert await merchant.ledger() == []
    await merchant.end_faults()
    await merchant.until_charged()


async def test_the_gateway_can_charge_and_lose_its_answer(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="drop_after_accept")
    with pytest.raises(HUNG_UP):
        await merchant.charge(token)
    [line] = await merchant.ledger()
    assert (await merchant.charge(token))[1]["id"] == line["id"]


@pytest.mark.parametrize(("kind", "charged"), [("error", 0), ("drop_after_accept", 1)])
async def test_a_code_is_the_status_with_or_without_having_charged(
    merchant: Any, kind: str, charged: int
) -> None:
    await merchant.fault(part="gateway", fault=kind, code=502)
    assert (await merchant.charge(await merchant.token()))[0] == 502
    assert len(await merchant.ledger()) == charged


async def test_a_code_of_200_is_an_answer_nobody_can_read(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="error", code=200)
    with pytest.raises(aiohttp.ContentTypeError):
        await merchant.charge(token)


async def test_look_ups_fail_for_the_merchant_but_not_for_tokens_and_onlookers(
    merchant: Any, world: World
) -> None:
    secret = {"Authorization": f"Bearer {world.terms.gateway_secret}"}
    await merchant.fault(part="gateway", fault="error", seconds=60)
    async with merchant.http.get(f"{world.url}/v1/charges", headers=secret) as said:
        assert said.status == 500
    assert await merchant.token()
    assert await merchant.ledger() == []
    await merchant.end_faults()
    async with merchant.http.get(f"{world.url}/v1/charges", headers=secret) as said:
        assert said.status == 200


async def test_a_slow_gateway_answers_each_call_in_its_own_time(merchant: Any) -> None:
    token = await merchant.token()
    await merchant.fault(part="gateway", fault="slow", delay=0.3, seconds=30)
    began = time.monotonic()
    assert (await merchant.charge(token))[0] == 200
    assert time.monotonic() - began >= 0.3
    assert len(await merchant.faults()) == 1


async def test_a_fault_does_not_keep_the_world_from_stopping(
    another_world: Any, merchant: Any, tmp_path: Path
) -> None:
    world = merchant.world = await another_world(tmp_path / "other")
    tokens = [await merchant.token() for _ in range(2)]
    await merchant.fault(part="gateway", fault="hang", count=1)
    await merchant.fault(part="gateway", fault="late", count=1)
    calls = [asyncio.create_task(merchant.charge(token, key=token)) for token in tokens]
    await merchant.kept_waiting(2)
    async with asyncio.timeout(5):
        await world.stop()
    said = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(one, aiohttp.ClientError) for one in said)


async def test_a_world_whose_port_is_taken_leaves_nothing_behind(
    world: World, another_world: Any, tmp_path: Path
) -> None:
    before = store_threads()  # the first world's, and those of whoever else keeps a world in this process
    with pytest.raises(OSError, match="address already in use"):
        await another_world(tmp_path / "other", port=int(world.url.rpartition(":")[2]))
    assert not store_threads() - before


def store_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "sandbox-store"}


class Sender:
    """Keep one connection to the mail server, as a service does."""

    def __init__(self, world: World) -> None:
        self.client = aiosmtplib.SMTP(
            hostname="127.0.0.1",
            port=world.smtp_port,
            username=world.terms.smtp_user,
            password=world.terms.smtp_password,
            start_tls=True,
            tls_context=ssl.create_default_context(cafile=str(world.ca_file)),
            timeout=5,
        )

    async def send(self, subject: str = "Hello") -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "office@example.com", "alice@example.com", subject
        mail.set_content("Hello")
        if not self.client.is_connected:
            await self.client.connect()
        await self.client.send_message(mail)


@pytest_asyncio.fixture(loop_scope="session")
async def sender(world: World) -> Any:
    made = Sender(world)
    yield made
    made.client.close()


async def subjects(merchant: Any) -> list[str]:
    return [mail["subject"] for mail in await merchant.messages("alice@example.com")]


async def test_the_mail_server_turns_away_who_connects(merchant: Any, sender: Sender) -> None:
    await merchant.fault(part="smtp", fault="refuse")
    with pytest.raises(aiosmtplib.SMTPException) as refused:
        await sender.send()
    assert "421" in str(refused.value) or getattr(refused.value, "code", None) == 421
    await sender.send("after")
    assert await subjects(merchant) == ["after"]


async def test_the_mail_server_turns_away_who_is_connected(merchant: Any, sender: Sender) -> None:
    await sender.send("before")
    await merchant.fault(part="smtp", fault="refuse")
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await sender.send("during")
    assert refused.value.code == 421
    sender.client.close()
    await sender.send("after")
    assert await subjects(merchant) == ["before", "after"]


@pytest.mark.parametrize(("asked", "code"), [(None, 451), (452, 452), (554, 554)])
async def test_the_mail_server_refuses_a_message(
    merchant: Any, sender: Sender, asked: int | None, code: int
) -> None:
    await merchant.fault(part="smtp", fault="error", **({} if asked is None else {"code": asked}))
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await sender.send("during")
    assert refused.value.code == code
    await sender.send("after")
    assert await subjects(merchant) == ["after"]


async def test_the_mail_server_refuses_a_mailbox(merchant: Any, sender: Sender) -> None:
    await merchant.fault(part="smtp", fault="error", code=550)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await sender.send("during")
    assert refused.value.recipients[0].code == 550
    await sender.send("after")
    assert await subjects(merchant) == ["after"]


async def test_the_mail_server_can_take_a_message_and_drop_the_line(merchant: Any, sender: Sender) -> None:
    await merchant.fault(part="smtp", fault="drop_after_accept")
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await sender.send("taken")
    assert await subjects(merchant) == ["taken"]


async def test_who_leaves_a_hanging_mail_server_has_sent_nothing(merchant: Any, sender: Sender) -> None:
    await merchant.fault(part="smtp", fault="hang", count=1)
    call = asyncio.create_task(sender.send("gone"))
    await merchant.kept_waiting(1)
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call
    sender.client.close()
    await merchant.kept_waiting(0)
    await merchant.end_faults()
    await sender.send("after")
    assert await subjects(merchant) == ["after"]


async def test_who_stays_with_a_hanging_mail_server_is_served(merchant: Any, sender: Sender) -> None:
    await merchant.fault(part="smtp", fault="hang", seconds=0.3)
    await sender.send("patient")
    assert await subjects(merchant) == ["patient"]


async def texts(merchant: Any) -> list[str]:
    return [text["text"] for text in await merchant.messages("+16085550123")]


async def test_texts_can_be_refused_dropped_and_failed(merchant: Any) -> None:
    await merchant.fault(part="sms", fault="refuse")
    with pytest.raises(HUNG_UP):
        await merchant.text(body="refused")
    await merchant.fault(part="sms", fault="error")
    assert (await merchant.text(body="failed"))[0] == 500
    await merchant.fault(part="sms", fault="error", code=21610)
    status, said = await merchant.text(body="opted out")
    assert (status, said["code"]) == (400, 21610)
    await merchant.fault(part="sms", fault="error", code=20429)
    assert (await merchant.text(body="too many"))[0] == 429
    assert await texts(merchant) == []
    await merchant.fault(part="sms", fault="drop_after_accept")
    with pytest.raises(HUNG_UP):
        await merchant.text(body="taken")
    assert await texts(merchant) == ["taken"]


async def test_who_leaves_hanging_texts_has_sent_nothing(merchant: Any) -> None:
    await merchant.fault(part="sms", fault="hang", count=1)
    call = asyncio.create_task(merchant.text(body="gone"))
    await merchant.kept_waiting(1)
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call
    await merchant.kept_waiting(0)
    await merchant.end_faults()
    assert (await merchant.text(body="after"))[0] == 201
    assert await texts(merchant) == ["after"]


async def test_a_text_can_fail_after_it_was_accepted(merchant: Any, listener: Any) -> None:
    await merchant.fault(part="sms", fault="error", code=30007)
    assert (await merchant.text(StatusCallback=listener.url))[0] == 201
    await listener.until_came(3)
    assert "MessageStatus=undelivered" in listener.came[-1][1]
    assert "ErrorCode=30007" in listener.came[-1][1]
    assert await texts(merchant) == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"part": "weather", "fault": "hang"}, "part"),
        ({"part": "sms", "fault": "sulk"}, "fault"),
        ({"part": "sms", "fault": "late"}, "fault"),
        ({"part": "sms", "fault": "slow"}, "delay"),
        ({"part": "sms", "fault": "hang", "delay": 1}, "delay"),
        ({"part": "sms", "fault": "hang", "count": 0}, "count"),
        ({"part": "sms", "fault": "hang", "seconds": "1"}, "seconds"),
        ({"part": "sms", "fault": "hang", "code": True}, "code"),
        ({"part": "sms", "fault": "hang", "minutes": 1}, "minutes"),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(
    merchant: Any, world: World, asked: dict[str, Any], field: str
) -> None:
    async with merchant.http.post(f"{world.url}/api/faults", json=asked) as said:
        assert (said.status, (await said.json())["error"]["field"]) == (422, field)
    assert await merchant.faults() == []


async def test_one_fault_can_be_ended_alone(merchant: Any, world: World) -> None:
    await merchant.fault(part="sms", fault="hang")
    await merchant.fault(part="smtp", fault="hang")
    first, second = await merchant.faults()
    async with merchant.http.delete(f"{world.url}/api/faults/{first['id']}") as said:
        assert said.status == 200
    assert [fault["id"] for fault in await merchant.faults()] == [second["id"]]
