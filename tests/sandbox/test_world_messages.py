"""Mail and texts: taken over their real protocols, shown to whoever asks."""

import asyncio
import base64
import hashlib
import hmac
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import aiohttp
import aiosmtplib
import pytest
from twilio.request_validator import RequestValidator

from quickpay.sandbox import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


def letter(to: str = "alice@example.com") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Office <office@example.com>", to, "Your code → ¡hola!"
    mail.set_content("Your code is 123456.\n")
    mail.add_alternative("<p>Your code is <b>123456</b>.</p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="receipt.pdf")
    return mail


async def send(world: World, mail: EmailMessage, **more: Any) -> None:
    settings: dict[str, Any] = {
        "hostname": "127.0.0.1",
        "port": world.smtp_port,
        "username": world.terms.smtp_user,
        "password": world.terms.smtp_password,
        "start_tls": True,
        "tls_context": ssl.create_default_context(cafile=str(world.ca_file)),
        "timeout": 5,
    }
    await aiosmtplib.send(mail, **(settings | more))


async def test_a_mail_arrives_whole_and_once_for_each_recipient(merchant: Any, world: World) -> None:
    await send(world, letter(), recipients=["alice@example.com", "copy@example.com"])
    [mail] = await merchant.messages("Alice@Example.com")
    assert mail["channel"] == "email"
    assert mail["to"] == "alice@example.com"
    assert mail["from"] == "Office <office@example.com>"
    assert mail["subject"] == "Your code → ¡hola!"
    assert mail["text"] == "Your code is 123456.\n"
    assert "<b>123456</b>" in mail["html"]
    assert mail["attachments"] == ["receipt.pdf"]
    assert len(await merchant.messages("copy@example.com")) == 1
    assert await merchant.messages("bob@example.com") == []


async def test_python_s_own_client_gets_through_as_well(merchant: Any, world: World) -> None:
    def post() -> None:
        with smtplib.SMTP("localhost", world.smtp_port, timeout=5) as client:
            client.starttls(context=ssl.create_default_context(cafile=str(world.ca_file)))
            client.login(world.terms.smtp_user, world.terms.smtp_password)
            client.send_message(letter())

    await asyncio.to_thread(post)
    assert len(await merchant.messages("alice@example.com")) == 1


async def test_mail_needs_tls_a_password_and_the_right_authority(merchant: Any, world: World) -> None:
    with pytest.raises(aiosmtplib.SMTPResponseException) as plain:
        await send(world, letter(), start_tls=False, username=None, password=None)
    assert plain.value.code == 530
    with pytest.raises(aiosmtplib.SMTPSenderRefused):
        await send(world, letter(), username=None, password=None)
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(world, letter(), password="wrong")
    with pytest.raises(ssl.SSLCertVerificationError):
        await send(world, letter(), tls_context=ssl.create_default_context())
    assert await merchant.messages("alice@example.com") == []


async def test_a_text_arrives_and_twilio_says_so(merchant: Any, world: World) -> None:
    status, said = await merchant.text()
    assert status == 201
    assert said["sid"].startswith("SM")
    assert len(said["sid"]) == 34
    assert said["uri"] == f"/2010-04-01/Accounts/{world.terms.twilio_sid}/Messages/{said['sid']}.json"
    assert (said["status"], said["num_segments"], said["error_code"], said["price"]) == (
        "queued",
        "1",
        None,
        None,
    )
    [text] = await merchant.messages("+16085550123")
    assert {name: text[name] for name in ("channel", "to", "from", "subject", "text", "html")} == {
        "channel": "sms",
        "to": "+16085550123",
        "from": "+16085550100",
        "subject": "",
        "text": "Your code is 123456",
        "html": "",
    }


async def test_a_plus_that_the_query_string_ate_comes_back(merchant: Any, world: World) -> None:
    await merchant.text()
    async with merchant.http.get(f"{world.url}/api/messages?to=%2016085550123") as said:
        assert len((await said.json())["data"]) == 1


async def test_messages_come_oldest_first(merchant: Any) -> None:
    for word in ("one", "two", "three"):
        await merchant.text(body=word)
    assert [text["text"] for text in await merchant.messages("+16085550123")] == ["one", "two", "three"]


async def test_a_messaging_service_may_send(merchant: Any) -> None:
    status, said = await merchant.text(From="", MessagingServiceSid="MG" + "1" * 32)
    assert (status, said["status"], said["from"], said["messaging_service_sid"]) == (
        201,
        "accepted",
        None,
        "MG" + "1" * 32,
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "6085550123"}, 21211),
        ({"to": "+1911"}, 21211),
        ({"to": "+15005550001"}, 21211),
        ({"From": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"to": "+15005550004"}, 21610),
    ],
)
async def test_twilio_refuses_in_its_own_shape(merchant: Any, change: dict[str, str], code: int) -> None:
    status, said = await merchant.text(**change)
    assert (status, said["code"], said["status"]) == (400, code, 400)
    assert set(said) == {"code", "message", "more_info", "status"}
    assert await merchant.messages("+16085550123") == []


async def test_twilio_wants_its_password_and_its_account(merchant: Any, world: World) -> None:
    sid = world.terms.twilio_sid
    for account, password, status in ((sid, "wrong", 401), ("AC" + "9" * 32, world.terms.twilio_token, 404)):
        async with merchant.http.post(
            f"{world.url}/2010-04-01/Accounts/{account}/Messages.json",
            data={"To": "+16085550123", "From": "+16085550100", "Body": "x"},
            headers={"Authorization": aiohttp.encode_basic_auth(sid, password)},
        ) as said:
            assert said.status == status
            assert (await said.json())["status"] == status
    assert await merchant.messages("+16085550123") == []


async def test_a_number_that_said_stop_gets_nothing_until_it_says_start(merchant: Any, world: World) -> None:
    number = {"number": "+16085550123"}
    async with merchant.http.post(f"{world.url}/api/opt-outs", json=number) as said:
        assert said.status == 201
    status, body = await merchant.text()
    assert (status, body["code"]) == (400, 21610)
    async with merchant.http.delete(f"{world.url}/api/opt-outs", json=number) as said:
        assert said.status == 200
    assert (await merchant.text())[0] == 201
    assert len(await merchant.messages("+16085550123")) == 1


async def test_a_reply_is_told_once_signed_and_in_order(
    another_world: Any, listener: Any, tmp_path: Path
) -> None:
    world = await another_world(tmp_path, replies_url=listener.url)
    number = {"number": "+16085550123"}
    async with aiohttp.ClientSession() as http:
        for method in ("POST", "POST", "DELETE", "DELETE"):
            async with http.request(method, f"{world.url}/api/opt-outs", json=number) as said:
                assert said.status < 300
    await listener.until_came(2)
    told = [dict(parse_qsl(body, keep_blank_values=True)) for _, body in listener.came]
    assert [(one["OptOutType"], one["From"]) for one in told] == [
        ("STOP", "+16085550123"),
        ("START", "+16085550123"),
    ]
    assert len({one["MessageSid"] for one in told}) == 2
    check = RequestValidator(world.terms.twilio_token)
    for (headers, _), form in zip(listener.came, told, strict=True):
        assert check.validate(listener.url, form, headers["X-Twilio-Signature"])


async def test_status_callbacks_come_in_order_and_signed(merchant: Any, listener: Any, world: World) -> None:
    url = f"{listener.url}?message=7"
    _, said = await merchant.text(StatusCallback=url)
    await listener.until_came(3)
    forms = [parse_qs(body) for _, body in listener.came]
    assert [form["MessageStatus"] for form in forms] == [["queued"], ["sent"], ["delivered"]]
    assert {form["MessageSid"][0] for form in forms} == {said["sid"]}
    for headers, body in listener.came:
        told = url + "".join(name + value for name, value in sorted(parse_qsl(body, keep_blank_values=True)))
        signed = hmac.new(world.terms.twilio_token.encode(), told.encode(), hashlib.sha1).digest()
        assert headers["X-Twilio-Signature"] == base64.b64encode(signed).decode()


async def test_what_may_not_be_kept_is_not_shown_again_by_twilio(merchant: Any, world: World) -> None:
    _, said = await merchant.text(ContentRetention="discard")
    auth = aiohttp.encode_basic_auth(world.terms.twilio_sid, world.terms.twilio_token)
    async with merchant.http.get(world.url + said["uri"], headers={"Authorization": auth}) as shown:
        assert (await shown.json())["body"] == ""
    [text] = await merchant.messages("+16085550123")  # the phone has it all the same
    assert text["text"] == "Your code is 123456"
